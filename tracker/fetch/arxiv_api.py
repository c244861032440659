"""Asks arXiv's query API through the `arxiv` package, given the time limit, gap and back-off that it lacks."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from tracker import times
from tracker.errors import FetchError
from tracker.http.refusals import StatusError
from tracker.identity import arxiv_id, paper_identifiers
from tracker.models import Record
from tracker.ports import Request
from tracker.text import clean_line, clean_text, unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.ports import Client

BASE = "https://export.arxiv.org"
PAGE_SIZE = 200
EMPTY_PAGE_RETRIES = 2
_ERROR = re.compile(rb"<id>[^<]*/api/errors[^<]*</id>.*?<summary[^>]*>(.*?)</summary>", re.DOTALL)
_VERSION = re.compile(r"v(\d+)$")


def results(query: str, count: int, client: Client, base: str = "") -> Iterator[Any]:
    """Yield at most `count` results of the `arxiv` package, newest submission first.

    Raises:
        FetchError: the service cannot be reached, refuses the query, or sends what cannot be read.
    """
    import arxiv  # type: ignore[import-untyped, unused-ignore]  # 0.7 s

    logging.getLogger("arxiv").addHandler(logging.NullHandler())  # its warnings would land in the middle of a screen
    asking = arxiv.Client(page_size=min(count, PAGE_SIZE), delay_seconds=0.0, num_retries=EMPTY_PAGE_RETRIES)
    asking.query_url_format = f"{base or BASE}/api/query?{{}}"
    adapter = _adapter(client, 2 * -(-count // PAGE_SIZE) + EMPTY_PAGE_RETRIES)
    for scheme in ("https://", "http://"):
        asking._session.mount(scheme, adapter)  # noqa: SLF001 - the package has no public way to limit a request
    criterion = arxiv.SortCriterion.SubmittedDate
    try:
        yield from asking.results(arxiv.Search(query=query, max_results=count, sort_by=criterion))
    except StatusError as error:
        raise (_refused(error.body) or error) from error
    except (arxiv.ArxivError, ValueError) as error:
        raise FetchError(
            f"arXiv sent an answer that cannot be read: {clean_line(str(error), 200)}.", "It will be tried again."
        ) from error


def _adapter(client: Client, most: int) -> Any:  # noqa: ANN401 - a class made here, for requests is imported late
    """Return a transport for `requests` that sends everything, at most so many requests, through our own client."""
    import requests
    from requests.adapters import BaseAdapter

    class Adapter(BaseAdapter):
        left = most

        def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
            self.left -= 1
            if self.left < 0:  # the package would ask for ever shorter pages without end
                raise FetchError(
                    "arXiv sends pages with fewer papers than were asked for.",
                    "It will be tried again with the next sync.",
                )
            answer = client.get(Request(url=request.url or "", accept="application/atom+xml"))
            if error := _refused(answer.body):
                raise error
            response = requests.Response()
            response.status_code, response.url, response.request = answer.status, answer.url, request
            response._content = answer.body  # noqa: SLF001 - there is no public way to make a response
            return response

        def close(self) -> None:
            """Nothing is held."""

    return Adapter()


def _refused(body: bytes) -> FetchError | None:
    """Return the error that an answer is, for arXiv reports it as an entry, with status 400 or even 200."""
    found = _ERROR.search(body)
    if not found:
        return None
    said = clean_line(unescape(found[1].decode("utf-8", "replace")), 200)
    return FetchError(f"arXiv refuses the query: {said}.", "Mend the query in feeds.toml.")


def record_of(result: Any) -> Record | None:  # noqa: ANN401 - arxiv.Result
    """Return the record of a result, or None when it has no arXiv id or title."""
    entry = str(result.entry_id).rstrip("/")
    version = _VERSION.search(entry)
    name, title = arxiv_id(_VERSION.sub("", entry.split("/abs/")[-1])), clean_line(result.title)
    if not name or not title:
        return None
    published = times.parse(result.published.isoformat()) if result.published else None
    categories = tuple(
        dict.fromkeys(filter(None, (clean_line(c, 60) for c in [result.primary_category, *result.categories])))
    )
    remarks = (clean_line(result.comment), clean_line(result.journal_ref))
    return Record(
        kind="paper",
        key=f"arxiv:{name}",
        identifiers=paper_identifiers(arxiv=name, doi_name=result.doi),
        title=title,
        text=clean_text(" ".join(str(result.summary).split())),
        authors=tuple(filter(None, (clean_line(a.name, 200) for a in result.authors))),
        url=f"https://arxiv.org/abs/{name}",
        pdf_url=f"https://arxiv.org/pdf/{name}",
        venue="arXiv",
        year=int(published[:4]) if published else None,
        status="preprint",
        track=categories[0] if categories else "",
        categories=categories,
        comment="; ".join(filter(None, remarks)),
        published=published,
        version=int(version[1]) if version else None,
    )

"""Asks arXiv's query API through the `arxiv` package, given the time limit, gap and back-off that it lacks."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.arxiv.paper import paper
from tracker.http.refusals import StatusError
from tracker.identity import arxiv_id
from tracker.markup import unescape
from tracker.ports import Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.models import Record
    from tracker.ports import Client

BASE = "https://export.arxiv.org"
PAGE_SIZE = 200
EMPTY_PAGE_RETRIES = 2
_ERROR = re.compile(rb"<id>[^<]*/api/errors[^<]*</id>.*?<summary[^>]*>(.*?)</summary>", re.DOTALL)
_VERSION = re.compile(r"v(\d+)$")


class RefusedError(FetchError):
    """arXiv understands the question and finds it wrong: a query that cannot be, an id that is none."""


class ShortPagesError(FetchError):
    """Pages hold fewer papers than were asked for, so that going on would never end."""


def results(query: str, count: int, client: Client, base: str = "") -> Iterator[Any]:
    """Yield at most `count` results of the `arxiv` package, newest submission first.

    Raises:
        FetchError: the service cannot be reached, refuses the query, or sends what cannot be read.
    """
    import arxiv  # type: ignore[import-untyped, unused-ignore]  # 0.7 s

    search = arxiv.Search(query=query, max_results=count, sort_by=arxiv.SortCriterion.SubmittedDate)
    yield from _asked(search, 2 * -(-count // PAGE_SIZE) + EMPTY_PAGE_RETRIES, client, base)


def papers(ids: Sequence[str], client: Client, base: str = "") -> list[Record]:
    """Return the papers among at most `PAGE_SIZE` ids, with one request; those that do not exist are missing.

    Raises:
        RefusedError: one of the ids is none, and arXiv does not answer for the others either.
        FetchError: the service cannot be reached, or sends what cannot be read.
    """
    import arxiv

    found = []
    try:
        for result in _asked(arxiv.Search(id_list=list(ids), max_results=len(ids)), 1, client, base):
            found.append(record_of(result))  # noqa: PERF401 - what came before the end is kept
    except ShortPagesError:
        pass
    return [record for record in found if record]


def _asked(search: Any, most: int, client: Client, base: str) -> Iterator[Any]:  # noqa: ANN401 - arxiv.Search
    """Yield what a search finds, with at most so many requests."""
    import arxiv

    logging.getLogger("arxiv").addHandler(logging.NullHandler())  # its warnings would land in the middle of a screen
    asking = arxiv.Client(
        page_size=min(search.max_results, PAGE_SIZE), delay_seconds=0.0, num_retries=EMPTY_PAGE_RETRIES
    )
    asking.query_url_format = f"{base or BASE}/api/query?{{}}"
    adapter = _adapter(client, most)
    for scheme in ("https://", "http://"):
        asking._session.mount(scheme, adapter)  # noqa: SLF001 - the package has no public way to limit a request
    try:
        yield from asking.results(search)
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
                raise ShortPagesError(
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
    return RefusedError(f"arXiv refuses the query: {said}.", "Mend the query in feeds.toml.")


def record_of(result: Any) -> Record | None:  # noqa: ANN401 - arxiv.Result
    """Return the record of a result, or None when it has no arXiv id or title."""
    entry = str(result.entry_id).rstrip("/")
    version = _VERSION.search(entry)
    name, title = arxiv_id(_VERSION.sub("", entry.split("/abs/")[-1])), clean_line(result.title)
    if not name or not title:
        return None
    return paper(
        name,
        title=title,
        abstract=" ".join(str(result.summary).split()),
        authors=[str(author.name) for author in result.authors],
        categories=[str(one) for one in (result.primary_category, *result.categories) if one],
        comment="; ".join(str(one) for one in (result.comment, result.journal_ref) if one),
        doi=str(result.doi or ""),
        published=times.parse(result.published.isoformat()) if result.published else None,
        version=int(version[1]) if version else None,
    )

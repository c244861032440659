"""Reads proceedings made with the software of NeurIPS: titles and people at once, abstracts a page each, some every sync."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from tracker.errors import FetchError
from tracker.fetch.options import mapping
from tracker.http.refusals import StatusError
from tracker.identity import paper_identifiers
from tracker.markup import html_to_text
from tracker.models import Record
from tracker.ports import Request
from tracker.text import clean_line, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.fetch.conference.venues import Edition
    from tracker.ports import Client

PAGES = 200
"""Abstracts read in one sync: 400 seconds at the gap of 2 s, of the 600 that a source may take."""
PAGES_A_BATCH = 20
BYTE_LIMIT = 20_000_000
_PAPER = re.compile(
    r"""<a\b[^>]{0,200}?href=["']?([^"'\s>]{0,80}/paper/(\d{4})/hash/([0-9a-f]{20,64})-Abstract([\w-]{0,60})\.html)["']?[^>]{0,200}>(.{1,2000}?)</a>""",
    re.DOTALL | re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"""<i>(.{0,20000}?)</i>|<(\w+)\b[^>]{0,100}\bclass=["'][^"'>]{0,60}\bpaper-authors\b[^>]{0,60}>(.{0,20000}?)</\2>""",
    re.DOTALL | re.IGNORECASE,
)
_ABSTRACT = re.compile(
    r"""(?:<(?:p|div)\b[^>]{0,100}\bclass=["'][^"'>]{0,60}\bpaper-abstract\b[^>]{0,60}>|<h\d\b[^>]{0,100}>\s*Abstract\s*</h\d>)
    (.{0,50000}?)(?=<h\d\b|<hr\b|</section|<section|<footer|<script|</main|</body|\Z)""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)


def serves(edition: Edition) -> bool:
    """Tell whether the conference has such proceedings."""
    return bool(edition.venue.proceedings)


def is_complete(mark: object) -> bool:
    """Tell whether everything of an edition is read: what is published in proceedings does not change any more."""
    known = mapping(mark)
    return known.get("way") == "proceedings" and known.get("abstracts") == known.get("papers")


def read(edition: Edition, mark: object, client: Client) -> Iterator[tuple[list[Record], object, list[str]]]:
    """Yield (records, mark, problems): all papers without abstracts first, then up to `PAGES` of them with theirs.

    The mark counts the abstracts read, in the order of the list.

    Raises:
        StatusError: with status 404, the proceedings of that year are not out.
    """
    papers = parse(client.get(request(edition)).body, edition)
    known = mapping(mark) if mapping(mark).get("way") == "proceedings" else {}
    done = known["abstracts"] if isinstance(known.get("abstracts"), int) and known["abstracts"] >= 0 else 0
    if not known:
        yield papers, _mark(papers, 0), []
    last = min(done + PAGES, len(papers))
    while done < last:
        some = papers[done : min(done + PAGES_A_BATCH, last)]
        done += len(some)
        whole = [paper for paper in (_whole(paper, edition, client) for paper in some) if paper.text]
        problems = (
            [f"{plural(len(some) - len(whole), 'page')} of {edition} without an abstract."]
            if len(whole) < len(some)
            else []
        )
        if done == last < len(papers):
            problems.append(f"{len(papers) - done:,} abstracts of {edition} are still to be read, {PAGES} a sync.")
        yield whole, _mark(papers, done), problems


def _mark(papers: Sequence[Record], abstracts: int) -> dict[str, object]:
    return {"way": "proceedings", "papers": len(papers), "abstracts": abstracts}


def request(edition: Edition) -> Request:
    """Return the request for the list of a year."""
    return Request(url=f"{_place(edition)}/paper_files/paper/{edition.year}", accept="text/html", byte_limit=BYTE_LIMIT)


def _place(edition: Edition) -> str:
    return edition.base or edition.venue.proceedings


def parse(body: bytes, edition: Edition) -> list[Record]:
    """Return the papers of the list of a year, without abstracts, each once.

    Raises:
        FetchError: the page lists none.
    """
    page = body.decode("utf-8", "replace")
    links, records = list(_PAPER.finditer(page)), dict[str, Record]()
    for link, following in zip_longest(links, links[1:]):
        title = clean_line(html_to_text(link[5])[0])
        people = _PEOPLE.search(page, link.end(), following.start() if following else link.end() + 30_000)
        if title and int(link[2]) == edition.year:
            record = _record(link, title, html_to_text(people[1] or people[3] or "")[0] if people else "", edition)
            records.setdefault(record.key, record)
    if not records:
        raise FetchError(f"The proceedings of {edition} list no papers.", "A newer tracker may read them.")
    return list(records.values())


def _record(link: re.Match[str], title: str, people: str, edition: Edition) -> Record:
    """Return the record of a paper; only the hashes of NeurIPS itself are names in the world."""
    name, kind = link[3].lower(), link[4]
    address = f"{edition.venue.proceedings}/paper_files/paper/{edition.year}"
    page = f"{address}/hash/{name}-Abstract{kind}.html"
    key = f"proceedings:{edition.venue.slug}/{edition.year}/{name}"
    track = clean_line(kind.strip("-").replace("_", " "), 60)
    return Record(
        kind="paper",
        key=key,
        identifiers=(*paper_identifiers(urls=[page]), key),
        title=title,
        authors=tuple(filter(None, (clean_line(one, 200) for one in re.split(r",|\band\b", people)))),
        url=page,
        pdf_url=f"{address}/file/{name}-Paper{kind}.pdf",
        venue=edition.venue.name,
        year=edition.year,
        track="" if track == "Conference" else track,
        status="accepted",
    )


def _whole(paper: Record, edition: Edition, client: Client) -> Record:
    """Return a paper with its abstract, as it is when its page is missing."""
    path = paper.url.removeprefix(edition.venue.proceedings)
    try:
        answer = client.get(Request(url=f"{_place(edition)}{path}", accept="text/html"))
    except StatusError as error:
        if error.status not in {404, 410}:
            raise
        return paper
    return replace(paper, text=abstract_of(answer.body))


def abstract_of(body: bytes) -> str:
    """Return the abstract on the page of a paper, empty when there is none."""
    found = _ABSTRACT.search(body.decode("utf-8", "replace"))
    text = html_to_text(found[1])[0] if found else ""
    return "" if text == "Abstract Unavailable" else text

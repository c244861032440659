"""Answers in the shapes of arXiv and the conference sites, made from demonstration papers. Pure: content to bytes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING, Any

from tracker.identity import arxiv_id
from tracker.times import stamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.demo.shapes import PaperLike

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
ATOM = "application/atom+xml; charset=utf-8"
_VENUES = {"neurips": "NeurIPS", "icml": "ICML", "iclr": "ICLR"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service sends back; `cached` ones carry an ETag, and a date where `changed` is known."""

    status: int
    content_type: str
    body: bytes
    cached: bool = False
    changed: datetime | None = None


def submitted(paper: PaperLike) -> datetime:
    """Return when a paper was submitted: in the evening before it was announced."""
    return datetime.combine(paper.announced - timedelta(days=1), time(17, 0), UTC)


# --- arXiv


def arxiv_query(papers: Sequence[PaperLike], query: Mapping[str, str]) -> Answer:
    """Answer as arXiv's query API does."""
    wanted = [name for name in query.get("id_list", "").split(",") if name]
    bad = next((name for name in wanted if not arxiv_id(name)), None)
    if bad is not None:
        return _arxiv_error(f"incorrect id format for {bad}")
    try:
        start, count = int(query.get("start", "0")), int(query.get("max_results", "10"))
    except ValueError:
        return _arxiv_error("start must be an integer")
    if start < 0 or count < 0 or count > 2_000:
        return _arxiv_error("max_results must be non-negative and at most 2000")
    names = {arxiv_id(name) for name in wanted}
    found = [p for p in papers if (not names or p.arxiv_id in names) and _matches(p, query.get("search_query", ""))]
    if query.get("sortOrder") == "ascending":
        found.reverse()
    entries = "".join(map(_arxiv_entry, found[start : start + count]))
    return Answer(200, ATOM, _arxiv_feed("arXiv Query", entries, len(found), start, count))


def _matches(paper: PaperLike, query: str) -> bool:
    """Understand categories, a range of submission days and single words: what the fetcher and the demonstration ask."""
    categories = re.findall(r"\bcat:([\w.-]+)", query)
    if categories and not set(categories) & {paper.category, *paper.categories}:
        return False
    if span := re.search(r"submittedDate:\[(\d{12}) TO (\d{12})\]", query):
        return span[1] <= f"{submitted(paper):%Y%m%d%H%M}" <= span[2]
    words = re.findall(r'\b(?:all|ti|abs):"?([^"()]+?)"?(?=\s+(?:AND|OR|ANDNOT)\b|\)|$)', query)
    return all(word.lower() in f"{paper.title} {paper.abstract}".lower() for word in words)


def _arxiv_feed(title: str, entries: str, total: int, start: int, count: int) -> bytes:
    namespaces = (
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns="http://www.w3.org/2005/Atom"'
    )
    sizes = (
        f"<opensearch:itemsPerPage>{count}</opensearch:itemsPerPage><opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
    )
    return f"{XML}<feed {namespaces}>\n<id>https://arxiv.org/api/demo</id><title>{title}</title>\n{sizes}\n{entries}</feed>\n".encode()


def _arxiv_error(reason: str) -> Answer:
    address = f"https://arxiv.org/api/errors#{escape(reason.replace(' ', '_'))}"
    entry = f"<entry><id>{address}</id><title>Error</title><updated>2026-01-01T00:00:00Z</updated><summary>{escape(reason)}</summary></entry>\n"
    return Answer(400, ATOM, _arxiv_feed("arXiv Search Results", entry, 1, 0, 1))


def _arxiv_entry(paper: PaperLike) -> str:
    when = stamp(submitted(paper))
    categories = "".join(
        f'<category term="{escape(name)}" scheme="http://arxiv.org/schemas/atom"/>'
        for name in dict.fromkeys([paper.category, *paper.categories])
    )
    people = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    name = escape(paper.arxiv_id)
    return (
        f"<entry><id>http://arxiv.org/abs/{name}v1</id><title>{escape(paper.title)}</title><updated>{when}</updated>"
        f'<link href="https://arxiv.org/abs/{name}v1" rel="alternate" type="text/html"/>'
        f'<link href="https://arxiv.org/pdf/{name}v1" rel="related" type="application/pdf" title="pdf"/>'
        f"<summary>{escape(paper.abstract)}</summary>{categories}<published>{when}</published>"
        f'<arxiv:primary_category term="{escape(paper.category)}"/>{people}</entry>\n'
    )


def arxiv_rss(papers: Sequence[PaperLike], categories: Sequence[str], day: date | None) -> Answer:
    """Answer as arXiv's daily list does: the papers announced on one day."""
    day = day or max((paper.announced for paper in papers), default=date(2026, 1, 1))
    listed = [p for p in papers if p.announced == day and set(categories) & {p.category, *p.categories}]
    midnight = datetime.combine(day, time(0), UTC)
    items = "".join(_rss_item(paper, categories, midnight) for paper in listed)
    name = escape("+".join(categories))
    body = (
        f'{XML}<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">\n'
        f"<channel><title>{name} updates on arXiv.org</title><link>http://rss.arxiv.org/rss/{name}</link>"
        f"<description>{name} updates on the arXiv.org e-print archive.</description><pubDate>{mail_date(midnight)}</pubDate>"
        f"<skipDays><day>Saturday</day><day>Sunday</day></skipDays>\n{items}</channel></rss>\n"
    )
    return Answer(200, "application/rss+xml", body.encode(), cached=True, changed=midnight)


def _rss_item(paper: PaperLike, categories: Sequence[str], midnight: datetime) -> str:
    kind, name = "new" if paper.category in categories else "cross", escape(paper.arxiv_id)
    terms = "".join(
        f"<category>{escape(term)}</category>" for term in dict.fromkeys([paper.category, *paper.categories])
    )
    return (
        f"<item><title>{escape(paper.title)}</title><link>https://arxiv.org/abs/{name}</link>"
        f"<description>arXiv:{name}v1 Announce Type: {kind} \nAbstract: {escape(paper.abstract)}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{name}v1</guid>{terms}<pubDate>{mail_date(midnight)}</pubDate>'
        f"<arxiv:announce_type>{kind}</arxiv:announce_type><dc:creator>{escape(', '.join(paper.authors))}</dc:creator></item>\n"
    )


def mail_date(moment: datetime) -> str:
    """Return a date as RSS and HTTP write it."""
    return format_datetime(moment)


# --- conference sites


def conference(library: Sequence[Mapping[str, Any]], file: str) -> Answer:
    """Answer as the sites of NeurIPS, ICML and ICLR do: one file a year."""
    found = re.fullmatch(r"([a-z]+)-(\d{4})-orals-posters\.json", file)
    venue, year = (_VENUES.get(found[1], ""), int(found[2])) if found else ("", 0)
    papers = [paper for paper in library if paper.get("venue") == venue and paper.get("year") == year]
    if not venue or not papers:
        return Answer(404, "text/html; charset=utf-8", b"<!doctype html><html><title>Not Found</title></html>")
    results = [_presentation(number, paper, f"{venue.lower()}.cc", year) for number, paper in enumerate(papers, 1)]
    body = json.dumps({"count": len(results), "next": None, "previous": None, "results": results}).encode()
    return Answer(200, "application/json", body, cached=True, changed=datetime(year, 10, 1, tzinfo=UTC))


def _presentation(number: int, paper: Mapping[str, Any], site: str, year: int) -> dict[str, Any]:
    forum = paper.get("openreview_id")
    status = paper.get("status") if paper.get("status") in {"Oral", "Spotlight", "Poster"} else "Poster"
    authors = [
        {"id": 1_000 * number + n, "fullname": name, "url": None, "institution": None}
        for n, name in enumerate(paper.get("authors") or [])
    ]
    return {
        "id": 100_000 + number,
        "uid": blake2b(str(paper["title"]).encode(), digest_size=16).hexdigest(),
        "name": paper["title"],
        "authors": authors,
        "abstract": paper.get("abstract"),
        "topic": None,
        "keywords": paper.get("keywords") or [],
        "decision": f"Accept ({str(status).lower()})",
        "session": None,
        "eventtype": "Poster",
        "event_type": "Poster",
        "room_name": None,
        "virtualsite_url": f"/virtual/{year}/poster/{100_000 + number}",
        "url": None,
        "sourceid": number,
        "sourceurl": f"https://{site}",
        "starttime": None,
        "endtime": None,
        "paper_url": f"https://openreview.net/forum?id={forum}" if forum else paper.get("url"),
        "paper_pdf_url": paper.get("pdf_url"),
        "poster_position": None,
        "eventmedia": [],
        "related_events": [],
        "related_events_ids": [],
    }

"""Reads arXiv's daily lists (RSS): what was announced on one day in some categories."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tracker.errors import FetchError
from tracker.fetch.feed_documents import is_cut
from tracker.identity import arxiv_id, paper_identifiers
from tracker.models import Record
from tracker.ports import Request
from tracker.text import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

BASE = "https://rss.arxiv.org"
_NS = {"arxiv": "http://arxiv.org/schemas/atom", "dc": "http://purl.org/dc/elements/1.1/"}
_HEAD = re.compile(r"^\s*arXiv:\S+\s+Announce Type:\s*[\w-]+\s*(?:Abstract:\s*)?", re.IGNORECASE)
_ID = re.compile(r"(?:oai:arXiv\.org:|/abs/|^arXiv:)(.+?)(?:v(\d+))?(?:\.pdf)?$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")


def request(categories: Sequence[str], base: str = "") -> Request:
    """Return the request for the list of today."""
    return Request(
        url=f"{base or BASE}/rss/{'+'.join(categories)}",
        accept="application/rss+xml, application/xml;q=0.9, */*;q=0.5",
        conditional=True,
    )


def parse(body: bytes) -> tuple[list[Record], list[str], str | None]:
    """Return (records, problems, day of the list); an empty list is what weekends and holidays look like.

    A list that is cut off has no day: its whole entries are taken, and the day is filled like one that was missed.

    Raises:
        FetchError: it is no RSS at all.
    """
    root = _root(body)
    day = _day(root.findtext("channel/pubDate") or root.findtext("channel/lastBuildDate"))
    records: dict[str, Record] = {}
    unread = 0
    listed, cut = root.findall("channel/item"), is_cut(body)
    for item in listed[:-1] if cut else listed:
        record = _record(item, day)
        if record is None:
            unread += 1
        else:
            records.setdefault(record.key, record)
    newest = max((r.announced for r in records.values() if r.announced), default=day.isoformat() if day else None)
    problems = [f"{unread} of the entries have no arXiv id or title."] if unread else []
    if cut:
        problems.append("The list is cut off; the whole entries before that were read.")
    return list(records.values()), problems, None if cut else newest


def _root(body: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    from lxml import etree  # type: ignore[import-untyped, unused-ignore]  # 0.2 s

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FetchError(
            "arXiv sent a list that cannot be read.", "It will be tried again with the next sync."
        ) from error
    if root is None or root.find("channel") is None:
        raise FetchError("arXiv sent something that is no RSS.", "It will be tried again with the next sync.")
    return root


def _record(item: Any, day: date | None) -> Record | None:  # noqa: ANN401
    found = _ID.search(clean_line(item.findtext("guid"))) or _ID.search(clean_line(item.findtext("link")))
    name, title = arxiv_id(found[1]) if found else None, clean_line(item.findtext("title"))
    if not found or not name or not title:
        return None
    described = item.findtext("description") or ""
    kind = clean_line(item.findtext("arxiv:announce_type", namespaces=_NS)) or _announced_as(described)
    announced = _day(item.findtext("pubDate")) or day
    categories = tuple(dict.fromkeys(filter(None, (clean_line(one.text, 60) for one in item.iterfind("category")))))
    comment = clean_line(item.findtext("arxiv:journal_reference", namespaces=_NS))
    doi = clean_line(item.findtext("arxiv:DOI", namespaces=_NS)) or None
    return Record(
        kind="paper",
        key=f"arxiv:{name}",
        identifiers=paper_identifiers(arxiv=name, doi_name=doi),
        title=title,
        text=clean_text(_HEAD.sub("", described)),
        authors=authors_of(item.findtext("dc:creator", namespaces=_NS) or ""),
        url=f"https://arxiv.org/abs/{name}",
        pdf_url=f"https://arxiv.org/pdf/{name}",
        venue="arXiv",
        year=_year(name),
        status="preprint",
        track=categories[0] if categories else "",
        categories=categories,
        comment=comment,
        announced=announced.isoformat() if announced else None,
        version=int(found[2]) if found[2] else None,
        updates_only=kind.lower().startswith("replace"),
    )


def authors_of(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas; affiliations in brackets, which hold commas too, are left out."""
    while text != (text := _IN_BRACKETS.sub("", text)):
        pass
    names = (clean_line(name, 200) for name in re.split(r",\s*|\s+and\s+", text))
    return tuple(dict.fromkeys(filter(None, names)))


def _announced_as(described: str) -> str:
    found = re.search(r"Announce Type:\s*([\w-]+)", described[:200])
    return found[1] if found else "new"


def _year(name: str) -> int:
    """Return the year of submission, which an id begins with (`2401.01234`, `cs/0701001`)."""
    short = int(name.rpartition("/")[2][:2])
    return 1900 + short if short > 90 else 2000 + short


def _day(text: str | None) -> date | None:
    """Return the day that a date names in its own time zone: a list of midnight in New York belongs to that day."""
    from email.utils import parsedate_to_datetime

    try:
        day = parsedate_to_datetime((text or "").strip()).date()
    except (ValueError, TypeError, OverflowError):
        return None
    return day if day.year >= 1990 else None

"""Reads arXiv's daily lists (RSS or Atom): what was announced on one day in some categories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.errors import FetchError
from tracker.fetch.arxiv.paper import PREPRINT, paper, xml_root
from tracker.fetch.feed.documents import is_cut
from tracker.identity import arxiv_id
from tracker.ports import Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tracker.models import Record

BASE = "https://rss.arxiv.org"
LONGEST = 2_000
"""A list ends there, whatever the day brought."""
_NS = {
    "arxiv": "http://arxiv.org/schemas/atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
}
_ATOM = f"{{{_NS['atom']}}}"
_HEAD = re.compile(r"^\s*arXiv:\S+\s+Announce Type:\s*[\w-]+\s*(?:Abstract:\s*)?", re.IGNORECASE)
_ID = re.compile(r"(?:oai:arXiv\.org:|/abs/|^arXiv:)(.+?)(?:v(\d+))?(?:\.pdf)?$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One daily list.

    Attributes:
        day: the day it announces, as an ISO date, where it says one.
        is_cut: whether papers of that day are missing: it breaks off, or is as long as a list can be.
    """

    records: list[Record]
    problems: list[str]
    day: str | None
    is_cut: bool


def request(categories: Sequence[str], base: str = "", form: str = "rss") -> Request:
    """Return the request for the list of today; `form` is `rss` or `atom`."""
    return Request(
        url=f"{base or BASE}/{form}/{'+'.join(categories)}",
        accept=f"application/{form}+xml, application/xml;q=0.9, */*;q=0.5",
        conditional=True,
    )


def parse(body: bytes) -> Listing:
    """Read a list; one without papers is what weekends and holidays look like. Of one that breaks off, whole entries stay.

    Raises:
        FetchError: it is neither RSS nor Atom.
    """
    root = xml_root(body)
    if root is None:
        raise FetchError("arXiv sent a list that cannot be read.", "It will be tried again with the next sync.")
    entries = root.findall("channel/item") if root.find("channel") is not None else root.findall("atom:entry", _NS)
    if root.find("channel") is None and root.tag != f"{_ATOM}feed":
        raise FetchError("arXiv sent something that is no list.", "It will be tried again with the next sync.")
    day = _dated(root.find("channel")) if root.find("channel") is not None else _dated(root)
    broken = is_cut(body)
    listed = entries[:-1] if broken else entries
    found = [_record(entry, day) for entry in listed[:LONGEST]]
    records: dict[str, Record] = {}
    for record in filter(None, found):
        records.setdefault(record.key, record)
    newest = max((r.announced for r in records.values() if r.announced), default=day.isoformat() if day else None)
    unread = found.count(None)
    problems = [f"{unread} of the entries have no arXiv id or title."] if unread else []
    if broken:
        problems.append("The list is cut off; the whole entries before that were read.")
    return Listing(
        records=list(records.values()),
        problems=problems,
        day=newest,
        is_cut=broken or len(entries) >= LONGEST,
    )


def _text(entry: Any, *names: str) -> str:  # noqa: ANN401 - lxml has no types
    """Return the first text there is under some names; RSS and Atom call the same things differently."""
    return next(filter(None, (clean_line(entry.findtext(name, namespaces=_NS)) for name in names)), "")


def _dated(element: Any) -> date | None:  # noqa: ANN401
    return _day(_text(element, "pubDate", "lastBuildDate", "atom:published", "atom:updated"))


def _record(entry: Any, day: date | None) -> Record | None:  # noqa: ANN401
    link = entry.find("atom:link", _NS)
    places = (_text(entry, "guid", "atom:id"), _text(entry, "link"), "" if link is None else link.get("href", ""))
    found = next(filter(None, map(_ID.search, places)), None)
    name, title = arxiv_id(found[1]) if found else None, _text(entry, "title", "atom:title")
    if not found or not name or not title:
        return None
    described = entry.findtext("description") or entry.findtext("atom:summary", namespaces=_NS) or ""
    kind = _text(entry, "arxiv:announce_type") or _announced_as(described)
    announced = _dated(entry) or day
    is_replaced = kind.lower().startswith("replace")
    return paper(
        name,
        title=title,
        abstract=_HEAD.sub("", described),
        authors=_authors(entry),
        categories=[term.get("term") or term.text or "" for term in entry.iterfind("{*}category")],
        comment=_text(entry, "arxiv:journal_reference"),
        doi=_text(entry, "arxiv:DOI"),
        status="" if is_replaced else PREPRINT,  # most withdrawals are told in comments, and a list has none
        announced=announced.isoformat() if announced else None,
        version=int(found[2]) if found[2] else None,
        updates_only=is_replaced,
    )


def _authors(entry: Any) -> tuple[str, ...]:  # noqa: ANN401
    named = entry.iterfind("atom:author/atom:name", _NS)
    return authors_of(entry.findtext("dc:creator", namespaces=_NS) or "") or tuple(one.text or "" for one in named)


def authors_of(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas; affiliations in brackets, which hold commas too, are left out."""
    while text != (text := _IN_BRACKETS.sub("", text)):
        pass
    names = (clean_line(name, 200) for name in re.split(r",\s*|\s+and\s+", text))
    return tuple(dict.fromkeys(filter(None, names)))


def _announced_as(described: str) -> str:
    found = re.search(r"Announce Type:\s*([\w-]+)", described[:200])
    return found[1] if found else "new"


def _day(text: str) -> date | None:
    """Return the day that a date names in its own time zone: a list of midnight in New York belongs to that day."""
    from datetime import datetime
    from email.utils import parsedate_to_datetime

    try:
        day = (datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)).date()
    except (ValueError, TypeError, OverflowError):
        return None
    return day if day.year >= 1990 else None

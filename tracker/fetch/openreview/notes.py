"""Notes of OpenReview as records: values are wrapped in API 2 (`{"value": …}`) and bare in API 1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from tracker import times
from tracker.fetch.options import items, mapping
from tracker.identity import is_web_address, paper_identifiers
from tracker.models import Record
from tracker.text import clean_line, clean_text, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SITE = "https://openreview.net"
_RANKS = ("oral", "spotlight", "poster")
_RENAMED = {"NIPS": "NeurIPS"}
_OUTCOMES = ("withdrawn", "rejected", "submitted")


@dataclass(frozen=True, slots=True)
class Place:
    """What a venue id says: `NeurIPS.cc/2025/Datasets_and_Benchmarks_Track` is NeurIPS, 2025, that track."""

    venue: str
    year: int | None
    track: str


def place_of(venue_id: str) -> Place:
    """Return venue, year and track of an id; the track of a main conference is empty."""
    segments = [segment for segment in venue_id.split("/") if segment]
    number = next((n for n, segment in enumerate(segments) if re.fullmatch(r"(?:19|20)\d\d", segment)), len(segments))
    names, year, rest = segments[:number], segments[number : number + 1], segments[number + 1 :]
    host = re.sub(r"\.(?:cc|org|com|net|io|edu)$", "", names[0] if names else venue_id)
    track = " ".join(rest).replace("_", " ")
    return Place(
        venue=clean_line(names[-1] if len(names) > 1 else _RENAMED.get(host, host), 60),
        year=int(year[0]) if year else None,
        track="" if track == "Conference" else clean_line(track, 100),
    )


def parse(notes: Sequence[Mapping[str, Any]], venue_id: str) -> tuple[list[Record], list[str]]:
    """Return (records, problems); deleted notes and comments are no papers."""
    place = place_of(venue_id)
    papers = [note for note in notes if not note.get("ddate") and note.get("forum", note.get("id")) == note.get("id")]
    records = [record for note in papers if (record := record_of(note, place))]
    lost = len(papers) - len(records)
    return records, [f"{plural(lost, 'note')} left out: no title or no id."] if lost else []


def record_of(note: Mapping[str, Any], place: Place) -> Record | None:
    """Return the record of a note, None when it cannot be named."""
    content = mapping(note.get("content"))
    forum = note.get("id")
    title = clean_line(_value(content, "title"))
    names = paper_identifiers(openreview=forum) if isinstance(forum, str) else ()
    if not names or not title:
        return None
    pdf = _pdf(_value(content, "pdf"))
    accepted = moment(note.get("pdate"))
    return Record(
        kind="paper",
        key=names[0],
        identifiers=tuple(dict.fromkeys((*names, *paper_identifiers(urls=[pdf])))),
        title=title,
        text=clean_text(_value(content, "abstract")),
        authors=_texts(_value(content, "authors"), 200),
        url=f"{SITE}/forum?id={forum}",
        pdf_url=pdf,
        venue=place.venue,
        year=place.year,
        track=place.track,
        status=status_of(clean_line(_value(content, "venue"), 200)),
        categories=_texts([_value(content, "primary_area")], 200),
        keywords=_texts(_value(content, "keywords"), 100)[:50],
        tldr=clean_line(_value(content, "TLDR") or _value(content, "TL;DR"), 1_000),
        published=moment(note.get("cdate")) or moment(note.get("tcdate")),
        announced=accepted[:10] if accepted else None,
    )


def status_of(words: str) -> str:
    """Return the decision that the text of a venue holds (`NeurIPS 2025 poster`): accepted where it names no other."""
    lower = words.lower()
    for rank in _RANKS:
        if rank in lower:
            return rank.capitalize()
    return next((outcome for outcome in _OUTCOMES if outcome in lower), "accepted" if lower else "")


def moment(milliseconds: object) -> str | None:
    """Return a time since the epoch as ISO text, None when it is none."""
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return None
    try:
        return times.parse(times.stamp(datetime.fromtimestamp(milliseconds / 1_000, UTC)))
    except (ValueError, OverflowError, OSError):
        return None


def _value(content: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever the form of the venue asks for
    value = content.get(name)
    return value.get("value") if isinstance(value, dict) else value


def _texts(value: object, width: int) -> tuple[str, ...]:
    """Return a list of texts; some forms have them in one text, with commas."""
    texts = re.split(r"[;,]", value) if isinstance(value, str) else items(value)
    return tuple(dict.fromkeys(filter(None, (clean_line(text, width) for text in texts))))


def _pdf(value: object) -> str:
    try:
        address = urljoin(f"{SITE}/", value.strip()) if isinstance(value, str) and value.strip() else ""
    except ValueError:
        return ""
    return address if is_web_address(address) else ""

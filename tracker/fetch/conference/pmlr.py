"""Reads a volume of the Proceedings of Machine Learning Research from its bibliography, which holds the abstracts too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.errors import FetchError
from tracker.fetch.conference import bibtex as bibtex_reader
from tracker.identity import is_web_address, paper_identifiers
from tracker.models import Record
from tracker.ports import Request
from tracker.text import clean_text, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.fetch.conference.bibtex import Entry
    from tracker.fetch.conference.venues import Edition
    from tracker.ports import Client

BASE = "https://proceedings.mlr.press"
BYTE_LIMIT = 60_000_000
_PAPERS = frozenset({"inproceedings", "conference", "article", "incollection"})
_ON_THE_SITE = re.compile(r"^pmlr-v\d+-([\w-]+)$")


def serves(edition: Edition) -> bool:
    """Tell whether the volume of that year is known."""
    return edition.year in edition.venue.volumes


def read(edition: Edition, _mark: object, client: Client) -> Iterator[tuple[list[Record], object, list[str]]]:
    """Yield (records, mark, problems) once; nothing when the volume is as it was.

    Raises:
        StatusError: with status 404, the volume is not out.
    """
    volume = edition.venue.volumes[edition.year]
    answer = client.get(request(volume, edition.base))
    if answer.status == 304:
        return
    records, problems = parse(answer.body, volume, edition)
    yield records, {"way": "pmlr", "papers": len(records)}, problems


def request(volume: int, base: str) -> Request:
    """Return the request for the bibliography of a volume."""
    return Request(
        url=f"{base or BASE}/v{volume}/assets/bib/bibliography.bib",
        accept="application/x-bibtex, text/plain;q=0.9, */*;q=0.5",
        conditional=True,
        byte_limit=BYTE_LIMIT,
    )


def parse(body: bytes, volume: int, edition: Edition) -> tuple[list[Record], list[str]]:
    """Return (records, problems).

    Raises:
        FetchError: this is no bibliography, or one of another year.
    """
    entries, broken = bibtex_reader.read(body.decode("utf-8", "replace"))
    papers = [entry for entry in entries if entry.type in _PAPERS]
    if not papers:
        raise FetchError(f"The bibliography of PMLR volume {volume} has no papers.", "A newer tracker may read it.")
    years = {entry.fields["year"] for entry in papers if "year" in entry.fields}
    if years and str(edition.year) not in years:
        raise FetchError(
            f"PMLR volume {volume} is of {', '.join(sorted(years))[:50]}, not of {edition}.", "Please report it."
        )
    records = [record for paper in papers if (record := record_of(paper, volume, edition))]
    lost = broken + len(papers) - len(records)
    return records, [f"{plural(lost, 'entry', 'entries')} could not be read."] if lost else []


def record_of(entry: Entry, volume: int, edition: Edition) -> Record | None:
    """Return the record of an entry, None when it has no title."""
    fields = entry.fields
    title = bibtex_reader.plain(fields.get("title", ""))
    if not title or not entry.key:
        return None
    named = _ON_THE_SITE.match(entry.key)
    page = fields.get("url", "").strip() or (f"{BASE}/v{volume}/{named[1]}.html" if named else "")
    page, pdf = (address if is_web_address(address) else "" for address in (page, fields.get("pdf", "").strip()))
    forum = fields.get("openreview", "").strip()
    key = f"bib:v{volume}/{named[1] if named else entry.key}"
    names = paper_identifiers(openreview=forum, urls=[page, pdf])
    if not page and f"openreview:{forum}" in names:
        page = f"https://openreview.net/forum?id={forum}"
    return Record(
        kind="paper",
        key=key,
        identifiers=(*names, key),
        title=title,
        text=clean_text(bibtex_reader.plain(fields.get("abstract", ""))),
        authors=bibtex_reader.people(fields.get("author", "")),
        url=page,
        pdf_url=pdf,
        venue=edition.venue.name,
        year=edition.year,
        status="accepted",
    )

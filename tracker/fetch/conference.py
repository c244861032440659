"""Reads the accepted papers of NeurIPS, ICML and ICLR from the static file of their sites; no login needed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin

from tracker.errors import ConfigError, FetchError
from tracker.fetch import options
from tracker.fetch.options import items, mapping
from tracker.http.refusals import StatusError
from tracker.identity import is_web_address, paper_identifiers
from tracker.models import Record
from tracker.ports import Batch, Request
from tracker.text import clean_line, clean_text, html_to_text, title_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.config import Source
    from tracker.ports import Client

BASES = {"NeurIPS": "https://neurips.cc", "ICML": "https://icml.cc", "ICLR": "https://iclr.cc"}
OPTIONS = frozenset({"venue", "years"})
BYTE_LIMIT = 60_000_000
_RANKS = ("oral", "spotlight", "poster")


class ConferenceFetcher:
    """Options: `venue` (NeurIPS, ICML or ICLR), `years` (a list)."""

    kind: ClassVar[str] = "conference"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        venue_of(source)
        years_of(source)

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield one batch a year; a year that is not out yet stops nothing that comes before it."""
        venue, counts = venue_of(source), dict(cursor)
        missing: FetchError | None = None
        for year in years_of(source):
            try:
                answer = client.get(request(source, year))
            except StatusError as error:
                if error.status != 404:
                    raise
                missing = FetchError(
                    f"{venue} {year} has no list of papers yet (404).",
                    "It appears some weeks before the conference; check the year if it is long past.",
                    state=error.state,
                )
                continue
            if answer.status == 304:
                continue
            records, problems = parse(answer.body, venue, year, source.base or BASES[venue])
            counts[str(year)] = len(records)
            yield Batch(records=records, cursor=dict(counts), problems=problems)
        if missing:
            raise missing


def venue_of(source: Source) -> str:
    """Return the venue in its own spelling."""
    wanted = options.text(source, "venue", None)
    for name in BASES:
        if name.lower() == wanted.lower():
            return name
    raise ConfigError(
        f"Source '{source.name}': '{wanted}' is no conference that can be read.", f"Known: {', '.join(BASES)}."
    )


def years_of(source: Source) -> tuple[int, ...]:
    """Return the years, in the order given."""
    value = source.options.get("years")
    years = [value] if isinstance(value, int) else value
    if not isinstance(years, list | tuple) or not years:
        raise ConfigError(f"Source '{source.name}' needs years.", "Add years = [2025].")
    for year in years:
        if not isinstance(year, int) or isinstance(year, bool) or not 1987 <= year <= 2100:
            raise ConfigError(f"Source '{source.name}': {year!r} is no year.", "Write years = [2025].")
    return tuple(years)


def request(source: Source, year: int) -> Request:
    """Return the request for the file of a year."""
    venue = venue_of(source)
    return Request(
        url=f"{source.base or BASES[venue]}/static/virtual/data/{venue.lower()}-{year}-orals-posters.json",
        accept="application/json",
        conditional=True,
        byte_limit=BYTE_LIMIT,
    )


def parse(body: bytes, venue: str, year: int, base: str) -> tuple[list[Record], list[str]]:
    """Return (records, problems): one record a paper, however often it is presented."""
    try:
        results = mapping(json.loads(body)).get("results")
    except (ValueError, RecursionError) as error:
        raise FetchError(
            f"The list of papers of {venue} {year} is not JSON.", "It will be tried again with the next sync."
        ) from error
    if not isinstance(results, list):
        raise FetchError(
            f"The list of papers of {venue} {year} has another shape than known.", "A newer tracker may read it."
        )
    groups = presentations(results)
    records = [record_of(group, venue, year, base) for group in groups]
    unnamed = len(results) - sum(map(len, groups))
    return records, [f"{unnamed} of the entries have no title."] if unnamed else []


def presentations(results: Sequence[object]) -> list[list[Mapping[str, Any]]]:
    """Group the entries of one paper (as oral, as poster) by forum, by uid or by title, in order of appearance."""
    groups: list[list[Mapping[str, Any]]] = []
    places: dict[str, int] = {}
    for entry in map(mapping, results):
        title = clean_line(entry.get("name"))
        if not title:
            continue
        forum = _identifiers(entry)[:1]
        names = [
            f"title:{title_key(title) or title}",
            *(f"uid:{uid}" for uid in [_name(entry.get("uid"))] if uid),
            *forum,
        ]
        found = [places[name] for name in names if name in places and _agree(groups[places[name]], forum)]
        place = found[0] if found else len(groups)
        if not found:
            groups.append([])
        groups[place].append(entry)
        for name in names:
            places.setdefault(name, place)
    return groups


def _agree(group: Sequence[Mapping[str, Any]], forum: Sequence[str]) -> bool:
    """Two papers of one title have two forums."""
    others = {name for entry in group for name in _identifiers(entry)[:1]}
    return not forum or not others or forum[0] in others


def record_of(group: Sequence[Mapping[str, Any]], venue: str, year: int, base: str) -> Record:
    """Return the record of one paper; the highest decision wins, the poster names it, for every paper has one."""
    ordered = sorted(group, key=rank)
    lowest = ordered[-1]
    key = f"{venue.lower()}:{year}:{_name(lowest.get('uid')) or _name(lowest.get('id')) or title_key(str(lowest['name']))}"
    identifiers = tuple(dict.fromkeys(name for entry in ordered for name in _identifiers(entry)))
    pdf = _first(ordered, "paper_pdf_url")
    return Record(
        kind="paper",
        key=key,
        identifiers=(*identifiers, key),
        title=clean_line(lowest["name"]),
        text=clean_text(html_to_text(_first(ordered, "abstract"))[0]),
        authors=_authors(ordered),
        url=_page(ordered, identifiers, base),
        pdf_url=pdf if is_web_address(pdf) else "",
        venue=venue,
        year=year,
        status=_status(ordered[0]),
        categories=tuple(filter(None, [clean_line(_first(ordered, "topic"), 200)])),
        keywords=_keywords(ordered),
    )


def _page(entries: Sequence[Mapping[str, Any]], identifiers: Sequence[str], base: str) -> str:
    """Return the page of a paper: its own address, its forum, or its place on the site of the conference."""
    if is_web_address(paper := _first(entries, "paper_url")):
        return paper
    if forum := next((name.removeprefix("openreview:") for name in identifiers if name.startswith("openreview:")), ""):
        return f"https://openreview.net/forum?id={forum}"
    try:
        page = urljoin(f"{base}/", _first(entries, "virtualsite_url"))
    except ValueError:
        return ""
    return page if page != f"{base}/" and is_web_address(page) else ""


def rank(entry: Mapping[str, Any]) -> int:
    """Return 0 for an oral, 1 for a spotlight, 2 for a poster, 3 for anything else."""
    for words in (entry.get("decision"), f"{entry.get('eventtype') or ''} {entry.get('event_type') or ''}"):
        for number, name in enumerate(_RANKS):
            if isinstance(words, str) and name in words.lower():
                return number
    return len(_RANKS)


def _status(entry: Mapping[str, Any]) -> str:
    number = rank(entry)
    return _RANKS[number].capitalize() if number < len(_RANKS) else "accepted"


def _identifiers(entry: Mapping[str, Any]) -> tuple[str, ...]:
    urls = [entry.get(name) for name in ("paper_url", "sourceurl", "paper_pdf_url")]
    return paper_identifiers(urls=[url for url in urls if isinstance(url, str)])


def _authors(entries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    for entry in entries:
        names = [
            mapping(author).get("fullname") if isinstance(author, dict) else author
            for author in items(entry.get("authors"))
        ]
        if authors := tuple(filter(None, (clean_line(name, 200) for name in names))):
            return authors
    return ()


def _keywords(entries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    for entry in entries:
        value = entry.get("keywords")
        words = re.split(r"[;,]", value) if isinstance(value, str) else items(value)
        if found := tuple(dict.fromkeys(filter(None, (clean_line(word, 100) for word in words)))):
            return found[:50]
    return ()


def _first(entries: Sequence[Mapping[str, Any]], name: str) -> str:
    """Return the first text under a name that is not empty."""
    return next((value for entry in entries if isinstance(value := entry.get(name), str) and value), "")


def _name(value: object) -> str:
    return clean_line(str(value), 100) if isinstance(value, str | int) and not isinstance(value, bool) else ""

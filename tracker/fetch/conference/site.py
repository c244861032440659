"""Reads the static files that the site of a conference publishes: one list of its papers, since 2026 one of abstracts beside it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from tracker.errors import FetchError
from tracker.fetch.conference import slots
from tracker.fetch.options import items, mapping
from tracker.http.refusals import StatusError
from tracker.identity import is_web_address, paper_identifiers
from tracker.markup import html_to_text
from tracker.models import Record
from tracker.ports import Request
from tracker.text import clean_line, clean_text, title_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.fetch.conference.venues import Edition
    from tracker.ports import Client

BYTE_LIMIT = 60_000_000
_RANKS = ("oral", "spotlight", "poster")


def serves(edition: Edition) -> bool:
    """Tell whether there is a site to ask."""
    return bool(edition.base or edition.venue.site)


def read(edition: Edition, mark: object, client: Client) -> Iterator[tuple[list[Record], object, list[str]]]:
    """Yield (records, mark, problems) once; nothing when the list has not changed.

    The mark is the count of papers; while the abstracts are not out it is a mapping, and the list is asked for anew.

    Raises:
        StatusError: with status 404, there is no list of that year.
    """
    answer = client.get(request(edition, "orals-posters", conditional=not isinstance(mark, dict)))
    if answer.status == 304:
        return
    results = results_of(answer.body, edition)
    abstracts: Mapping[str, Any] | None = {}
    if results and not any(_first([mapping(entry)], "abstract") for entry in results):
        abstracts = _abstracts(edition, client)
    records, problems = parse(results, edition, abstracts or {})
    if abstracts is None:
        yield records, {"papers": len(records)}, [*problems, f"The abstracts of {edition} are not out yet."]
    else:
        yield records, len(records), problems


def request(edition: Edition, what: str, *, conditional: bool) -> Request:
    """Return the request for a file of a year: `orals-posters` or `abstracts`."""
    return Request(
        url=f"{_site(edition)}/static/virtual/data/{edition.venue.slug}-{edition.year}-{what}.json",
        accept="application/json",
        conditional=conditional,
        byte_limit=BYTE_LIMIT,
    )


def _site(edition: Edition) -> str:
    return edition.base or edition.venue.site


def results_of(body: bytes, edition: Edition) -> list[Any]:
    """Return the entries of a list of papers."""
    results = mapping(_json(body, f"The list of papers of {edition}")).get("results")
    if not isinstance(results, list):
        raise FetchError(
            f"The list of papers of {edition} has another shape than known.", "A newer tracker may read it."
        )
    return results


def _abstracts(edition: Edition, client: Client) -> Mapping[str, Any] | None:
    """Return abstracts by the ids of entries; None when there is no such file."""
    try:
        answer = client.get(request(edition, "abstracts", conditional=False))
    except StatusError as error:
        if error.status != 404:
            raise
        return None
    return mapping(_json(answer.body, f"The file of abstracts of {edition}"))


def _json(body: bytes, what: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchError(f"{what} is not JSON.", "It will be tried again with the next sync.") from error


def parse(results: Sequence[object], edition: Edition, abstracts: Mapping[str, Any]) -> tuple[list[Record], list[str]]:
    """Return (records, problems): one record a paper, however often it is presented."""
    groups = presentations(results)
    records = [record_of(group, edition, abstracts) for group in groups]
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


def record_of(group: Sequence[Mapping[str, Any]], edition: Edition, abstracts: Mapping[str, Any]) -> Record:
    """Return the record of one paper; the highest decision wins, the poster names it, for every paper has one."""
    ordered = sorted(group, key=rank)
    lowest = ordered[-1]
    number = _name(lowest.get("uid")) or _name(lowest.get("id")) or title_key(str(lowest["name"]))
    key = f"{edition.venue.slug}:{edition.year}:{number}"
    identifiers = tuple(dict.fromkeys(name for entry in ordered for name in _identifiers(entry)))
    pdf = _first(ordered, "paper_pdf_url")
    apart = [{"abstract": abstracts.get(_name(entry.get("id")))} for entry in ordered] if abstracts else []
    return Record(
        kind="paper",
        key=key,
        identifiers=(*identifiers, key),
        title=clean_line(lowest["name"]),
        text=clean_text(html_to_text(_first([*ordered, *apart], "abstract"))[0]),
        authors=_authors(ordered),
        url=_page(ordered, identifiers, _site(edition)),
        pdf_url=pdf if is_web_address(pdf) else "",
        venue=edition.venue.name,
        year=edition.year,
        status=_status(ordered[0]),
        categories=tuple(filter(None, [clean_line(_first(ordered, "topic"), 200)])),
        keywords=_keywords(ordered),
        comment="; ".join(dict.fromkeys(filter(None, map(slots.told, ordered)))),
        slots=tuple(dict.fromkeys(slot for entry in ordered if (slot := slots.slot_of(entry)))),
    )


def _page(entries: Sequence[Mapping[str, Any]], identifiers: Sequence[str], site: str) -> str:
    """Return the page of a paper: its own address, its forum, or its place on the site of the conference."""
    if is_web_address(paper := _first(entries, "paper_url")):
        return paper
    if forum := next((name.removeprefix("openreview:") for name in identifiers if name.startswith("openreview:")), ""):
        return f"https://openreview.net/forum?id={forum}"
    try:
        page = urljoin(f"{site}/", _first(entries, "virtualsite_url"))
    except ValueError:
        return ""
    return page if page != f"{site}/" and is_web_address(page) else ""


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

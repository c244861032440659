"""Reads the accepted papers of conferences: from the file of their site, else their proceedings, else OpenReview."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import urlsplit

from tracker.credentials import credential
from tracker.errors import ConfigError, FetchError
from tracker.fetch import options
from tracker.fetch.conference import neurips as proceedings_neurips
from tracker.fetch.conference import openreview as conference_openreview
from tracker.fetch.conference import pmlr as proceedings_pmlr
from tracker.fetch.conference import site as conference_site
from tracker.fetch.conference.venues import VENUES, Edition, Venue
from tracker.http.refusals import StatusError
from tracker.identity import is_web_address
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.models import Record
    from tracker.ports import Client

OPTIONS = frozenset({"venue", "years", "site"})
BASE = "https://neurips.cc"
"""The service whose site software most others use; see `conference_venues` for each one's address."""
_NAMED = re.compile(r"^([a-z]+):(\d{4})$", re.IGNORECASE)
_PAGE = re.compile(r"^/(?:virtual/(\d{4})(?:/(?:index|papers)\.html)?|Conferences/(\d{4}))/?$", re.IGNORECASE)
_PROCEEDINGS = re.compile(r"^/paper_files/paper/(\d{4})/?$")
_VOLUME = re.compile(r"^/v(\d+)/?$")


class _Way(Protocol):
    """One place where the papers of an edition can be read; 404 as its first answer means: not there."""

    def serves(self, edition: Edition) -> bool: ...

    def read(
        self, edition: Edition, mark: object, client: Client, /
    ) -> Iterator[tuple[list[Record], object, list[str]]]: ...


WAYS: Mapping[str, _Way] = {
    "site": conference_site,
    "the proceedings": proceedings_neurips,
    "the Proceedings of Machine Learning Research": proceedings_pmlr,
    "OpenReview": conference_openreview,
}


class ConferenceFetcher:
    """Options: `venue`, `years` (a list), `site` (the address of a site with the same software)."""

    kind: ClassVar[str] = "conference"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        venue_of(source)
        years_of(source)

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return the options for `neurips:2025`, a page `/virtual/2025` of a site, a year or volume of proceedings."""
        if named := _NAMED.match(text.strip()):
            known = VENUES.get(named[1].lower())
            return _options(known, int(named[2])) if known else None
        return _of_address(text.strip()) if is_web_address(text.strip()) else None

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield one batch a year or more; a year that is not out yet stops nothing that comes after it."""
        venue, marks = venue_of(source), dict(cursor)
        missing: FetchError | None = None
        for year in years_of(source):
            edition = Edition(venue=venue, year=year, base=source.base)
            try:
                for records, mark, problems in _read(edition, marks.get(str(year)), client):
                    marks[str(year)] = mark
                    yield Batch(records=records, cursor=dict(marks), problems=problems)
            except _NotOutError as error:
                missing = error
        if missing:
            raise missing


class _NotOutError(FetchError):
    """No way leads to the papers of an edition."""


def _read(edition: Edition, mark: object, client: Client) -> Iterator[tuple[list[Record], object, list[str]]]:
    """Yield what the first way that leads there has; say so when it is not the site."""
    if proceedings_neurips.is_complete(mark):
        return
    for name, way in WAYS.items():
        if not way.serves(edition):
            continue
        said = [] if name == "site" else [f"{edition} has no list on its site; it is read from {name}."]
        try:
            for records, after, problems in way.read(edition, mark, client):
                yield records, after, [*said, *problems]
                said = []
        except StatusError as error:
            if error.status != 404:
                raise
        else:
            return
    remedy = "It appears some weeks before the conference; check the year if it is long past."
    if edition.venue.openreview and not credential("openreview_username"):
        remedy += " With a login for OpenReview it is looked for there too."
    raise _NotOutError(f"{edition} has no list of papers yet (404).", remedy)


def venue_of(source: Source) -> Venue:
    """Return the conference; one that is not known needs the address of its site."""
    wanted, site = options.text(source, "venue", None), options.text(source, "site").rstrip("/")
    if site and not is_web_address(site):
        raise ConfigError(f"Source '{source.name}': its site is no http or https address.", 'Write site = "https://…".')
    known = VENUES.get(wanted.lower())
    if site and re.fullmatch(r"[A-Za-z][\w-]{1,30}", wanted):
        return Venue(name=known.name if known else wanted, site=site)
    if known:
        return known
    raise ConfigError(
        f"Source '{source.name}': '{wanted}' is no conference that can be read.",
        f'Known: {", ".join(venue.name for venue in VENUES.values())}; for others with the same site software add site = "https://…".',
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


def _options(venue: Venue, year: int) -> Mapping[str, Any] | None:
    return {"venue": venue.name, "years": [year]} if 1987 <= year <= 2100 else None


def _of_address(address: str) -> Mapping[str, Any] | None:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if host == "proceedings.mlr.press" and (found := _VOLUME.match(parts.path)):
        volumes = {number: (venue, year) for venue in VENUES.values() for year, number in venue.volumes.items()}
        return _options(*volumes[int(found[1])]) if int(found[1]) in volumes else None
    for venue in VENUES.values():
        if host == urlsplit(venue.site).hostname and (found := _PAGE.match(parts.path)):
            return _options(venue, int(found[1] or found[2]))
        if venue.proceedings and host == urlsplit(venue.proceedings).hostname:
            found = _PROCEEDINGS.match(parts.path)
            return _options(venue, int(found[1])) if found else None
    return None

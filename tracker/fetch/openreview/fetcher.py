"""Reads the accepted papers of a venue from OpenReview, with the user's login."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tracker.errors import ConfigError, FetchError
from tracker.fetch import options
from tracker.fetch.openreview import api as openreview_api
from tracker.fetch.openreview import notes as openreview_notes
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.config import Source
    from tracker.models import Record
    from tracker.ports import Client

BASE = openreview_api.ADDRESSES[2]
OPTIONS = frozenset({"venue", "api"})
APIS = (2, 1)
PAGES = 10
_VENUE = re.compile(r"[A-Za-z0-9][\w.&-]*(?:/[\w.&-]+)*")


class OpenReviewFetcher:
    """Options: `venue` (an id such as `NeurIPS.cc/2025/Conference`), `api` (2 or 1; both are tried unless given)."""

    kind: ClassVar[str] = "openreview"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        venue_of(source)
        options.number(source, "api", 2, 1, 2)

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return the options for `openreview:VENUEID` or the page of a venue on openreview.net."""
        text = text.strip()
        wanted = text[len("openreview:") :] if text.lower().startswith("openreview:") else _venue_of_page(text)
        return {"venue": wanted} if "/" in wanted and _VENUE.fullmatch(wanted) else None

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield a batch a page; later runs read only what was changed since."""
        venue, given = venue_of(source), source.options.get("api")
        found = False
        for records, mark, problems in read(venue, (given,) if given else APIS, source.base, cursor, client):
            found = True
            yield Batch(records=records, cursor=mark, problems=problems)
        if not found:
            raise FetchError(
                f"OpenReview has no accepted papers under '{venue}'.",
                "Check the venue id; papers stand there from the decisions on.",
            )


def venue_of(source: Source) -> str:
    """Return the id of the venue."""
    venue = options.text(source, "venue", None)
    if not _VENUE.fullmatch(venue):
        raise ConfigError(
            f"Source '{source.name}': '{venue}' is no venue id.", 'Write it as venue = "NeurIPS.cc/2025/Conference".'
        )
    return venue


def _venue_of_page(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or (parts.hostname or "").removeprefix("www.") != "openreview.net":
        return ""
    return parse_qs(parts.query).get("id", [""])[0] if parts.path.rstrip("/") in {"/group", "/venue"} else ""


def read(
    venue: str, apis: Sequence[int], base: str, mark: Mapping[str, Any], client: Client
) -> Iterator[tuple[list[Record], dict[str, Any], list[str]]]:
    """Yield (records, mark, problems) a page; nothing when no interface has papers of that venue.

    The mark is `{"api", "newest", "after"}`: the interface that has them, the last change known (milliseconds), and,
    while the first reading goes on, the last note read.
    """
    token = openreview_api.login(base, client)
    known, newest = mark.get("api"), mark.get("newest")
    if not isinstance(known, int) or known not in apis or not isinstance(newest, int):
        known, mark = None, {}
    elif not mark.get("after"):
        yield from _changed(venue, known, base, token, newest, client)
        return
    for api in (known,) if known else apis:
        found = False
        for part in _all(venue, api, base, token, mark, client):
            found = True
            yield part
        if found:
            return


def _all(
    venue: str, api: int, base: str, token: str, mark: Mapping[str, Any], client: Client
) -> Iterator[tuple[list[Record], dict[str, Any], list[str]]]:
    """Yield every note in the order of ids; what was changed meanwhile is later than the newest of the first page."""
    after = mark["after"] if isinstance(mark.get("after"), str) else ""
    newest: int | None = mark.get("newest")
    for _ in range(PAGES):
        asked: dict[str, str | int] = {"content.venueid": venue, "sort": "id"}
        notes = openreview_api.notes(api, base, token, {**asked, "after": after} if after else asked, client)
        if not notes and not after:
            return
        newest = max(map(_modified, notes), default=0) if newest is None else newest
        last = notes[-1].get("id") if len(notes) >= openreview_api.PAGE_SIZE else None
        after = last if isinstance(last, str) and last != after else ""
        records, problems = openreview_notes.parse(notes, venue)
        yield records, {"api": api, "newest": newest} | ({"after": after} if after else {}), problems
        if not after:
            return


def _changed(
    venue: str, api: int, base: str, token: str, newest: int, client: Client
) -> Iterator[tuple[list[Record], dict[str, Any], list[str]]]:
    """Yield what was changed since, the latest first: a decision changes a note and leaves its day of creation."""
    latest = newest
    for page in range(PAGES):
        asked: dict[str, str | int] = {
            "content.venueid": venue,
            "sort": "tmdate:desc",
            "offset": page * openreview_api.PAGE_SIZE,
        }
        notes = openreview_api.notes(api, base, token, asked, client)
        fresh = [note for note in notes if _modified(note) > newest]
        latest = max([latest, *map(_modified, fresh)])
        records, problems = openreview_notes.parse(fresh, venue)
        done = len(fresh) < openreview_api.PAGE_SIZE or page == PAGES - 1
        yield records, {"api": api, "newest": latest if done else newest}, problems
        if done:
            return


def _modified(note: Mapping[str, Any]) -> int:
    value = note.get("tmdate")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0

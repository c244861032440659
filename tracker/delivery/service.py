"""Delivering each digest once to each place: what arrived is noted, what failed is tried again by the next run."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from tracker import times
from tracker.errors import BusyError, TrackerError
from tracker.store import deliveries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from tracker.destinations import Destinations
    from tracker.models import Item
    from tracker.pages import Digest

MOST_DAYS = 28
"""A delivery that failed is tried again for so many days."""


class Channel(Protocol):
    """A way to deliver."""

    @property
    def places(self) -> tuple[str, ...]:
        """Return where it leads, in words: `mail to you@example.org`; stable, since what was delivered is noted by it."""

    def send(self, digest: Digest, places: Sequence[str], at: str) -> Mapping[str, TrackerError]:
        """Send a digest to some of its places and return what failed, by place.

        Args:
            digest: what is sent.
            places: some of its own.
            at: the moment of the first try as ISO text; the same for each try, so that each try sends the same.

        Raises:
            TrackerError: it failed for all of them.
            OSError: the system refused.
        """


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery.

    `state` is `delivered`, `already` (by an earlier run; the message is the moment), `failed`, or `due` where nothing is sent.
    """

    edition: str
    place: str
    state: str
    message: str = ""
    remedy: str = ""


def channels_of(destinations: Destinations, home: Path, item: Callable[[str], Item]) -> tuple[Channel, ...]:
    """Return the ways that `feeds.toml` names; `item` returns an item by its id."""
    from tracker.delivery.folder import FolderChannel
    from tracker.delivery.mail import MailChannel
    from tracker.delivery.program import ProgramChannel

    return (
        *([MailChannel(destinations.mail)] if destinations.mail else []),
        *([ProgramChannel(destinations.command, home)] if destinations.command else []),
        *([FolderChannel(destinations.folder, item)] if destinations.folder else []),
    )


def week_to_deliver(today: date, newest: str) -> str:
    """Return the ISO week that ended last, for a digest is sent once and so of a whole week; the newest with papers if that is older."""
    return min(times.week_of(today - timedelta(weeks=1)), newest)


def day_to_deliver(today: date, newest: str) -> str:
    """Return yesterday as an ISO day, for a brief is sent once and so of a whole day; the newest day with papers if that is older."""
    return min((today - timedelta(days=1)).isoformat(), newest)


def deliver(
    connection: sqlite3.Connection,
    channels: Sequence[Channel],
    compose: Callable[[str], Digest],
    edition: str,
    role: str,
    clock: Callable[[], datetime],
    *,
    dry_run: bool = False,
) -> Iterator[Outcome]:
    """Deliver a digest where it has not arrived yet, after those of its kind in the last weeks that failed.

    A failure of one place stops no other. What arrived is noted right after it was sent; a process killed between the two
    sends once more, with the same Message-ID.

    Args:
        connection: the store, for writing.
        channels: ways to deliver.
        compose: makes the digest of an edition.
        edition: ISO week, or ISO day of a brief.
        role: the role that the digest is for.
        clock: returns the present moment.
        dry_run: say what is due and send nothing.

    Raises:
        StoreError: the database refuses.
    """
    since = times.stamp(clock() - timedelta(days=MOST_DAYS))
    outstanding = deliveries.outstanding(connection, role, since)
    failed = [(one, place) for one, place in outstanding if len(one) == len(edition)]  # weeks, or days
    for one in sorted({edition, *(older for older, _ in failed if older < edition)}):
        known = deliveries.delivered(connection, one, role)
        missed = {place for older, place in failed if older == one}
        wanted = [[p for p in way.places if p not in known and (one == edition or p in missed)] for way in channels]
        if one == edition:
            yield from (
                Outcome(one, place, "already", known[place])
                for way in channels
                for place in way.places
                if place in known
            )
        if dry_run:
            yield from (Outcome(one, place, "due") for places in wanted for place in places)
            continue
        digest = compose(one) if any(wanted) else None
        for way, places in zip(channels, wanted, strict=True):
            if digest and places:
                yield from _send(connection, way, digest, (one, role), places, clock)


def _send(
    connection: sqlite3.Connection,
    way: Channel,
    digest: Digest,
    key: tuple[str, str],
    places: Sequence[str],
    clock: Callable[[], datetime],
) -> Iterator[Outcome]:
    """Send one digest one way and note at once what came of it."""
    first = deliveries.begin(connection, *key, places, times.stamp(clock()))
    try:
        failures = way.send(digest, places, first)
    except TrackerError as error:
        failures = dict.fromkeys(places, error)
    except OSError as error:
        failures = dict.fromkeys(places, TrackerError(f"{error.filename or 'The system'}: {error.strerror or error}."))
    outcomes = []
    for place in places:
        if failure := failures.get(place):
            deliveries.fail(connection, *key, place, str(failure))
            outcomes.append(Outcome(key[0], place, "failed", failure.message, failure.remedy))
        else:
            deliveries.settle(connection, *key, place, times.stamp(clock()))
            outcomes.append(Outcome(key[0], place, "delivered"))
    yield from outcomes


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let only one process deliver from a home at a time; syncing goes on beside it.

    Raises:
        BusyError: another one is delivering.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "deliver.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError("Another tracker is delivering from this home.", "Try again when it has finished.") from error
    try:
        yield
    finally:
        lock.release()

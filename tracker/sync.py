"""Fetching every followed source: threads ask, one thread writes, each batch is stored before the next one is asked for."""

from __future__ import annotations

import logging
import queue
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

from tracker import watching
from tracker.errors import ConfigError, FetchError, StoreError, TrackerError
from tracker.http.refusals import repeated
from tracker.models import SyncEvent
from tracker.store import sources
from tracker.store.connect import part, transaction
from tracker.store.writer import Outcome, Writer
from tracker.text import clean_line, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.config import Source
    from tracker.ports import Batch, Client, Fetcher
    from tracker.radar import Alarm

SECONDS_A_SOURCE = 600.0
WORKERS = 8
_OF_MANY_HOSTS = frozenset({"feed", "mastodon", "lemmy"})
_NOT_REPAIRED = frozenset({"off", "slowed"})
log = logging.getLogger("tracker.sync")


@dataclass(slots=True)
class _Message:
    """What a fetching thread tells the writing one. `stored` lets the thread ask for its next batch; `repairs` says that it asks elsewhere."""

    source: Source
    batch: Batch | None = None
    error: TrackerError | None = None
    repairs: bool = False
    refused: FetchError | None = None
    stored: Event = field(default_factory=Event)


@dataclass(slots=True)
class _Progress:
    """What one source brought in this run."""

    outcome: Outcome = field(default_factory=Outcome)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    batches: int = 0
    alarm: Alarm | None = None
    before: tuple[str, str, str] = ("", "", "")
    error: FetchError | None = None
    repaired: Outcome = field(default_factory=Outcome)


class Syncer:
    """One run over sources.

    Args:
        fetcher_of: returns the fetcher of a kind, or raises ConfigError.
        client_of: returns the way out for one source.
        now: returns the present as ISO text.
        settle: told in the fetching thread whether all that a source sent was stored.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        fetcher_of: Callable[[str], Fetcher],
        client_of: Callable[[Source], Client],
        now: Callable[[], str],
        settle: Callable[..., None],
    ) -> None:
        self._connection = connection
        self._writer = Writer(connection)
        self._fetcher_of, self._client_of, self._now = fetcher_of, client_of, now
        self._messages: queue.Queue[_Message] = queue.Queue()
        self._stop = Event()
        self._settle = settle

    def run(self, wanted: Sequence[Source]) -> Iterator[SyncEvent]:
        """Fetch sources and store what they bring; a dead source is an event, an unexpected error stops the run.

        Raises:
            StoreError: the database refuses.
        """
        run = sources.start_run(self._connection, "sync", self._now())
        progress = {
            source.name: _Progress(cursor=sources.cursor_of(self._connection, source.name)) for source in wanted
        }
        lanes = self._lanes(wanted)
        failed = done = 0
        pool = ThreadPoolExecutor(max_workers=min(WORKERS, len(lanes)) or 1, thread_name_prefix="fetch")
        try:
            futures = [pool.submit(self._run_lane, lane, progress) for lane in lanes]
            yield SyncEvent(step="started", total=len(wanted))
            while done < len(wanted):
                messages, events = self._waiting(), []
                with transaction(self._connection):  # one for all that has come: each costs a flush of the text index
                    for message in messages:
                        own = progress[message.source.name]
                        if message.batch is not None:
                            events.append(self._stored(message, own))
                        elif repair := self._repair(message, own):
                            futures.append(pool.submit(self._fetch, message.source, repair, repairs=True))
                        else:
                            done += 1
                            events.append(self._finish(message, own, done, len(wanted)))
                for message in messages:
                    message.stored.set()
                failed += sum(event.step == "failed" for event in events)
                yield from events
            for future in futures:
                future.result()
        finally:
            self._stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            outcomes = [one.outcome for one in progress.values()]
            sources.finish_run(
                self._connection,
                run,
                self._now(),
                sum(o.new for o in outcomes),
                sum(o.changed for o in outcomes),
                failed,
            )

    def _waiting(self) -> list[_Message]:
        """Return all that the fetching threads have said; wait until one of them says something."""
        found = [self._messages.get()]
        with suppress(queue.Empty):
            while True:
                found.append(self._messages.get_nowait())
        return found

    def _lanes(self, wanted: Sequence[Source]) -> list[list[Source]]:
        """Return the sources in rows of one service each, for a service is asked by one at a time: the longest unasked first."""
        asked = sources.waited_longest(self._connection)
        lanes: dict[str, list[Source]] = {}
        for source in sorted(wanted, key=lambda one: asked.get(one.name, "")):
            lanes.setdefault(source.name if source.kind in _OF_MANY_HOSTS else source.kind, []).append(source)
        return list(lanes.values())

    def _run_lane(self, lane: Sequence[Source], progress: Mapping[str, _Progress]) -> None:
        for source in lane:
            if self._stop.is_set():
                return
            self._fetch(source, partial(self._asked, source, progress[source.name].cursor))

    def _asked(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        fetcher = self._fetcher_of(source.kind)
        fetcher.check(source)
        yield from fetcher.fetch(source, cursor, client)

    def _fetch(self, source: Source, ask: Callable[[Client], Iterator[Batch]], *, repairs: bool = False) -> None:
        """Run one source in a thread; every way out says so to the writing thread."""
        message = _Message(source, repairs=repairs)
        deadline = time.monotonic() + SECONDS_A_SOURCE
        try:
            for batch in ask(self._client_of(source)):
                waiting = _Message(source, batch, repairs=repairs)
                self._messages.put(waiting)
                while not waiting.stored.wait(0.5):
                    if self._stop.is_set():
                        return
                if waiting.refused:
                    raise waiting.refused
                if time.monotonic() > deadline:
                    raise FetchError(
                        f"{source.name} took more than {SECONDS_A_SOURCE:.0f} seconds.",
                        "What came is stored; the next sync goes on.",
                        state="slowed",
                    )
        except TrackerError as error:
            message.error = error
        except Exception as error:  # a fetcher's mistake must not take the other sources down; it is logged whole
            log.exception("%s failed", source.name)
            message.error = FetchError(
                f"{source.name} failed unexpectedly: {type(error).__name__}: {clean_line(str(error), 200)}.",
                "The log has the details; please report it.",
            )
        self._settle(stored=message.error is None)
        self._messages.put(message)

    def _repair(self, message: _Message, progress: _Progress) -> Callable[[Client], Iterator[Batch]] | None:
        """Return what asks elsewhere for what a source did not bring, once a run; None when nothing is missing or nobody has it."""
        if message.repairs:
            return None
        if message.error is None:
            before = sources.said_of(self._connection, message.source.name)
            self._succeeded(message.source, progress)
            progress.alarm = watching.alarm_of(self._connection, message.source, self._now())
            progress.before = before
            if progress.alarm and before[:2] == ("ok", progress.alarm.in_words()):  # filled by an earlier run
                sources.warn(self._connection, message.source.name, *before)
                progress.alarm = None
        else:
            progress.error = _as_fetch_error(message.error)
            if progress.error.state in _NOT_REPAIRED:
                return None
        if progress.alarm or progress.error:
            return watching.repair_of(message.source, self._fetcher_of(message.source.kind), progress.alarm)
        return None

    def _stored(self, message: _Message, progress: _Progress) -> SyncEvent:
        """Store a batch; one that cannot be stored ends its source and leaves the others of the transaction alone."""
        try:
            with part(self._connection):
                return self._store(message, progress)
        except (StoreError, sqlite3.OperationalError):
            raise
        except Exception as error:  # whatever a value from outside sets off; it is logged whole
            log.exception("%s cannot be stored", message.source.name)
            message.refused = FetchError(
                f"What {message.source.name} sent cannot be stored: {type(error).__name__}: {clean_line(str(error), 200)}.",
                "The log has the details; please report it.",
            )
            return SyncEvent(step="stored", source=message.source.name)

    def _store(self, message: _Message, progress: _Progress) -> SyncEvent:
        assert message.batch is not None
        outcome = self._writer.apply(message.source.name, message.batch.records, self._now())
        if message.repairs:
            progress.repaired.add(outcome)
        else:
            progress.batches += 1
            if message.batch.cursor != progress.cursor:
                progress.cursor = message.batch.cursor
                sources.keep_cursor(self._connection, message.source.name, message.source.kind, progress.cursor)
        progress.outcome.add(outcome)
        progress.problems += message.batch.problems
        return SyncEvent(
            step="stored",
            source=message.source.name,
            new=outcome.new,
            changed=outcome.changed,
            done=len(message.batch.records),
        )

    def _succeeded(self, source: Source, progress: _Progress) -> None:
        outcome = progress.outcome
        state = "ok" if outcome.new or outcome.changed or outcome.unchanged else "unchanged"
        note = clean_line("; ".join(progress.problems), 500)
        sources.succeeded(self._connection, source.name, source.kind, progress.cursor, state, note, self._now())

    def _finish(self, message: _Message, progress: _Progress, done: int, total: int) -> SyncEvent:
        """Note how a source ended. A failure leaves the cursor of what was stored last: the next run goes on there."""
        source, outcome = message.source, progress.outcome
        ended = SyncEvent(
            step="fetched",
            source=source.name,
            new=outcome.new,
            changed=outcome.changed,
            done=done,
            total=total,
            message=clean_line("; ".join(progress.problems), 500),
        )
        if progress.error:
            return self._failed(message, progress.error, ended)
        if progress.alarm:
            return self._warned(message, progress, progress.alarm, ended)
        return ended

    def _failed(self, message: _Message, error: FetchError, ended: SyncEvent) -> SyncEvent:
        """Note a failure; what the fallback brought makes it a warning."""
        error = repeated(error, sources.failures_of(self._connection, message.source.name) + 1)
        repaired = message.repairs and message.error is None
        remedy = "Its fallback was read instead. " * repaired + error.remedy
        known = FetchError(error.message, clean_line(remedy, 300), state=error.state, retry_after=error.retry_after)
        sources.failed(self._connection, message.source.name, message.source.kind, known, self._now())
        log.warning("%s: %s %s", message.source.name, known.message, known.remedy)
        return replace(
            ended,
            step="warned" if repaired else "failed",
            message=clean_line(known.message, 500),
            remedy=known.remedy,
        )

    def _warned(self, message: _Message, progress: _Progress, alarm: Alarm, ended: SyncEvent) -> SyncEvent:
        """Say that a source is silent, and what was done about it; what is filled is no longer silent."""
        filled = progress.repaired.new + progress.repaired.changed
        told = alarm.in_words()
        state, remedy = "silent", "Look at its page; 'tracker unfollow' ends the waiting."
        if message.repairs and message.error is None and (filled or message.source.kind == "arxiv"):
            if not filled:
                return ended  # the archive itself has no more: it was a quiet day
            state, remedy = "ok", f"{plural(filled, 'entry', 'entries')} came from its fallback."
        elif message.repairs and message.error is not None:
            remedy = f"Its fallback failed too: {clean_line(message.error.message, 200)}"
        sources.warn(self._connection, message.source.name, state, told, remedy)
        if (state, told) == progress.before[:2]:
            return ended  # it was said before, and nothing has changed
        log.warning("%s: %s %s", message.source.name, told, remedy)
        return replace(ended, step="warned", message=told, remedy=remedy)


def _as_fetch_error(error: TrackerError) -> FetchError:
    if isinstance(error, FetchError):
        return error
    return FetchError(error.message, error.remedy, state="off" if isinstance(error, ConfigError) else "failing")

"""Fetching every followed source: threads ask, one thread writes, each batch is stored before the next one is asked for."""

from __future__ import annotations

import logging
import queue
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any

from tracker.errors import ConfigError, FetchError, TrackerError
from tracker.models import SyncEvent
from tracker.store import sources
from tracker.store.writer import Outcome, Writer
from tracker.text import clean_line

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.config import Source
    from tracker.ports import Batch, Client, Fetcher

SECONDS_A_SOURCE = 600.0
WORKERS = 8
log = logging.getLogger("tracker.sync")


@dataclass(slots=True)
class _Message:
    """What a fetching thread tells the writing one. `stored` lets the thread ask for its next batch."""

    source: Source
    batch: Batch | None = None
    error: TrackerError | None = None
    stored: Event = field(default_factory=Event)


@dataclass(slots=True)
class _Progress:
    """What one source brought in this run."""

    outcome: Outcome = field(default_factory=Outcome)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    batches: int = 0


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
        cursors = {source.name: sources.cursor_of(self._connection, source.name) for source in wanted}
        progress = {source.name: _Progress() for source in wanted}
        failed = done = 0
        pool = ThreadPoolExecutor(max_workers=min(WORKERS, len(wanted)) or 1, thread_name_prefix="fetch")
        try:
            futures = [pool.submit(self._fetch, source, cursors[source.name]) for source in wanted]
            yield SyncEvent(step="started", total=len(wanted))
            while done < len(wanted):
                message = self._messages.get()
                if message.batch is not None:
                    yield self._store(message, progress[message.source.name])
                    message.stored.set()
                    continue
                done += 1
                failed += message.error is not None
                yield self._finish(message, progress[message.source.name], done, len(wanted))
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

    def _fetch(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Run one source in a thread; every way out says so to the writing thread."""
        message = _Message(source)
        deadline = time.monotonic() + SECONDS_A_SOURCE
        try:
            fetcher = self._fetcher_of(source.kind)
            fetcher.check(source)
            for batch in fetcher.fetch(source, cursor, self._client_of(source)):
                waiting = _Message(source, batch)
                self._messages.put(waiting)
                while not waiting.stored.wait(0.5):
                    if self._stop.is_set():
                        return
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

    def _store(self, message: _Message, progress: _Progress) -> SyncEvent:
        assert message.batch is not None
        outcome = self._writer.apply(message.source.name, message.batch.records, self._now())
        progress.outcome.add(outcome)
        progress.cursor, progress.batches = message.batch.cursor, progress.batches + 1
        progress.problems += message.batch.problems
        return SyncEvent(
            step="stored",
            source=message.source.name,
            new=outcome.new,
            changed=outcome.changed,
            done=len(message.batch.records),
        )

    def _finish(self, message: _Message, progress: _Progress, done: int, total: int) -> SyncEvent:
        """Note how a source ended. A failure leaves the cursor of the last run: what was stored twice is recognised."""
        source, error = message.source, message.error
        if error is None:
            outcome = progress.outcome
            state = "ok" if outcome.new or outcome.changed or outcome.unchanged else "unchanged"
            note = clean_line("; ".join(progress.problems), 500)
            cursor = progress.cursor if progress.batches else sources.cursor_of(self._connection, source.name)
            sources.succeeded(self._connection, source.name, source.kind, cursor, state, note, self._now())
            return SyncEvent(
                step="fetched",
                source=source.name,
                new=outcome.new,
                changed=outcome.changed,
                done=done,
                total=total,
                message=note,
            )
        known = (
            error
            if isinstance(error, FetchError)
            else FetchError(error.message, error.remedy, state="off" if isinstance(error, ConfigError) else "failing")
        )
        sources.failed(self._connection, source.name, source.kind, known, self._now())
        log.warning("%s: %s %s", source.name, known.message, known.remedy)
        return SyncEvent(
            step="failed",
            source=source.name,
            new=progress.outcome.new,
            done=done,
            total=total,
            message=clean_line(known.message, 500),
            remedy=clean_line(known.remedy, 300),
        )

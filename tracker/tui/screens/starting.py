"""What follows the questions of a first run: fetching, the starter library, and a screen that fills as things come."""

import asyncio
import gc
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual import on

from tracker import times
from tracker.models import SyncEvent
from tracker.tui.counting import fill
from tracker.tui.jobs import start
from tracker.tui.messages import SyncEnded, SyncStepped
from tracker.tui.reads import Reader
from tracker.tui.screens.verbs import Verbs
from tracker.tui.widgets.bars import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from tracker.models import SourceState
    from tracker.tui.beginning import Answers

COLLECTED_AFTER = (10_000, 20, 50)
"""Objects, and rounds among the young, before the collector looks: with Python's own 700 it did so at every key, for up to 20 ms."""


def look_for_garbage() -> None:
    """Let the collector work from now on, where the start went without it; what is loaded by now stays, and is never looked through."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        gc.enable()


class Starting(Verbs):
    """Begins: fetches what is due, or fills a home that has nothing yet."""

    sync_after: "timedelta | None" = None
    """All sources are fetched where the last time is longer ago; None once that is settled."""
    _is_filling = False

    def sync_if_due(self, states: "Sequence[SourceState]") -> None:
        """Fetch all sources where none was asked for long; settled once."""
        after, self.sync_after = self.sync_after, None
        last = max((state.last_tried or "" for state in states), default="")
        if after is not None and last < times.stamp(self.desk.session.clock() - after):
            self.sync(())

    def ask_first(self) -> None:
        """Ask the questions of a first run."""
        from tracker.tui.screens.first_run import FirstRun

        self.app.push_screen(FirstRun(self.desk.session.home), self._answered)

    def _answered(self, answers: "Answers | None") -> None:
        self.desk.reread()
        self.look_at_sources()
        self.begin(answers.when if answers else "later")

    def begin(self, when: str) -> None:
        """Fill a home that has nothing yet: by `sync`, by the `starter` library, by `both`, or `later`."""
        self._is_filling = True
        if when in {"starter", "both"}:
            self.bring_starter(then_sync=when == "both")
        elif when == "sync":
            self.sync(())
        else:
            self.say("R fetches what you follow; 7 shows and changes it.")

    def bring_starter(self, *, then_sync: bool = False) -> None:
        """Bring in the starter library, then fetch or read it for meaning."""
        if self.is_syncing:
            self.say("A sync is running already.")
            return
        self.is_syncing = True
        self._done_what = "The starter library is here"
        self._new = self._failed = self._matched = 0
        self.query_one(TopBar).update(busy="starter library")
        loop = asyncio.get_running_loop()

        def tell(event: SyncEvent) -> None:
            with suppress(RuntimeError):  # the loop is closed: the user has left, what was stored stays
                loop.call_soon_threadsafe(self.post_message, SyncStepped(event))

        def run(_: Reader) -> None:
            for event in self.desk.syncing.follow(partial(fill, index=not then_sync)):
                tell(event)

        def done(_: None) -> None:
            if then_sync:
                self.is_syncing = False
                self.sync(())
            else:
                self.tell(SyncEnded())

        start(self, "sync", run, done, failed=lambda words: self.tell(SyncEnded(words)))

    @on(SyncStepped)
    def _filled(self, message: SyncStepped) -> None:
        """Show what has come at once while the home is being filled for the first time."""
        if self._is_filling and message.event.step == "stored" and message.event.new:
            self.desk.forget()
            self.views[1].reload()

    @on(SyncEnded)
    def _full(self) -> None:
        self._is_filling = False

"""Syncing from the screen: in the background, with progress, one at a time."""

import asyncio
from contextlib import suppress
from operator import methodcaller
from typing import TYPE_CHECKING, cast

from textual import on

from tracker.models import SyncEvent
from tracker.text import plural
from tracker.tui.jobs import start
from tracker.tui.messages import SourceTarget, SyncEnded, SyncStepped
from tracker.tui.reads import Reader
from tracker.tui.screens.sending import Sending
from tracker.tui.widgets.bars import TopBar

if TYPE_CHECKING:
    from tracker.tui.views.today import TodayView

REFRESH_SECONDS = 4.0
"""What has come is listed at most so often while a sync runs: reading the order of 150,000 papers anew costs 0.2 s."""
GROWING = frozenset({1, 2, 3})
"""The views that show what comes while it comes; the others count, and wait for the end."""


class Syncing(Sending):
    """Keeps the counts of a running sync; lists what has come now and then, and everything when it ends."""

    is_syncing = False
    _is_refresh_due = False
    _asked = 0
    _done = 0
    _new = 0
    _failed = 0
    _matched = 0
    _done_what = "Fetched"

    def action_sync(self, everything: bool) -> None:
        """Fetch all sources, or those that this item or line comes from."""
        self.sync(() if everything else self._names_here())

    def _names_here(self) -> tuple[str, ...] | None:
        known = {source.name for source in self.desk.session.config.sources}
        if self.is_reading and isinstance(self.trail[-1], SourceTarget):
            return (self.trail[-1].state.name,)
        if self.view.number == 7:
            return (self.view.source_name,) if self.view.source_name else None
        line = self.line
        item = self.item_of(line.row) if line is not None else None
        return (
            tuple(seen.source for seen in item.sightings if seen.source in known) or None if item is not None else None
        )

    def sync(self, names: tuple[str, ...] | None) -> None:
        """Fetch sources by name, or all; reading goes on meanwhile."""
        if self.is_syncing:
            self.say("A sync is running already.")
            return
        if names is None:
            self.say("No followed source has this item; R fetches all sources.")
            return
        if not self.desk.session.config.sources:
            self.say("There is no source to fetch: 7, then a, follows something.")
            return
        self.is_syncing = True
        self._done_what = "Fetched"
        self._asked = len(names) or sum(source.enabled for source in self.desk.session.config.sources)
        self._done = self._new = self._failed = self._matched = 0
        self._show_progress()
        loop = asyncio.get_running_loop()

        def run(_: Reader) -> None:
            for event in self.desk.syncing.follow(methodcaller("sync", names)):
                with suppress(RuntimeError):  # the loop is closed: the user has left, what was stored stays
                    loop.call_soon_threadsafe(self.post_message, SyncStepped(event))

        start(self, "sync", run, lambda _: self.tell(SyncEnded()), failed=lambda words: self.tell(SyncEnded(words)))

    @on(SyncStepped)
    def _stepped(self, message: SyncStepped) -> None:
        message.stop()
        event = message.event
        self._count(event)
        if 7 in self.views:
            self.views[7].stepped(event)
        self._show_progress(event)
        if event.step == "stored" and event.new and not self._is_refresh_due:
            self._is_refresh_due = True
            self.set_timer(REFRESH_SECONDS, self._refresh)

    def _refresh(self) -> None:
        """List what has come, in the view that is shown; its cursor stays where it is."""
        self._is_refresh_due = False
        if self.is_syncing and self.number in GROWING:
            self.view.reload()

    def _count(self, event: SyncEvent) -> None:
        if event.step == "stored":
            self._new += event.new
        if event.step == "matched":
            self._matched += event.new
        if event.step == "failed":
            self._failed += 1
        if event.step in {"fetched", "failed", "warned", "skipped"}:
            self._done += 1

    def _show_progress(self, event: SyncEvent | None = None) -> None:
        done, total = min(self._done, self._asked), self._asked
        words = f"sync {done}/{total}"
        if event is not None and event.step in {"embedding", "indexed", "phrases", "linked"}:
            words = {"embedding": "reading for meaning", "indexed": "indexing"}.get(event.step, event.step)
            done, total = (event.done, event.total) if event.step == "embedding" else (0, 0)
            words += f" {done}/{total}" if total else ""
        cast("TodayView", self.views[1]).know_progress(words)
        self.query_one(TopBar).update(busy=words, brief=f"⟳{100 * done // total}%" if total else "⟳")

    @on(SyncEnded)
    def _ended(self, message: SyncEnded) -> None:
        message.stop()
        self.is_syncing = False
        self.query_one(TopBar).update(busy="")
        cast("TodayView", self.views[1]).know_progress("")
        if 7 in self.views:
            self.views[7].stepped(SyncEvent(step="finished"))
        if message.problem:
            self.say(message.problem, "bad")
        elif self._failed > 1 and self._failed >= self._asked:
            self.say(f"None of {self._failed:,} sources could be read: is there a network? 7 says why.", "bad")
        else:
            failed = f", {plural(self._failed, 'source')} failed: 7 says why" if self._failed else ""
            matched = f", {self._matched:,} for your saved searches" if self._matched else ""
            self.say(
                f"{self._done_what}: {plural(self._new, 'new item')}{matched}{failed}.",
                "bad" if self._failed else "info",
            )
        self.after_change()

    def after_change(self) -> None:
        """Read everything anew: the store has changed."""
        self.desk.forget()
        for view in self.views.values():
            view.reload()
        self.look_at_sources()

    def look_at_sources(self) -> None:
        """Read how the sources are doing."""

"""Today: what came in since the last look, what rises, what is talked about, what does not work."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from textual.app import ComposeResult

from tracker import times
from tracker.errors import ConfigError
from tracker.findings import Trends
from tracker.models import Line, SavedSearch
from tracker.query import Filter
from tracker.tui.jobs import start
from tracker.tui.messages import Counted
from tracker.tui.reads import Discussed, Reader
from tracker.tui.today import TodayData, adjusted, caption, gather, today_entries, without
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import Entry, EntryList

DISCUSSED_SHOWN = 8
BARS = 3
"""The lines above and below the list: views, caption, keys."""
MATCHES_LISTED = 40


class TodayView(View):
    """One list of parts; the first frame shows the newest items, the rest follows as it is known."""

    number = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.data = TodayData()
        self._is_loaded = False

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield EntryList()

    def enter(self) -> None:
        """Paint the newest items at once."""
        if not self._is_loaded:
            self._is_loaded = True
            limit = max(self.app.size.height, 24)
            nothing: list[Line] = []
            self.know(replace(self.data, newest=self.read(lambda reader: reader.page(Filter(), limit), nothing)))
        self._note_listed()

    def reload(self) -> None:
        """Gather everything: after the first frame, and when the store has changed."""
        if not self._is_loaded:
            return
        last, base = self.desk.last_row, self.data
        start(
            self,
            "lists",
            lambda reader: self._gather(reader, last, base),
            self._gathered,
            group="today",
            failed=self.refused,
        )
        start(self, "lists", self._news, self._know_saved, group="saved")
        start(
            self,
            "aside",
            self._discussed_and_trends,
            lambda found: self.know(replace(self.data, discussed=found[0], trends=found[1])),
            group="rising",
            failed=lambda _: None,
        )

    def _gather(self, reader: Reader, last: int, base: TodayData) -> TodayData:
        from tracker.roles import Role

        try:
            role = self.desk.session.role()
        except ConfigError:  # the digest tells what is wrong with it
            role = Role(name="", title="")
        return gather(reader, last, base, role, self.desk.lines)

    def _news(self, reader: Any) -> list[tuple[SavedSearch, list[Line]]]:  # noqa: ANN401 - the session made this reader and takes it back
        news = self.desk.session.news(MATCHES_LISTED, reader)
        return [(search, [self.desk.overlay(line) for line in lines]) for search, lines in news]

    def _know_saved(self, saved: Sequence[tuple[SavedSearch, Sequence[Line]]]) -> None:
        self.know(replace(self.data, saved=saved))
        self._note_listed()

    def _note_listed(self) -> None:
        """Remember which matches were in sight: the next look does not show them as new."""
        if self.has_class("-shown"):
            self.desk.listed |= {
                search.name: tuple(
                    dict.fromkeys((*self.desk.listed.get(search.name, ()), *(line.row for line in lines)))
                )
                for search, lines in self.data.saved
                if lines
            }

    def _gathered(self, data: TodayData) -> None:
        self.trouble = ""
        self.desk.newest_row = max(self.desk.newest_row, data.newest_row)
        known = self.data
        self.know(
            replace(
                data,
                saved=known.saved,
                discussed=known.discussed,
                trends=known.trends,
                sources=known.sources,
                under_way=known.under_way,
            )
        )
        self.post_message(Counted())

    def _discussed_and_trends(self, reader: Any) -> tuple[Sequence[Discussed], Trends | None]:  # noqa: ANN401 - as above
        first = times.week_start(self.desk.session.latest_week(reader))
        discussed = reader.discussed(
            (first - timedelta(days=7)).isoformat(), (first + timedelta(days=7)).isoformat(), DISCUSSED_SHOWN
        )
        self.app.call_later(self.know_discussed, discussed)
        return discussed, self.desk.found().trends

    def know_discussed(self, discussed: Sequence[Discussed]) -> None:
        """Show what is talked about while the topics are still being counted."""
        if self.children:  # else the user has left while it was being read
            self.know(replace(self.data, discussed=discussed))

    def know(self, data: TodayData) -> None:
        """Take in what is newly known and draw."""
        self.data = data
        shown = self.query_one(EntryList)
        self.say_empty("Nothing is stored yet.\nR fetches what you follow.")
        shown.show(self._entries(), keep=shown.touched)
        self.query_one(Caption).say(caption(data))

    def know_progress(self, words: str) -> None:
        """Show how far a sync is while there is nothing else to show; no words when it is over."""
        self.data = replace(self.data, under_way=words)
        if self.data.new_papers is not None and not self.data.papers and not self.data.posts:
            self.know(self.data)

    def _entries(self) -> "list[Entry]":
        """Return as much as the screen has room for: what is more stands in the other views."""
        height = max(self.app.size.height - BARS, 10)  # not what a prompt leaves: a line it covers is still there
        width = self.listing.size.width or self.app.size.width
        return today_entries(self.data, height, max(width - 1, 10))

    def on_resize(self) -> None:
        """Show more or less when the screen changes."""
        if self._is_loaded:
            self.query_one(EntryList).show(self._entries())

    def adjust(self, rows: frozenset[int] | None) -> None:
        """Show new marks, also on what is drawn again later."""
        self.data = adjusted(self.data, self.desk.overlay)
        super().adjust(rows)

    def leave_out(self, row: int) -> None:
        """Take a hidden item out."""
        self.data = without(self.data, row)
        self.query_one(EntryList).show(self._entries())

"""Papers and posts: everything stored, newest first, narrowed by the filters of the query line."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from tracker.errors import QueryError
from tracker.models import Kind
from tracker.query import Filter, filter_names
from tracker.text import plural
from tracker.tui.jobs import start
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from array import array

NEAR = 512
"""How many lines are looked through for the next unread one before the store is asked for all of them."""


class LinesView(View):
    """One kind of item."""

    kind: Kind = "paper"
    noun = "paper"
    can_filter = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.filter_line = ""
        self._filter = Filter(kind=self.kind)
        self._is_loaded = False

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield LineList(lambda rows: self.read(lambda reader: self.desk.lines(reader, rows), []))

    @property
    def lines(self) -> LineList:
        """The list of items."""
        return self.query_one(LineList)

    def enter(self) -> None:
        """Paint the first page at once, then the rest."""
        if not self._is_loaded:
            self._is_loaded = True
            self._show_page()
            self.reload()

    def _show_page(self) -> None:
        limit = max(self.app.size.height, 24)
        self.lines.show_page(self.read(lambda reader: reader.page(self._filter, limit), []))
        if not self.lines.total():
            self._say_empty()

    def reload(self, at: int | None = None) -> None:
        """Ask for the order anew; the cursor stays on its item, or goes to the row `at`."""
        if not self._is_loaded:
            return
        state = self._filter

        def show(rows: "array[int]") -> None:
            self.lines.show_rows(rows, at)
            self._say_empty()
            self._describe()

        start(self, "lists", lambda reader: reader.order(state), show, group="order")

    def bring_back(self, row: int) -> None:
        """Read anew; in the list that is shown the cursor goes to the item."""
        self.reload(row if self.display else None)

    def _describe(self) -> None:
        words = plural(self.lines.total(), self.noun)
        self.query_one(Caption).say(f"{words}  ·  {self.filter_line}" if self.filter_line else words)

    def _say_empty(self) -> None:
        self.say_empty(
            f"No {self.noun} passes {self.filter_line}\nf changes the filter, esc takes it away."
            if self.filter_line
            else f"No {self.noun}s yet.\nR fetches what feeds.toml lists;\n'tracker import --starter' brings landmark papers."
        )

    def filter_by(self, line: str) -> None:
        """Narrow the list to what passes the filters of a query line.

        Raises:
            QueryError: a filter is unknown, or the line holds words.
        """
        query = self.desk.session.parse(line)
        if query.has_words or query.excluded:
            raise QueryError("Words are searched with /, not filtered.", f"Filters: {', '.join(filter_names())}.")
        self.filter_line = line.strip()
        self._filter = replace(query.filter, kind=self.kind)
        self._show_page()
        self.reload()

    def back(self) -> bool:
        """Take the filter away."""
        if not self.filter_line:
            return False
        self.filter_by("")
        return True

    def leave_out(self, row: int) -> None:
        """Take a hidden item out at once; the cursor goes to the one after it."""
        if "hidden" in self._filter.states or row not in self.lines.rows:
            return
        shown = self.lines
        rows = shown.rows[:]
        place = rows.index(row)
        rows.pop(place)
        following = rows[min(place, len(rows) - 1)] if rows else None
        shown.show_rows(rows, following if shown.row_at(shown.cursor) == row else None)
        self._describe()

    def next_unread(self, way: int, done: Callable[[bool], None]) -> None:
        """Go to the next unread item: among the near ones at once, else where the store says; `done` is told whether there was one."""
        found = self.lines.next_unread(way, NEAR)
        if found is not None:
            self.lines.move_to(found, way)
            done(True)
            return
        state = self.unread

        def go(unread: "array[int]") -> None:
            rows, cursor = self.lines.rows, self.lines.cursor
            wanted = set(unread)
            places = range(cursor + way * (NEAR + 1), len(rows) if way > 0 else -1, way)
            place = next((index for index in places if rows[index] in wanted), None)
            if place is not None:
                self.lines.move_to(place, way)
            done(place is not None)

        start(self, "lists", lambda reader: reader.order(state), go, group="unread")

    @property
    def unread(self) -> Filter:
        """The filter of what is not read in this list."""
        return replace(self._filter, states=self._filter.states | {"unread"})


class PapersView(LinesView):
    """All papers."""

    number = 2


class PostsView(LinesView):
    """All posts."""

    number = 3
    kind: Kind = "post"
    noun = "post"

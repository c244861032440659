"""A list with a cursor, drawn line by line: what all lists of the terminal face have in common."""

from collections.abc import Hashable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from tracker.tui.cells import Row, is_plain, wrap
from tracker.tui.keys import LIST_KEYS, bindings
from tracker.tui.messages import Opened, Pointed, Selected, Target
from tracker.tui.widgets.selectable import Selectable


class CursorList(Selectable):
    """Draws only the lines on the screen, whatever their number; there is no widget per line."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LIST_KEYS)]
    empty: reactive[str] = reactive("")
    """What is shown instead of lines: what this is and which key fills it."""

    wanted: Hashable = None
    """The key of the entry where the cursor was in the last run, until it is found or the user moves."""

    touched = False
    """Whether the user has moved in it: until then new entries above do not push the cursor down."""

    # what a kind of list must know

    def top_of(self, index: int) -> int:
        """Return the first screen line of an entry; that of `total()` is the height of all."""
        return index

    def index_at(self, y: int) -> tuple[int, int]:
        """Return the entry at a screen line and which of its lines that is."""
        return y, 0

    def stops(self, index: int) -> bool:
        """Tell whether the cursor may rest on an entry."""
        return 0 <= index < self.total()

    def rows_of(self, index: int, width: int) -> list[Row]:
        """Return an entry as rows of text."""
        raise NotImplementedError

    def target_at(self, index: int) -> Target | None:
        """Return what an entry stands for."""
        raise NotImplementedError

    # drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width = self.size.width
        line = y + self.scroll_offset.y
        if not self.total():
            rows = [row for words in self.empty.split("\n") for row in wrap([(words, "dim")], width - 5)]
            return self.paint([("   ", ""), *rows[y - 1]] if 0 < y <= len(rows) else [], width)
        if line >= self.virtual_size.height:
            return self.paint([], width)
        index, part = self.index_at(line)
        is_cursor = index == self.cursor
        rows = self.rows_of(index, width - 1)
        is_chosen = index in self.selected
        if part < len(rows) and not rows[part]:  # the empty line above a heading belongs to nobody
            is_cursor = is_chosen = False
        mark = ("▌", "accent") if is_cursor else ("┃", "accent") if is_chosen else (" ", "")
        strip = self.paint([mark, *(rows[part] if part < len(rows) else [])], width, is_cursor, is_chosen=is_chosen)
        return self.labelled(strip, index) if self.labels and part == self.label_part(index) else strip

    def measure(self) -> None:
        """Take note of a new number or height of entries."""
        self.virtual_size = Size(self.size.width, self.top_of(self.total()))
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor on the screen when the screen changes."""
        self.measure()
        self.call_after_refresh(self.show_cursor)

    def on_focus(self) -> None:
        """Draw the cursor as the one that keys move."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw the cursor as one that rests."""
        self.refresh()

    # the cursor

    @property
    def target(self) -> Target | None:
        """What the cursor rests on."""
        return self.target_at(self.cursor) if 0 <= self.cursor < self.total() else None

    def move_to(self, index: int, direction: int = 1) -> None:
        """Put the cursor on an entry, or on the next one in that direction where it may rest."""
        last = self.total() - 1
        index = min(max(index, 0), last)
        for way in (direction, -direction):
            at = index
            while 0 <= at <= last and not self.stops(at):
                at += way
            if 0 <= at <= last:
                self.cursor = at
                self.show_cursor()
                return
        self.cursor = -1

    def show_cursor(self) -> None:
        """Scroll so far that the entry at the cursor is seen, with the heading above it when that is all there is above."""
        if not 0 <= self.cursor < self.total() or not self.size.height:
            return
        top, below = self.top_of(self.cursor), self.top_of(self.cursor + 1)
        before = self.cursor
        while before > 0 and not self.stops(before - 1):
            before -= 1
        first = self.top_of(before)
        height, at = self.size.height, self.scroll_offset.y
        if first < at:
            self.scroll_to(y=first if below - first <= height else top, animate=False)
        elif below > at + height:
            self.scroll_to(y=below - height, animate=False)
        self.lead_the_eye(top + self.label_part(self.cursor) if is_plain() else top)

    # letters to jump by

    def label_part(self, index: int) -> int:
        """Return which line of an entry carries its letters: the first one that is not empty."""
        return next((part for part, row in enumerate(self.rows_of(index, self.size.width - 1)) if row), 0)

    def places_in_sight(self) -> list[int]:
        """Return the entries on the screen where the cursor may rest."""
        if not self.total():
            return []
        at = self.scroll_offset.y
        last = min(at + self.size.height, self.virtual_size.height) - 1
        places = range(self.index_at(at)[0], self.index_at(last)[0] + 1)
        return [place for place in places if self.stops(place) and self.top_of(place) + self.label_part(place) >= at]

    def jump_to(self, number: int) -> None:
        """Put the cursor on an entry and open it."""
        self.touched = True
        self.move_to(number)
        self.action_open()

    def watch_cursor(self, old: int, new: int) -> None:
        """Redraw the two lines and tell what is pointed at."""
        if self.selected_from >= 0:
            self.refresh()
            self.post_message(Selected(len(self.selected)))
        for index in (old, new):
            if 0 <= index < self.total():
                self.refresh_lines(self.top_of(index), self.top_of(index + 1) - self.top_of(index))
        self.post_message(Pointed(self.target))

    def action_step(self, by: int) -> None:
        """Move by one entry."""
        self.touched = True
        self.move_to(self.cursor + by, by)

    def action_half(self, way: int) -> None:
        """Move by half a screen."""
        self._leap(way * max(self.size.height // 2, 1))

    def action_screenful(self, way: int) -> None:
        """Move by a screen."""
        self._leap(way * max(self.size.height - 1, 1))

    def _leap(self, lines: int) -> None:
        self.touched = True
        if not self.total():
            return
        y = self.top_of(max(self.cursor, 0)) + lines
        index, _ = self.index_at(min(max(y, 0), self.virtual_size.height - 1))
        if index == self.cursor:
            index += 1 if lines > 0 else -1
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)
        self.move_to(index, 1 if lines > 0 else -1)

    def action_edge(self, way: int) -> None:
        """Move to the first or last entry."""
        self.touched = True
        self.move_to(0 if way < 0 else self.total() - 1, -way)
        if way < 0:
            self.scroll_to(y=0, animate=False)

    def place_of(self, number: int) -> int:
        """Return the place of the entry that a reader would count as this one, from 1."""
        return number - 1

    def action_line(self, number: int) -> None:
        """Move to an entry by its number, from 1; to the last one where there are fewer."""
        self.touched = True
        self.move_to(self.place_of(number))

    def action_open(self) -> None:
        """Open what the cursor rests on."""
        self.touched = True
        if self.target is not None:
            self.post_message(Opened(self.target))

    def on_click(self, event: events.Click) -> None:
        """Point with one click, open with another one on the same entry."""
        line = event.y + self.scroll_offset.y
        if not self.total() or line >= self.virtual_size.height:
            return
        self.touched = True
        index, _ = self.index_at(line)
        if index == self.cursor:
            self.action_open()
        elif self.stops(index):
            self.move_to(index)

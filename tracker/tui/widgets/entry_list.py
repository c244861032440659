"""A list of some tens of entries of different kinds and heights: today, hits, topics, sources, the digest."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from tracker.models import Line
from tracker.tui.cells import Row
from tracker.tui.messages import ItemTarget, Target
from tracker.tui.rows import Draw, line_draw
from tracker.tui.widgets.cursor_list import CursorList


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a list.

    Attributes:
        draw: makes its rows for a width.
        target: what it stands for; the cursor rests only on entries that have one.
        key: names it, so that the cursor finds it again.
        line: the item shown, if it is one: what marks act on.
        remake: makes the entry for a newer state of its item.
    """

    draw: Draw
    target: Target | None = None
    key: Hashable = None
    line: Line | None = None
    remake: "Callable[[Line], Entry] | None" = None


def line_entry(line: Line, part: str, drawn: Callable[[Line], Draw] = line_draw) -> Entry:
    """Return the entry of an item in a part of a list; `drawn` makes what draws it."""
    return Entry(
        drawn(line), ItemTarget(line.row), (part, line.row), line, lambda newer: line_entry(newer, part, drawn)
    )


class EntryList(CursorList):
    """Keeps every entry laid out for the present width."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.entries: tuple[Entry, ...] = ()
        self._drawn: list[list[Row]] = []
        self._tops: list[int] = [0]
        self._width = 0

    def total(self) -> int:
        """Return how many entries there are."""
        return len(self.entries)

    def show(self, entries: Sequence[Entry], *, keep: bool = True) -> None:
        """Show other entries; the cursor stays on its entry when it is still there, else at its place (or at the top).

        An entry that stays is at the same height of the screen afterwards, whatever came above it.
        """
        key = self.key_at(self.cursor) if keep and 0 <= self.cursor < len(self.entries) else None
        place = self.cursor if keep else 0
        height = self.top_of(place) - self.scroll_offset.y if key is not None else -1
        self.entries = tuple(entries)
        self._layout()
        found = self.place_of_key(key)
        if self.wanted is not None and (self.touched or (before := self.place_of_key(self.wanted)) is not None):
            found, self.wanted = found if self.touched else before, None
        self.set_reactive(CursorList.cursor, -1)
        self.measure()
        if not keep:
            self.scroll_to(y=0, animate=False)
        if found is not None and 0 <= height < self.size.height:
            self.scroll_to(y=max(self.top_of(found) - height, 0), animate=False)
        self.move_to(max(place, 0) if found is None else found)
        self.hold_selection()
        if self.cursor == -1:
            self.watch_cursor(-1, -1)

    def place_of_key(self, key: Hashable) -> int | None:
        """Return where an entry of a name stands."""
        return next((index for index, entry in enumerate(self.entries) if key is not None and entry.key == key), None)

    def _layout(self) -> None:
        self._width = self._room()
        self._drawn = [entry.draw(self._width) for entry in self.entries]
        self._tops = [0]
        for rows in self._drawn:
            self._tops.append(self._tops[-1] + len(rows))

    def _room(self) -> int:
        """Return the cells of a row; before it is known how wide the list is, as many as the screen has."""
        return max((self.size.width or self.app.size.width) - 1, 10)

    def measure(self) -> None:
        """Lay out anew when the width has changed."""
        if self._width != self._room():
            self._layout()
        super().measure()

    def top_of(self, index: int) -> int:
        """Return the first screen line of an entry."""
        return self._tops[min(index, len(self._tops) - 1)]

    def index_at(self, y: int) -> tuple[int, int]:
        """Return the entry at a screen line."""
        index = min(bisect_right(self._tops, y) - 1, len(self.entries) - 1)
        return index, y - self._tops[index]

    def stops(self, index: int) -> bool:
        """Rest only where there is something to open."""
        return 0 <= index < len(self.entries) and self.entries[index].target is not None

    def rows_of(self, index: int, width: int) -> list[Row]:
        """Return the rows laid out before."""
        del width
        return self._drawn[index]

    def target_at(self, index: int) -> Target | None:
        """Return what an entry stands for."""
        return self.entries[index].target

    def item_at(self, index: int) -> int | None:
        """Return the row of an item; headings, topics and sources are none."""
        line = self.entries[index].line
        return line.row if line else None

    def place_of(self, number: int) -> int:
        """Return the place of the so-manieth entry where the cursor may rest."""
        places = [index for index in range(self.total()) if self.stops(index)]
        return places[min(number, len(places)) - 1] if places else -1

    def key_at(self, index: int) -> Hashable:
        """Return the name of an entry."""
        return self.entries[index].key

    @property
    def line(self) -> Line | None:
        """The item at the cursor, if it is one."""
        return self.entries[self.cursor].line if 0 <= self.cursor < len(self.entries) else None

    def next_unread(self, way: int) -> int | None:
        """Return the nearest unread item in a direction, or None."""
        places = range(self.cursor + way, len(self.entries) if way > 0 else -1, way)
        return next((index for index in places if (line := self.entries[index].line) and not line.is_read), None)

    def adjust(self, rows: frozenset[int] | None, newer: Callable[[Line], Line]) -> None:
        """Show newer marks of these rows, or of all."""

        def adjusted(entry: Entry) -> Entry:
            if entry.line is None or entry.remake is None or (rows is not None and entry.line.row not in rows):
                return entry
            return entry.remake(newer(entry.line))

        self.entries = tuple(adjusted(entry) for entry in self.entries)
        self._layout()
        self.measure()

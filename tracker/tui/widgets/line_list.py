"""The virtual list of items: rows in an array, lines fetched in blocks as they come into sight."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from tracker.models import Line
from tracker.tui.cells import Row
from tracker.tui.messages import ItemTarget, Target
from tracker.tui.rows import line_row
from tracker.tui.widgets.cursor_list import CursorList

BLOCK = 128
BLOCKS_KEPT = 48


class LineList(CursorList):
    """Holds 8 bytes an item; reading 128 lines takes a few milliseconds, so a leap to the end is answered at once.

    Args:
        fetch: reads the lines of rows, in the order asked; rows that are gone may be missing.
    """

    def __init__(self, fetch: Callable[[Sequence[int]], list[Line]], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._fetch = fetch
        self.rows: array[int] = array("q")
        self._blocks: OrderedDict[int, dict[int, Line]] = OrderedDict()

    def total(self) -> int:
        """Return how many items there are."""
        return len(self.rows)

    def show_page(self, lines: Sequence[Line]) -> None:
        """Show the first lines, whose number of followers is not known yet: what the first frame is made of."""
        self.rows = array("q", [line.row for line in lines])
        self._blocks = OrderedDict({0: {line.row: line for line in lines}})
        self._settle(None, 0)

    def show_rows(self, rows: "array[int]", at: int | None = None) -> None:
        """Show other rows; the cursor stays on its item, or goes to the row `at`, or as near to its place as there is."""
        place = self.cursor
        if at is None and isinstance(self.wanted, int) and not self.touched:
            at = self.wanted
        self.wanted = None
        row = at if at is not None else self.row_at(place)
        self.rows = rows
        self._blocks.clear()
        self._settle(row, place)

    def _settle(self, row: int | None, place: int) -> None:
        """Put the cursor on an item in rows that have changed, at the same height of the screen where that can be."""
        height = place - self.scroll_offset.y
        self.measure()
        index = -1
        if row is not None:
            try:
                index = self.rows.index(row)  # 1 ms for 150,000
            except ValueError:
                index = -1
        if index < 0:
            index = min(max(place, 0), len(self.rows) - 1)
        moved = index != place
        self.set_reactive(CursorList.cursor, index)
        if moved and 0 <= height < self.size.height:
            self.scroll_to(y=max(index - height, 0), animate=False)
        self.show_cursor()
        self.hold_selection()
        self.watch_cursor(index, index)

    def row_at(self, index: int) -> int | None:
        """Return the row of the item at a place."""
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def line_at(self, index: int) -> Line | None:
        """Return the line at a place; None when the item is gone."""
        if not 0 <= index < len(self.rows):
            return None
        number = index // BLOCK
        block = self._blocks.get(number)
        if block is None:
            wanted = self.rows[number * BLOCK : (number + 1) * BLOCK]
            block = self._blocks[number] = {line.row: line for line in self._fetch(wanted)}
            if len(self._blocks) > BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        return block.get(self.rows[index])

    @property
    def line(self) -> Line | None:
        """The line at the cursor."""
        return self.line_at(self.cursor)

    def adjust(self, rows: frozenset[int] | None, newer: Callable[[Line], Line]) -> None:
        """Show newer marks on the lines of these rows that have been read already, or on all."""
        for block in self._blocks.values():
            for row in block.keys() if rows is None else rows & block.keys():
                block[row] = newer(block[row])
        self.refresh()

    def forget(self) -> None:
        """Read lines anew when they are drawn."""
        self._blocks.clear()
        self.refresh()

    def next_unread(self, way: int, reach: int) -> int | None:
        """Return the nearest unread place in a direction among the next `reach`, or None."""
        stop = min(max(self.cursor + way * (reach + 1), -1), len(self.rows))
        for index in range(self.cursor + way, stop, way):
            line = self.line_at(index)
            if line and not line.is_read:
                return index
        return None

    def rows_of(self, index: int, width: int) -> list[Row]:
        """Draw an item."""
        line = self.line_at(index)
        return [line_row(line, width)] if line else [[("   …", "dim")]]

    def target_at(self, index: int) -> Target | None:
        """Return the item at a place."""
        row = self.row_at(index)
        return ItemTarget(row) if row is not None else None

    def item_at(self, index: int) -> int | None:
        """Return the row of the item at a place."""
        return self.row_at(index)

    def key_at(self, index: int) -> Hashable:
        """Name an item by its row."""
        return self.row_at(index)

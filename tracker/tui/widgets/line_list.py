"""The virtual list of items: rows in an array, lines fetched in blocks as they come into sight."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from tracker.models import Line
from tracker.tui.cells import Row, fit
from tracker.tui.messages import ItemTarget, Target
from tracker.tui.rows import heading_draw, line_row
from tracker.tui.widgets.cursor_list import CursorList

BLOCK = 128
BLOCKS_KEPT = 48


class LineList(CursorList):
    """Holds 8 bytes an item; reading 128 lines takes a few milliseconds, so a leap to the end is answered at once.

    Headings of groups stand among the rows as negative numbers: -1 is the first heading, -2 the second.

    Args:
        fetch: reads the lines of rows, in the order asked; rows that are gone may be missing.
    """

    def __init__(self, fetch: Callable[[Sequence[int]], list[Line]], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._fetch = fetch
        self.rows: array[int] = array("q")
        self.heads: list[tuple[str, int]] = []
        """Name of each group, and how many items it has."""
        self._blocks: OrderedDict[int, dict[int, Line]] = OrderedDict()

    def total(self) -> int:
        """Return how many lines there are, headings included."""
        return len(self.rows)

    @property
    def items(self) -> int:
        """How many items there are."""
        return len(self.rows) - len(self.heads)

    def stops(self, index: int) -> bool:
        """Rest on items only."""
        return self.row_at(index) is not None

    def show_page(self, lines: Sequence[Line]) -> None:
        """Show the first lines, whose number of followers is not known yet: what the first frame is made of."""
        self.rows = array("q", [line.row for line in lines])
        self.heads = []
        self._blocks = OrderedDict({0: {line.row: line for line in lines}})
        self._settle(None, 0)

    def show_rows(self, rows: "array[int]", at: int | None = None) -> None:
        """Show other rows; the cursor stays on its item, or goes to the row `at`, or as near to its place as there is."""
        self._replace(rows, [], at)

    def show_groups(self, groups: "Sequence[tuple[str, array[int]]]", at: int | None = None) -> None:
        """Show rows in groups, each with a heading; the cursor as in `show_rows`."""
        rows: array[int] = array("q")
        for number, (_, own) in enumerate(groups, 1):
            rows.append(-number)
            rows.extend(own)
        self._replace(rows, [(name, len(own)) for name, own in groups], at)

    def _replace(self, rows: "array[int]", heads: list[tuple[str, int]], at: int | None) -> None:
        place = self.cursor
        if at is None and isinstance(self.wanted, int) and not self.touched:
            at = self.wanted
        self.wanted = None
        row = at if at is not None else self.row_at(place)
        self.rows, self.heads = rows, heads
        self._blocks.clear()
        self._settle(row, place)

    def leap(self, way: int) -> bool:
        """Go to the first item of the next or previous group; False when there is none."""
        heads = [index for index, row in enumerate(self.rows) if row < 0]
        here = max((number for number, index in enumerate(heads) if index < self.cursor), default=-1)
        wanted = here + way
        if not 0 <= wanted < len(heads):
            return False
        self.touched = True
        self.scroll_to(y=heads[wanted], animate=False)
        self.move_to(heads[wanted] + 1)
        return True

    def leave_out(self, row: int) -> None:
        """Take an item out; the cursor goes to the one after it."""
        if row not in self.rows:
            return
        place = self.rows.index(row)
        head = next((-self.rows[at] for at in range(place, -1, -1) if self.rows[at] < 0), 0)
        if head:
            name, count = self.heads[head - 1]
            self.heads[head - 1] = (name, count - 1)
        following = self.rows[place + 1 : place + 2]
        rows = self.rows[:]
        rows.pop(place)
        is_here = self.row_at(self.cursor) == row
        self._replace(rows, self.heads, following[0] if is_here and following and following[0] >= 0 else None)

    def _settle(self, row: int | None, place: int) -> None:
        """Put the cursor on an item in rows that have changed, at the same height of the screen where that can be."""
        height = place - self.scroll_offset.y
        self.measure()
        found = self.place_of_key(row)
        index = -1 if found is None else found
        if index < 0:
            index = self._nearest_item(min(max(place, 0), len(self.rows) - 1))
        moved = index != place
        self.set_reactive(CursorList.cursor, index)
        if moved and 0 <= height < self.size.height:
            self.scroll_to(y=max(index - height, 0), animate=False)
        self.show_cursor()
        self.hold_selection()
        self.watch_cursor(index, index)

    def _nearest_item(self, index: int) -> int:
        """Return the place of the item at a heading: the first below it, else the last above it."""
        below = (at for at in range(max(index, 0), len(self.rows)) if self.rows[at] >= 0)
        above = (at for at in range(index, -1, -1) if self.rows[at] >= 0)
        return next(below, next(above, -1))

    def row_at(self, index: int) -> int | None:
        """Return the row of the item at a place; None at a heading."""
        return self.rows[index] if 0 <= index < len(self.rows) and self.rows[index] >= 0 else None

    def line_at(self, index: int) -> Line | None:
        """Return the line at a place; None when the item is gone."""
        if self.row_at(index) is None:
            return None
        number = index // BLOCK
        block = self._blocks.get(number)
        if block is None:
            wanted = [row for row in self.rows[number * BLOCK : (number + 1) * BLOCK] if row >= 0]
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
        """Draw an item, or a heading with the number of its items."""
        if self.rows[index] < 0:
            name, count = self.heads[-self.rows[index] - 1]
            return heading_draw(fit(name or "unknown", min(width - 12, 60)).rstrip(), f"{count:,}", gap=False)(width)
        line = self.line_at(index)
        return [line_row(line, width)] if line else [[("   …", "dim")]]

    def target_at(self, index: int) -> Target | None:
        """Return the item at a place."""
        row = self.row_at(index)
        return ItemTarget(row) if row is not None else None

    def item_at(self, index: int) -> int | None:
        """Return the row of the item at a place."""
        return self.row_at(index)

    def place_of_key(self, key: Hashable) -> int | None:
        """Return where an item stands."""
        try:
            return self.rows.index(key) if isinstance(key, int) else None  # 1 ms for 150,000
        except ValueError:
            return None

    def key_at(self, index: int) -> Hashable:
        """Name an item by its row."""
        return self.row_at(index)

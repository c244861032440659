"""What can be selected in a list: the entries from where it began to the cursor."""

from collections.abc import Hashable

from textual.reactive import reactive

from tracker.tui.messages import Selected
from tracker.tui.widgets.painted import Painted


class Selectable(Painted):
    """A list with a cursor, as far as selecting needs to know it."""

    cursor: reactive[int] = reactive(-1, repaint=False)
    selected_from = -1
    """Where the selection began; -1 while nothing is being selected."""
    _selected_key: Hashable = None

    def total(self) -> int:
        """Return how many entries there are: none until a kind of list says otherwise."""
        return 0

    def key_at(self, index: int) -> Hashable:
        """Return the name by which an entry is found again after the list changed."""
        raise NotImplementedError

    def place_of_key(self, key: Hashable) -> int | None:
        """Return where the entry of a name stands; None when it is not there."""
        raise NotImplementedError

    @property
    def selected(self) -> range:
        """The places from where the selection began to the cursor; none while nothing is being selected."""
        if self.selected_from < 0:
            return range(0)
        return range(min(self.selected_from, self.cursor), max(self.selected_from, self.cursor) + 1)

    def item_at(self, index: int) -> int | None:
        """Return the row of the item at a place, where it is one."""
        del index
        return None

    def selected_items(self) -> list[int]:
        """Return the rows of the items that are selected, each once, in the order of the list."""
        rows = (self.item_at(index) for index in self.selected)
        return list(dict.fromkeys(row for row in rows if row is not None))

    def select(self, is_on: bool) -> None:
        """Begin to select at the cursor, or select nothing."""
        self.selected_from = self.cursor if is_on else -1
        self._selected_key = self.key_at(self.selected_from) if self.selected_from >= 0 else None
        self.refresh()
        self.post_message(Selected(len(self.selected)))

    def hold_selection(self) -> None:
        """Let the selection begin at the same entry after the list has changed, wherever that stands now; give it up where it is gone."""
        if self.selected_from < 0:
            return
        place = self.place_of_key(self._selected_key)
        if place is None:
            self.select(False)
        elif place != self.selected_from:
            self.selected_from = place
            self.refresh()
            self.post_message(Selected(len(self.selected)))

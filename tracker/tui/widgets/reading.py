"""The reading pane: a wrapped document whose links are walked with tab and opened with enter."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.strip import Strip

from tracker.tui.blocks import Document
from tracker.tui.keys import LIST_KEYS, PANE_KEYS, bindings
from tracker.tui.messages import Opened, Target
from tracker.tui.widgets.painted import Painted

if TYPE_CHECKING:
    from tracker.tui.cells import Row

MARGIN = 2
WIDEST = 92
"""Lines longer than this tire the eye."""


class ReadingPane(Painted):
    """Shows one document; remembers its place when the width changes."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LIST_KEYS), *bindings(PANE_KEYS)]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.document = Document(())
        self.link = -1
        self._rows: list[tuple[Row, int]] = []
        """Each row with the number of its block."""
        self._links: list[int] = []
        self._width = 0

    def show(self, document: Document, *, keep_place: bool = False) -> None:
        """Show another document from its beginning, or the same one with newer marks where the reader was."""
        at = self.scroll_offset.y if keep_place else 0
        self.document = document
        self._links = [number for number, block in enumerate(document.blocks) if block.target is not None]
        if not keep_place or self.link >= len(self._links):
            self.link = -1
        self._layout()
        self.scroll_to(y=at, animate=False)

    def _layout(self) -> None:
        self._width = self.size.width
        width = min(self._width - 2 * MARGIN, WIDEST)
        self._rows = []
        for number, block in enumerate(self.document.blocks):
            if block.gap:
                self._rows.append(([], -1))
            self._rows += [(row, number) for row in block.rows(width)]
        self.virtual_size = Size(self._width, len(self._rows) + 1)
        self.refresh()

    def on_resize(self) -> None:
        """Wrap anew, and keep the paragraph that was at the top at the top."""
        if self._width == self.size.width:
            return
        y = self.scroll_offset.y
        block = next((number for _, number in self._rows[y:] if number >= 0), -1)
        self._layout()
        if y and block >= 0:
            self.scroll_to(
                y=next(index for index, (_, number) in enumerate(self._rows) if number == block), animate=False
            )

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width = self.size.width
        index = y + self.scroll_offset.y
        if index >= len(self._rows):
            return self.paint([], width)
        row, number = self._rows[index]
        is_link = 0 <= self.link < len(self._links) and number == self._links[self.link]
        strip = self.paint([("▌ " if is_link else "  ", "accent"), *row], width, is_link)
        return self.labelled(strip, number) if not index or self._rows[index - 1][1] != number else strip

    def places_in_sight(self) -> list[int]:
        """Return the blocks of the links that begin on the screen."""
        seen = {number for _, number in self._rows[self.scroll_offset.y :][: self.size.height]}
        return [number for number in self._links if number in seen]

    def jump_to(self, number: int) -> None:
        """Open a link by its block."""
        self.link = self._links.index(number)
        self.refresh()
        self.action_open()

    # moving

    def action_step(self, by: int) -> None:
        """Scroll by a line."""
        self.scroll_to(y=self.scroll_offset.y + by, animate=False)

    def action_half(self, way: int) -> None:
        """Scroll by half a screen."""
        self.scroll_to(y=self.scroll_offset.y + way * max(self.size.height // 2, 1), animate=False)

    def action_screenful(self, way: int) -> None:
        """Scroll by a screen."""
        self.scroll_to(y=self.scroll_offset.y + way * max(self.size.height - 1, 1), animate=False)

    def action_edge(self, way: int) -> None:
        """Scroll to an end."""
        self.scroll_to(y=0 if way < 0 else self.virtual_size.height, animate=False)

    def action_line(self, number: int) -> None:
        """Scroll to a line, from 1."""
        self.scroll_to(y=number - 1, animate=False)

    def action_link(self, way: int) -> None:
        """Go so many links on, or back, and bring the one there into sight."""
        if not self._links:
            return
        before = self.link if self.link >= 0 else -1 if way > 0 else 0
        self.link = (before + way) % len(self._links)
        places = [index for index, (_, number) in enumerate(self._rows) if number == self._links[self.link]]
        at, height = self.scroll_offset.y, self.size.height
        if places[0] < at or places[-1] >= at + height:
            self.scroll_to(y=max(places[0] - height // 3, 0), animate=False)
        self.lead_the_eye(places[0])
        self.refresh()

    @property
    def link_target(self) -> Target | None:
        """What the chosen link leads to."""
        return self.document.blocks[self._links[self.link]].target if 0 <= self.link < len(self._links) else None

    def action_open(self) -> None:
        """Open the chosen link; without one, choose the first."""
        if self.link_target is not None:
            self.post_message(Opened(self.link_target))
        else:
            self.action_link(1)

    def on_click(self, event: events.Click) -> None:
        """Open the link that was clicked."""
        index = event.y + self.scroll_offset.y
        number = self._rows[index][1] if index < len(self._rows) else -1
        if number in self._links:
            self.link = self._links.index(number)
            self.refresh()
            self.action_open()

"""The page of keys: all that can be pressed, as it is mapped now."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tracker.tui.blocks import Block, Document
from tracker.tui.cells import fit
from tracker.tui.keys import ALL_KEYS, GROUPS, shown
from tracker.tui.widgets.reading import ReadingPane


class HelpScreen(ModalScreen[None]):
    """Keys by group; leaves with q, esc or ?."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape,question_mark", "dismiss", "back", show=False)]

    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (100, "-two")]  # noqa: RUF012 - Textual declares it without ClassVar

    def __init__(
        self, view: str, hints: tuple[tuple[str, str], ...], remapped: dict[str, str], own: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self._own = own
        self._view = view
        self._hints = hints
        self._remapped = remapped

    def compose(self) -> ComposeResult:
        """Build the page."""
        yield ReadingPane()

    def on_mount(self) -> None:
        """Fill the page and give it the keys."""
        pane = self.query_one(ReadingPane)
        pane.show(keys_document(self._view, self._hints, self._remapped, self._own))
        pane.focus()


def keys_document(
    view: str, hints: tuple[tuple[str, str], ...], remapped: dict[str, str], own: tuple[str, ...] = ()
) -> Document:
    """Return the keys: first those of the view, the ones that only it has among them, then all."""
    told = {name for name, _ in hints}
    hints = (*hints, *((key.id, key.words) for key in ALL_KEYS if key.id in own and key.id not in told))
    blocks = [Block([(f"Keys of {view}", "heading"), ("   j k scroll, esc goes back", "dim")])]
    blocks += [Block([(fit(shown(name, remapped, first=False), 18), "accent"), (word, "")]) for name, word in hints]
    for group, heading in GROUPS.items():
        blocks.append(Block([(heading, "heading")], gap=True))
        blocks += [
            Block([(fit(shown(key.id, remapped, first=False), 18), "accent"), (key.words, "")], hanging=18)
            for key in ALL_KEYS
            if key.where == group
        ]
    blocks.append(
        Block(
            [
                (
                    "Other keys: a table [keys] in feeds.toml, with these names: "
                    + ", ".join(key.id for key in ALL_KEYS)
                    + ".",
                    "dim",
                )
            ],
            gap=True,
        )
    )
    return Document(tuple(blocks))

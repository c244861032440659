"""Roles of text and the styles a theme gives them."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tracker.tui.cells import Part, width_of

ROLES = ("dim", "strong", "accent", "good", "bad", "warm", "heading", "link", "quote")


class Painted(ScrollView, can_focus=True):
    """A scroll view that paints rows of parts."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*(f"role--{role}" for role in ROLES), "role--cursor", "role--cursor-blurred"}

    def styles_of_roles(self, is_cursor: bool = False) -> dict[str, Style]:
        """Return the style of each role, on the background of the cursor or of the widget. Textual caches what this reads."""
        base = self.rich_style
        if is_cursor:
            name = "role--cursor" if self.has_focus else "role--cursor-blurred"
            base = base + Style(bgcolor=self.get_component_rich_style(name).bgcolor)
        found = {"": base}
        for role in ROLES:
            style = self.get_component_rich_style(f"role--{role}", partial=True)
            found[role] = base + Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)
        return found

    def paint(self, row: Sequence[Part], width: int, is_cursor: bool = False) -> Strip:
        """Return a row as a strip of exactly `width` cells."""
        styles = self.styles_of_roles(is_cursor)
        strip = Strip([Segment(text, styles[role]) for text, role in row], width_of(row))
        return strip.adjust_cell_length(width, styles[""])

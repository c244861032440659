"""Roles of text and the styles a theme gives them."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tracker.tui.cells import Part, width_of

_ROLES: dict[str, tuple[str, bool, bool]] = {  # role: variable of the theme, bold, italic
    "dim": ("quiet", False, False),
    "strong": ("strong", True, False),
    "accent": ("accent", False, False),
    "good": ("success", False, False),
    "bad": ("error", False, False),
    "warm": ("warning", False, False),
    "heading": ("accent", True, False),
    "link": ("link", False, False),
    "quote": ("secondary", False, True),
    "here": ("accent", True, False),
    "alarm": ("error", True, False),
    "busy": ("secondary", False, False),
}
_made: dict[tuple[str, ...], dict[str, Style]] = {}


def role_styles(widget: Widget) -> dict[str, Style]:
    """Return the style of each role in the present theme; made once a theme: component classes would cost 40 ms before the first frame."""
    variables = widget.app.theme_variables
    colors = tuple(variables.get(name, "") for name, _, _ in _ROLES.values())
    if colors not in _made:
        _made[colors] = {
            role: Style(color=_color(variables.get(name, "")), bold=bold or None, italic=italic or None)
            for role, (name, bold, italic) in _ROLES.items()
        }
        _made[colors][""] = Style()
    return _made[colors]


def _color(value: str) -> str | None:
    try:
        return Color.parse(value).rich_color.name
    except ColorParseError:  # a theme of someone else may lack the name
        return None


class Painted(ScrollView, can_focus=True):
    """A scroll view that paints rows of parts."""

    def paint(self, row: Sequence[Part], width: int, is_cursor: bool = False) -> Strip:
        """Return a row as a strip of exactly `width` cells, on the background of the cursor or of the widget."""
        styles, base = role_styles(self), self.rich_style
        if is_cursor:
            name = "boost" if self.has_focus else "rest"
            base = base + Style(bgcolor=_color(self.app.theme_variables.get(name, "")))
        strip = Strip([Segment(text, base + styles[role]) for text, role in row], width_of(row))
        return strip.adjust_cell_length(width, base)

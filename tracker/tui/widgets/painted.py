"""Roles of text and the styles a theme gives them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.geometry import Offset
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tracker.tui.cells import Part, is_plain, told, width_of

_TERMINALS_OWN = "ansi_default"
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
    "jump": ("accent", True, False),
    "found": ("warning", False, False),
}
_made: dict[tuple[str, ...], dict[str, Style]] = {}


def role_styles(widget: Widget) -> dict[str, Style]:
    """Return the style of each role in the present theme; made once a theme: component classes would cost 40 ms before the first frame."""
    variables = widget.app.theme_variables
    colors = tuple(variables.get(name, "") for name, _, _ in _ROLES.values())
    if colors not in _made:
        _made[colors] = {
            role: Style(
                color=_color(variables.get(name, "")),
                bold=bold or None,
                italic=italic or None,
                reverse=role == "jump" or None,
                underline=role == "found" or None,  # tells it also where there are no colours
            )
            for role, (name, bold, italic) in _ROLES.items()
        }
        _made[colors][""] = Style()
    return _made[colors]


def _color(value: str) -> RichColor | None:
    try:
        return Color.parse(value).rich_color
    except ColorParseError:  # a theme of someone else may lack the name
        return None


def _ground(variables: Mapping[str, str], name: str) -> Style:
    """Return the ground of a line by its name in the theme; the terminal's own colours know only one, so the cursor is reversed."""
    value = variables.get(name, "")
    if value == _TERMINALS_OWN:
        return Style(reverse=True) if name == "boost" else Style(bold=True)
    return Style(bgcolor=_color(value))


class Painted(ScrollView, can_focus=True):
    """A scroll view that paints rows of parts."""

    labels: Mapping[int, str] = MappingProxyType({})
    """Letters to jump by, by the number of the entry or link that they lead to."""

    def paint(self, row: Sequence[Part], width: int, is_cursor: bool = False, *, is_chosen: bool = False) -> Strip:
        """Return a row as a strip of exactly `width` cells, on the background of the cursor, of what is chosen, or of the widget."""
        styles, base = role_styles(self), self.rich_style
        if is_cursor or is_chosen:
            name = "boost" if is_cursor and self.has_focus else "rest"
            base = base + _ground(self.app.theme_variables, name)
        if is_plain():
            row = [(told(text), role) for text, role in row]
        strip = Strip([Segment(text, base + styles[role]) for text, role in row], width_of(row))
        return strip.adjust_cell_length(width, base)

    def labelled(self, strip: Strip, number: int) -> Strip:
        """Return a strip with the letters of an entry over its first cells, if it has any."""
        letters = self.labels.get(number)
        if not letters:
            return strip
        style = self.rich_style + role_styles(self)["jump"]
        return Strip.join([Strip([Segment(letters, style)], len(letters)), strip.crop(len(letters), strip.cell_length)])

    def lead_the_eye(self, line: int) -> None:
        """Put the terminal's own cursor on a line where everything is said in words: a screen reader follows it."""
        if is_plain() and self.has_focus:
            self.app.cursor_position = self.content_region.offset + Offset(0, line - self.scroll_offset.y)

    def show_labels(self, labels: Mapping[int, str]) -> None:
        """Show letters to jump by, or none."""
        self.labels = labels
        self.refresh()

    def places_in_sight(self) -> list[int]:
        """Return the numbers of what can be jumped to on the screen, from the top."""
        return []

    def jump_to(self, number: int) -> None:
        """Go there and open it."""

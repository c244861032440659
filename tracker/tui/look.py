"""The themes: ink by night, paper by day, one of high contrast, one of the terminal's own colours. One accent, the rest is grey.

All text has a contrast of 4.5 to 1 or more against every ground it stands on; the terminal's colours are the user's own choice.
"""

from collections.abc import Mapping

from textual.theme import Theme

INK = Theme(
    name="ink",
    dark=True,
    primary="#d8a657",
    secondary="#7daea3",
    accent="#d8a657",
    warning="#d8a657",
    error="#e0786c",
    success="#8fb573",
    foreground="#cfd2d6",
    background="#15181c",
    surface="#15181c",
    panel="#1d2127",
    variables={
        "boost": "#262b33",
        "quiet": "#949ba4",
        "strong": "#f1f2f3",
        "line": "#2b3038",
        "rest": "#1d2127",
        "link": "#8fb8d8",
        "input-cursor-background": "#d8a657",
        "input-selection-background": "#d8a657 30%",
        "scrollbar": "#2b3038",
        "scrollbar-hover": "#3a414b",
        "scrollbar-active": "#d8a657",
        "scrollbar-background": "#15181c",
        "scrollbar-background-hover": "#15181c",
        "scrollbar-background-active": "#15181c",
    },
)
PAPER = Theme(
    name="paper",
    dark=False,
    primary="#7a4f00",
    secondary="#25605a",
    accent="#7a4f00",
    warning="#7a4f00",
    error="#a52f25",
    success="#3d6a1e",
    foreground="#33363a",
    background="#faf8f3",
    surface="#faf8f3",
    panel="#f0ece3",
    variables={
        "boost": "#e6e0d3",
        "quiet": "#605d57",
        "strong": "#0d0e10",
        "line": "#d8d2c4",
        "rest": "#f0ece3",
        "link": "#1f5f8f",
        "input-cursor-background": "#7a4f00",
        "input-selection-background": "#7a4f00 30%",
        "scrollbar": "#d8d2c4",
        "scrollbar-hover": "#c4bcaa",
        "scrollbar-active": "#7a4f00",
        "scrollbar-background": "#faf8f3",
        "scrollbar-background-hover": "#faf8f3",
        "scrollbar-background-active": "#faf8f3",
    },
)
CONTRAST = Theme(
    name="contrast",
    dark=True,
    primary="#ffd75f",
    secondary="#9fe8dc",
    accent="#ffd75f",
    warning="#ffd75f",
    error="#ff9d94",
    success="#a5f08a",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#101010",
    variables={
        "boost": "#16324f",
        "quiet": "#d4d8dc",
        "strong": "#ffffff",
        "line": "#8a8f94",
        "rest": "#262626",
        "link": "#9fd8ff",
        "input-cursor-background": "#ffd75f",
        "input-selection-background": "#16324f",
        "scrollbar": "#8a8f94",
        "scrollbar-hover": "#d4d8dc",
        "scrollbar-active": "#ffd75f",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
    },
)
_OWN = "ansi_default"
TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_magenta",
    secondary="ansi_cyan",
    accent="ansi_magenta",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground=_OWN,
    background=_OWN,
    surface=_OWN,
    panel=_OWN,
    variables={
        "ansi-background": _OWN,
        "ansi-foreground": _OWN,
        "boost": _OWN,
        "quiet": _OWN,
        "strong": _OWN,
        "line": _OWN,
        "rest": _OWN,
        "link": "ansi_cyan",
        "input-cursor-background": _OWN,
        "input-selection-background": "ansi_magenta",
        "scrollbar": "ansi_magenta",
        "scrollbar-hover": "ansi_magenta",
        "scrollbar-active": "ansi_magenta",
        "scrollbar-background": _OWN,
        "scrollbar-background-hover": _OWN,
        "scrollbar-background-active": _OWN,
    },
)
"""Ground and text are what the terminal has; the cursor is shown in reverse, since there is no second ground to rely on."""
THEMES = (INK, PAPER, CONTRAST, TERMINAL)
NAMES = tuple(theme.name for theme in THEMES)
_MANY_COLOURS = ("256color", "kitty", "direct", "truecolor")


def has_few_colours(environment: Mapping[str, str]) -> bool:
    """Tell whether a terminal has 16 colours at most, or its user wants none: only the terminal's own are readable then."""
    if environment.get("NO_COLOR"):
        return True
    if environment.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"} or "WT_SESSION" in environment:
        return False
    return not environment.get("TERM", "").lower().endswith(_MANY_COLOURS)


def choose(written: str, picked: str, picked_over: str, *, few_colours: bool) -> str:
    """Return the name of the theme to begin with.

    Args:
        written: what `feeds.toml` says; may be empty, or no theme.
        picked: what was last picked in the palette; may be empty.
        picked_over: what `feeds.toml` said when it was picked: when that has changed, `feeds.toml` was the last to speak.
        few_colours: whether the terminal has 16 colours at most.
    """
    if few_colours:
        return TERMINAL.name
    if picked in NAMES and picked_over == written:
        return picked
    return written if written in NAMES else INK.name

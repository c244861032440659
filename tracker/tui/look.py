"""The two themes: ink by night, paper by day. One accent, the rest is grey."""

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
    boost="#262b33",
    variables={
        "quiet": "#7c848e",
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
    primary="#8a5a00",
    secondary="#2f6f66",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#b3362b",
    success="#4b7a2b",
    foreground="#33363a",
    background="#faf8f3",
    surface="#faf8f3",
    panel="#f0ece3",
    boost="#e6e0d3",
    variables={
        "quiet": "#6d6a63",
        "strong": "#0d0e10",
        "line": "#d8d2c4",
        "rest": "#f0ece3",
        "link": "#1f5f8f",
        "input-cursor-background": "#8a5a00",
        "input-selection-background": "#8a5a00 30%",
        "scrollbar": "#d8d2c4",
        "scrollbar-hover": "#c4bcaa",
        "scrollbar-active": "#8a5a00",
        "scrollbar-background": "#faf8f3",
        "scrollbar-background-hover": "#faf8f3",
        "scrollbar-background-active": "#faf8f3",
    },
)
THEMES = (INK, PAPER)
DEFAULTS = {"quiet": "#7c848e", "strong": "#ffffff", "line": "#444444", "rest": "#222222", "link": "#8fb8d8"}
"""For Textual's own themes, which do not know these names."""

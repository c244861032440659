"""Text laid out in terminal cells: cut, padded and wrapped by display width, never by characters.

A *part* is a text with the name of its role (`dim`, `accent` …); a *row* is a list of parts. Roles become colours only when a
widget paints, so whatever stands in a title is text and nothing else: no markup parser ever sees it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

from tracker.text import clean_line

Part = tuple[str, str]
Row = list[Part]

# Joiners, variation selectors and flags are drawn one or two cells wide depending on the terminal; without them all agree.
_UNSTEADY = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_LEADING_MARKS = re.compile("^[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_WORD = re.compile(r"\s*\S+|\s+$")


_manner = {"is_plain": False}


def set_plain(is_on: bool) -> None:
    """Say everything in words, or in signs: for the whole process, as it has one screen."""
    _manner["is_plain"] = is_on


def is_plain() -> bool:
    """Tell whether what is drawn is for a screen reader: words instead of signs, nothing that moves, one thing a line."""
    return _manner["is_plain"]


_TOLD = str.maketrans({"·": ",", "…": "...", "▌": ">", "┃": "+", "»": "", "★": "starred", "▲": "!", "✓": " "})


def told(text: str) -> str:
    """Return text as it is drawn: where everything is said in words, what is left of signs is taken out."""
    return text.replace(" · ", ", ").translate(_TOLD) if _manner["is_plain"] else text


def sign(glyph: str, words: str) -> str:
    """Return a sign, or the words for it where everything is said in words."""
    return words if _manner["is_plain"] else glyph


def steady(text: str, limit: int = 4_000) -> str:
    """Return one clean line whose width every terminal agrees on."""
    text = clean_line(text, limit)
    if text.isascii():
        return text
    text = _UNSTEADY.sub("", text)
    text = _FLAG.sub(lambda found: chr(ord(found[0]) - 0x1F1E6 + ord("A")), text)
    return _LEADING_MARKS.sub("", text)


def fit(text: str, width: int) -> str:
    """Return text in exactly `width` cells: padded with spaces or cut with an ellipsis."""
    if width <= 0:
        return ""
    text = steady(text)
    size = len(text) if text.isascii() else cell_len(text)
    if size == width:
        return text
    if size < width:
        return text + " " * (width - size)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


def fit_right(text: str, width: int) -> str:
    """Return text in exactly `width` cells, at the right edge of them."""
    text = steady(text)
    return " " * (width - cell_len(text)) + text if cell_len(text) < width else fit(text, width)


def marked(text: str, role: str, words: Sequence[str]) -> Row:
    """Return a text with the words in it that begin like some others as parts of their own, in the role `found`.

    A short word, of five letters at most, must stand there whole, but for an ending of the plural.
    """
    if not words or is_plain():
        return [(text, role)]
    stems = (
        re.escape(word[: len(word) - 2]) + r"\w*" if len(word) > 5 else re.escape(word) + r"(?:e?s)?(?!\w)"
        for word in sorted(words, key=len, reverse=True)
    )
    pattern = re.compile(rf"(?<!\w)({'|'.join(stems)})", re.IGNORECASE)
    return [(part, "found" if number % 2 else role) for number, part in enumerate(pattern.split(text)) if part]


def width_of(row: Iterable[Part]) -> int:
    """Return how many cells a row takes."""
    return sum(cell_len(text) for text, _ in row)


def wrap(parts: Sequence[Part], width: int, indent: int = 0) -> list[Row]:
    """Return the parts as rows of at most `width` cells, broken at spaces; rows after the first begin with `indent` spaces."""
    width = max(width, 4)
    indent = min(indent, width // 2)
    rows: list[Row] = [[]]
    used = 0
    for whole, role in _words(parts):
        word, size = whole, cell_len(whole)
        while used + size > width:
            if used > (indent if len(rows) > 1 else 0):  # there is something on the row: begin another one
                word = word.lstrip()
            else:
                head, *rest = chop_cells(word, width - used)
                rows[-1].append((head, role))
                word = "".join(rest)
            rows.append([(" " * indent, "")] if indent else [])
            used, size = indent, cell_len(word)
        if word:
            rows[-1].append((word, role))
            used += size
    return rows


def _words(parts: Sequence[Part]) -> Iterator[Part]:
    for text, role in parts:
        plain = (
            text
            if text.isascii()
            else _FLAG.sub(lambda found: chr(ord(found[0]) - 0x1F1E6 + ord("A")), _UNSTEADY.sub("", text))
        )
        for word in _WORD.findall(plain):
            yield word, role


_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int | None], width: int = 0) -> str:
    """Return a line of bars, one a value, the highest full; a dot where nothing is known. Only the last `width` when given."""
    shown = values[-width:] if width else values
    if is_plain():
        return ", ".join("unknown" if value is None else str(value) for value in shown)
    top = max((value for value in shown if value is not None), default=0)
    if not top:
        return "".join("·" if value is None else _BARS[0] for value in shown)
    return "".join(
        "·" if value is None else _BARS[min(round(max(value, 0) / top * (len(_BARS) - 1)), len(_BARS) - 1)]
        for value in shown
    )

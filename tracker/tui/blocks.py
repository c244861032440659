"""Paragraphs of the reading pane: plain data, no screen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tracker import times
from tracker.models import Item, Line
from tracker.tui.cells import Part, Row, fit, steady, wrap
from tracker.tui.messages import ItemTarget, Target
from tracker.tui.rows import place_of, spelled, title_of

SAID = 280
"""So many letters of a post stand below its link."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or line. `gap` leaves an empty line above; `hanging` indents the rows after the first."""

    parts: Sequence[Part]
    target: Target | None = None
    gap: bool = False
    indent: int = 0
    hanging: int = 0
    draw: Callable[[int], list[Row]] | None = None
    """Makes the rows for a width, in place of wrapped parts: charts."""

    def rows(self, width: int) -> list[Row]:
        """Return it as rows of at most `width` cells."""
        rows = self.draw(width) if self.draw else wrap(self.parts, width - self.indent, self.hanging)
        return [[(" " * self.indent, ""), *row] for row in rows] if self.indent else rows


@dataclass(frozen=True, slots=True)
class Document:
    """What is read; `item` is there when it is about one item, so that marks know what they act on."""

    blocks: tuple[Block, ...]
    item: Item | None = None
    line: Line | None = None


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text as clean lines."""
    return [clean for part in text.split("\n") if (clean := steady(part, 60_000))]


def title_words(title: str) -> str:
    """Return an outside title as it is read."""
    return steady(spelled(title))


def line_blocks(lines: Sequence[Line], said: Mapping[int, str] | None = None) -> list[Block]:
    """Return items as links, each with what it says below where that is known and is more than its title."""
    blocks = []
    for line in lines:
        age = times.ago(line.date, times.now())
        words: list[Part] = [
            (f"{fit(place_of(line), 16)} ", "dim"),
            (steady(title_of(line)), "link"),
            (f"  {age}", "dim"),
        ]
        blocks.append(Block(words, ItemTarget(line.row), hanging=17))
        text = steady((said or {}).get(line.row, ""), SAID)
        if len(text) > len(line.title) and not line.title.startswith(text):
            blocks.append(Block([(text, "quote")], indent=2))
    return blocks


def cited_document(said: Sequence[tuple[str, Sequence[tuple[int, Line]]]]) -> Document:
    """Return sentences, each followed by the items it rests on as links, with their numbers."""
    blocks: list[Block] = []
    for words, found in said:
        blocks += [Block([(words, "")], gap=bool(blocks)), *(_numbered(line, number) for number, line in found)]
    return Document(tuple(blocks))


def _numbered(line: Line, number: int) -> Block:
    mark = fit(f"[{number}]" if number else "", 5)
    words: list[Part] = [(mark, "dim"), (steady(title_of(line)), "link"), (f"  {place_of(line)}", "dim")]
    return Block(words, ItemTarget(line.row), hanging=5)


def items_document(heading: str, lines: Sequence[Line]) -> Document:
    """Return several items as links under a heading."""
    return Document((Block([(steady(heading), "heading")]), Block([]), *line_blocks(lines)))

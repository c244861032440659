"""Parts of a list under headings, as many lines of each as a screen has room for."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.tui.rows import heading_draw
from tracker.tui.widgets.entry_list import Entry


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines under a heading. `least` of its entries are shown however small the screen, `most` however large."""

    heading: str
    note: str
    entries: Sequence[Entry]
    least: int
    most: int


def fitted(parts: Sequence[Part], height: int, width: int) -> list[Entry]:
    """Return the parts with their headings in so many rows: at first the least of each, then one more of each in turn.

    Empty lines stand between the parts only where all of the least leave room for them.
    """
    tall = [[len(entry.draw(width)) for entry in part.entries[: part.most]] for part in parts]
    shown = [min(part.least, len(rows)) for part, rows in zip(parts, tall, strict=True)]
    gap = len(parts) - 1
    room = height - len(parts) - sum(sum(rows[:count]) for rows, count in zip(tall, shown, strict=True))
    has_gaps = room >= gap
    room -= gap if has_gaps else 0
    is_growing = True
    while is_growing:
        is_growing = False
        for number, rows in enumerate(tall):
            if shown[number] < len(rows) and rows[shown[number]] <= room:
                room -= rows[shown[number]]
                shown[number] += 1
                is_growing = True
    entries: list[Entry] = []
    for part, count in zip(parts, shown, strict=True):
        entries.append(Entry(heading_draw(part.heading, part.note, gap=has_gaps and bool(entries))))
        entries += part.entries[:count]
    return entries

"""The page of a conference as text for a terminal or a pipe, and as Markdown."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from tracker.forms import conference_words as words
from tracker.forms.markdown import markdown
from tracker.forms.outside import plain
from tracker.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.forms.conference_words import Block, Row
    from tracker.pages import ConferencePage

_LABEL = 44


def to_text(page: ConferencePage, width: int) -> str:
    """Return the page as text of at most so many columns; addresses stay whole."""
    parts = [f"{plain(words.title(page))}\n{'=' * min(len(plain(words.title(page))), width)}"]
    parts += ["\n".join(_text_block(block, width)) for block in words.blocks(page)]
    return "\n\n".join(parts) + "\n"


def _text_block(block: Block, width: int) -> Iterator[str]:
    if block.heading:
        yield plain(block.heading)
        yield "-" * len(plain(block.heading))
    yield from (_wrapped(plain(one), width, "") for one in block.lead)
    if block.table:
        yield from _table(block, width)
    for number, row in enumerate(block.rows, 1):
        yield ""
        yield from _text_row(row, f"{number:3}  " if block.is_ranked else "  ", width)


def _table(block: Block, width: int) -> Iterator[str]:
    """Yield the topics of a block, aligned; of the label as much as there is room for."""
    rows = [row for _, topics in block.table for row in topics]
    counts, changes = (
        max(map(len, column), default=0) for column in zip(*((row.counts, row.change) for row in rows), strict=True)
    )
    room = min(width - counts - changes - 8, _LABEL)
    for name, topics in block.table:
        yield from ([f"\n  {name}"] if name else [])
        for row in topics:
            label = f"{'*' if row.is_asked else ' '} {shorten(plain(row.label), room):{room}}"
            yield f"  {label}  {f'{row.change:{changes}}  ' if changes else ''}{row.counts}"


def _text_row(row: Row, mark: str, width: int) -> Iterator[str]:
    indent = " " * len(mark)
    yield _wrapped(plain(row.title), width, mark, indent)
    if row.where:
        yield f"{indent}{row.where}"
    yield from (_wrapped(plain(line), width, indent) for line in row.lines if row.where or not row.rows)
    for one in row.rows:
        yield from _text_row(one, f"{indent}- ", width)
    if row.rows:
        yield from (_wrapped(plain(line), width, f"{indent}  ") for line in row.lines)


def _wrapped(text: str, width: int, first: str, rest: str | None = None) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def to_markdown(page: ConferencePage) -> str:
    """Return the page as Markdown (CommonMark)."""
    parts = [f"# {markdown(words.title(page))}"]
    parts += [part for block in words.blocks(page) for part in _markdown_block(block)]
    return "\n\n".join(parts) + "\n"


def plan_to_markdown(page: ConferencePage) -> str:
    """Return the ranked papers alone as Markdown."""
    parts = [f"# {markdown(words.title(page))}", *_markdown_block(words.ranked(page))]
    return "\n\n".join(parts) + "\n"


def _markdown_block(block: Block) -> Iterator[str]:
    if block.heading:
        yield f"## {markdown(block.heading)}"
    yield from (markdown(one) for one in block.lead)
    for name, topics in block.table:
        yield from ([f"### {markdown(name)}"] if name else [])
        yield "\n".join(
            "- "
            + " · ".join(markdown(part) for part in (row.label, row.change, row.counts) if part)
            + (r" \*" * row.is_asked)
            for row in topics
        )
    if block.rows:
        marks = (f"{number}. " if block.is_ranked else "- " for number in range(1, len(block.rows) + 1))
        yield "\n".join(line for row, mark in zip(block.rows, marks, strict=True) for line in _markdown_row(row, mark))


def _markdown_row(row: Row, mark: str) -> Iterator[str]:
    """Yield the lines of a list item; what is said under it is a list of its own, within the indent of the mark."""
    indent = " " * len(mark.lstrip()) + " " * (len(mark) - len(mark.lstrip()))
    yield f"{mark}{f'[{markdown(row.title)}](<{row.where}>)' if row.where else markdown(row.title)}"
    for one in row.rows:
        yield from _markdown_row(one, f"{indent}- ")
    yield from (f"{indent}- {markdown(line)}" for line in row.lines)

"""A digest as plain text for a terminal, a pipe or a mail, with numbered references at the end."""

import textwrap
from collections.abc import Callable, Iterator, Sequence

from tracker.forms.numbering import Numbers
from tracker.forms.outside import detail, figures, paragraphs, plain, series, sparkline, where
from tracker.models import Line
from tracker.pages import Digest, DigestEntry, Sentence
from tracker.text import shorten

Style = Callable[[str], str]
_INDENT = "  "


def to_text(digest: Digest, width: int = 80, strong: Style = str) -> str:
    """Return a digest as text of at most so many columns; only addresses may be longer.

    Args:
        digest: what is written.
        width: columns.
        strong: what sets a heading off, as bold letters do on a terminal.
    """
    numbers = Numbers(digest)

    def say(sentences: Sequence[Sentence], indent: str = "") -> str:
        return _wrapped(" ".join(plain(one.text) + numbers.marks(one) for one in sentences), width, indent)

    blocks = [strong(line) for line in _wrapped(plain(digest.title), width).splitlines()]
    blocks = ["\n".join(blocks)]
    for section in digest.sections:
        blocks.append(
            "\n".join([strong(plain(section.heading).upper()), *([say(section.lead)] if section.lead else [])])
        )
        for entry in section.entries:
            blocks.append("\n".join(_entry(entry, say, digest, width, strong)))
    if digest.how:
        blocks.append("\n".join([strong("HOW THIS WAS MADE"), say(digest.how)]))
    if cited := list(numbers.cited()):
        blocks.append(
            "\n".join([strong("REFERENCES"), *(_reference(number, line, digest, width) for number, line in cited)])
        )
    return "\n\n".join(block for block in blocks if block.strip()) + "\n"


def _entry(
    entry: DigestEntry, say: Callable[[Sequence[Sentence], str], str], digest: Digest, width: int, strong: Style
) -> Iterator[str]:
    change = figures(entry.topic) if entry.topic else ""
    title = _wrapped(plain(entry.title), width)
    yield strong(title) + (f"  {change}" if change else "")
    if entry.topic and (curves := series(entry.topic)):
        yield _INDENT + "   ".join(f"{name} {sparkline(values)}" for name, values in curves)
    yield from (say(paragraph, _INDENT) for paragraph in paragraphs(entry.sentences))
    for line in entry.papers:
        yield f"{_INDENT}- {shorten(plain(line.title), width - 4)}"
        if words := detail(line, digest.shared.get(line.id)):
            yield f"{_INDENT * 2}{shorten(words, width - 4)}"


def _reference(number: int, line: Line, digest: Digest, width: int) -> str:
    head = shorten(f"[{number}] {plain(line.title)}", width)
    return f"{head}\n{' ' * (len(str(number)) + 3)}{where(line, digest) or plain(line.id)}"


def _wrapped(words: str, width: int, indent: str = "") -> str:
    return textwrap.fill(
        words, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )

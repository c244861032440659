"""A digest as entries of a list: headings, paragraphs that open what they cite, papers, references.

Drawn from the digest itself, not from its Markdown: so no text in it is ever parsed.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from rich.cells import cell_len

from tracker.digest.words import span
from tracker.forms.numbering import Numbers
from tracker.forms.outside import figures, paragraphs, series
from tracker.pages import Digest, DigestEntry, Sentence
from tracker.text import plural
from tracker.tui.cells import Part, Row, fit, fit_right, sign, sparkline, steady
from tracker.tui.messages import CitedTarget, EditionTarget, ItemTarget, Target, TopicTarget
from tracker.tui.rows import Draw, heading_draw, line_draw, text_draw
from tracker.tui.widgets.entry_list import Entry, line_entry

_COUNT = 14
_WIDE = 60
"""From so many cells on posts are counted beside papers; the days of the week come first."""


def digest_entries(digest: Digest) -> list[Entry]:
    """Return a digest as entries of a list."""
    numbers = Numbers(digest)
    entries: list[Entry] = []
    for section in digest.sections:
        entries.append(Entry(heading_draw(steady(section.heading), gap=bool(entries))))
        entries += _told(section.lead, numbers, section.key, indent=1)
        for number, entry in enumerate(section.entries):
            entries += _entry(entry, numbers, f"{section.key}/{number}")
    if digest.how:
        entries.append(Entry(heading_draw("How this was made")))
        entries += _told(digest.how, numbers, "how", indent=1, role="dim")
    return [*entries, *_references(numbers)]


def week_entries(weeks: Sequence[tuple[str, int, int]], present: str) -> list[Entry]:
    """Return weeks, each with its days, papers and posts, as entries that open their digest; the present one is marked."""
    return [
        Entry(partial(_week_rows, week, papers, posts, week == present), EditionTarget(week), ("week", week))
        for week, papers, posts in weeks
    ]


def _week_rows(week: str, papers: int, posts: int, is_present: bool, width: int) -> list[Row]:
    mark = sign("▸ ", "shown: ") if is_present else "  "
    counts = fit_right(plural(papers, "paper"), _COUNT)
    if width >= _WIDE:
        counts += fit_right(plural(posts, "post"), _COUNT)
    room = width - cell_len(mark) - cell_len(week) - cell_len(counts) - 4
    days = [(f"{week}  ", "strong" if is_present else ""), (fit(span(week), room), "")]
    return [[(" ", ""), (mark, "accent"), *days, (counts, "dim")]]


def _entry(entry: DigestEntry, numbers: Numbers, part: str) -> Iterator[Entry]:
    if entry.title:
        target: Target | None = (
            TopicTarget.of(entry.topic) if entry.topic else ItemTarget(entry.item) if entry.item else None
        )
        change = f"  {figures(entry.topic)}" if entry.topic else ""
        words: list[Part] = [(steady(entry.title), "strong"), (change, "accent")]
        yield Entry(text_draw(words, indent=1, gap=True, hanging=2), target, (part, "title"))
    curves = series(entry.topic) if entry.topic else []
    if curves:
        drawn = [
            (f"{name} {sparkline(values, 12)}   ", "good" if name == "papers" else "accent") for name, values in curves
        ]
        yield Entry(text_draw(drawn, indent=3))
    yield from _told(entry.sentences, numbers, part, indent=3)
    for line in entry.papers:
        yield line_entry(line, part, lambda newer: _indented(line_draw(newer)))


def _indented(draw: Draw) -> Draw:
    return lambda width: [[(" ", ""), *row] for row in draw(width - 1)]


def _told(
    sentences: Sequence[Sentence], numbers: Numbers, part: str, *, indent: int, role: str = ""
) -> Iterator[Entry]:
    """Yield sentences in paragraphs, those that are quoted alone."""
    for number, paragraph in enumerate(paragraphs(sentences)):
        words: list[Part] = []
        for sentence in paragraph:
            tone = "quote" if sentence.kind == "quoted" else role
            words += [(f"{' ' if words else ''}{steady(sentence.text)}", tone), (_marks(sentence, numbers), "link")]
        yield Entry(text_draw(words, indent=indent), _cited(paragraph, numbers), (part, number))


def _marks(sentence: Sentence, numbers: Numbers) -> str:
    """Return the numbers of what a sentence cites; of many items, how many; an absence counts none."""
    known = numbers.marks(sentence)
    return known or (f" [{plural(len(sentence.items), 'item')}]" if sentence.items and sentence.figures else "")


def _cited(paragraph: Sequence[Sentence], numbers: Numbers) -> Target | None:
    """Return what a paragraph opens: its item, or its sentences with all that each cites."""
    items = tuple(dict.fromkeys(name for sentence in paragraph for name in sentence.items))
    if len(items) <= 1:
        return ItemTarget(items[0]) if items else None
    said = tuple((steady(sentence.text), sentence.items, tuple(numbers.of(sentence))) for sentence in paragraph)
    return CitedTarget(said)


def _references(numbers: Numbers) -> Iterator[Entry]:
    cited = list(numbers.cited())
    if cited:
        yield Entry(heading_draw("References"))
    for number, line in cited:
        yield line_entry(line, "references", partial(line_draw, first=f"[{number}]"))

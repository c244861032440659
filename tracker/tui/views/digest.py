"""Digest: the summary of the week, each sentence with the items it rests on."""

from typing import ClassVar

from textual.app import ComposeResult

from tracker.models import Digest, DigestEntry, Sentence
from tracker.tui.cells import Part, steady
from tracker.tui.jobs import start
from tracker.tui.messages import ItemsTarget, ItemTarget, Target, TopicTarget
from tracker.tui.rows import Draw, heading_draw, line_draw, text_draw
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import Entry, EntryList, line_entry


class DigestView(View):
    """Drawn from the digest itself, not from its Markdown: so no text in it is ever parsed, and each citation opens."""

    number = 6
    hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("open", "what it cites"),
        ("star", "star"),
        ("browser", "browser"),
        ("search", "search"),
        ("help", "keys"),
        ("quit", "quit"),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._is_asked = False

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield EntryList()

    def enter(self) -> None:
        """Write the digest when it is first looked at."""
        if not self._is_asked:
            self._is_asked = True
            self.query_one(EntryList).empty = "Reading the week …"
            self.reload()

    def reload(self) -> None:
        """Write it anew."""
        if self._is_asked:
            start(self, "aside", lambda _: self.desk.aside.digest(), self._show, failed=self._refused)

    def _refused(self, words: str) -> None:
        self.query_one(EntryList).empty = words

    def _show(self, digest: Digest) -> None:
        shown = self.query_one(EntryList)
        shown.empty = "Nothing to sum up yet.\nR fetches your sources."
        shown.show(digest_entries(digest))
        self.query_one(Caption).say(steady(digest.title))


def digest_entries(digest: Digest) -> list[Entry]:
    """Return a digest as entries of a list: headings, sentences that open what they cite, papers."""
    entries: list[Entry] = []
    for section in digest.sections:
        entries.append(Entry(heading_draw(steady(section.heading), gap=bool(entries))))
        entries += [_sentence(sentence, section.key, number, indent=1) for number, sentence in enumerate(section.lead)]
        for number, entry in enumerate(section.entries):
            entries += _entry(entry, f"{section.key}/{number}")
    if digest.how:
        entries.append(Entry(heading_draw("How this was made")))
        entries += [
            _sentence(sentence, "how", number, indent=1, role="dim") for number, sentence in enumerate(digest.how)
        ]
    return entries


def _entry(entry: DigestEntry, part: str) -> list[Entry]:
    target: Target | None = (
        TopicTarget.of(entry.topic) if entry.topic else ItemTarget(entry.item) if entry.item else None
    )
    entries = (
        [Entry(text_draw([(steady(entry.title), "strong")], indent=1, gap=True, hanging=2), target, (part, "title"))]
        if entry.title
        else []
    )
    entries += [_sentence(sentence, part, number, indent=3) for number, sentence in enumerate(entry.sentences)]
    return entries + [line_entry(line, part, lambda newer: _indented(line_draw(newer))) for line in entry.papers]


def _indented(draw: Draw) -> Draw:
    return lambda width: [[(" ", ""), *row] for row in draw(width - 1)]


def _sentence(sentence: Sentence, part: str, number: int, *, indent: int, role: str = "") -> Entry:
    words: list[Part] = [(steady(sentence.text), role)]
    target: Target | None = None
    if sentence.items:
        words.append((f" [{len(sentence.items)}]", "link"))
        target = (
            ItemTarget(sentence.items[0])
            if len(sentence.items) == 1
            else ItemsTarget(steady(sentence.text), sentence.items)
        )
    return Entry(text_draw(words, indent=indent), target, (part, number))

"""Search as you type: words at once, meaning as soon as the model is there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tracker.models import Hit, Line, Mode
from tracker.query import Filter, unfinished
from tracker.text import plural
from tracker.tui.blocks import title_words
from tracker.tui.cells import steady
from tracker.tui.jobs import completer, start
from tracker.tui.rows import Draw, hit_draw
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import Entry, EntryList, line_entry
from tracker.tui.widgets.prompt import VALUES, FilterSuggester, QueryLine

LIMIT = 60
PAUSE_SECONDS = 0.12
"""How long the typing must rest before meaning is asked."""
EMPTY = (
    'Type words, "phrases", -not, and filters:\n'
    "venue:NeurIPS  year:2023..2025  author:Name  since:7d\n"
    "is:unread  has:code  kind:post  tag:later\n"
    "like:ID finds what is near an item; m does it for the one at the cursor.\n"
    "tab takes what is suggested, enter leads to the hits."
)
NOTHING_FOUND = "Nothing found.\nFewer words, or fewer filters?"
NOTHING_STORED = "Nothing is stored yet.\nR fetches what you follow."


class SearchView(View):
    """A line to type in and the hits, each with its reason."""

    number = 4
    hints: tuple[tuple[str, str], ...] = (
        ("open", "open"),
        ("star", "star"),
        ("like", "more like this"),
        ("save", "save search"),
        ("help", "keys"),
        ("quit", "quit"),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._shown_for = ("", "")
        self._warming = False
        self._told = ""

    def compose(self) -> ComposeResult:
        """Build line, caption and list."""
        yield QueryLine(
            placeholder="search papers and posts",
            id="search-line",
            compact=True,
            select_on_focus=False,
            suggester=FilterSuggester(completer(self)),
        )
        yield Caption()
        yield EntryList()

    @property
    def box(self) -> Input:
        """The line to type in."""
        return self.query_one("#search-line", Input)

    @property
    def listing(self) -> EntryList:
        """The list that keys move in."""
        return self.hits

    @property
    def hits(self) -> EntryList:
        """The list of hits."""
        return self.query_one(EntryList)

    def enter(self) -> None:
        """Begin to load the model when search is first seen: browsing stays light."""
        if not self.hits.entries:
            self.hits.empty = EMPTY
        if not self._warming and not self.desk.is_warm:
            self._warming = True
            start(
                self,
                "meaning",
                lambda _: self.desk.warm(),
                lambda _: self._by_meaning(),
                group="warm",
                failed=lambda words: self.say(words, "bad"),
            )

    def focus_list(self) -> None:
        """Give the keys to the line while there is nothing to walk in."""
        (self.hits if self.hits.entries else self.box).focus()

    def ask(self, line: str) -> None:
        """Put a query into the line."""
        self.box.value = steady(line)
        self.box.cursor_position = len(self.box.value)

    @on(Input.Changed, "#search-line")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.hits.touched = False
        line = self.asked
        self._describe()
        if not line:
            self.hits.show([], keep=False)
            self.hits.empty = EMPTY
            self._describe("")
            return
        if "like:" in line:  # has no words to look for: only the vectors can answer
            self._run(line, "hybrid")
            return
        self._run(line, "lexical")

    @property
    def asked(self) -> str:
        """What is looked for: the line without a filter that is still being typed."""
        return unfinished(self.box.value)[0]

    def _by_meaning(self) -> None:
        line = self.asked
        if line and self.desk.is_warm and "like:" not in line:
            self._run(line, "hybrid")

    def _run(self, line: str, mode: Mode) -> None:
        desk = self.desk

        def work(reader: Any) -> list[Hit]:  # noqa: ANN401 - the session made this reader and takes it back
            if mode == "hybrid":
                return desk.by_meaning(line, LIMIT)
            return desk.session.search(line, limit=LIMIT, mode=mode, reader=reader)

        start(
            self,
            "search" if mode == "lexical" else "meaning",
            work,
            lambda hits: self._found(line, mode, hits),
            failed=self._refused,
        )

    def _found(self, line: str, mode: str, hits: Sequence[Hit]) -> None:
        if line != self.asked:
            return
        self._show(line, mode, hits)
        if mode == "lexical" and self.desk.is_warm:
            self.set_timer(PAUSE_SECONDS, lambda: self._by_meaning() if line == self.asked else None)

    def _show(self, line: str, mode: str, hits: Sequence[Hit]) -> None:
        if mode == "lexical" and self._shown_for == (line, "hybrid"):
            return  # what meaning found is there already
        self._shown_for = (line, mode)
        if not hits:
            is_stored = self.read(lambda reader: bool(reader.page(Filter(), 1)), otherwise=True)
            self.hits.empty = NOTHING_FOUND if is_stored else NOTHING_STORED
        self.hits.show([_entry(hit) for hit in hits], keep=self.hits.touched)
        found = f"{LIMIT} best" if len(hits) == LIMIT else plural(len(hits), "hit")
        how = (
            "words and meaning"
            if mode == "hybrid"
            else "words"
            if self.desk.is_warm or not self._warming
            else "words; the model is being loaded"
        )
        near = self._near_what(line)
        self._describe(f"{found}  ·  near in meaning to {near}" if near else f"{found}  ·  by {how}")

    def _near_what(self, line: str) -> str:
        """Return the title of the item that hits are near to; nothing where no item is named."""
        name = next((word.removeprefix("like:") for word in line.split() if word.startswith("like:")), "")
        return title_words(self.read(lambda reader: reader.item(name).title, name)) if name else ""

    def _describe(self, found: str | None = None) -> None:
        """Say what was found, and what the filter that is being typed can be."""
        self._told = self._told if found is None else found
        name = unfinished(self.box.value)[1]
        words = (self._told, f"{name}: {VALUES[name]}" if name else "")
        self.query_one(Caption).say("  ·  ".join(part for part in words if part))

    def _refused(self, words: str) -> None:
        self.hits.show([], keep=False)
        self.hits.empty = words
        self._describe("")

    @on(QueryLine.Left)
    def _left(self, event: QueryLine.Left) -> None:
        event.stop()
        if self.hits.entries:
            self.hits.focus()

    @on(Input.Submitted, "#search-line")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.hits.entries:
            self.hits.focus()

    def reload(self) -> None:
        """Ask again: the store has changed."""
        line = self.asked
        if line:
            self._shown_for = ("", "")
            self._run(line, "hybrid" if "like:" in line else "lexical")


def _entry(hit: Hit) -> Entry:
    def drawn(line: Line) -> Draw:
        return hit_draw(replace(hit, line=line))

    return line_entry(hit.line, "hit", drawn)

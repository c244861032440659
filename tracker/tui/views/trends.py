"""Trends: the topics that rise, are new or fade, with the counts behind each."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult

from tracker.errors import NotFoundError
from tracker.models import Line, Topic, Trends
from tracker.tui.documents import Document, topic_document
from tracker.tui.jobs import start
from tracker.tui.messages import Target, TopicTarget
from tracker.tui.reads import Reader
from tracker.tui.rows import heading_draw, text_draw, topic_draw
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import Entry, EntryList


class TrendsView(View):
    """Topics in a list; the reading pane shows the evidence of the one at the cursor."""

    number = 5
    hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("open", "evidence"),
        ("search", "search"),
        ("sync-all", "sync"),
        ("help", "keys"),
        ("quit", "quit"),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.trends: Trends | None = None
        self._is_asked = False

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield EntryList()

    def enter(self) -> None:
        """Compute the trends when they are first looked at."""
        if not self._is_asked:
            self._is_asked = True
            self.query_one(EntryList).empty = "Counting …"
            self.reload()

    def reload(self) -> None:
        """Compute them anew."""
        if self._is_asked:
            start(self, "aside", lambda _: self.desk.trends(), self._show, failed=self._refused)

    def _refused(self, words: str) -> None:
        self.query_one(EntryList).empty = words

    def _show(self, trends: Trends) -> None:
        self.trends = trends
        shown = self.query_one(EntryList)
        shown.empty = "No topics yet.\nR fetches your sources."
        shown.show(trend_entries(trends))
        self.query_one(Caption).say(
            f"{trends.window}  ·  {trends.papers_after:,} papers after {trends.papers_before:,}"
            if trends.papers_after
            else trends.window
        )

    def document_of(self, target: Target) -> Callable[[Reader], Document] | None:
        """Gather the evidence of a topic."""
        if not isinstance(target, TopicTarget):
            return None
        weeks = self.trends.weeks if self.trends else ()
        return lambda reader: evidence(reader, target.topic, weeks)


def evidence(reader: Reader, topic: Topic, weeks: tuple[str, ...]) -> Document:
    """Return a topic with the papers and posts that show it."""
    return topic_document(topic, weeks, lines_named(reader, topic.items[:20]), lines_named(reader, topic.posts[:20]))


def lines_named(reader: Reader, names: Iterable[str]) -> list[Line]:
    """Return the lines of items by id; those that are gone are left out."""
    rows = []
    for name in names:
        try:
            rows.append(reader.item(name).row)
        except NotFoundError:
            continue
    return reader.lines(rows)


def trend_entries(trends: Trends) -> list[Entry]:
    """Return trends as entries of a list."""
    entries = [Entry(text_draw([(trends.notice, "warm")], indent=3))] if trends.notice else []
    for heading, note, topics in (
        ("Rising", "more often than in the weeks before", trends.topics),
        ("New", "not seen before", trends.new),
        ("Fading", "less often", trends.fading),
    ):
        if topics:
            entries.append(Entry(heading_draw(heading, note, gap=bool(entries))))
            entries += [Entry(topic_draw(topic), TopicTarget(topic), (heading, topic.id)) for topic in topics]
    return entries

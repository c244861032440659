"""Trends: places of the topics week by week, then what rises, is new, is talked about, fades, with the counts behind each."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tracker.pages import Ranking
from tracker.tui.charts import place_head, place_row
from tracker.tui.counting import Found
from tracker.tui.jobs import start
from tracker.tui.keys import TRENDS_KEYS, bindings
from tracker.tui.messages import TopicTarget
from tracker.tui.rows import Draw, heading_draw, spoken_draw, text_draw, topic_draw
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import Entry, EntryList

MEANWHILE = "Papers gather with every sync: R fetches, 2 lists what is there."
LEAST_PLACES = 3
"""So many topics make a contest of places."""


class TrendsView(View):
    """Topics in a list; the reading pane shows the page of the one at the cursor."""

    number = 5
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TRENDS_KEYS)]
    hints: tuple[tuple[str, str], ...] = (
        ("open", "its page"),
        ("topic", "any topic"),
        ("search", "search"),
        ("sync-all", "sync"),
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
        """Compute the trends when they are first looked at."""
        if not self._is_asked:
            self._is_asked = True
            self.query_one(EntryList).empty = "Counting …"
            self.reload()

    def reload(self) -> None:
        """Compute them anew."""
        if self._is_asked:
            start(self, "aside", lambda _: self.desk.found(), self._show, failed=self.refused)

    async def action_topic(self) -> None:
        """Ask for the name of a topic and open its page: any phrase that papers hold has one."""

        def answer(name: str) -> None:
            self.shell.close_prompt()
            if name.strip():
                self.shell.open(TopicTarget(name.strip()))

        await self.shell.ask("topic, as papers write it", "", answer)

    def _show(self, found: Found) -> None:
        trends = found.trends
        shown = self.query_one(EntryList)
        shown.empty = "No topics yet.\nR fetches your sources."
        shown.show(trend_entries(found), keep=shown.touched)
        self.query_one(Caption).say(
            f"{trends.window}  ·  {trends.papers_after:,} papers, {trends.papers_before:,} in the weeks before"
            if trends.papers_after
            else trends.window
        )


def trend_entries(found: Found) -> list[Entry]:
    """Return trends as entries of a list."""
    trends = found.trends
    entries = [Entry(text_draw([(trends.notice, "warm")], indent=3))] if trends.notice else []
    if trends.notice and not trends.topics:
        entries.append(Entry(text_draw([(MEANWHILE, "dim")], indent=3, gap=True)))
    entries += _places(found, gap=bool(entries))
    new = {topic.id for topic in trends.new}
    rising = [topic for topic in trends.topics if topic.id not in new]
    for heading, note, topics, draw in (
        ("Rising", "a larger share of papers than before", rising, topic_draw),
        ("New", "not seen before", trends.new, topic_draw),
        ("Talked about", "by more people than before", trends.spoken, spoken_draw),
        ("Fading", "less often", trends.fading, topic_draw),
    ):
        if topics:
            entries.append(Entry(heading_draw(heading, note, gap=bool(entries))))
            entries += [Entry(draw(topic), TopicTarget.of(topic), (heading, topic.id)) for topic in topics]
    return entries


def _places(found: Found, *, gap: bool) -> Iterator[Entry]:
    """Yield a bump chart: the topics by their last place, each with its place in every week."""
    named = {topic.label: topic for topic in (*found.trends.new, *found.trends.topics)}
    ranked = [one for one in found.rankings if one.label in named]
    if len(ranked) < LEAST_PLACES:
        return
    yield Entry(heading_draw("Places", "1 rose most in the four weeks up to it", gap=gap))
    yield Entry(_head(found.trends.weeks))
    for one in ranked:
        topic = named[one.label]
        yield Entry(_place(one), TopicTarget.of(topic), ("Places", topic.id))


def _head(weeks: Sequence[str]) -> Draw:
    return lambda width: [place_head(weeks, width)]


def _place(one: Ranking) -> Draw:
    return lambda width: [place_row(one.label, one.places, width)]

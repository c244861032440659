"""Today: what came in since the last look, what rises, what is talked about, what does not work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from textual.app import ComposeResult

from tracker import times
from tracker.models import Line, SavedSearch, SourceState, Talk, Trends
from tracker.query import Filter
from tracker.text import plural
from tracker.tui.cells import steady
from tracker.tui.jobs import start
from tracker.tui.messages import Counted, ItemsTarget, SourceTarget, TopicTarget
from tracker.tui.reads import Discussed, Reader
from tracker.tui.rows import TROUBLED, heading_draw, line_draw, source_draw, text_draw, topic_draw
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import Entry, EntryList, line_entry

NEW_SHOWN = 40
TOPICS_SHOWN = 5
DISCUSSED_SHOWN = 8
MATCHES_SHOWN = 3
MATCHES_LISTED = 40


@dataclass(frozen=True, slots=True)
class TodayData:
    """What the view knows so far; None is not known yet."""

    newest: Sequence[Line] = ()
    is_whole: bool = False
    """Whether `newest` is only what is new since the last look."""
    new_papers: int | None = None
    new_posts: int | None = None
    papers: int = 0
    posts: int = 0
    unread: int = 0
    starred: int = 0
    is_first_look: bool = True
    newest_row: int = 0
    saved: Sequence[tuple[SavedSearch, Sequence[Line]]] = ()
    """All saved searches, with their new matches."""
    discussed: Sequence[Discussed] = ()
    trends: Trends | None = None
    sources: Sequence[SourceState] = ()


class TodayView(View):
    """One list of parts; the first frame shows the newest items, the rest follows as it is known."""

    number = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.data = TodayData()
        self._is_loaded = False

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield EntryList()

    def enter(self) -> None:
        """Paint the newest items at once."""
        if not self._is_loaded:
            self._is_loaded = True
            limit = max(self.app.size.height, 24)
            nothing: list[Line] = []
            self.know(replace(self.data, newest=self.read(lambda reader: reader.page(Filter(), limit), nothing)))
        self._note_listed()

    def reload(self) -> None:
        """Gather everything: after the first frame, and when the store has changed."""
        if not self._is_loaded:
            return
        last, base = self.desk.last_row, self.data
        lines = self.desk.lines
        start(self, "lists", lambda reader: gather(reader, last, base, lines), self._gathered, group="today")
        start(self, "lists", self._news, self._know_saved, group="saved")
        start(
            self,
            "aside",
            self._discussed_and_trends,
            lambda found: self.know(replace(self.data, discussed=found[0], trends=found[1])),
            group="rising",
            failed=lambda _: None,
        )

    def _news(self, reader: Any) -> list[tuple[SavedSearch, list[Line]]]:  # noqa: ANN401 - the session made this reader and takes it back
        news = self.desk.session.news(MATCHES_LISTED, reader)
        return [(search, [self.desk.overlay(line) for line in lines]) for search, lines in news]

    def _know_saved(self, saved: Sequence[tuple[SavedSearch, Sequence[Line]]]) -> None:
        self.know(replace(self.data, saved=saved))
        self._note_listed()

    def _note_listed(self) -> None:
        """Remember which matches were in sight: the next look does not show them as new."""
        if self.has_class("-shown"):
            self.desk.listed |= {
                search.name: tuple(
                    dict.fromkeys((*self.desk.listed.get(search.name, ()), *(line.row for line in lines)))
                )
                for search, lines in self.data.saved
                if lines
            }

    def _gathered(self, data: TodayData) -> None:
        self.desk.newest_row = max(self.desk.newest_row, data.newest_row)
        known = self.data
        self.know(
            replace(data, saved=known.saved, discussed=known.discussed, trends=known.trends, sources=known.sources)
        )
        self.post_message(Counted())

    def _discussed_and_trends(self, reader: Reader) -> tuple[Sequence[Discussed], Trends | None]:
        week = self.desk.aside.latest_week()
        first = times.week_start(week)
        discussed = reader.discussed(
            (first - timedelta(days=7)).isoformat(), (first + timedelta(days=7)).isoformat(), DISCUSSED_SHOWN
        )
        self.app.call_later(self.know_discussed, discussed)
        return discussed, self.desk.trends()

    def know_discussed(self, discussed: Sequence[Discussed]) -> None:
        """Show what is talked about while the topics are still being counted."""
        self.know(replace(self.data, discussed=discussed))

    def know(self, data: TodayData) -> None:
        """Take in what is newly known and draw."""
        self.data = data
        shown = self.query_one(EntryList)
        self.say_empty(
            "Nothing is stored yet.\nR fetches what feeds.toml lists;\n'tracker import --starter' brings landmark papers."
        )
        shown.show(today_entries(data), keep=shown.touched)
        self.query_one(Caption).say(caption(data))

    def adjust(self, rows: frozenset[int] | None) -> None:
        """Show new marks, also on what is drawn again later."""
        newer = self.desk.overlay
        self.data = replace(
            self.data,
            newest=[newer(line) for line in self.data.newest],
            saved=[(search, [newer(line) for line in lines]) for search, lines in self.data.saved],
            discussed=[_Talked(newer(found.line), found.talk) for found in self.data.discussed],
        )
        super().adjust(rows)

    def leave_out(self, row: int) -> None:
        """Take a hidden item out."""
        self.data = replace(
            self.data,
            newest=[line for line in self.data.newest if line.row != row],
            saved=[_without(row, search, lines) for search, lines in self.data.saved],
            discussed=[found for found in self.data.discussed if found.line.row != row],
        )
        self.query_one(EntryList).show(today_entries(self.data))


@dataclass(frozen=True, slots=True)
class _Talked:
    """A discussed paper whose marks have changed."""

    line: Line
    talk: Talk


def gather(
    reader: Reader, last: int, base: TodayData, lines: Callable[[Reader, Sequence[int]], list[Line]]
) -> TodayData:
    """Count what came in after the row `last` and read the newest of it; rows only ever grow, whatever the dates say."""
    totals = reader.totals()
    papers, posts = reader.order(Filter(kind="paper")), reader.order(Filter(kind="post"))
    fresh_papers = [row for row in papers if row > last] if last else []
    fresh_posts = [row for row in posts if row > last] if last else []
    if fresh_papers or fresh_posts:
        half = NEW_SHOWN // 2
        wanted = [
            *fresh_papers[: max(half, NEW_SHOWN - len(fresh_posts))],
            *fresh_posts[: max(half, NEW_SHOWN - len(fresh_papers))],
        ]
        newest = sorted(lines(reader, wanted), key=lambda line: (line.date, line.row), reverse=True)
    else:
        newest = reader.page(Filter(), NEW_SHOWN)
    return replace(
        base,
        newest=newest,
        is_whole=bool(fresh_papers or fresh_posts),
        is_first_look=not last,
        newest_row=max(max(papers, default=0), max(posts, default=0)),
        new_papers=len(fresh_papers),
        new_posts=len(fresh_posts),
        papers=totals.papers,
        posts=totals.posts,
        unread=totals.unread,
        starred=totals.starred,
    )


def _voices(talk: Talk) -> str:
    """Return how many people talk, or that only machines do."""
    return plural(talk.people, "person", "people") if talk.people else plural(talk.bots, "bot")


def _without(row: int, search: SavedSearch, lines: Sequence[Line]) -> tuple[SavedSearch, list[Line]]:
    """Return a saved search and its new matches without one of them."""
    kept = [line for line in lines if line.row != row]
    return replace(search, new=search.new - len(lines) + len(kept)), kept


def _saved_entries(search: SavedSearch, lines: Sequence[Line]) -> list[Entry]:
    """Return the name of a saved search, which opens all its new matches, and the first of them."""
    name, count = steady(search.name), f"{search.new:,} new"
    heading = ItemsTarget(f"{name}: {count}", tuple(line.id for line in lines))
    return [
        Entry(text_draw([(name, "strong"), (f"  {count}", "accent")], indent=3, hanging=2), heading, ("saved", name)),
        *(line_entry(line, f"saved/{name}") for line in lines[:MATCHES_SHOWN]),
    ]


def caption(data: TodayData) -> str:
    """Return the counts in a line."""
    if data.new_papers is None:
        return ""
    stored = f"{plural(data.papers, 'paper')}, {plural(data.posts, 'post')}, {data.unread:,} unread"
    if data.is_first_look:
        return stored
    if not data.is_whole:
        return f"Nothing new since your last look  ·  {stored}"
    return f"{plural(data.new_papers, 'new paper')}, {plural(data.new_posts or 0, 'new post')} since your last look  ·  {data.unread:,} unread"


def today_entries(data: TodayData) -> list[Entry]:
    """Return the parts as entries of a list: trouble first, then what rises, is talked about, is new."""
    entries: list[Entry] = []

    def part(heading: str, note: str, found: Sequence[Entry]) -> None:
        if found:
            entries.append(Entry(heading_draw(heading, note, gap=bool(entries))))
            entries.extend(found)

    troubled = [state for state in data.sources if state.state in TROUBLED]
    part(
        "Sources in trouble",
        "7 shows all",
        [Entry(source_draw(state), SourceTarget(state), ("source", state.name)) for state in troubled[:3]],
    )
    part(
        "Saved searches",
        "new matches; enter on a name lists them all",
        [entry for search, lines in data.saved if lines for entry in _saved_entries(search, lines)],
    )
    if data.trends:
        topics = [*data.trends.topics, *data.trends.new][:TOPICS_SHOWN]
        is_told = data.trends.notice and data.trends.papers_after  # an empty home has better advice to give
        notice = [Entry(text_draw([(data.trends.notice, "dim")], indent=3))] if is_told else []
        part(
            "Rising",
            data.trends.window,
            [*notice, *(Entry(topic_draw(topic), TopicTarget.of(topic), ("topic", topic.id)) for topic in topics)],
        )
    part(
        "Most discussed",
        "people who posted about it, last two weeks",
        [
            line_entry(
                found.line,
                "discussed",
                partial(line_draw, first=_voices(found.talk), first_width=10),
            )
            for found in data.discussed
        ],
    )
    part(
        "New" if data.is_whole else "Newest",
        "since your last look" if data.is_whole else "",
        [line_entry(line, "new") for line in data.newest],
    )
    return entries

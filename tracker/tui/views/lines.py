"""Papers and posts: everything stored, newest first, in groups or not, narrowed by the filters and words of a query line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tracker.models import Kind, Mode
from tracker.query import Filter
from tracker.text import plural
from tracker.tui.groups import WAYS, Group, by_field, by_topic
from tracker.tui.hints import nothing_of
from tracker.tui.jobs import start
from tracker.tui.keys import LINES_KEYS, bindings
from tracker.tui.messages import Counted
from tracker.tui.reads import Reader
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from array import array

NEAR = 512
"""How many lines are looked through for the next unread one before the store is asked for all of them."""
BEST = 300
"""So many items are listed where the line has words: the best ones first."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What is to be listed: all that pass in the order of their dates, or `rows` where they were searched; in groups or not."""

    rows: "array[int] | None" = None
    groups: Sequence[Group] | None = None


class LinesView(View):
    """One kind of item."""

    kind: Kind = "paper"
    noun = "paper"
    advice = "Today (1) offers a starter library."
    can_filter = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LINES_KEYS)]
    hints: tuple[tuple[str, str], ...] = (
        ("open", "open"),
        ("star", "star"),
        ("filter", "filter"),
        ("group", "group"),
        ("only-unread", "unread"),
        ("help", "keys"),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.filter_line = ""
        self.by = ""
        self._filter = Filter(kind=self.kind)
        self._is_searched = False
        self._is_loaded = False
        self._is_regrouped = False
        """Whether the next list is another view of things, to be read from its top."""

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield LineList(lambda rows: self.read(lambda reader: self.desk.lines(reader, rows), []))

    @property
    def lines(self) -> LineList:
        """The list of items."""
        return self.query_one(LineList)

    def enter(self) -> None:
        """Paint the first page at once, then the rest."""
        if not self._is_loaded:
            self._is_loaded = True
            self._show_page()
            self.reload()

    def _show_page(self) -> None:
        if self._is_searched or self.by:
            return  # neither is to be had at once; what was there stays meanwhile
        limit = max(self.app.size.height, 24)
        self.lines.show_page(self.read(lambda reader: reader.page(self._filter, limit), []))
        if not self.lines.total():
            self._say_empty()

    def reload(self, at: int | None = None) -> None:
        """Ask for the order anew; the cursor stays on its item, or goes to the row `at`."""
        if not self._is_loaded:
            return
        self._list("lexical" if "like:" not in self.filter_line else "hybrid", at)

    def _list(self, mode: Mode, at: int | None = None) -> None:
        # topics are counted in the lane that counts them, all else is read in a moment
        lane = "aside" if self.by == "topic" else "meaning" if mode == "hybrid" else "lists"
        lane = "marks" if lane == "lists" and self.desk.is_marking else lane
        work = partial(self._listed, self._filter, self.filter_line if self._is_searched else "", mode, self.by)
        start(self, lane, work, lambda found: self._show(found, mode, at), group="order", failed=self._refused)

    def _listed(self, state: Filter, line: str, mode: Mode, by: str, reader: Any) -> Listed:  # noqa: ANN401 - the session made this reader and takes it back
        """Find what is to be listed; in a lane."""
        rows = self._searched(line, mode, reader) if line else None
        if by == "topic":
            trends = self.desk.found().trends
            topics = (*trends.topics, *trends.new, *trends.spoken)
            return Listed(groups=by_topic(reader, state, rows, topics))
        if by:
            return Listed(groups=by_field(reader, state, rows, by))
        return Listed(rows=reader.order(state) if rows is None else rows)

    def _searched(self, line: str, mode: Mode, reader: Any) -> "array[int]":  # noqa: ANN401 - as above
        from array import array

        line = f"{line} kind:{self.kind}"
        desk = self.desk
        by_words = partial(desk.session.search, limit=BEST, mode=mode, reader=reader)
        hits = desk.by_meaning(line, BEST) if mode == "hybrid" else by_words(line)
        return array("q", [hit.line.row for hit in hits])

    def _show(self, found: Listed, mode: Mode, at: int | None) -> None:
        self.trouble = ""
        if found.groups is not None:
            self.lines.show_groups(found.groups, at)
        elif found.rows is not None:
            self.lines.show_rows(found.rows, at)
        if self._is_regrouped:
            self._is_regrouped = False
            self.lines.action_edge(-1)
        self._say_empty()
        self._describe()
        if self._is_searched and mode == "lexical" and self.desk.is_warm:
            self._list("hybrid")

    def _refused(self, words: str) -> None:
        self.refused(words)
        self._describe()

    def bring_back(self, row: int) -> None:
        """Read anew; in the list that is shown the cursor goes to the item."""
        self.reload(row if self.display else None)

    def _describe(self) -> None:
        count = self.lines.items
        words = f"{count} best {self.noun}s" if self._is_searched and count >= BEST else plural(count, self.noun)
        groups_of = f"by {self.by}, {plural(len(self.lines.heads), 'group')}" if self.lines.heads else ""
        told = () if self.trouble and not count else (words, groups_of, self.filter_line)
        self.query_one(Caption).say("  ·  ".join(part for part in told if part))

    def _say_empty(self) -> None:
        self.say_empty(nothing_of(self.noun, self.filter_line, self.advice))

    # narrowing and grouping

    def filter_by(self, line: str) -> None:
        """Narrow the list to what passes the filters of a query line and has its words.

        Raises:
            QueryError: a filter is unknown.
        """
        query = self.desk.session.parse(line)
        self._is_searched = bool(query.has_words or query.excluded or query.sort)
        self.filter_line = line.strip()
        self._filter = replace(query.filter, kind=self.kind)
        self._show_page()
        self.reload()

    def action_only(self, state: str) -> None:
        """Show only what is unread, starred or hidden; the same key shows all again."""
        wanted = f"is:{state}"
        tokens = self.filter_line.split()
        kept = [token for token in tokens if token != wanted]
        self.filter_by(" ".join(kept if len(kept) < len(tokens) else [*kept, wanted]))
        self.post_message(Counted())

    def action_group(self) -> None:
        """Group the list another way."""
        self._is_regrouped = True
        self.by = WAYS[(WAYS.index(self.by) + 1) % len(WAYS)]
        self.query_one(Caption).say(f"Grouping by {self.by} …" if self.by else "No groups …")
        self.reload()

    def action_leap(self, way: int) -> None:
        """Go to the next or previous group."""
        if not self.lines.leap(way):
            self.say("No group in that direction." if self.lines.heads else "The list has no groups; B makes them.")

    def back(self) -> bool:
        """Take the filter away, then the groups."""
        if self.filter_line:
            self.filter_by("")
        elif self.by:
            self.by = ""
            self.reload()
        else:
            return False
        return True

    def leave_out(self, row: int) -> None:
        """Take a hidden item out at once; the cursor goes to the one after it."""
        if "hidden" not in self._filter.states:
            self.lines.leave_out(row)
            self._describe()

    def next_unread(self, way: int, done: Callable[[bool], None]) -> None:
        """Go to the next unread item: among the near ones at once, else where the store says; `done` is told whether there was one."""
        found = self.lines.next_unread(way, NEAR)
        if found is not None:
            self.lines.move_to(found, way)
            done(True)
            return
        state = replace(self._filter, states=self._filter.states | {"unread"})

        def go(unread: "array[int]") -> None:
            rows, cursor = self.lines.rows, self.lines.cursor
            wanted = set(unread)
            places = range(cursor + way * (NEAR + 1), len(rows) if way > 0 else -1, way)
            place = next((index for index in places if rows[index] in wanted), None)
            if place is not None:
                self.lines.move_to(place, way)
            done(place is not None)

        def read(reader: Reader) -> "array[int]":
            return reader.order(state)

        start(self, "lists", read, go, group="unread")

    @property
    def unread(self) -> Filter | None:
        """The filter of what is not read in this list; None where words chose it, since these are no filter."""
        return None if self._is_searched else replace(self._filter, states=self._filter.states | {"unread"})


class PapersView(LinesView):
    """All papers."""

    number = 2


class PostsView(LinesView):
    """All posts."""

    number = 3
    kind: Kind = "post"
    noun = "post"
    advice = "Sources (7) shows and changes what that is."

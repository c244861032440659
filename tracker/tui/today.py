"""What Today shows, without a screen: what came in since the last look, what rises, what is talked about, what does not work."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tracker.findings import Topic, Trends
from tracker.models import Line, SavedSearch, SourceState, Talk
from tracker.query import Filter
from tracker.text import plural
from tracker.tui.cells import steady
from tracker.tui.messages import ChoiceTarget, ItemsTarget, TopicTarget, ViewTarget
from tracker.tui.parts import Part, fitted
from tracker.tui.reads import Discussed, Reader
from tracker.tui.rows import Draw, line_draw, text_draw, topic_draw
from tracker.tui.troubles import trouble_entries, troubled
from tracker.tui.widgets.entry_list import Entry, line_entry

if TYPE_CHECKING:
    from tracker.roles import Role

LOOKED_AT = 120
"""So many of the newest of each kind are put in order by what the role reads."""
STARRED = 200
MATCHES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class TodayData:
    """What the view knows so far; None is not known yet."""

    newest: Sequence[Line] = ()
    """The newest items, those first that matter most to the role."""
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
    reader: str = ""
    """What the role is called, for whom things are put in order."""
    interest: Callable[[Topic], float] = lambda _: 0.0
    """How much a topic counts for the role."""
    saved: Sequence[tuple[SavedSearch, Sequence[Line]]] = ()
    """All saved searches, with their new matches."""
    discussed: Sequence[Discussed] = ()
    trends: Trends | None = None
    sources: Sequence[SourceState] = ()
    under_way: str = ""
    """How far a sync is; empty when none is running."""


@dataclass(frozen=True, slots=True)
class _Talked:
    """A discussed paper whose marks have changed."""

    line: Line
    talk: Talk


def gather(
    reader: Reader, last: int, base: TodayData, role: "Role", lines: Callable[[Reader, Sequence[int]], list[Line]]
) -> TodayData:
    """Count what came in after the row `last` and read the newest of it; rows only ever grow, whatever the dates say."""
    orders = [reader.order(Filter(kind=kind)) for kind in ("paper", "post")]
    fresh = [[row for row in order if row > last] if last else [] for order in orders]
    is_whole = any(fresh)
    papers, posts = map(len, orders)
    read, kept = (len(reader.order(Filter(states=frozenset({state})))) for state in ("read", "starred"))
    looked_at = [row for order in (fresh if is_whole else orders) for row in order[:LOOKED_AT]]
    starred = {line.byline for line in reader.page(Filter(states=frozenset({"starred"})), STARRED) if line.byline}
    by_date = sorted(lines(reader, looked_at), key=lambda line: (line.date, line.row), reverse=True)
    return replace(
        base,
        newest=sorted(by_date, key=lambda line: -worth(line, role, starred)),
        is_whole=is_whole,
        is_first_look=not last,
        newest_row=max((max(order, default=0) for order in orders), default=0),
        new_papers=len(fresh[0]),
        new_posts=len(fresh[1]),
        papers=papers,
        posts=posts,
        unread=papers + posts - read,
        starred=kept,
        reader=role.title,
        interest=role.standing,
    )


def worth(line: Line, role: "Role", starred: AbstractSet[str]) -> float:
    """Return how much an item counts: the heaviest phrase of the role in its title, the source, whether its authors were starred.

    An item that was read counts less than all that were not.
    """
    from tracker.topics import units

    held = frozenset(units(line.title))
    weight = max((role.weights.get(phrase, 1.0) for phrase, wanted in role.phrases if wanted <= held), default=0.0)
    known = 1.0 if line.byline in starred else 0.0
    return (weight + known) * role.preference(line.origin, line.venue) - (100.0 if line.is_read else 0.0)


def _voices(talk: Talk) -> str:
    """Return how many people talk, or that only machines do."""
    return plural(talk.people, "person", "people") if talk.people else plural(talk.bots, "bot")


def without(data: TodayData, row: int) -> TodayData:
    """Return what is known without an item that was hidden."""
    return replace(
        data,
        newest=[line for line in data.newest if line.row != row],
        saved=[_without(row, search, lines) for search, lines in data.saved],
        discussed=[found for found in data.discussed if found.line.row != row],
    )


def adjusted(data: TodayData, newer: Callable[[Line], Line]) -> TodayData:
    """Return what is known with newer marks."""
    return replace(
        data,
        newest=[newer(line) for line in data.newest],
        saved=[(search, [newer(line) for line in lines]) for search, lines in data.saved],
        discussed=[_Talked(newer(found.line), found.talk) for found in data.discussed],
    )


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


def today_entries(data: TodayData, height: int = 40, width: int = 79) -> list[Entry]:
    """Return the parts as entries of a list, as many of each as one screen of `height` rows has room for."""
    is_empty = data.new_papers is not None and not data.papers and not data.posts
    parts = [_beginning(data.under_way), *_parts(data)] if is_empty else [*_parts(data)]
    return fitted([part for part in parts if part.entries], height, width)


def _beginning(under_way: str) -> Part:
    """Return what a home with nothing in it can begin with, or how far its first sync is."""
    if under_way:
        words = text_draw([("Fetching what you follow. What comes is shown here.", "")], indent=3)
        return Part("Nothing is stored yet", under_way, [Entry(words)], 1, 1)
    offers = (
        ("sync", "R fetches what you follow", "7 shows and changes what that is"),
        ("starter", "bring the starter library", "landmark papers, 2012 to 2025; needs no network"),
    )
    entries = [
        Entry(text_draw([(words, "strong"), (f"  {note}", "dim")], indent=3, hanging=2), ChoiceTarget(value), value)
        for value, words, note in offers
    ]
    return Part("Nothing is stored yet", "enter chooses", entries, 2, 2)


def _parts(data: TodayData) -> Iterator[Part]:
    """Yield what matters, the most important first."""
    told = (*data.trends.topics, *data.trends.new) if data.trends else ()
    found = list({topic.id: topic for topic in told}.values())
    sure = [topic for topic in found if topic.state in {"rising", "new"}]  # what may be chance stands in Trends
    topics = sorted(sure or found, key=lambda topic: -data.interest(topic))
    rising = [Entry(topic_draw(topic), TopicTarget.of(topic), ("topic", topic.id)) for topic in topics]
    if data.trends and data.trends.notice and data.trends.papers_after:  # an empty home has better advice to give
        notice = text_draw([(data.trends.notice, "dim")], indent=3)
        rising.insert(0, Entry(notice, ViewTarget(5), ("topic", "notice")))
    yield Part("Rising", f"{data.trends.window}, 5 shows more" if data.trends else "", rising, 2, 8)
    discussed = [line_entry(found.line, "discussed", partial(_discussed_draw, found.talk)) for found in data.discussed]
    yield Part("Most discussed", "people who posted about it in two weeks", discussed, 2, 8)
    saved = [entry for search, lines in data.saved if lines for entry in _saved_entries(search, lines)]
    yield Part("Saved searches", "new matches; enter on a name lists all", saved, 1 + MATCHES_SHOWN, 12)
    for kind, heading, number, count in (
        ("post", "From those you follow", 3, data.new_posts),
        ("paper", "New papers" if data.is_whole else "Newest papers", 2, data.new_papers),
    ):
        lines = [line_entry(line, "new") for line in data.newest if line.kind == kind]
        words = [
            f"{count:,} since your last look" if data.is_whole and count else "",
            f"sorted for the {data.reader}" if data.reader and kind == "paper" else "",
            f"{number} shows all",
        ]
        yield Part(heading, ", ".join(word for word in words if word), lines, 2, 40)
    bad = troubled(data.sources)
    yield Part("Sources in trouble", f"{len(bad)}, 7 shows all", trouble_entries(bad), 1, 6)


def _discussed_draw(talk: Talk, line: Line) -> Draw:
    """Return what draws a paper with how many people wrote about it, and where."""
    where = ", ".join(talk.networks)
    return line_draw(line, _voices(talk), 10, where)

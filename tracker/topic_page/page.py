"""The page of a topic: any phrase that the store holds, with its curve, its first papers and voices, and what stands beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from tracker import times
from tracker.pages import Paper, Post, TopicPage, Week, Year
from tracker.store import holding
from tracker.store.reader import byline
from tracker.topic_page import lookup
from tracker.topic_page.figures import compared, share
from tracker.topic_page.neighbours import beside
from tracker.topics import units
from tracker.trends import WEEKS
from tracker.trends.naming import label_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from tracker.store.holding import Holder, Told
    from tracker.store.reader import Reader

FIRST = 3
"""So many first papers and first voices are shown."""
_ALIASES = 6
_POSTS = 5


def topic_page(reader: Reader, asked: str, as_of: str, limit: int = 10) -> TopicPage:
    """Return what was known of a topic on a day.

    Args:
        reader: the store, its phrases extracted.
        asked: an id, a label or any spelling of it.
        as_of: ISO day; nothing dated later counts.
        limit: how many papers, and how many neighbours.

    Raises:
        QueryError: the name has no word that can be a part of a topic.
        NotFoundError: nothing holds it; the message names what comes near.
    """
    connection = reader.connection
    wanted = lookup.keys(asked)
    if not wanted:
        raise lookup.refuse_empty(asked)
    before = times.shifted(as_of, 1)
    found = max((holding.holders(connection, key, before) for key in wanted), key=_papers_in)
    if not _papers_in(found):
        raise lookup.nothing(connection, asked, as_of)
    return _Topic(connection, asked, found, as_of).page(limit)


def _papers_in(found: Sequence[Holder]) -> int:
    return sum(one.kind == "paper" for one in found)


@dataclass
class _Topic:
    """A topic on a day, with everything that is counted of it."""

    connection: sqlite3.Connection
    asked: str
    found: Sequence[Holder]
    as_of: str

    @property
    def before(self) -> str:
        """The day after."""
        return times.shifted(self.as_of, 1)

    @cached_property
    def weeks(self) -> list[str]:
        """The twelve weeks that end with that day, as ISO weeks."""
        return times.weeks_before(times.week_of(date.fromisoformat(self.as_of)), WEEKS)

    @property
    def since(self) -> str:
        """The Monday that the twelve weeks begin with."""
        return times.week_start(self.weeks[0]).isoformat()

    @cached_property
    def papers(self) -> list[Holder]:
        """The papers that hold the phrase."""
        return [one for one in self.found if one.kind == "paper"]

    @cached_property
    def recent(self) -> list[Holder]:
        """Those of the twelve weeks."""
        return [one for one in self.papers if len(one.document.date) >= 10 and one.document.date >= self.since]

    @cached_property
    def naming(self) -> dict[int, set[int]]:
        """Posts that name a paper of the topic, and which ones."""
        named: dict[int, set[int]] = defaultdict(set)
        rows = [one.row for one in self.papers]
        for post, paper in holding.posts_naming(self.connection, rows, self.before):
            named[post].add(paper)
        return named

    @cached_property
    def told(self) -> list[Told]:
        """Posts by people that use the phrase or name a paper with it, the earliest first."""
        rows = {one.row for one in self.found if one.kind == "post"} | self.naming.keys()
        return holding.told(self.connection, sorted(rows), self.before)

    @cached_property
    def people_of(self) -> dict[int, int]:
        """For papers that posts name: by how many people."""
        people: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for post in self.told:
            for paper in self.naming.get(post.row, ()):
                people[paper].add(post.person)
        return {paper: len(own) for paper, own in people.items()}

    def page(self, limit: int) -> TopicPage:
        """Put it together."""
        forms = Counter(form for one in self.papers for form in one.surfaces)
        label = label_of(dict(forms)) if forms else self.asked.strip()
        by_day = holding.papers_by_day(self.connection, self.since, self.before)
        change, notice = compared([one.document for one in self.recent], by_day, self.weeks)
        ground = self.recent if len(self.recent) >= 2 * limit else self.papers
        since = self.since if ground is self.recent else ""
        narrower, neighbours, among = beside(self.connection, label, ground, since, self.before, limit)
        return TopicPage(
            id="".join(units(label)) or label,
            label=label,
            aliases=_aliases(forms, label),
            as_of=self.as_of,
            papers_in_all=len(self.papers),
            titles_in_all=sum(bool(one.surfaces) for one in self.papers),
            people_in_all=len({post.person for post in self.told}),
            posts_in_all=len(self.told),
            compared=change,
            notice=notice,
            weeks=self._weekly(by_day),
            years=self._yearly(),
            first_papers=self._papers(self._first()),
            first_voices=self._first_voices(),
            papers=self._papers(sorted(self.papers, key=self._worth, reverse=True)[:limit]),
            posts=self._newest_posts(),
            narrower=narrower,
            neighbours=neighbours,
            among=among,
        )

    def _weekly(self, by_day: Iterable[tuple[str, str, int]]) -> tuple[Week, ...]:
        fetched: Counter[str] = Counter()
        for day, _, papers in by_day:
            fetched[times.week_of_text(day) or ""] += papers
        held = Counter(times.week_of_text(one.document.date) for one in self.recent)
        people: dict[str, set[tuple[str, str]]] = defaultdict(set)
        posts: Counter[str] = Counter()
        for post in self.told:
            week = times.week_of_text(post.date) or ""
            people[week].add(post.person)
            posts[week] += 1
        return tuple(
            Week(
                week=week,
                papers=held[week] if fetched[week] else None,
                of=fetched[week],
                share=share(held[week], fetched[week]) if fetched[week] else None,
                people=len(people[week]),
                posts=posts[week],
            )
            for week in self.weeks
        )

    def _yearly(self) -> tuple[Year, ...]:
        held = Counter(int(one.document.date[:4]) for one in self.papers if one.document.date[:4].isdigit())
        stored = holding.papers_by_year(self.connection, self.before)
        return tuple(
            Year(year=year, papers=held[year], of=papers)
            for year, papers in sorted(stored.items())
            if year >= min(held, default=9999)
        )

    def _first(self) -> list[Holder]:
        """Return the earliest papers with the phrase in the title; in any place when no title has it."""
        able = [one for one in self.papers if one.surfaces and one.document.date] or self.papers
        return sorted(able, key=lambda one: (one.document.date, one.document.id))[:FIRST]

    def _worth(self, one: Holder) -> tuple[bool, bool, int, str, str]:
        is_recent = len(one.document.date) >= 10 and one.document.date >= self.since
        return is_recent, bool(one.surfaces), self.people_of.get(one.row, 0), one.document.date, one.document.id

    def _papers(self, chosen: Sequence[Holder]) -> tuple[Paper, ...]:
        known = holding.papers(self.connection, [one.row for one in chosen])
        return tuple(
            Paper(
                id=known[one.row][0],
                title=known[one.row][1],
                byline=byline(known[one.row][2]),
                date=known[one.row][3],
                url=known[one.row][4],
                people=self.people_of.get(one.row, 0),
            )
            for one in chosen
        )

    def _first_voices(self) -> tuple[Post, ...]:
        first = {post.person: post for post in reversed(self.told)}
        return tuple(map(_post, sorted(first.values(), key=lambda post: (post.date, post.id))[:FIRST]))

    def _newest_posts(self) -> tuple[Post, ...]:
        newest = {post.person: post for post in self.told if post.date >= self.since}
        return tuple(map(_post, sorted(newest.values(), key=lambda post: (post.date, post.id), reverse=True)[:_POSTS]))


def _aliases(forms: Counter[str], label: str) -> tuple[str, ...]:
    """Return the other spellings, those that differ by more than their capitals."""
    ordered = sorted(forms, key=lambda form: (-forms[form], form))
    distinct = {form.lower(): form for form in reversed(ordered) if forms[form] > 1}
    return tuple(form for folded, form in reversed(distinct.items()) if folded != label.lower())[:_ALIASES]


def _post(told: Told) -> Post:
    return Post(
        id=told.id, network=told.network, author=told.author, date=told.date, text=told.text[:500], url=told.url
    )

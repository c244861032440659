"""The papers of an edition: which there are, what was decided on each, which are listed, and who posted about them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tracker.conference_page import decisions
from tracker.conference_page.following import is_followed, people_sources
from tracker.errors import NotFoundError
from tracker.pages import Entry, Paper
from tracker.store import editions, holding, phrases
from tracker.store.reader import byline
from tracker.text import clean_line, shorten
from tracker.topic_page import lookup
from tracker.topics import bare

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from tracker.conference_page.venues import Edition
    from tracker.config import Source
    from tracker.pages import Reason
    from tracker.store.editions import Marked, Shown
    from tracker.store.holding import Told
    from tracker.topics import Document

_EVER = "9999-12-31"


@dataclass
class Papers:
    """The papers of an edition as the store has them.

    Attributes:
        topic: only papers that hold this phrase count; all when empty.
        decision: only papers with this decision are listed; all that were not refused when empty.
    """

    connection: sqlite3.Connection
    edition: Edition
    topic: str
    decision: str

    @cached_property
    def told(self) -> dict[int, list[Shown]]:
        """All papers by their row, with what each source says of them."""
        found: dict[int, list[Shown]] = defaultdict(list)
        for one in editions.shown(self.connection, self.edition.venue, self.edition.year):
            found[one.row].append(one)
        return found

    @cached_property
    def decided(self) -> dict[int, tuple[str, str]]:
        """The decision and the track of each paper."""
        spelling = decisions.tracks(one.track for own in self.told.values() for one in own)
        return {
            row: (
                decisions.best(decisions.decision_of(one.status) for one in own),
                spelling[next((key for one in own if (key := decisions.track_key(one.track))), "")],
            )
            for row, own in self.told.items()
        }

    def is_refused(self, row: int) -> bool:
        """Return whether a paper was rejected or withdrawn."""
        return self.decided[row][0] in decisions.REFUSED

    @cached_property
    def documents(self) -> list[Document]:
        """The phrases of all papers."""
        return phrases.edition(self.connection, self.edition.venue, [self.edition.year])

    def sides(self, before: Edition | None) -> tuple[list[Document], list[Document]]:
        """Return the documents of an earlier edition and of this one as they are compared: refused ones where both have some."""
        if before is None:
            return [], self._on_topic([one for one in self.documents if not self.is_refused(one.row)])
        refused = all(phrases.has_refused(self.connection, one.venue, [one.year]) for one in (before, self.edition))
        old = phrases.edition(self.connection, before.venue, [before.year], refused=refused)
        new = [one for one in self.documents if refused or not self.is_refused(one.row)]
        return self._on_topic(old), self._on_topic(new)

    def _on_topic(self, documents: list[Document]) -> list[Document]:
        if not self.topic:
            return documents
        return [one for one in documents if not self.keys.isdisjoint(bare(one.phrases.body).tolist())]

    @cached_property
    def keys(self) -> frozenset[int]:
        """The phrases that stand for the topic; none without a topic.

        Raises:
            QueryError: the topic has no word of its own.
        """
        if not self.topic:
            return frozenset()
        if not (keys := lookup.keys(self.topic)):
            raise lookup.refuse_empty(self.topic)
        return frozenset(keys)

    @cached_property
    def held(self) -> frozenset[int]:
        """The rows of the papers of the topic.

        Raises:
            QueryError: the topic has no word of its own.
            NotFoundError: no paper holds it.
        """
        found = frozenset(one.row for one in self._on_topic(self.documents))
        if self.topic and not found:
            raise NotFoundError(
                f"No paper of {self.edition.venue} {self.edition.year} holds the phrase '{shorten(clean_line(self.topic), 60)}'.",
                "'tracker topic' with it tells what is stored that comes near.",
            )
        return found & self.decided.keys()

    @cached_property
    def shown(self) -> frozenset[int]:
        """The rows of those that were neither rejected nor withdrawn."""
        return frozenset(row for row in self.held if not self.is_refused(row))

    @cached_property
    def marked(self) -> list[Marked]:
        """What the user starred, rated or hid, of all papers that are stored."""
        return editions.marked(self.connection)

    @cached_property
    def listed(self) -> frozenset[int]:
        """The rows of those that lists may name: of the wanted decision, and nothing that the user has hidden."""
        hidden = {one.row for one in self.marked if one.is_hidden}
        wanted = {row for row in self.held if self.decided[row][0] == self.decision} if self.decision else self.shown
        return frozenset(wanted - hidden)

    @cached_property
    def posts(self) -> dict[int, list[Told]]:
        """The posts by people about each paper."""
        pairs = holding.posts_naming(self.connection, sorted(self.shown | self.listed), _EVER)
        known = {one.row: one for one in holding.told(self.connection, sorted({post for post, _ in pairs}))}
        found: dict[int, list[Told]] = defaultdict(list)
        for post, row in pairs:
            if post in known:
                found[row].append(known[post])
        return found

    def people(self, rows: Collection[int]) -> set[tuple[str, str]]:
        """Return who posted about some papers."""
        return {post.person for row in rows for post in self.posts.get(row, ())}

    def posters(self, sources: Sequence[Source]) -> dict[int, list[str]]:
        """Return for each paper the accounts that posted about it and that some sources follow, by name."""
        known = {one.name: one for one in people_sources(sources)}
        rows = sorted({post.row for own in self.posts.values() for post in own if post.author})
        brought = editions.brought_by(self.connection, rows)
        found: dict[int, set[str]] = defaultdict(set)
        for row, own in self.posts.items():
            for post in own:
                if any(is_followed(known[name], post.author) for name in brought.get(post.row, ()) if name in known):
                    found[row].add(clean_line(post.author, 60))
        return {row: sorted(names) for row, names in found.items()}

    def entry(self, row: int, why: Sequence[Reason] = ()) -> Entry:
        """Return a paper as a list shows it."""
        one, (decision, track) = self.told[row][0], self.decided[row]
        slots = {slot for other in self.told[row] for slot in other.slots}
        return Entry(
            paper=Paper(
                id=one.id,
                title=one.title,
                byline=byline(one.authors),
                date=one.date,
                url=one.url,
                people=len(self.people([row])),
            ),
            decision=decision,
            track=track,
            slots=tuple(sorted(slots, key=lambda slot: (slot.starts, slot.form, slot.place))),
            why=tuple(why),
            score=round(sum(reason.points for reason in why), 3),
        )

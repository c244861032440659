"""Saved searches: what came in is held against them once, and each match is announced once."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import NotFoundError, QueryError, TrackerError
from tracker.models import Match, SavedSearch, SyncEvent
from tracker.saved.matching import Matcher
from tracker.store import lexical
from tracker.store import saved as store
from tracker.text import clean_line, shorten

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from tracker.models import Line
    from tracker.ports import Embedder
    from tracker.query import Query
    from tracker.store.reader import Reader

KNOWN = 1_000
"""So many stored matches are kept when a search is saved, the newest."""
LOOK_BACK = 100_000
"""So many stored items are held against a search when it is saved, those that came in last."""
TITLES = 3
_NAME_LENGTH = 60
LATER = frozenset({"read", "starred", "hidden", "noted", "tagged"})
"""States that no item has when it comes in."""


@dataclass(frozen=True, slots=True)
class SavedSearches:
    """The saved searches of one store.

    Args:
        connection: for writing.
        reader: of the same store.
        embedder: returns the configured model; asked only when there are vectors to compare with.
        parse: parses a query line with today's date.
        now: returns the present as ISO text.
    """

    connection: sqlite3.Connection
    reader: Reader
    embedder: Callable[[], Embedder]
    parse: Callable[[str], Query]
    now: Callable[[], str]

    # the searches

    def save(self, line: str, name: str = "") -> SavedSearch:
        """Save a query line. What is stored and matches already is known, not new.

        Raises:
            QueryError: the line cannot be a saved search: a filter is unknown, or nothing that comes in could ever match.
            NotFoundError: an item that `like:` names is not stored.
            TrackerError: there is such a search or such a name already.
        """
        line, name = " ".join(line.split()), clean_line(name) or shorten(clean_line(line), _NAME_LENGTH)
        query = _checked(self.parse(line))
        matcher = self._matcher()
        matcher.own_rows(query)
        for other in store.searches(self.connection):
            if other.query == line:
                raise TrackerError(
                    f"This search is saved already, as '{other.name}'.", "'tracker watch show' shows its matches."
                )
            if other.name.casefold() == name.casefold():
                raise TrackerError(
                    f"There is a saved search '{other.name}' already: {other.query}.", "Give this one another --name."
                )
        newest = store.newest_row(self.connection)
        stored = store.rows_after(self.connection, newest - LOOK_BACK)
        found = {row for block in matcher.blocks(stored) for row in matcher.matching(line, query, block)}
        store.add(self.connection, name, line, self.now(), newest, self._newest(found))
        return named(self.reader, name)

    def _matcher(self) -> Matcher:
        return Matcher(self.connection, self.reader, self.embedder())

    def _newest(self, rows: set[int]) -> list[int]:
        lines = self.reader.lines(sorted(rows))
        return [line.row for line in sorted(lines, key=lambda line: (line.date, line.row))[-KNOWN:]]

    def remove(self, name: str) -> SavedSearch:
        """Forget a search by its name or its query line, with its matches; the items stay.

        Raises:
            NotFoundError: there is none.
        """
        found = named(self.reader, name)
        store.remove(self.connection, found.name)
        return found

    def see(self, name: str, rows: Sequence[int]) -> None:
        """Note that the user has seen matches."""
        store.see(self.connection, name, rows, self.now())

    # looking

    def look(self) -> Iterator[SyncEvent]:
        """Hold what came in against all searches, then announce what is not announced yet, search by search.

        What was found is stored before it is told, and noted as told only when the next event is asked for: cut off at any moment,
        the next look goes on where this one was.

        Raises:
            ModelError: the model is needed and is not there.
        """
        yield from self._find()
        for search, name, rows in store.unannounced(self.connection):
            titles = (shorten(clean_line(line.title), 80) for line in self.reader.lines(rows[:TITLES]))
            more = [f"and {len(rows) - TITLES:,} more"] if len(rows) > TITLES else []
            message = " · ".join([*dict.fromkeys(titles), *more])
            yield SyncEvent(step="matched", source=name, new=len(rows), message=message)
            store.announce(self.connection, search, self.now())

    def _find(self) -> Iterator[SyncEvent]:
        """Store new matches; a search that can no longer be understood is told, and looks at it all once it can be."""
        searches = store.progress(self.connection)
        if not searches:
            return
        matcher = self._matcher()  # the model may be another one by now
        asked: list[tuple[store.Progress, Query]] = []
        for one in searches:
            try:
                query = self.parse(one.query)
                matcher.own_rows(query)
            except TrackerError as error:
                yield SyncEvent(step="warned", source=one.name, message=error.message, remedy=error.remedy)
            else:
                asked.append((one, query))
        if not asked:
            return
        newest = store.newest_row(self.connection)
        came_in = store.rows_after(self.connection, min(one.looked for one, _ in asked))
        waited = matcher.waited()
        judged: list[int] = []
        found: dict[int, set[int]] = {one.search: set() for one, _ in asked}
        for block in matcher.blocks(sorted({*waited, *came_in})):
            judged += [] if block.ids is None else block.ids.tolist()
            for one, query in asked:
                matching = matcher.matching(one.query, query, block)
                found[one.search] |= {
                    row for row in matching if row > one.looked or (row > one.known and row in waited)
                }
        without = sorted(set(came_in).difference(judged))
        store.record(self.connection, found, self.now(), newest, judged, without)


def _checked(query: Query) -> Query:
    """Return a query that new items can match.

    Raises:
        QueryError: there is nothing to look for, or only what the user has done something with already.
    """
    if not lexical.content_words(query) and not query.like and query.filter.is_empty:
        raise QueryError("There is nothing to look for.", "Write words, a filter such as author:hinton, or like:ID.")
    later = sorted(query.filter.states & LATER)
    if later or query.filter.tags:
        asked = f"is:{later[0]}" if later else f"tag:{query.filter.tags[0]}"
        raise QueryError(f"{asked} never holds for what has just come in.", "Leave it out of a saved search.")
    return query


def listed(reader: Reader) -> list[SavedSearch]:
    """Return the saved searches by name, with their counts."""
    return store.searches(reader.connection)


def named(reader: Reader, name: str) -> SavedSearch:
    """Return a saved search by its name, in any case, or by its query line.

    Raises:
        NotFoundError: there is none; the message names the nearest.
    """
    known = listed(reader)
    wanted = clean_line(name).casefold()
    for called in ([one.name for one in known], [one.query for one in known]):  # a name may be what another one asks
        for text, one in zip(called, known, strict=True):
            if text.casefold() == wanted:
                return one
    close = difflib.get_close_matches(wanted, [one.name.casefold() for one in known], n=1, cutoff=0.5)
    nearest = next((one.name for one in known if close and one.name.casefold() == close[0]), "")
    raise NotFoundError(
        f"There is no saved search '{clean_line(name, 80)}'.",
        f"Did you mean '{nearest}'?" if nearest else "'tracker watch list' shows what there is.",
    )


def matches(reader: Reader, name: str, limit: int, *, only_new: bool = False) -> list[Match]:
    """Return the matches of a search, those found last first."""
    found = {one.row: one for one in store.newest(reader.connection, name, limit, only_new=only_new)}
    return [
        Match(line=line, found_at=found[line.row].found_at, is_new=found[line.row].is_new)
        for line in reader.lines(list(found))
    ]


def news(reader: Reader, limit: int) -> list[tuple[SavedSearch, list[Line]]]:
    """Return all saved searches by name, each with at most so many new matches."""
    return [
        (one, [match.line for match in matches(reader, one.name, limit, only_new=True)] if one.new else [])
        for one in listed(reader)
    ]

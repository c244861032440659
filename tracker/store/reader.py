"""Reading the store: lists, single items, totals, the state of sources. Plain `sqlite3`; nothing heavy is imported."""

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from tracker import identity
from tracker.errors import NotFoundError
from tracker.models import Item, Kind, Line, Marks, Mention, Sighting, SourceState, Talk, Thread
from tracker.query import Filter
from tracker.store import answers, completing, discussion, filters, grouping, sources, spans
from tracker.store.connect import open_reader
from tracker.text import title_key

CHUNK = 500
_LINE = (
    "items.row, items.id, items.kind, items.title, items.authors, items.author, items.venue, items.year, items.date, items.origin,"
    " marks.read_at IS NOT NULL, marks.starred_at IS NOT NULL,"
    " CASE WHEN items.kind = 'paper' THEN (SELECT COUNT(DISTINCT post) FROM identifiers JOIN mentions USING (identifier) WHERE identifiers.item = items.row) ELSE 0 END"
)
_ITEM = (
    "row, id, kind, title, text, authors, author, network, venue, year, track, status, categories, keywords, tldr, comment, url, pdf_url, links,"
    " published, announced, first_seen, date, origin, version"
)
_ITEM_COLUMNS = tuple(_ITEM.replace(" ", "").split(","))


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts for a status line."""

    papers: int
    posts: int
    unread: int
    starred: int
    vectors: int
    newest: str | None


@dataclass(frozen=True, slots=True)
class Discussed:
    """A paper that posts of a span of time name."""

    line: Line
    talk: Talk

    @property
    def people(self) -> int:
        """Distinct people."""
        return self.talk.people

    @property
    def posts(self) -> int:
        """Posts."""
        return self.talk.posts


class Reader:
    """Read-only access. Use from one thread; open another one for another thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def connection(self) -> sqlite3.Connection:
        """The connection, opened on first use."""
        return open_reader(self.path)

    def close(self) -> None:
        """Close the connection if it was opened."""
        if "connection" in self.__dict__:
            self.connection.close()
            del self.__dict__["connection"]

    # lists

    def order(self, state: Filter) -> "array[int]":
        """Return the rows of all items that pass, newest first, a story once: 8 bytes an item, so a list can be virtual."""
        where, values = filters.conditions(state)
        sql = f"SELECT row, story FROM items WHERE {where} ORDER BY date DESC, row DESC"
        return array("q", _once(self.connection.execute(sql, values)))

    def count(self, state: Filter) -> int:
        """Return how many items pass."""
        where, values = filters.conditions(state)
        return int(self.connection.execute(f"SELECT COUNT(*) FROM items WHERE {where}", values).fetchone()[0])

    def keyed(self, state: Filter, by: str) -> Iterator[tuple[int, str]]:
        """Yield (row, group) of all items that pass, see `tracker.store.grouping`."""
        return grouping.keyed(self.connection, state, by)

    def page(self, state: Filter, limit: int) -> list[Line]:
        """Return the first lines, newest first."""
        where, values = filters.conditions(state)
        rows = self.connection.execute(
            f"SELECT row, story FROM items WHERE {where} ORDER BY date DESC, row DESC", values
        )
        return self.lines(list(islice(_once(rows), limit)))

    def rows(self, state: Filter) -> list[int]:
        """Return the rows of all items that pass, in no order."""
        where, values = filters.conditions(state)
        return [row for (row,) in self.connection.execute(f"SELECT row FROM items WHERE {where}", values)]

    def passing(self, state: Filter, rows: Sequence[int]) -> set[int]:
        """Return those of some rows that pass."""
        where, values = filters.conditions(state, few=True)
        found: set[int] = set()
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            # not indexed: SQLite would rather read all papers by their kind than these by their row
            sql = f"SELECT row FROM items NOT INDEXED WHERE row IN ({','.join('?' * len(part))}) AND {where}"
            found.update(row for (row,) in self.connection.execute(sql, [*part, *values]))
        return found

    def hidden(self) -> list[int]:
        """Return the rows of hidden items."""
        return [row for (row,) in self.connection.execute("SELECT item FROM marks WHERE hidden_at IS NOT NULL")]

    def lines(self, rows: Sequence[int]) -> list[Line]:
        """Return the lines of these rows, in the order asked; rows that are gone are left out."""
        found: dict[int, Line] = {}
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            sql = f"SELECT {_LINE} FROM items LEFT JOIN marks ON marks.item = items.row WHERE items.row IN ({','.join('?' * len(part))})"
            found.update((line.row, line) for line in map(_line, self.connection.execute(sql, list(part))))
        return [found[row] for row in rows if row in found]

    # single items

    def row_of(self, name: str | int) -> int:
        """Return the row of an item by row, id or any identifier, also that of an item merged away.

        Raises:
            NotFoundError: nothing is stored under that name.
        """
        if isinstance(name, int):
            return name
        for candidate in dict.fromkeys((name, identity.identifier(name))):
            found = self.connection.execute("SELECT item FROM identifiers WHERE identifier = ?", [candidate]).fetchone()
            if found:
                return int(found[0])
        raise NotFoundError(f"Nothing is stored as '{name}'.", "Look for it with 'tracker search'.")

    def rows_named(self, names: Sequence[str]) -> dict[str, int]:
        """Return the rows of items by any identifier; those that are gone are left out."""
        return spans.rows_of(self.connection, names)

    def values(self, field: str, begun: str, limit: int = 1) -> list[str]:
        """Return values of a filter that begin so, see `tracker.store.completing`."""
        return completing.values(self.connection, field, begun, limit)

    def named(self, text: str) -> list[int]:
        """Return the papers whose title is a text, letter for letter and digit for digit, and the item that has it for a name."""
        titled = self.connection.execute(
            "SELECT row FROM items INDEXED BY items_by_title WHERE title_key = ? AND kind = 'paper' LIMIT 50",
            [title_key(text)],
        )
        found = [row for (row,) in titled] if title_key(text) else []
        if len(text.split()) == 1:
            with suppress(NotFoundError):
                found.append(self.row_of(text))
        return list(dict.fromkeys(found))

    def item(self, name: str | int) -> Item:
        """Return one item whole.

        Raises:
            NotFoundError: nothing is stored under that name.
        """
        row = self.row_of(name)
        values = self.connection.execute(f"SELECT {_ITEM} FROM items WHERE row = ?", [row]).fetchone()
        if values is None:
            raise NotFoundError(f"Nothing is stored as '{name}'.", "Look for it with 'tracker search'.")
        return self._item(values)

    def _item(self, values: Sequence[Any]) -> Item:
        columns: dict[str, Any] = dict(zip(_ITEM_COLUMNS, values, strict=True))
        for name in ("authors", "categories", "keywords", "links"):
            columns[name] = tuple(json.loads(columns[name]))
        row = columns["row"]
        names = self.connection.execute("SELECT identifier FROM identifiers WHERE item = ? ORDER BY identifier", [row])
        return Item(
            **columns,
            identifiers=tuple(name for (name,) in names),
            sightings=self._sightings(row),
            mentions=self._mentions(row),
            marks=self.marks(row),
        )

    def _sightings(self, row: int) -> tuple[Sighting, ...]:
        found = self.connection.execute(
            "SELECT source, key, first_seen, last_seen, venue, year, status, engagement FROM sightings WHERE item = ? ORDER BY first_seen, source",
            [row],
        )
        return tuple(
            Sighting(
                source=source,
                key=key,
                first_seen=first,
                last_seen=last,
                venue=venue,
                year=year,
                status=status,
                engagement=json.loads(engagement),
            )
            for source, key, first, last, venue, year, status, engagement in found
        )

    def _mentions(self, row: int) -> tuple[Mention, ...]:
        found = self.connection.execute(
            "SELECT identifier, how, confidence FROM mentions WHERE post = ? ORDER BY confidence DESC, identifier",
            [row],
        )
        return tuple(Mention(identifier=name, how=how, confidence=confidence) for name, how, confidence in found)

    def marks(self, row: int) -> Marks:
        """Return what the user did with an item."""
        tags = tuple(
            tag for (tag,) in self.connection.execute("SELECT tag FROM tags WHERE item = ? ORDER BY tag", [row])
        )
        found = self.connection.execute(
            "SELECT read_at, starred_at, hidden_at, rating, note FROM marks WHERE item = ?", [row]
        ).fetchone()
        if not found:
            return Marks(tags=tags)
        read, starred, hidden, rating, note = found
        return Marks(
            is_read=read is not None,
            is_starred=starred is not None,
            is_hidden=hidden is not None,
            rating=rating,
            note=note,
            tags=tags,
        )

    # the hub

    def posts_about(self, row: int) -> list[Line]:
        """Return the posts that name a paper, newest first."""
        found = self.connection.execute(
            "SELECT DISTINCT post, items.story FROM identifiers JOIN mentions USING (identifier) JOIN items ON items.row = post WHERE identifiers.item = ? ORDER BY items.date DESC LIMIT 500",
            [row],
        )
        return self.lines(list(_once(found)))

    def papers_of(self, row: int) -> list[Line]:
        """Return the stored papers that a post names."""
        found = self.connection.execute(
            "SELECT DISTINCT identifiers.item FROM mentions JOIN identifiers USING (identifier) WHERE post = ? ORDER BY mentions.confidence DESC",
            [row],
        )
        return self.lines([paper for (paper,) in found])

    def discussed(self, since: str, before: str, limit: int) -> list[Discussed]:
        """Return the papers most talked about between two ISO days, see `tracker.hub.talk`."""
        found = discussion.discussed(self.connection, since, before, limit)
        lines = {line.row: line for line in self.lines([row for row, _ in found])}
        return [Discussed(lines[row], talk) for row, talk in found if row in lines]

    def talk_about(self, rows: Sequence[int], until: date) -> dict[int, Talk]:
        """Return the talk about papers as of a day; papers that nobody names are left out."""
        return discussion.talk_about(self.connection, rows, until)

    def told_elsewhere(self, row: int) -> list[Line]:
        """Return the other posts that tell the story of a post, the earliest first."""
        return self.lines(discussion.told_elsewhere(self.connection, row))

    def thread_of(self, row: int) -> Thread:
        """Return the thread that a post stands in; of a post that answers nothing and is not answered, an empty one."""
        found, missing = answers.thread_of(self.connection, row)
        lines = {line.row: line for line in self.lines([told for _, told in found])} if len(found) > 1 else {}
        return Thread(posts=tuple((depth, lines[told]) for depth, told in found if told in lines), missing=missing)

    def weeks(self) -> list[tuple[str, int, int]]:
        """Return (ISO week, papers, posts) of all weeks with something in them, the newest first."""
        return spans.weeks(self.connection)

    def read_ids(self) -> frozenset[str]:
        """Return the ids of items that were read."""
        found = self.connection.execute(
            "SELECT id FROM marks CROSS JOIN items ON items.row = marks.item WHERE read_at IS NOT NULL"
        )
        return frozenset(name for (name,) in found)

    # state

    def source_states(self) -> list[SourceState]:
        """Return how each source that was ever asked is doing."""
        found = self.connection.execute(
            "SELECT name, kind, state, message, remedy, last_tried, last_ok, failures,"
            " (SELECT COUNT(*) FROM sightings WHERE source = sources.name),"
            " (SELECT MAX(items.date) FROM sightings JOIN items ON items.row = sightings.item WHERE source = sources.name) FROM sources ORDER BY name"
        )
        return [
            SourceState(
                name=name,
                kind=kind,
                state=state,
                message=message,
                remedy=remedy,
                last_tried=tried,
                last_ok=good,
                failures=failures,
                items=items,
                newest=newest,
            )
            for name, kind, state, message, remedy, tried, good, failures, items, newest in found
        ]

    def rhythms(self, since: str) -> dict[str, float]:
        """Return how many entries a week each source brought from an ISO day on; one day's entries make no rhythm."""
        return sources.rhythms(self.connection, since)

    def totals(self) -> Totals:
        """Return the counts of a status line."""
        papers, posts = (
            self.connection.execute("SELECT COUNT(*) FROM items WHERE kind = ?", [kind]).fetchone()[0]
            for kind in ("paper", "post")
        )
        read, starred = self.connection.execute("SELECT COUNT(read_at), COUNT(starred_at) FROM marks").fetchone()
        vectors = self.connection.execute("SELECT COUNT(*) FROM vectors").fetchone()[0]
        newest = self.connection.execute("SELECT MAX(date) FROM items").fetchone()[0]
        return Totals(papers, posts, papers + posts - read, starred, vectors, newest)

    def latest_day(self, kind: Kind | None = None) -> str | None:
        """Return the newest day on which something is known to have come out."""
        sql = "SELECT MAX(date) FROM items WHERE length(date) >= 10" + (" AND kind = ?" if kind else "")
        found = self.connection.execute(sql, [kind] if kind else []).fetchone()[0]
        return found[:10] if found else None

    def tellings(self, rows: Sequence[int]) -> dict[int, set[int]]:
        """Return for posts what they share with posts that tell the same story or say the same words."""
        found: dict[int, set[int]] = {}
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            sql = f"SELECT row, story, text_hash FROM items NOT INDEXED WHERE row IN ({','.join('?' * len(part))}) AND kind = 'post'"
            found.update((row, {*shared} - {None}) for row, *shared in self.connection.execute(sql, list(part)))
        return found

    def texts(self, rows: Iterable[int]) -> dict[int, tuple[str, str]]:
        """Return title and text of rows."""
        wanted = list(rows)
        found: dict[int, tuple[str, str]] = {}
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            sql = f"SELECT row, title, text FROM items WHERE row IN ({','.join('?' * len(part))})"
            found.update((row, (title, text)) for row, title, text in self.connection.execute(sql, part))
        return found


def _once(rows: Iterable[tuple[int, int | None]]) -> Iterator[int]:
    """Yield rows, of those that tell one story the first only."""
    told: set[int] = set()
    for row, story in rows:
        if story is None:
            yield row
        elif story not in told:
            told.add(story)
            yield row


def _line(values: Sequence[Any]) -> Line:
    row, item_id, kind, title, authors, author, venue, year, date, origin, read, starred, mentions = values
    return Line(
        row=row,
        id=item_id,
        kind=kind,
        title=title,
        byline=author or byline(json.loads(authors)),
        venue=venue,
        year=year,
        date=date,
        origin=origin,
        is_read=bool(read),
        is_starred=bool(starred),
        mentions=mentions,
    )


def byline(authors: Sequence[str]) -> str:
    """Return authors as a line shows them: `Vaswani, Shazeer and 6 more`."""
    names = [author.split()[-1] if author.split() else author for author in authors]
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"

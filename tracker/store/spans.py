"""What a span of days holds: how much came in, which sources were silent, who shared what. Days are ISO texts; `before` is left out."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.times import shifted, week_of_text

_IN_SPAN = "items.date >= :since AND items.date < :before AND length(items.date) >= 10"
_PEOPLE = "LEFT JOIN voices ON voices.network = items.network AND voices.author = items.author"
_IS_PERSON = "COALESCE(voices.is_bot, 0) = 0"
WEEKS_BEFORE = 4
LEAST_A_WEEK = 2
"""What gives an item now and then may well give none."""


@dataclass(frozen=True, slots=True)
class Said:
    """A post by a person."""

    row: int
    id: str
    network: str
    author: str
    text: str
    url: str

    @property
    def person(self) -> tuple[str, str]:
        """The account; the post itself where nobody is named."""
        return self.network, self.author or self.id


def came_in(connection: sqlite3.Connection, since: str, before: str) -> tuple[int, int, int]:
    """Return how many papers, posts, and distinct people posting there were; machines are no people."""
    found = connection.execute(
        "SELECT COUNT(*) FILTER (WHERE items.kind = 'paper'), COUNT(*) FILTER (WHERE items.kind = 'post'),"
        f" COUNT(DISTINCT CASE WHEN items.kind = 'post' AND items.author != '' AND {_IS_PERSON} THEN items.network || ':' || items.author END)"
        f" FROM items {_PEOPLE} WHERE {_IN_SPAN}",
        {"since": since, "before": before},
    ).fetchone()
    return int(found[0]), int(found[1]), int(found[2])


def weeks(connection: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """Return (ISO week, papers, posts) of all weeks in which something is known to have come out, the newest first."""
    found = connection.execute(
        "SELECT kind, substr(date, 1, 10), COUNT(*) FROM items WHERE length(date) >= 10 GROUP BY 1, 2"
    )
    counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: {"paper": 0, "post": 0})
    for kind, day, number in found:
        if week := week_of_text(day):
            counts[week][kind] += number
    return [(week, counts[week]["paper"], counts[week]["post"]) for week in sorted(counts, reverse=True)]


def silent_sources(connection: sqlite3.Connection, since: str, before: str) -> list[str]:
    """Return the sources that gave some items of each of the four weeks before a span, and none of the span, by name."""
    found = connection.execute(
        "WITH seen AS (SELECT sightings.source, CASE WHEN items.date >= :since THEN 0"
        " ELSE 1 + CAST((julianday(:since) - julianday(substr(items.date, 1, 10)) - 1) / 7 AS INTEGER) END AS week"
        " FROM items JOIN sightings ON sightings.item = items.row"
        " WHERE items.date >= :from AND items.date < :before AND length(items.date) >= 10"
        " GROUP BY 1, 2 HAVING COUNT(*) >= :least OR week = 0)"
        " SELECT source FROM seen GROUP BY source HAVING MIN(week) > 0 AND COUNT(*) = :weeks ORDER BY source",
        {
            "since": since,
            "before": before,
            "from": shifted(since, -7 * WEEKS_BEFORE),
            "weeks": WEEKS_BEFORE,
            "least": LEAST_A_WEEK,
        },
    )
    return [name for (name,) in found]


def papers(connection: sqlite3.Connection, since: str, before: str) -> list[tuple[int, str, str, str]]:
    """Return (row, id, venue, first source) of the papers of a span, by row."""
    return connection.execute(
        f"SELECT row, id, venue, origin FROM items WHERE kind = 'paper' AND {_IN_SPAN} ORDER BY row",
        {"since": since, "before": before},
    ).fetchall()


def sharers(connection: sqlite3.Connection, rows: Sequence[int], before: str) -> dict[int, list[Said]]:
    """Return for papers the posts by people that named them before a day, the earliest first."""
    found: dict[int, list[Said]] = {}
    for paper, *post in connection.execute(
        "SELECT DISTINCT identifiers.item, items.row, items.id, items.network, items.author, items.text, items.url"
        " FROM json_each(:rows) CROSS JOIN identifiers ON identifiers.item = json_each.value"
        f" CROSS JOIN mentions USING (identifier) CROSS JOIN items ON items.row = mentions.post {_PEOPLE}"
        f" WHERE items.kind = 'post' AND length(items.date) >= 10 AND items.date < :before AND {_IS_PERSON}"
        " ORDER BY items.date, items.id",
        {"rows": json.dumps(list(rows)), "before": before},
    ):
        found.setdefault(paper, []).append(Said(*post))
    return found


def said(connection: sqlite3.Connection, names: Sequence[str]) -> list[Said]:
    """Return posts by people of these ids, in no order."""
    found = connection.execute(
        "SELECT items.row, items.id, items.network, items.author, items.text, items.url FROM json_each(?)"
        f" CROSS JOIN items ON items.id = json_each.value {_PEOPLE} WHERE items.kind = 'post' AND {_IS_PERSON}",
        [json.dumps(list(names))],
    )
    return [Said(*row) for row in found]


def rows_of(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, int]:
    """Return the rows of items by id or any identifier; those that are gone are left out."""
    found = connection.execute(
        "SELECT json_each.value, identifiers.item FROM json_each(?) CROSS JOIN identifiers ON identifiers.identifier = json_each.value",
        [json.dumps(list(names))],
    )
    return {name: int(row) for name, row in found}

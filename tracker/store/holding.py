"""Which items hold a phrase, from all that is stored: one pass over the keys of phrases, without an index to keep."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from tracker.store import hub, voices
from tracker.topics import Document, Keys, Phrases, bare, keys_of

SAMPLED = 20_000
"""So many papers tell well enough how common a phrase is."""
_KNOWN_BY = "((length(items.date) >= 10 AND items.date < :before) OR (length(items.date) < 10 AND substr(items.date, 1, 4) < substr(:before, 1, 4)))"
"""What is dated by its year only is known by a day of a later year: within its year nobody can say."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An item whose text holds a phrase; `surfaces` are the ways in which its title writes it."""

    row: int
    kind: str
    document: Document
    surfaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A post, by whom, and the papers that it names."""

    row: int
    id: str
    network: str
    author: str
    date: str
    text: str
    url: str

    @property
    def person(self) -> tuple[str, str]:
        """The account; the post itself where nobody is named."""
        return self.network, self.author or self.id


def holders(connection: sqlite3.Connection, key: int, before: str) -> list[Holder]:
    """Return the items known before an ISO day that hold a phrase, by id.

    Keys are looked for as bytes: seven of the eight, since the lowest one carries the bits. What is found so is checked. Over
    185,000 items that takes 0.4 s.
    """
    rows = connection.execute(
        "SELECT items.row, items.kind, items.id, items.date, items.origin, items.category, items.author, item_phrases.title, item_phrases.body,"
        " item_phrases.surfaces FROM item_phrases CROSS JOIN items ON items.row = item_phrases.item"
        f" WHERE instr(item_phrases.body, :part) > 0 AND {_KNOWN_BY} ORDER BY items.id",
        {"part": np.int64(key).astype("<i8").tobytes()[1:], "before": before},
    )
    found = []
    for row, kind, name, date, origin, category, author, title, body, surfaces in rows:
        if (key in bare(keys_of(body))) and kind in {"paper", "post"}:
            phrases = Phrases(title, body, surfaces)
            document = Document(
                row=row, id=name, date=date, stratum=f"{origin}\x1f{category}", phrases=phrases, author=author
            )
            places = np.flatnonzero(bare(phrases.title) == key)
            found.append(Holder(row, kind, document, tuple(phrases.surfaces[place] for place in places)))
    return found


def is_held(connection: sqlite3.Connection, key: int) -> int:
    """Return how many papers hold a phrase, at any time."""
    part = np.int64(key).astype("<i8").tobytes()[1:]
    rows = connection.execute(
        "SELECT body FROM item_phrases CROSS JOIN items ON items.row = item WHERE instr(body, ?) > 0 AND kind = 'paper'",
        [part],
    )
    return sum(key in bare(keys_of(body)) for (body,) in rows)


def papers_by_day(connection: sqlite3.Connection, since: str, before: str) -> list[tuple[str, str, int]]:
    """Return (ISO day, stratum, papers) of a span of time; what has only a year is left out."""
    return connection.execute(
        "SELECT substr(date, 1, 10), origin || char(31) || category, COUNT(*) FROM items WHERE kind = 'paper' AND date >= ? AND date < ?"
        " AND length(date) >= 10 GROUP BY 1, 2 ORDER BY 1, 2",
        [since, before],
    ).fetchall()


def papers_by_year(connection: sqlite3.Connection, before: str) -> dict[int, int]:
    """Return how many papers of each calendar year are known before an ISO day."""
    rows = connection.execute(
        f"SELECT CAST(substr(date, 1, 4) AS INTEGER), COUNT(*) FROM items WHERE kind = 'paper' AND {_KNOWN_BY} GROUP BY 1 ORDER BY 1",
        {"before": before},
    )
    return {int(year): int(papers) for year, papers in rows if year}


def counts(connection: sqlite3.Connection, keys: Sequence[int], since: str, before: str) -> tuple[list[int], int]:
    """Return how many papers of a sample of a span of time hold each phrase, and how many papers that sample has."""
    span = f"kind = 'paper' AND date >= :since AND {_KNOWN_BY}"
    values = {"since": since, "before": before}
    papers = connection.execute(f"SELECT COUNT(*) FROM items WHERE {span}", values).fetchone()[0]
    rows = connection.execute(
        f"SELECT body FROM items JOIN item_phrases ON item = row WHERE {span} AND row % :step = 0",
        {**values, "step": max(ceil(papers / SAMPLED), 1)},
    ).fetchall()
    wanted = np.sort(np.array(keys, dtype=np.int64))
    held = bare(keys_of(b"".join(body for (body,) in rows)))
    return _counted(held, wanted, keys), len(rows)


def _counted(held: Keys, wanted: Keys, keys: Sequence[int]) -> list[int]:
    """Count the wanted keys among those that are held; an item holds each once."""
    if not len(wanted):
        return []
    places = np.minimum(np.searchsorted(wanted, held), len(wanted) - 1)
    counted = np.bincount(places[wanted[places] == held], minlength=len(wanted))
    return [int(counted[np.searchsorted(wanted, key)]) for key in keys]


def posts_naming(connection: sqlite3.Connection, papers: Sequence[int], before: str) -> list[tuple[int, int]]:
    """Return (post, paper) of posts before an ISO day that name one of some papers."""
    return connection.execute(
        "SELECT DISTINCT posts.row, identifiers.item FROM json_each(?) CROSS JOIN identifiers ON identifiers.item = json_each.value"
        " CROSS JOIN mentions USING (identifier) CROSS JOIN items posts ON posts.row = mentions.post"
        " WHERE posts.kind = 'post' AND length(posts.date) >= 10 AND posts.date < ? ORDER BY 1, 2",
        [json.dumps(list(papers)), before],
    ).fetchall()


def told(connection: sqlite3.Connection, rows: Sequence[int], before: str = hub.LATEST) -> list[Told]:
    """Return posts by people, the earliest first; those without a day and those of machines, as of an ISO day, are left out."""
    found = connection.execute(
        "SELECT items.row, items.id, items.network, items.author, items.date, CASE WHEN items.title != '' THEN items.title ELSE items.text END,"
        " items.url, COALESCE(voices.is_bot, 0) FROM json_each(?) CROSS JOIN items ON items.row = json_each.value"
        " LEFT JOIN voices ON voices.network = items.network AND voices.author = items.author"
        " WHERE items.kind = 'post' AND length(items.date) >= 10 ORDER BY items.date, items.id",
        [json.dumps(list(rows))],
    )
    posts = [(Told(*row), bool(is_bot)) for *row, is_bot in found]
    judged = voices.judged_before(connection, {(one.network, one.author) for one, _ in posts}, before)
    return [one for one, is_bot in posts if not judged.get((one.network, one.author), is_bot)]


def papers(connection: sqlite3.Connection, rows: Sequence[int]) -> dict[int, tuple[str, str, list[str], str, str]]:
    """Return (id, title, authors, date, address) of papers by row."""
    found = connection.execute(
        "SELECT items.row, items.id, title, authors, date, url FROM json_each(?) CROSS JOIN items ON items.row = json_each.value",
        [json.dumps(list(rows))],
    )
    return {row: (name, title, json.loads(authors), date, url) for row, name, title, authors, date, url in found}


def title_words(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the words of titles, with how many papers have each."""
    return dict(connection.execute("SELECT word, papers FROM title_words"))


def written(connection: sqlite3.Connection, word: str, limit: int) -> Iterator[str]:
    """Yield the phrases of titles with a word in them, from at most `limit` papers, the newest first."""
    rows = connection.execute(
        "SELECT surfaces FROM item_phrases WHERE instr(lower(surfaces), ?) > 0 ORDER BY item DESC LIMIT ?",
        [word, limit],
    )
    for (surfaces,) in rows:
        yield from (surface for surface in surfaces.split("\x1f") if word in surface.lower())

"""Full text search: FTS5 with bm25, the phrase tried beside its words."""

import re
import sqlite3
from collections.abc import Sequence

from tracker.query import Query
from tracker.words import FUNCTION_WORDS

WEIGHTS = (4.0, 1.0, 1.0, 2.0, 1.0)
"""Of title, text, authors, keywords, tldr."""
_TOKEN = re.compile(r"[^\W_]+", re.UNICODE)
_PHRASE_WORDS = 6


def content_words(query: Query) -> list[str]:
    """Return the words of a query that carry meaning, in order, without repeats; all of them when none does."""
    words = [word for part in (*query.words, *query.phrases) for word in _TOKEN.findall(part.lower())]
    kept = [word for word in words if word not in FUNCTION_WORDS]
    return list(dict.fromkeys(kept or words))


def expression(query: Query) -> str:
    """Return the FTS5 expression of a query: quoted phrases are required, words are alternatives, `-words` are excluded."""
    words = content_words(query)
    parts = [_quote(word) for word in words]
    spoken = [word for part in query.words for word in _TOKEN.findall(part.lower())]
    if 2 <= len(spoken) <= _PHRASE_WORDS:
        parts.insert(0, _quote(" ".join(spoken)))
    parts += [_quote(part) for part in query.words if len(_TOKEN.findall(part)) > 1]
    wanted = " OR ".join(dict.fromkeys(parts))
    if query.phrases:
        required = " AND ".join(_quote(phrase) for phrase in query.phrases)
        wanted = f"({required}) AND ({wanted})" if query.words and wanted else required
    return _without(wanted, query.excluded)


def required(query: Query) -> str | None:
    """Return the expression that every hit must match whatever ranks it, or None when there is none."""
    return " AND ".join(f"({_quote(phrase)})" for phrase in query.phrases) if query.phrases else None


def excluded(query: Query) -> str | None:
    """Return the expression that no hit may match, or None when there is none."""
    return " OR ".join(_quote(word) for word in query.excluded) if query.excluded else None


def _without(wanted: str, unwanted: Sequence[str]) -> str:
    if not wanted or not unwanted:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(_quote(word) for word in unwanted)})"


def _quote(text: str) -> str:
    return '"' + text.replace('"', " ").replace("\x00", " ") + '"'


def search(
    connection: sqlite3.Connection, query: Query, limit: int, where: str = "", values: Sequence[object] = ()
) -> list[tuple[int, float]]:
    """Return at most `limit` (row, score), best first; scores are positive and comparable within one answer only.

    Args:
        where: a condition over `items` (see `tracker.store.filters`), kept exactly.
    """
    wanted = expression(query)
    if not wanted:
        return []
    # the plus keeps SQLite from asking the text index once for each item that passes: 36 s instead of half a second
    narrowed = f" AND +rowid IN (SELECT row FROM items WHERE {where})" if where else ""
    weights = ", ".join(map(str, WEIGHTS))
    sql = f"SELECT rowid, -bm25(items_text, {weights}) AS score FROM items_text WHERE items_text MATCH ?{narrowed} ORDER BY score DESC, rowid LIMIT ?"
    return [(int(row), float(score)) for row, score in connection.execute(sql, [wanted, *values, limit])]


def matching(connection: sqlite3.Connection, wanted: str) -> list[int]:
    """Return the rows that match an expression, unranked."""
    return [row for (row,) in connection.execute("SELECT rowid FROM items_text WHERE items_text MATCH ?", [wanted])]

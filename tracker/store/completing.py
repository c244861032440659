"""Values of filters that begin with some letters, the commonest first."""

import json
import sqlite3
from collections import Counter

from tracker.text import fold

_LOOKED_AT = 400
"""So many items are looked at for the names of their authors: some milliseconds."""
_GROUPED = {
    "venue": "SELECT venue FROM sightings WHERE venue LIKE :like ESCAPE '\\' GROUP BY venue ORDER BY COUNT(*) DESC LIMIT :limit",
    "source": "SELECT source FROM sightings WHERE source LIKE :like ESCAPE '\\' GROUP BY source ORDER BY COUNT(*) DESC LIMIT :limit",
    "category": "SELECT category FROM item_categories WHERE category LIKE :like ESCAPE '\\' GROUP BY category ORDER BY COUNT(*) DESC LIMIT :limit",
    "tag": "SELECT tag FROM tags WHERE tag LIKE :like ESCAPE '\\' GROUP BY tag ORDER BY COUNT(*) DESC LIMIT :limit",
}


def values(connection: sqlite3.Connection, field: str, begun: str, limit: int = 1) -> list[str]:
    """Return values of a filter that begin so, whatever their capitals; none for a filter whose values are not stored."""
    if field == "author":
        return _authors(connection, begun, limit)
    if field not in _GROUPED:
        return []
    like = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in begun) + "%"
    return [value for (value,) in connection.execute(_GROUPED[field], {"like": like, "limit": limit}) if value]


def _authors(connection: sqlite3.Connection, begun: str, limit: int) -> list[str]:
    """Return last names that begin so, of the newest items whose authors hold such a word."""
    letters = "".join(letter for letter in fold(begun) if letter.isalnum())
    if len(letters) < 2:
        return []
    found = connection.execute(
        "SELECT authors FROM items WHERE row IN (SELECT rowid FROM items_text WHERE items_text MATCH ?"
        " ORDER BY rowid DESC LIMIT ?)",
        [f'authors : "{letters}" *', _LOOKED_AT],
    )
    names: Counter[str] = Counter()
    for (authors,) in found:
        for name in json.loads(authors):
            words = str(name).split()
            if words and fold(words[-1]).startswith(letters):
                names[words[-1]] += 1
    return [name for name, _ in names.most_common(limit)]

"""What is worth saying beside the hits: a filter's value that nothing has, an index that does not hold everything yet."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.query import Filter
    from tracker.store.reader import Reader

_KNOWN: Final = {
    "venue": "SELECT DISTINCT venue FROM sightings WHERE venue != ''",
    "source": "SELECT DISTINCT source FROM sightings",
    "category": "SELECT DISTINCT category FROM item_categories",
    "tag": "SELECT DISTINCT tag FROM tags",
}
_MOST = 0.95
"""Share of items with a vector from which on nothing is said of the rest."""


def unknown_values(reader: Reader, state: Filter) -> Iterator[str]:
    """Yield a line for each value of a filter that no stored item has, with the nearest one that is there."""
    asked = {"venue": state.venues, "source": state.sources, "category": state.categories, "tag": state.tags}
    for field, values in asked.items():
        if not values:
            continue
        known = {str(value).lower(): str(value) for (value,) in reader.connection.execute(_KNOWN[field])}
        for value in values:
            if value.lower() not in known:
                close = difflib.get_close_matches(value.lower(), known, n=1, cutoff=0.6)
                yield f"No item has {field}:{value}." + (f" Did you mean {field}:{known[close[0]]}?" if close else "")


def not_embedded(reader: Reader, vectors: int) -> str:
    """Return a line when a good part of the items has no vector yet, else nothing."""
    (last,) = reader.connection.execute("SELECT MAX(row) FROM items").fetchone()
    if not vectors or vectors >= _MOST * (last or 0):
        return ""
    return f"{vectors:,} of some {last:,} items have a vector; the others are found by their words. 'tracker index' goes on."

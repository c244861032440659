"""A `Filter` as SQL conditions with parameters: the only place where its fields meet the tables."""

from collections.abc import Iterator, Sequence

from tracker.query import Filter
from tracker.text import fold

Clause = tuple[str, list[object]]

_STATES = {
    "read": "EXISTS (SELECT 1 FROM marks WHERE marks.item = items.row AND read_at IS NOT NULL)",
    "unread": "NOT EXISTS (SELECT 1 FROM marks WHERE marks.item = items.row AND read_at IS NOT NULL)",
    "starred": "items.row IN (SELECT item FROM marks WHERE starred_at IS NOT NULL)",
    "hidden": "items.row IN (SELECT item FROM marks WHERE hidden_at IS NOT NULL)",
    "noted": "items.row IN (SELECT item FROM marks WHERE note != '')",
    "tagged": "items.row IN (SELECT item FROM tags)",
}
CODE = "(instr(comment || links, 'github.com') > 0 OR instr(comment || links, 'gitlab.com') > 0)"
"""What the index `items_with_code` holds: SQLite uses it only where this stands to the letter."""
_HAS = {
    "abstract": "(items.kind = 'paper' AND items.text != '')",
    "pdf": "items.pdf_url != ''",
    "code": (
        '(items.row IN (SELECT rowid FROM items_text WHERE items_text MATCH \'"github com" OR "gitlab com"\')'
        f" OR items.row IN (SELECT row FROM items INDEXED BY items_with_code WHERE {CODE}))"
    ),
    "mentions": (
        "(items.kind = 'paper' AND EXISTS (SELECT 1 FROM identifiers JOIN mentions USING (identifier) WHERE identifiers.item = items.row)"
        " OR items.kind = 'post' AND EXISTS (SELECT 1 FROM mentions WHERE mentions.post = items.row))"
    ),
}
_FIELDS = {
    "kind": "items.kind = ?",
    "author": "items.row IN (SELECT rowid FROM items_text WHERE items_text MATCH ?)",
    "tag": "items.row IN (SELECT item FROM tags WHERE tag = ? COLLATE NOCASE)",
}
_MEMBERS = {
    "venue": ("sightings", "venue = ? COLLATE NOCASE"),
    "source": ("sightings", "source = ?"),
    "category": ("item_categories", "category = ?"),
    "year": ("sightings", "year BETWEEN ? AND ?"),
}
"""Fields of which an item may have several: looked up for each item where those to be tested are few, else read from an index."""


def conditions(state: Filter, *, few: bool = False) -> tuple[str, list[object]]:
    """Return a WHERE clause (without the word) over `items` and its parameters.

    Args:
        few: the clause is to test some hundreds of items, not to find all.
    """
    parts = [*_plain(state, few=few), *_fields(state, few=few)]
    parts += [(_STATES[name], []) for name in sorted(state.states)] + [(_HAS[name], []) for name in sorted(state.has)]
    if "hidden" not in state.states:
        parts.append((f"NOT {_STATES['hidden']}", []))
    return " AND ".join(clause for clause, _ in parts), [value for _, values in parts for value in values]


def _plain(state: Filter, *, few: bool) -> Iterator[Clause]:
    """Yield the clauses of fields that hold one value."""
    if state.kind:
        yield "items.kind = ?", [state.kind]
    if state.years:
        yield _years(state.years, few=few)
    if state.since:
        yield "items.date >= ?", [state.since]
    if state.before:
        yield "items.date < ?", [state.before]
    if state.topics:
        wanted = " OR ".join(_phrase(topic.replace("-", " ")) for topic in state.topics)
        yield "items.row IN (SELECT rowid FROM items_text WHERE items_text MATCH ?)", [wanted]


def _fields(state: Filter, *, few: bool) -> Iterator[Clause]:
    """Yield the clauses of fields that hold alternatives, and of those that are excluded."""
    many = {
        "venue": state.venues,
        "author": state.authors,
        "source": state.sources,
        "category": state.categories,
        "tag": state.tags,
    }
    for field, wanted in many.items():
        if wanted:
            yield _any_of(field, wanted, few=few)
    for field, value in state.excluded:
        clause, values = _any_of(field, (value,), few=few)
        yield f"NOT {clause}", values


def _any_of(field: str, wanted: Sequence[str], *, few: bool) -> tuple[str, list[object]]:
    """Join the alternatives of one field by OR."""
    condition = _FIELDS.get(field) or _member(field, few=few)
    values = [_author(value) if field == "author" else _kind(value) if field == "kind" else value for value in wanted]
    return f"({' OR '.join([condition] * len(values))})", [*values]


def _member(field: str, *, few: bool) -> str:
    """Return the condition that an item has a value among several."""
    table, held = _MEMBERS[field]
    if few:  # left to itself, SQLite reads all of a venue for each item
        return f"EXISTS (SELECT 1 FROM {table} INDEXED BY {table}_of_item WHERE item = items.row AND {held})"
    return f"items.row IN (SELECT item FROM {table} WHERE {held})"


def _kind(value: str) -> str:
    return value.lower().rstrip("s")


def _years(years: tuple[int | None, int | None], *, few: bool) -> tuple[str, list[object]]:
    """An item is of the year of any of its editions: a preprint of 2024 published in 2025 is of both."""
    first, last = years[0] or 0, years[1] or 9999
    return (f"({_member('year', few=few)} OR items.kind = 'post' AND items.date >= ? AND items.date < ?)"), [
        first,
        last,
        f"{first:04d}",
        f"{last + 1:04d}",
    ]


def _phrase(text: str) -> str:
    """Quote text as one FTS5 phrase."""
    return '"' + text.replace('"', " ").replace("\x00", " ") + '"'


def _author(name: str) -> str:
    """All words of a name must stand in the authors; `@handle` and a post's author match too, being kept there."""
    words = "".join(c if c.isalnum() else " " for c in fold(name)).split() or ["zzzz"]
    return " AND ".join(f"authors : {_phrase(word)}" for word in words)

"""Writing the store: plans of `tracker.decide` carried out, one short transaction a batch."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.decide import decide, inherited, text_hash
from tracker.models import Known, Plan, Record
from tracker.store import saved
from tracker.store.connect import transaction
from tracker.text import digest, title_key

CHUNK = 500
_JSON = ("authors", "categories", "keywords", "links")
_KNOWN = (
    "title, text, authors, author, network, venue, year, track, status, category, categories, keywords, published, announced, date, lead, version, url, pdf_url, comment, tldr,"
    " links, story, title_key, text_hash"
)
_encoded = json.JSONEncoder(ensure_ascii=False).encode
_KNOWN_COLUMNS = tuple(_KNOWN.replace(" ", "").split(","))


@dataclass(slots=True)
class Outcome:
    """What applying records did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0
    ignored: int = 0

    def add(self, other: "Outcome") -> None:
        """Add the counts of another batch."""
        for name in ("new", "changed", "unchanged", "merged", "ignored"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def record_digest(record: Record) -> int:
    """Return a hash of all that a record says, to tell an unchanged one at the price of one look-up.

    What came later than the first version counts only where it says something: else every stored record would be written anew.
    """
    return digest(repr(record), *filter(None, (record.answers, record.thread)))


class Writer:
    """Applies records of sources. One instance a run: what was seen in the run is remembered."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._seen: set[tuple[str, str]] = set()

    def apply(self, source: str, records: Sequence[Record], seen: str) -> Outcome:
        """Store records of one source in one transaction.

        Args:
            seen: ISO time of this sighting.

        Raises:
            StoreError: the database refuses; nothing of the batch was stored.
        """
        outcome = Outcome()
        with transaction(self.connection):
            batch = _Batch(self.connection, source, records)
            for record in records:
                mark = batch.digest(record)
                if batch.digests.get(record.key) == mark:
                    outcome.unchanged += 1
                elif (source, record.key) in self._seen:
                    # two files of one run may hold one entry twice: the first one leads, else every run would flip it
                    batch.take(replace(record, key=f"{record.key}#2"), mark, seen, outcome)
                else:
                    batch.take(record, mark, seen, outcome)
                self._seen.add((source, record.key))
            batch.flush()
            self._touch(source, records, seen)
        return outcome

    def _touch(self, source: str, records: Sequence[Record], seen: str) -> None:
        """Note that the entries were seen again, once a day: an unchanged import writes nothing."""
        keys = [record.key for record in records]
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            self.connection.execute(
                f"UPDATE sightings SET last_seen = ? WHERE source = ? AND key IN ({','.join('?' * len(part))}) AND substr(last_seen, 1, 10) < substr(?, 1, 10)",
                [seen, source, *part, seen],
            )


class _Batch:
    """The stored state that a batch of records touches, held in memory while they are decided on, and what to write."""

    def __init__(self, connection: sqlite3.Connection, source: str, records: Sequence[Record]) -> None:
        self.connection, self.source = connection, source
        self.digests: dict[str, int] = dict(
            self._select(
                "SELECT key, digest FROM sightings WHERE source = ? AND key IN ({})", [r.key for r in records], [source]
            )
        )
        self._marks = {id(record): record_digest(record) for record in records}
        fresh = [r for r in records if self.digests.get(r.key) != self._marks[id(r)]]
        self.items: dict[int, Known] = {}
        self.by_name: dict[str, int] = {}
        self.by_title: dict[str, list[int]] = defaultdict(list)
        self._load(fresh)
        self.next_row = (
            int(
                self.connection.execute(
                    "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'items'), 0)"
                ).fetchone()[0]
            )
            + 1
        )
        self.new_items: list[tuple[object, ...]] = []
        self.new_names: list[tuple[str, int]] = []
        self.new_sightings: list[tuple[object, ...]] = []
        self.new_mentions: list[tuple[object, ...]] = []
        self.new_answers: list[tuple[object, ...]] = []
        self.new_bots: set[tuple[str, str]] = set()

    def digest(self, record: Record) -> int:
        """Return the digest of a record of this batch."""
        return self._marks[id(record)]

    def _select(self, sql: str, values: Iterable[object], before: Sequence[object] = ()) -> list[Any]:
        """Run a statement with `IN ({})` over values, in parts."""
        wanted = list(dict.fromkeys(values))
        found: list[Any] = []
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            found += self.connection.execute(sql.format(",".join("?" * len(part))), [*before, *part]).fetchall()
        return found

    def _load(self, records: Sequence[Record]) -> None:
        names = [name for r in records for name in (r.key, *r.identifiers)]
        self.by_name.update(self._select("SELECT identifier, item FROM identifiers WHERE identifier IN ({})", names))
        titles = [title_key(r.title) for r in records if r.kind == "paper"]
        for row, key in self._select(
            "SELECT row, title_key FROM items WHERE kind = 'paper' AND title_key IN ({})", titles
        ):
            self.by_title[key].append(row)
        rows = {*self.by_name.values(), *(row for group in self.by_title.values() for row in group)}
        names_of: dict[int, set[str]] = defaultdict(set)
        for name, row in self._select("SELECT identifier, item FROM identifiers WHERE item IN ({})", rows):
            names_of[row].add(name)
        for row, item_id, kind, *values in self._select(
            f"SELECT row, id, kind, {_KNOWN} FROM items WHERE row IN ({{}})", rows
        ):
            fields = dict(zip(_KNOWN_COLUMNS, values, strict=True))
            for name in _JSON:
                fields[name] = tuple(json.loads(fields[name]))
            self.items[row] = Known(
                row=row,
                id=item_id,
                kind=kind,
                title_key=fields["title_key"],
                authors=fields["authors"],
                identifiers=frozenset(names_of[row]),
                fields=fields,
            )

    def take(self, record: Record, mark: int, seen: str, outcome: Outcome) -> None:
        """Decide on one record and note what to write for it."""
        rows = dict.fromkeys(self.by_name[name] for name in (record.key, *record.identifiers) if name in self.by_name)
        plan = decide(
            record,
            [self.items[row] for row in rows if row in self.items],
            [self.items[row] for row in self.by_title.get(title_key(record.title), ()) if row in self.items]
            if record.kind == "paper" and record.title
            else [],
        )
        if plan is None:
            outcome.ignored += 1
            return
        if plan.row is None:
            row = self._add(plan, seen)
            outcome.new += 1
        else:
            row = plan.row
            changed = self._change(plan, row)
            outcome.changed += changed
            outcome.unchanged += not changed
            outcome.merged += len(plan.absorbed)
        self.new_names += [(name, row) for name in plan.identifiers if self.by_name.get(name, row) == row]
        self.by_name.update((name, row) for name in plan.identifiers if name not in self.by_name)
        self.new_sightings.append(
            (
                self.source,
                record.key,
                row,
                record.venue,
                record.year,
                record.track,
                record.status,
                _encoded(dict(sorted(record.engagement.items()))),
                _encoded([[one.starts, one.ends, one.form, one.session, one.place] for one in record.slots]),
                seen,
                seen,
                mark,
            )
        )
        if record.answers or record.thread:
            self.new_answers.append((row, record.answers, record.thread))
        if record.is_bot:
            self.new_bots.add((record.network, record.author))
        self.new_mentions += [(row, m.identifier, m.how, m.confidence) for m in plan.mentions]

    def _add(self, plan: Plan, seen: str) -> int:
        row, self.next_row = self.next_row, self.next_row + 1
        fields = {**plan.fields}
        kind = plan.record.kind
        self.new_items.append(
            (row, plan.id, kind, seen, self.source, *(_column(fields[name]) for name in _KNOWN_COLUMNS))
        )
        self.items[row] = Known(
            row=row,
            id=plan.id,
            kind=kind,
            title_key=str(fields["title_key"]),
            authors=plan.record.authors,
            identifiers=frozenset(plan.identifiers),
            fields=fields,
        )
        if kind == "paper":
            self.by_title[str(fields["title_key"])].append(row)
        return row

    def _change(self, plan: Plan, row: int) -> bool:
        """Write the changed columns of a stored item and merge others into it."""
        known = self.items[row]
        if plan.absorbed or plan.fields:
            self.flush()
        for other in plan.absorbed:
            self._merge(row, other)
            known = self.items[row]
        fields = {name: value for name, value in plan.fields.items() if known.fields[name] != value}
        if plan.absorbed:  # the plan was made before the texts were put together
            whole = {**known.fields, **fields}
            fields["text_hash"] = text_hash(str(whole["title"]), str(whole["text"]))
        if fields:
            columns = ", ".join(f"{name} = ?" for name in fields)
            self.connection.execute(f"UPDATE items SET {columns} WHERE row = ?", [*map(_column, fields.values()), row])
        if {"text", "links", "title"} & fields.keys() and plan.record.key == known.fields["lead"]:
            self.connection.execute(
                "DELETE FROM mentions WHERE post = ? AND how != 'title'", [row]
            )  # those named now follow
        merged: dict[str, Any] = {**known.fields, **fields}
        self.items[row] = replace(
            known,
            title_key=merged["title_key"],
            authors=tuple(merged["authors"]),
            identifiers=known.identifiers | {*plan.identifiers},
            fields=merged,
        )
        if "title_key" in fields:
            self.by_title[str(fields["title_key"])].append(row)
        return bool(fields or plan.absorbed)

    def _merge(self, row: int, other: int) -> None:
        """Move everything of one item to another; its id stays an identifier, so it still resolves."""
        keep, gone = self.items[row], self.items.pop(other)
        run = self.connection.execute
        run("UPDATE identifiers SET item = ? WHERE item = ?", [row, other])
        run("UPDATE sightings SET item = ? WHERE item = ?", [row, other])
        run("UPDATE OR IGNORE mentions SET post = ? WHERE post = ?", [row, other])
        run("UPDATE OR IGNORE answers SET post = ? WHERE post = ?", [row, other])
        run("INSERT OR IGNORE INTO tags (item, tag) SELECT ?, tag FROM tags WHERE item = ?", [row, other])
        _merge_marks(self.connection, row, other)
        saved.merge(self.connection, row, other)
        run("DELETE FROM items WHERE row = ?", [other])
        filled: Mapping[str, Any] = inherited(keep, gone)
        if filled:
            run(
                f"UPDATE items SET {', '.join(f'{name} = ?' for name in filled)} WHERE row = ?",
                [*map(_column, filled.values()), row],
            )
        self.items[row] = replace(
            keep, identifiers=keep.identifiers | gone.identifiers, fields={**keep.fields, **filled}
        )
        self.by_name = {name: row if at == other else at for name, at in self.by_name.items()}
        for group in self.by_title.values():
            if other in group:
                group.remove(other)

    def flush(self) -> None:
        """Write what was collected; rows of new items were given beforehand."""
        if self.new_items:
            marks = ",".join("?" * (5 + len(_KNOWN_COLUMNS)))
            self.connection.executemany(
                f"INSERT INTO items (row, id, kind, first_seen, origin, {_KNOWN}) VALUES ({marks})", self.new_items
            )
        if self.new_items:
            _mark_known_stories(self.connection, [row for row, *_ in self.new_items])
        self.connection.executemany(
            "INSERT OR IGNORE INTO identifiers (identifier, item) VALUES (?, ?)", self.new_names
        )
        self.connection.executemany(
            "INSERT INTO sightings (source, key, item, venue, year, track, status, engagement, slots, first_seen, last_seen, digest) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
            " ON CONFLICT (source, key) DO UPDATE SET item = excluded.item, venue = excluded.venue, year = excluded.year, track = excluded.track, status = excluded.status,"
            " engagement = excluded.engagement, slots = excluded.slots, last_seen = excluded.last_seen, digest = excluded.digest",
            self.new_sightings,
        )
        self.connection.executemany(
            "INSERT OR REPLACE INTO mentions (post, identifier, how, confidence) VALUES (?, ?, ?, ?)", self.new_mentions
        )
        self.connection.executemany(
            "INSERT OR REPLACE INTO answers (post, answered, thread) VALUES (?, ?, ?)", self.new_answers
        )
        self.connection.executemany(
            "INSERT INTO voices (network, author, said, is_bot, why) VALUES (?, ?, 1, 1, 'the network says so')"
            " ON CONFLICT (network, author) DO UPDATE SET said = 1, is_bot = 1, why = excluded.why",
            sorted(self.new_bots),
        )
        self.new_bots.clear()
        for waiting in (self.new_items, self.new_names, self.new_sightings, self.new_mentions, self.new_answers):
            waiting.clear()


def _mark_known_stories(connection: sqlite3.Connection, rows: Sequence[object]) -> None:
    """A new telling of a story that was read or hidden is not news."""
    connection.execute(
        "INSERT OR IGNORE INTO marks (item, read_at, hidden_at) SELECT told.row, MAX(marks.read_at), MAX(marks.hidden_at)"
        " FROM json_each(?) CROSS JOIN items AS told ON told.row = json_each.value CROSS JOIN items AS other ON other.story = told.story"
        " CROSS JOIN marks ON marks.item = other.row WHERE told.story IS NOT NULL AND other.row != told.row"
        " AND (marks.read_at IS NOT NULL OR marks.hidden_at IS NOT NULL) GROUP BY told.row",
        [json.dumps(list(rows))],
    )


def _merge_marks(connection: sqlite3.Connection, row: int, other: int) -> None:
    """What the user did with either item holds for the one that remains; the notes of both are kept."""
    connection.execute("INSERT OR IGNORE INTO marks (item) SELECT ? FROM marks WHERE item = ?", [row, other])
    connection.execute(
        "UPDATE marks SET read_at = COALESCE(marks.read_at, o.read_at), starred_at = COALESCE(marks.starred_at, o.starred_at), hidden_at = COALESCE(marks.hidden_at, o.hidden_at),"
        " rating = COALESCE(marks.rating, o.rating), note = CASE WHEN o.note = '' OR o.note = marks.note THEN marks.note WHEN marks.note = '' THEN o.note"
        " ELSE marks.note || char(10) || o.note END FROM marks AS o WHERE marks.item = ? AND o.item = ?",
        [row, other],
    )


def _column(value: object) -> object:
    return _encoded(value) if isinstance(value, tuple) else value

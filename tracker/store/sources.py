"""What must be remembered between runs of each source and host: cursors, states, gaps, validators, runs."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from threading import Lock, get_ident
from typing import Any

from tracker.errors import FetchError
from tracker.store.connect import transaction


def cursor_of(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    """Return what a source asked to be given next time."""
    found = connection.execute("SELECT cursor FROM sources WHERE name = ?", [name]).fetchone()
    return dict(json.loads(found[0])) if found else {}


def keep_cursor(connection: sqlite3.Connection, name: str, kind: str, cursor: Mapping[str, Any]) -> None:
    """Keep how far a source was read, whatever happens next."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO sources (name, kind, cursor) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor",
            [name, kind, json.dumps(dict(cursor))],
        )


def waited_longest(connection: sqlite3.Connection) -> dict[str, str]:
    """Return when each source was last asked."""
    return dict(connection.execute("SELECT name, last_tried FROM sources WHERE last_tried IS NOT NULL").fetchall())


def succeeded(
    connection: sqlite3.Connection, name: str, kind: str, cursor: Mapping[str, Any], state: str, message: str, now: str
) -> None:
    """Note a good answer and its cursor."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO sources (name, kind, state, message, remedy, cursor, last_tried, last_ok, failures) VALUES (?, ?, ?, ?, '', ?, ?, ?, 0)"
            " ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, state = excluded.state, message = excluded.message, remedy = '', cursor = excluded.cursor,"
            " last_tried = excluded.last_tried, last_ok = excluded.last_ok, failures = 0",
            [name, kind, state, message, json.dumps(dict(cursor)), now, now],
        )


def failed(connection: sqlite3.Connection, name: str, kind: str, error: FetchError, now: str) -> None:
    """Note a failure; the cursor stays, so the next run goes on where the last good one ended."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO sources (name, kind, state, message, remedy, last_tried, failures) VALUES (?, ?, ?, ?, ?, ?, 1)"
            " ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, state = excluded.state, message = excluded.message, remedy = excluded.remedy,"
            " last_tried = excluded.last_tried, failures = failures + 1",
            [name, kind, error.state, error.message, error.remedy, now],
        )


MOVES = 3
"""So many runs must be sent to the same new place before an address is rewritten."""


class Memory:
    """Gaps of hosts and validators of addresses for the HTTP client: kept here while it runs, stored by `save`.

    Threads ask for it while another thread writes records, so it never touches the database in between. A validator is
    good only when what came with it was read and stored: each thread fetches one source at a time, and says with
    `settle` how that ended.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._hosts: dict[str, float] = dict(connection.execute("SELECT host, next_allowed FROM hosts").fetchall())
        self._validators: dict[str, tuple[str, str]] = {
            url: (etag or "", modified or "")
            for url, etag, modified in connection.execute("SELECT url, etag, last_modified FROM validators")
        }
        self._moves: dict[str, tuple[str, int]] = {
            url: (target, times) for url, target, times in connection.execute("SELECT url, target, times FROM moves")
        }
        self._moved: set[str] = set()
        self._sent: dict[int, dict[str, str]] = {}
        self._unsettled: dict[int, dict[str, tuple[str, str]]] = {}
        self._changed: set[str] = set()
        self._asked: set[str] = set()

    def next_allowed(self, host: str) -> float:
        """Return the epoch second before which a host must not be asked."""
        with self._lock:
            return self._hosts.get(host, 0.0)

    def set_next_allowed(self, host: str, epoch: float) -> None:
        """Remember when a host may be asked again."""
        with self._lock:
            self._hosts[host] = epoch
            self._asked.add(host)

    def get(self, url: str) -> tuple[str, str] | None:
        """Return ETag and Last-Modified of the last good answer."""
        with self._lock:
            return self._validators.get(url)

    def put(self, url: str, etag: str, last_modified: str) -> None:
        """Remember the validators of an answer, exactly as received, until the thread settles its source."""
        with self._lock:
            self._unsettled.setdefault(get_ident(), {})[url] = (etag, last_modified)

    def settle(self, *, stored: bool) -> None:
        """Keep what this thread put when its records were stored; else forget it, so that the answer comes whole again."""
        with self._lock:
            fresh, sent = self._unsettled.pop(get_ident(), {}), self._sent.pop(get_ident(), {})
            if stored:
                for url, target in sent.items():
                    self._count_move(url, target)
                self._validators.update(fresh)
                self._changed.update(fresh)

    def moved(self, url: str, target: str) -> None:
        """Note that an address leads to another for good, or with an empty target that it does not, until the thread settles its source."""
        with self._lock:
            self._sent.setdefault(get_ident(), {})[url] = target

    def _count_move(self, url: str, target: str) -> None:
        """Count how often in a row an address said that it moved to the same place, once a run; an empty target ends the row."""
        if url in self._moved or (not target and url not in self._moves):
            return
        known, times = self._moves.get(url, ("", 0))
        self._moves[url] = (target, times + 1 if target == known else 1)
        self._moved.add(url)

    def moved_for_good(self) -> dict[str, str]:
        """Return the new places of the addresses that said so often enough."""
        with self._lock:
            return {url: target for url, (target, times) in self._moves.items() if target and times >= MOVES}

    def save(self) -> None:
        """Store what was learnt."""
        with self._lock:
            moves = [(url, *self._moves[url]) for url in self._moved]
            hosts, changed = (
                [(host, self._hosts[host]) for host in self._asked],
                [(url, *self._validators[url]) for url in self._changed],
            )
            self._changed.clear()
        with transaction(self._connection):
            self._connection.executemany("INSERT OR REPLACE INTO hosts (host, next_allowed) VALUES (?, ?)", hosts)
            self._connection.executemany(
                "INSERT OR REPLACE INTO validators (url, etag, last_modified) VALUES (?, ?, ?)", changed
            )
            self._connection.executemany("INSERT OR REPLACE INTO moves (url, target, times) VALUES (?, ?, ?)", moves)


def entries_by_day(connection: sqlite3.Connection, name: str, since: str) -> dict[str, int]:
    """Return how many entries of a source are dated on each ISO day from one on."""
    found = connection.execute(
        "SELECT substr(items.date, 1, 10), COUNT(*) FROM sightings JOIN items ON items.row = sightings.item"
        " WHERE source = ? AND items.date >= ? AND length(items.date) >= 10 GROUP BY 1",
        [name, since],
    )
    return dict(found.fetchall())


def rhythms(connection: sqlite3.Connection, since: str) -> dict[str, float]:
    """Return how many entries a week each source brought, from an ISO day (or its first entry since) to its newest one."""
    found = connection.execute(
        "SELECT source, COUNT(*), MIN(substr(items.date, 1, 10)), MAX(substr(items.date, 1, 10)) FROM items"
        " CROSS JOIN sightings ON sightings.item = items.row WHERE items.date >= ? AND length(items.date) >= 10 GROUP BY source",
        [since],
    )
    return {
        source: round(7 * count / ((date.fromisoformat(last) - date.fromisoformat(first)).days + 1), 1)
        for source, count, first, last in found
        if first != last
    }


def failures_of(connection: sqlite3.Connection, name: str) -> int:
    """Return how many times in a row a source has failed."""
    found = connection.execute("SELECT failures FROM sources WHERE name = ?", [name]).fetchone()
    return int(found[0]) if found else 0


def said_of(connection: sqlite3.Connection, name: str) -> tuple[str, str, str]:
    """Return state, message and remedy of a source, empty when it was never asked."""
    found = connection.execute("SELECT state, message, remedy FROM sources WHERE name = ?", [name]).fetchone()
    return tuple(found) if found else ("", "", "")


def warn(connection: sqlite3.Connection, name: str, state: str, message: str, remedy: str) -> None:
    """Note what is wrong with a source that answered."""
    with transaction(connection):
        connection.execute(
            "UPDATE sources SET state = ?, message = ?, remedy = ? WHERE name = ?", [state, message, remedy, name]
        )


def start_run(connection: sqlite3.Connection, command: str, now: str) -> int:
    """Note that a run began; return its number."""
    with transaction(connection):
        return int(
            connection.execute("INSERT INTO runs (command, started) VALUES (?, ?)", [command, now]).lastrowid or 0
        )


def finish_run(connection: sqlite3.Connection, run: int, now: str, new: int, changed: int, failed: int) -> None:
    """Note how a run ended."""
    with transaction(connection):
        connection.execute(
            "UPDATE runs SET finished = ?, new = ?, changed = ?, failed = ? WHERE run = ?",
            [now, new, changed, failed, run],
        )


def state_of(connection: sqlite3.Connection) -> tuple[object, ...]:
    """Return numbers that change whenever items came, changed or went, and when a run began or ended; marks change none of them."""
    written = dict(connection.execute("SELECT name, seq FROM sqlite_sequence WHERE name IN ('items', 'changes')"))
    runs = connection.execute("SELECT MAX(run), MAX(finished), COUNT(finished) FROM runs").fetchone()
    return (written.get("items"), written.get("changes"), *runs)

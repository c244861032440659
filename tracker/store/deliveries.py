"""What was delivered where: a line a digest and place, so that nothing is sent a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.store.connect import transaction
from tracker.text import clean_line

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_LINE = "edition = ? AND role = ? AND place = ?"


def begin(connection: sqlite3.Connection, edition: str, role: str, places: Sequence[str], at: str) -> str:
    """Note before sending that it is tried; return the moment of the first try at any of the places, as ISO text.

    Raises:
        StoreError: the database refuses.
    """
    with transaction(connection):
        connection.executemany(
            "INSERT OR IGNORE INTO deliveries (edition, role, place, first_tried) VALUES (?, ?, ?, ?)",
            [(edition, role, place, at) for place in places],
        )
        found = [
            connection.execute(f"SELECT first_tried FROM deliveries WHERE {_LINE}", [edition, role, place]).fetchone()[
                0
            ]
            for place in places
        ]
    return str(min(found))


def settle(connection: sqlite3.Connection, edition: str, role: str, place: str, at: str) -> None:
    """Note that a digest has arrived.

    Raises:
        StoreError: the database refuses.
    """
    with transaction(connection):
        connection.execute(
            f"UPDATE deliveries SET delivered_at = ?, message = '' WHERE {_LINE}", [at, edition, role, place]
        )


def fail(connection: sqlite3.Connection, edition: str, role: str, place: str, message: str) -> None:
    """Note why a digest has not arrived.

    Raises:
        StoreError: the database refuses.
    """
    with transaction(connection):
        connection.execute(
            f"UPDATE deliveries SET message = ? WHERE {_LINE}", [clean_line(message), edition, role, place]
        )


def delivered(connection: sqlite3.Connection, edition: str, role: str) -> dict[str, str]:
    """Return place → moment of what has arrived of a digest."""
    return dict(
        connection.execute(
            "SELECT place, delivered_at FROM deliveries WHERE edition = ? AND role = ? AND delivered_at IS NOT NULL",
            [edition, role],
        ).fetchall()
    )


def outstanding(connection: sqlite3.Connection, role: str, since: str) -> list[tuple[str, str]]:
    """Return (edition, place) of what was first tried after a moment and has not arrived, in order."""
    return connection.execute(
        "SELECT edition, place FROM deliveries WHERE role = ? AND delivered_at IS NULL AND first_tried >= ? ORDER BY edition, place",
        [role, since],
    ).fetchall()

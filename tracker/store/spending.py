"""What was spent on paid services: put down before each request, durable, and never more a day than the user allows."""

from __future__ import annotations

from contextlib import closing
from threading import local
from typing import TYPE_CHECKING

from tracker.errors import FetchError
from tracker.store.connect import open_writer, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

_HAIR = 1e-9  # sums of cents as binary fractions


class Ledger:
    """The account book of a home: one line a service and UTC day. One instance serves all threads, and several processes one file.

    Every entry has a connection of its own, so that it is durable whatever the run that pays is in the middle of.

    Args:
        path: the database.
        cap: US dollars that may be spent a day; 0 forbids it.
        today: returns the UTC day as ISO text.
    """

    def __init__(self, path: Path, cap: float, today: Callable[[], str]) -> None:
        self._path, self._cap, self._today = path, cap, today
        self._paid = local()

    def spend(self, account: str, cost: float) -> None:
        """Put a cost down before it arises, or with a negative one give back what this thread put down and did not use.

        What is given back goes to the day on which it was put down.

        Raises:
            FetchError: the cap does not allow it; nothing was put down.
            StoreError: the database refuses.
        """
        day = self._today() if cost > 0 else getattr(self._paid, "day", self._today())
        with closing(open_writer(self._path)) as connection, transaction(connection):
            spent = _spent(connection, account, day)
            if cost > 0 and spent + cost > self._cap + _HAIR:
                raise self._refused(account, cost, spent)
            connection.execute(
                "INSERT OR REPLACE INTO spending (account, day, usd) VALUES (?, ?, ?)",
                [account, day, max(0.0, round(spent + cost, 6))],
            )
        self._paid.day = day

    def spent(self, account: str) -> float:
        """Return the US dollars spent today.

        Raises:
            StoreError: the database cannot be opened.
        """
        with closing(open_writer(self._path)) as connection:
            return _spent(connection, account, self._today())

    def _refused(self, account: str, cost: float, spent: float) -> FetchError:
        name = account.upper() if len(account) == 1 else account
        if not self._cap:
            return FetchError(
                f"Reading {name} costs money, and nothing may be spent yet.",
                f"Set daily_usd = 1.0 under [{account}] in feeds.toml to allow that many US dollars a day.",
                state="off",
            )
        return FetchError(
            f"Of the {self._cap:.2f} US dollars that may be spent on {name} today {spent:.2f} are spent,"
            f" and the next request may cost {cost:.2f}.",
            f"It goes on after midnight UTC; raise daily_usd under [{account}] in feeds.toml to read more.",
            state="slowed",
        )


def _spent(connection: sqlite3.Connection, account: str, day: str) -> float:
    found = connection.execute("SELECT usd FROM spending WHERE account = ? AND day = ?", [account, day]).fetchone()
    return float(found[0]) if found else 0.0

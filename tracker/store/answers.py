"""Reading threads: posts that answer each other, by names that are resolved when they are asked for."""

import sqlite3
from dataclasses import dataclass

from tracker.hub.threads import in_order

MOST = 200
"""So many posts of a thread are shown."""
_DEEPEST = 100
"""So many steps upwards are followed."""
_ABOVE = (
    "SELECT answers.answered, answers.thread, above.item, first.item FROM answers"
    " LEFT JOIN identifiers AS above ON above.identifier = answers.answered"
    " LEFT JOIN identifiers AS first ON first.identifier = answers.thread WHERE answers.post = ?"
)
# from the first post and from all that name its thread, downwards; UNION visits each post once, rings included
_BELOW = (
    "WITH RECURSIVE told (row) AS ("
    " SELECT ? UNION SELECT post FROM answers WHERE thread = ? AND thread != ''"
    " UNION SELECT post FROM identifiers JOIN answers ON answers.thread = identifiers.identifier AND thread != '' WHERE identifiers.item = ?"
    " UNION SELECT answers.post FROM told JOIN identifiers ON identifiers.item = told.row JOIN answers ON answers.answered = identifiers.identifier"
    f" LIMIT {MOST})"
    " SELECT told.row, items.date, above.item, answers.post IS NOT NULL FROM told JOIN items ON items.row = told.row AND items.kind = 'post'"
    " LEFT JOIN answers ON answers.post = told.row LEFT JOIN identifiers AS above ON above.identifier = answers.answered"
    " WHERE told.row NOT IN (SELECT item FROM marks WHERE hidden_at IS NOT NULL) OR told.row = ?"
)


@dataclass(frozen=True, slots=True)
class _Top:
    """Where a thread begins: the first post that is stored, whether it began the thread, and the name of the one that did."""

    row: int
    is_first: bool
    thread: str


def thread_of(connection: sqlite3.Connection, row: int) -> tuple[list[tuple[int, int]], str]:
    """Return ((depth, row) of the posts of a thread in reading order, the name of what the post answers where that is not stored).

    Hidden posts are left out. A post that answers and is answered by nothing that is stored stands in a thread alone.
    """
    top = _top(connection, row)
    found = connection.execute(_BELOW, [top.row, top.thread, top.row, row]).fetchall()
    answered = {
        told: above if above is not None or not answers or not top.is_first or told == top.row else top.row
        for told, _, above, answers in found
    }
    own = connection.execute(_ABOVE, [row]).fetchone()
    missing = str(own[0]) if own and own[2] is None else ""
    return in_order(answered, {told: date for told, date, *_ in found}), missing


def _top(connection: sqlite3.Connection, row: int) -> _Top:
    """Follow answers upwards, over a gap to the post that began the thread where that is stored."""
    seen, thread = {row}, ""
    for _ in range(_DEEPEST):
        found = connection.execute(_ABOVE, [row]).fetchone()
        if found is None:
            return _Top(row, is_first=True, thread=thread)
        _, named, above, first = found
        thread = named or thread
        following = above if above is not None else first
        if following is None or following in seen:
            return _Top(row, is_first=False, thread=thread)
        seen.add(row := following)
    return _Top(row, is_first=False, thread=thread)

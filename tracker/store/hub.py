"""What joins posts and papers: papers that are named and not known, and the accounts that post."""

import sqlite3
from collections.abc import Collection, Sequence

from tracker.store.connect import transaction

RECENT_POSTS = 200
LATEST = "9999"
"""A day after all others."""
TRIES = 3


def unknown(connection: sqlite3.Connection, scheme: str, day: str, limit: int) -> list[str]:
    """Return identifiers that posts name and under which nothing is stored, those named last first.

    Left out are those asked for on this ISO day already, and those asked for in vain on three.
    """
    found = connection.execute(
        "SELECT mentions.identifier, MAX(items.date) AS named FROM mentions JOIN items ON items.row = mentions.post"
        " LEFT JOIN identifiers USING (identifier) LEFT JOIN lookups USING (identifier)"
        " WHERE mentions.identifier >= ? AND mentions.identifier < ? AND identifiers.item IS NULL"
        " AND (lookups.tries IS NULL OR (lookups.tries < ? AND lookups.asked < ?))"
        " GROUP BY mentions.identifier ORDER BY named DESC, mentions.identifier DESC LIMIT ?",
        [scheme, scheme + "\U0010ffff", TRIES, day, limit],
    )
    return [name for name, _ in found]


def asked(connection: sqlite3.Connection, names: Sequence[str], day: str) -> None:
    """Note that these identifiers were asked for on an ISO day."""
    with transaction(connection):
        connection.executemany(
            "INSERT INTO lookups (identifier, asked, tries) VALUES (?, ?, 1)"
            " ON CONFLICT (identifier) DO UPDATE SET asked = excluded.asked, tries = tries + 1",
            [(name, day) for name in names],
        )


def voices_to_judge(connection: sqlite3.Connection, networks: Collection[str]) -> list[tuple[str, str, int]]:
    """Return (network, author, posts) of accounts that posted since they were judged; networks' own words stand."""
    found = connection.execute(
        "SELECT items.network, items.author, COUNT(*) AS number, COALESCE(voices.posts, 0), COALESCE(voices.said, 0) FROM items"
        " LEFT JOIN voices ON voices.network = items.network AND voices.author = items.author"
        f" WHERE items.kind = 'post' AND items.author != '' AND items.network IN ({','.join('?' * len(networks))})"
        " GROUP BY items.network, items.author",
        sorted(networks),
    )
    return [(network, author, number) for network, author, number, known, said in found if number != known and not said]


def posts_of(connection: sqlite3.Connection, network: str, author: str, before: str = LATEST) -> tuple[list[str], int]:
    """Return the ISO times of the latest posts of an account before an ISO day, and how many of them name a paper."""
    found = connection.execute(
        "SELECT COALESCE(published, ''), EXISTS (SELECT 1 FROM mentions WHERE post = items.row) FROM items"
        " WHERE kind = 'post' AND network = ? AND author = ? AND COALESCE(published, '') < ? ORDER BY published DESC LIMIT ?",
        [network, author, before, RECENT_POSTS],
    ).fetchall()
    return [moment for moment, _ in found], sum(named for _, named in found)


def put_voice(connection: sqlite3.Connection, network: str, author: str, posts: int, why: str) -> None:
    """Keep the judgement of an account: a machine where there is a reason. The caller commits."""
    connection.execute(
        "INSERT INTO voices (network, author, is_bot, why, posts) VALUES (?, ?, ?, ?, ?) ON CONFLICT (network, author)"
        " DO UPDATE SET is_bot = excluded.is_bot, why = excluded.why, posts = excluded.posts",
        [network, author, bool(why), why, posts],
    )

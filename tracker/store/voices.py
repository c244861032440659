"""Which accounts were machines on a day of the past, judged by what they had posted until then."""

import json
import sqlite3
from collections.abc import Iterable

from tracker.hub import bots
from tracker.store import hub


def judged_before(
    connection: sqlite3.Connection, accounts: Iterable[tuple[str, str]], before: str
) -> dict[tuple[str, str], bool]:
    """Return whether accounts were machines by their posts before an ISO day: of those that posted later, which is few.

    All others stand as they were judged last. So do those of which the network says it, and those with too few posts to tell.

    Args:
        connection: the store.
        accounts: (network, author).
        before: the ISO day from which on posts do not tell.
    """
    asked = sorted(account for account in accounts if account[0] in bots.NETWORKS and account[1])
    later = connection.execute(
        "SELECT voices.network, voices.author FROM json_each(?) AS asked CROSS JOIN voices"
        " ON voices.network = json_extract(asked.value, '$[0]') AND voices.author = json_extract(asked.value, '$[1]')"
        " WHERE NOT voices.said AND voices.posts >= ? AND EXISTS (SELECT 1 FROM items WHERE items.kind = 'post'"
        " AND items.network = voices.network AND items.author = voices.author AND items.published >= ?)",
        [json.dumps(asked), bots.LEAST_POSTS, before],
    ).fetchall()
    return {
        (network, author): bool(bots.reason(author, *hub.posts_of(connection, network, author, before)))
        for network, author in later
    }

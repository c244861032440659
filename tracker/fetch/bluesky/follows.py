"""Reads everyone whom an account follows, some accounts a sync: those that waited longest come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracker.errors import FetchError
from tracker.fetch.bluesky.places import is_did
from tracker.fetch.options import items, mapping
from tracker.ports import Batch
from tracker.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tracker.fetch.bluesky.api import Service
    from tracker.fetch.bluesky.places import Place

ACCOUNTS = 60
LIST_PAGES, LIST_PAGE_SIZE = 20, 100
_OF_THE_SERVICE = frozenset({"slowed", "unreachable"})


def batches(
    service: Service,
    place: Place,
    cursor: Mapping[str, Any],
    read: Callable[[str, Mapping[str, Any]], Iterator[Batch]],
) -> Iterator[Batch]:
    """Yield the posts of the next accounts.

    The cursor holds in `accounts` [DID, newest moment known] of those read before, the longest ago first.

    Args:
        read: yields the posts of one account, given its DID and its own cursor (`newest`).

    Raises:
        FetchError: the list cannot be read, the service does not answer, or it shows none of the accounts.
    """
    followed, problems = accounts(service, place)
    known = _known(cursor, followed)
    turn = [*(did for did in followed if did not in known), *known][:ACCOUNTS]
    refusals: list[FetchError] = []
    for did in turn:
        newest = known.pop(did, "")
        try:
            for batch in read(did, {"newest": newest}):
                newest = str(batch.cursor.get("newest", ""))
                yield Batch(records=batch.records, cursor=cursor, problems=batch.problems)
        except FetchError as error:
            if error.state in _OF_THE_SERVICE:
                raise
            refusals.append(error)
        known[did] = newest
    if refusals and len(refusals) == len(turn):
        raise refusals[0]
    if refusals:
        problems.append(f"{plural(len(refusals), 'account')} could not be read; the first: {refusals[0].message}")
    yield Batch(records=(), cursor={"accounts": [[did, newest] for did, newest in known.items()]}, problems=problems)


def accounts(service: Service, place: Place) -> tuple[list[str], list[str]]:
    """Return (DIDs of those whom an account follows, problems), at most 2,000."""
    found: dict[str, None] = {}
    mark = ""
    for _ in range(LIST_PAGES):
        query = {"actor": place.account, "limit": str(LIST_PAGE_SIZE)} | ({"cursor": mark} if mark else {})
        answer = service.ask("app.bsky.graph.getFollows", query, place)
        if not isinstance(answer.get("follows"), list):
            raise FetchError(f"Bluesky does not say whom the {place} follows.", "It will be tried again later.")
        names = (mapping(one).get("did") for one in items(answer["follows"]))
        found.update((did, None) for did in names if isinstance(did, str) and is_did(did))
        mark = answer["cursor"] if isinstance(answer.get("cursor"), str) else ""
        if not mark:
            break
    problems = [f"Only the first {LIST_PAGES * LIST_PAGE_SIZE:,} accounts that it follows are read."] if mark else []
    return list(found), problems if found else [*problems, f"The {place} follows nobody."]


def _known(cursor: Mapping[str, Any], followed: list[str]) -> dict[str, str]:
    """Return newest moments by DID of those that are still followed, the longest unread first."""
    pairs = (pair for pair in items(cursor.get("accounts")) if isinstance(pair, list) and len(pair) == 2)
    wanted = set(followed)
    return {did: str(newest) for did, newest in pairs if isinstance(did, str) and did in wanted}

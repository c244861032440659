"""Reads accounts of X through a bridge: somebody's server that shows each as a feed. Nothing is paid, no token is needed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.config import Source
from tracker.errors import FetchError
from tracker.fetch import options
from tracker.fetch.feed import fetcher as feed
from tracker.identity import canonical_url
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from tracker.models import Record
    from tracker.ports import Client

PLACE = "{name}"
_STATUS = re.compile(r"^/(\w{1,15})/status/(\d{1,19})(?:/|$)", re.ASCII)


def fetch(source: Source, names: Sequence[str], cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
    """Yield the posts of each account; one that cannot be read is a problem while others can.

    Raises:
        FetchError: none of the accounts can be read.
    """
    refused: list[FetchError] = []
    for name in names:
        mirrored = _mirrored(source, name)
        try:
            answer = client.get(feed.request(mirrored))
            records, problems = ([], []) if answer.status == 304 else feed.parse(answer, mirrored)
        except FetchError as error:
            refused.append(error)
            continue
        own = [_as_of_x(record) for record in records]
        yield Batch(records=own, cursor=dict(cursor), problems=[f"@{name}: {problem}" for problem in problems])
    if len(refused) == len(names):
        raise refused[0]
    if refused:
        yield Batch(records=(), cursor=dict(cursor), problems=[error.message for error in refused])


def _mirrored(source: Source, name: str) -> Source:
    """Return the feed of an account as a source of its own."""
    url = options.text(source, "bridge").replace(PLACE, name)
    return Source(kind="feed", name=source.name, base=source.base, options={"url": url, "network": "x", "author": name})


def _as_of_x(record: Record) -> Record:
    """Give a post the name that it has when it is read from X itself, where the bridge tells its number."""
    found = _STATUS.match(urlsplit(record.url).path)
    if not found:
        return record
    key, url = f"x:{found[2]}", f"https://x.com/{found[1]}/status/{found[2]}"
    return replace(record, key=key, identifiers=(key, f"url:{canonical_url(url)}"), url=url, author=found[1])

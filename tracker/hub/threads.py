"""Threads of posts: the order in which they are read, each post below the one that it answers, and where a post is by its name."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tracker.identity import is_web_address

if TYPE_CHECKING:
    from collections.abc import Mapping

_POSTS = (
    (
        re.compile(r"bluesky:at://(did:[a-z]+:[\w.:%-]+)/app\.bsky\.feed\.post/([\w.~:-]+)", re.ASCII),
        "https://bsky.app/profile/{}/post/{}",
    ),
    (re.compile(r"x:(\d{1,19})", re.ASCII), "https://x.com/i/status/{}"),
    (re.compile(r"hackernews:(\d{1,12})", re.ASCII), "https://news.ycombinator.com/item?id={}"),
    (re.compile(r"(?:mastodon|url):(https?://[^\s]+)", re.ASCII), "{}"),
)


def in_order(answered: Mapping[int, int | None], dates: Mapping[int, str]) -> list[tuple[int, int]]:
    """Return (depth, row) of the posts of a thread, those that answer the same post by their dates.

    Args:
        answered: what each post answers; a post whose answer is not among them begins on the left.
        dates: ISO times of the posts.

    Posts that answer each other in a ring, which no service makes and a file may claim, begin with the earliest of them.
    """
    below: dict[int | None, list[int]] = defaultdict(list)
    for row in sorted(answered, key=lambda row: (dates.get(row, ""), row), reverse=True):
        parent = answered[row]
        below[parent if parent in answered and parent != row else None].append(row)
    told: dict[int, int] = {}
    waiting = [(0, row) for row in below[None]]
    left = sorted(answered, key=lambda row: (dates.get(row, ""), row))
    while waiting or len(told) < len(answered):
        if not waiting:
            waiting = [(0, next(row for row in left if row not in told))]
        depth, row = waiting.pop()
        if row not in told:
            told[row] = depth
            waiting += [(depth + 1, one) for one in below[row] if one not in told]
    return [(depth, row) for row, depth in told.items()]


def post_address(name: str) -> str:
    """Return the web address of a post by its name at its service, empty where the name does not tell it."""
    for pattern, address in _POSTS:
        if (found := pattern.fullmatch(name)) and is_web_address(url := address.format(*found.groups())):
            return url
    return ""

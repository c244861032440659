"""The order in which a thread is read: each post below the one that it answers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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

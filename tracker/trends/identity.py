"""Which topic of one week is which of another: by its phrase, and by its papers."""

import re
from collections.abc import Sequence

from tracker.findings import Topic

SAME_PAPERS = 0.3
"""Jaccard of papers above which a topic with another name is the one of the week before; windows overlap by three weeks in four."""
_NUMBER = re.compile(r"\d+")


def follow(earlier: Sequence[Topic], later: Sequence[Topic]) -> dict[str, str]:
    """Return the id of the earlier topic for the id of each later one that continues it.

    A topic is its phrase: the same id is the same topic for ever. Else it continues the one that shares most papers, from a
    Jaccard of 0.3 on; a name merged into a broader one has too few of its papers and goes on as an alias alone. Names that differ
    in numbers are different things (`Task 3`, `Task 6`). Each earlier topic is continued once, by the first that claims it.
    """
    found = {one.id: one.id for one in later if any(one.id == other.id for other in earlier)}
    free = {one.id: one for one in earlier if one.id not in found}
    for one in later:
        match = None if one.id in found else _continued(one, list(free.values()))
        if match is not None:
            found[one.id] = match
            del free[match]
    return found


def _continued(one: Topic, earlier: Sequence[Topic]) -> str | None:
    papers, apart = set(one.items), _NUMBER.sub("", one.id)
    shared = [
        (len(papers & set(other.items)) / max(len(papers | set(other.items)), 1), other.id)
        for other in earlier
        if _NUMBER.sub("", other.id) != apart
    ]
    best = max(shared, default=(0.0, ""))
    return best[1] if best[0] >= SAME_PAPERS else None

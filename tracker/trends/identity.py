"""Which topic of one week is which of another: by its phrase, by what was merged into it, and by its papers."""

from collections.abc import Sequence

from tracker.models import Topic

SAME_PAPERS = 0.3
"""Jaccard of papers above which a topic with another name is the one of the week before; windows overlap by three weeks in four."""


def follow(earlier: Sequence[Topic], later: Sequence[Topic]) -> dict[str, str]:
    """Return the id of the earlier topic for the id of each later one that continues it.

    A topic is its phrase: the same id is the same topic for ever. Else it continues the one whose name was merged into it or
    into which its name was merged, and else the one that shares most papers, from a Jaccard of 0.3 on. Each earlier topic is
    continued once, by the first that claims it.
    """
    found = {one.id: one.id for one in later if any(one.id == other.id for other in earlier)}
    free = {one.id: one for one in earlier if one.id not in found}
    waiting = [one for one in later if one.id not in found]
    for claim in (_by_alias, _by_papers):
        for one in waiting:
            match = None if one.id in found else claim(one, list(free.values()))
            if match is not None:
                found[one.id] = match
                del free[match]
    return found


def _by_alias(one: Topic, earlier: Sequence[Topic]) -> str | None:
    return next((other.id for other in earlier if other.id in one.aliases or one.id in other.aliases), None)


def _by_papers(one: Topic, earlier: Sequence[Topic]) -> str | None:
    papers = set(one.items)
    shared = [(len(papers & set(other.items)) / max(len(papers | set(other.items)), 1), other.id) for other in earlier]
    best = max(shared, default=(0.0, ""))
    return best[1] if best[0] >= SAME_PAPERS else None

"""Who talks about a topic: distinct people a week, never posts or likes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from tracker.times import week_of_text
from tracker.topics import Document, bare


class Voices:
    """The posts of a window, by the phrases they hold and the papers they name."""

    def __init__(self, posts: Sequence[Document], weeks: Mapping[str, int]) -> None:
        """Index posts.

        Args:
            posts: in any order.
            weeks: the weeks of the window and their places; posts of other weeks are left out.
        """
        self._posts = [
            one
            for one in sorted(posts, key=lambda one: (one.date, one.id), reverse=True)
            if week_of_text(one.date) in weeks
        ]
        self._week = [weeks[week_of_text(one.date) or ""] for one in self._posts]
        self._width = len(weeks)
        bodies = [bare(one.phrases.body) for one in self._posts]
        keys = np.concatenate(bodies) if bodies else np.zeros(0, dtype=np.int64)
        owners = (
            np.repeat(np.arange(len(bodies)), [len(one) for one in bodies]) if bodies else np.zeros(0, dtype=np.intp)
        )
        order = np.argsort(keys, kind="stable")
        self._keys, self._owners = keys[order], owners[order]
        self._naming: dict[int, list[int]] = defaultdict(list)
        for number, one in enumerate(self._posts):
            for paper in one.papers:
                self._naming[paper].append(number)

    def about(self, keys: Iterable[int], papers: AbstractSet[int]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return distinct people a week who use one of the phrases or name one of the papers, and their posts, the newest first."""
        chosen: set[int] = set()
        for key in keys:
            first, last = np.searchsorted(self._keys, key, "left"), np.searchsorted(self._keys, key, "right")
            chosen.update(map(int, self._owners[first:last]))
        for paper in papers & self._naming.keys():
            chosen.update(self._naming[paper])
        people: list[set[tuple[str, str]]] = [set() for _ in range(self._width)]
        for number in chosen:
            post = self._posts[number]
            people[self._week[number]].add((post.stratum, post.author or post.id))
        return tuple(len(one) for one in people), tuple(self._posts[number].id for number in sorted(chosen))

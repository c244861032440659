"""Who talks about a topic: distinct people a week on each network, never posts or likes; machines are counted apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from tracker.times import week_of_text
from tracker.topics import Document, bare
from tracker.trends.contingency import Floats
from tracker.trends.tally import Flags, Indexes, Table, joined, known


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said about one topic in the weeks of a window.

    Attributes:
        weekly: distinct people in each week, each once a week and network.
        bots: distinct machines in all weeks.
        networks: distinct people in all weeks on each network, most first.
        posts: ids of the posts, the newest first.
    """

    weekly: tuple[int, ...]
    bots: int
    networks: tuple[tuple[str, int], ...]
    posts: tuple[str, ...]


class Voices:
    """The posts of a window, by the phrases they hold and the papers they name."""

    def __init__(self, posts: Sequence[Document], weeks: Mapping[str, int]) -> None:
        """Index posts.

        Args:
            posts: in any order.
            weeks: the weeks of the window and their places; posts of other weeks are left out.
        """
        newest = sorted(posts, key=lambda one: (one.date, one.id), reverse=True)
        self._posts = [one for one in newest if week_of_text(one.date) in weeks]
        self._width = len(weeks)
        self._week = np.array([weeks[week_of_text(one.date) or ""] for one in self._posts], dtype=np.intp)
        accounts = [f"{one.stratum}\x1f{one.author or one.id}" for one in self._posts]
        people = {account: place for place, account in enumerate(dict.fromkeys(accounts))}
        self._person = np.array([people[account] for account in accounts], dtype=np.intp)
        self._networks = sorted({one.stratum for one in self._posts})
        self._network = np.array([self._networks.index(one.stratum) for one in self._posts], dtype=np.intp)
        self._is_bot = np.array([one.is_bot for one in self._posts], dtype=np.bool_)
        keys, owners = joined([one.phrases.held for one in self._posts])
        keys = bare(keys)
        order = np.argsort(keys, kind="stable")
        self._keys, self._owners = keys[order], owners[order]
        self._naming: dict[int, list[int]] = defaultdict(list)
        for number, one in enumerate(self._posts):
            for paper in one.papers:
                self._naming[paper].append(number)

    @property
    def weekly(self) -> tuple[int, ...]:
        """Return how many distinct people posted anything in each week."""
        return self._people(np.arange(len(self._posts)))

    def _people(self, posts: Indexes) -> tuple[int, ...]:
        humans = posts[~self._is_bot[posts]]
        voices = np.unique(self._week[humans] * (len(self._posts) + 1) + self._person[humans]) // (len(self._posts) + 1)
        return tuple(map(int, np.bincount(voices, minlength=self._width)))

    def about(self, keys: Iterable[int], papers: AbstractSet[int]) -> Talk:
        """Return who uses one of the phrases (given by key) or names one of the papers (given by row)."""
        chosen: set[int] = set()
        for key in keys:
            first, last = np.searchsorted(self._keys, key, "left"), np.searchsorted(self._keys, key, "right")
            chosen.update(map(int, self._owners[first:last]))
        for paper in papers & self._naming.keys():
            chosen.update(self._naming[paper])
        posts = np.array(sorted(chosen), dtype=np.intp)
        humans, bots = posts[~self._is_bot[posts]], posts[self._is_bot[posts]]
        accounts = {(int(self._person[post]), self._networks[self._network[post]]) for post in humans}
        counts = {network: sum(one == network for _, one in accounts) for network in {one for _, one in accounts}}
        return Talk(
            weekly=self._people(posts),
            bots=len(np.unique(self._person[bots])),
            networks=tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))),
            posts=tuple(self._posts[post].id for post in map(int, posts)),
        )

    def counts(self, table: Table, recent: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return people before and since week `recent`, as phrases × networks, and all people who post, by network.

        One account counts once a week. A post speaks for the phrases in it, and for those of the papers that it names.
        """
        kept, phrases = known(self._keys, table.keys)
        voted, voters = self._votes(table)
        phrases, posts = np.concatenate([phrases, voted]), np.concatenate([self._owners[kept], voters])
        everybody = np.arange(len(self._posts))
        sides = [self._week < recent, self._week >= recent]
        held = [self._matrix(phrases, posts, side, len(table.keys)) for side in sides]
        total = [self._matrix(np.zeros_like(everybody), everybody, side, 1)[0] for side in sides]
        return held[0], held[1], total[0], total[1]

    def _votes(self, table: Table) -> tuple[Indexes, Indexes]:
        """Return (phrase, post) for each phrase of a paper that a post names."""
        rows = {one.row: document for document, one in enumerate(table.source) if one.row in self._naming}
        is_named = np.zeros(len(table.source), dtype=np.bool_)
        is_named[list(rows.values())] = True
        named = is_named[table.documents]
        posts = {document: np.array(self._naming[row], dtype=np.intp) for row, document in rows.items()}
        voters = [posts[document] for document in map(int, table.documents[named])]
        voted = np.repeat(table.phrases[named], [len(one) for one in voters]).astype(np.intp)
        return voted, np.concatenate([np.zeros(0, dtype=np.intp), *voters])

    def _matrix(self, phrases: Indexes, posts: Indexes, side: Flags, height: int) -> Floats:
        chosen = side[posts] & ~self._is_bot[posts]
        phrases, posts = phrases[chosen], posts[chosen]
        width, people = max(len(self._networks), 1), len(self._posts) + 1
        voice = np.unique(
            ((phrases * width + self._network[posts]) * self._width + self._week[posts]) * people + self._person[posts]
        )
        flat = np.bincount(voice // (people * self._width), minlength=height * width)
        return flat.reshape(height, width).astype(np.float64)

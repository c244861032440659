"""Which papers hold which phrases: one sparse table a window, counted with numpy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.topics import ENDS, FLAGS, Document, Keys, bare

CHUNK = 4_000
Indexes = NDArray[np.intp]
Flags = NDArray[np.bool_]


def _joined(arrays: Sequence[Keys]) -> tuple[Keys, Indexes]:
    """Return arrays end to end, and for each element the array it came from."""
    if not arrays:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.intp)
    return np.concatenate(arrays), np.repeat(np.arange(len(arrays)), [len(one) for one in arrays])


@dataclass(frozen=True, slots=True)
class Table:
    """Phrases × documents, sparse and ordered by phrase.

    Only phrases that enough titles hold are in it: titles give the right to be a topic, abstracts give the counts.

    Attributes:
        keys: the phrases, ascending.
        starts: where the documents of each phrase begin in the three aligned arrays; one more than there are phrases.
        documents, in_title: per phrase and document: which one, and whether its title holds the phrase.
        title_starts: where the titles of each phrase begin in the four arrays that follow.
        titles, places: per phrase and title: the document, and the place among its surfaces.
        stands, title_stands: whether the phrase ends its run there, so that nothing it modifies follows.
        whole, title_whole: whether it is a whole run there.
    """

    source: Sequence[Document]
    keys: Keys
    starts: Indexes
    documents: Indexes
    in_title: Flags
    stands: Flags
    whole: Flags
    title_starts: Indexes
    titles: Indexes
    places: Indexes
    title_stands: Flags
    title_whole: Flags

    def holders(self, phrase: int) -> Indexes:
        """Return the documents that hold a phrase, ascending."""
        return self.documents[self.starts[phrase] : self.starts[phrase + 1]]

    def titled(self, phrase: int) -> Indexes:
        """Return the documents that hold a phrase in the title."""
        return self.titles[self.title_starts[phrase] : self.title_starts[phrase + 1]]

    def surfaces(self, phrase: int, limit: int = 2_000) -> Counter[str]:
        """Return how titles write a phrase."""
        span = slice(self.title_starts[phrase], min(self.title_starts[phrase + 1], self.title_starts[phrase] + limit))
        pairs = zip(self.titles[span].tolist(), self.places[span].tolist(), strict=True)
        return Counter(self.source[document].phrases.surfaces[place] for document, place in pairs)

    def standing(self, among: Flags, *, by_title: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return for each phrase in which share of some documents it ends its run, and in which it is a whole run."""
        starts, documents = (self.title_starts, self.titles) if by_title else (self.starts, self.documents)
        phrases, inside = np.repeat(np.arange(len(self.keys)), np.diff(starts)), among[documents]
        all_of = np.maximum(np.bincount(phrases[inside], minlength=len(self.keys)), 1)
        flags = (self.title_stands, self.title_whole) if by_title else (self.stands, self.whole)
        stands, whole = (np.bincount(phrases[inside & one], minlength=len(self.keys)) / all_of for one in flags)
        return stands, whole

    def count(self, chosen: Flags, groups: Indexes, width: int) -> NDArray[np.float64]:
        """Return phrases × groups: how many documents of each group hold the phrase, over the chosen elements."""
        phrases = np.repeat(np.arange(len(self.keys)), np.diff(self.starts))[chosen]
        flat = np.bincount(phrases * width + groups[self.documents[chosen]], minlength=len(self.keys) * width)
        return flat.reshape(len(self.keys), width).astype(np.float64)


def _starts(phrases: Indexes, count: int) -> Indexes:
    return np.concatenate([[0], np.cumsum(np.bincount(phrases, minlength=count))]).astype(np.intp)


def table(source: Sequence[Document], least_titles: int) -> Table:
    """Return the table of the phrases that at least `least_titles` titles hold.

    Args:
        source: the documents in an order that does not depend on how they came in.
        least_titles: fewer do not make a phrase.
    """
    titles, of_title = _joined([one.phrases.title for one in source])
    places = (
        np.concatenate([np.arange(len(one.phrases.title)) for one in source]) if source else np.zeros(0, dtype=np.intp)
    )
    keys, counts = np.unique(bare(titles), return_counts=True)
    keys = keys[counts >= least_titles]
    kept, phrase = known(bare(titles), keys)
    order = np.argsort(phrase, kind="stable")
    title_phrases, of_title, places, bits = (
        phrase[order],
        of_title[kept][order],
        places[kept][order],
        titles[kept][order],
    )
    phrases, documents, body_bits = _bodies(source, keys)
    width = max(len(source), 1)
    in_title = np.isin(phrases * width + documents, title_phrases * width + of_title, assume_unique=True)
    return Table(
        source,
        keys,
        _starts(phrases, len(keys)),
        documents,
        in_title,
        (body_bits & ENDS) > 0,
        body_bits == FLAGS,
        _starts(title_phrases, len(keys)),
        of_title,
        places,
        (bits & ENDS) > 0,
        (bits & FLAGS) == FLAGS,
    )


def _bodies(source: Sequence[Document], keys: Keys) -> tuple[Indexes, Indexes, NDArray[np.uint8]]:
    """Return (phrase, document, bits) of all elements whose phrase is among the keys, ordered by phrase.

    Most phrases of abstracts stand in no title. They are passed over some thousand documents at a time, so that twelve
    weeks of 25,000 papers need 60 MB less.
    """
    parts = []
    for start in range(0, len(source), CHUNK):
        bodies, of_body = _joined([one.phrases.body for one in source[start : start + CHUNK]])
        kept, phrase = known(bare(bodies), keys)
        parts.append((phrase.astype(np.int32), of_body[kept] + start, (bodies[kept] & FLAGS).astype(np.uint8)))
    if not parts:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.uint8)
    phrases, documents, bits = (np.concatenate(one) for one in zip(*parts, strict=True))
    order = np.argsort(phrases, kind="stable")
    return phrases[order].astype(np.intp), documents[order], bits[order]


def known(elements: Keys, keys: Keys) -> tuple[Indexes, Indexes]:
    """Return which elements are among the keys, and which key each of those is."""
    if not len(keys):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    found = np.minimum(np.searchsorted(keys, elements), len(keys) - 1)
    kept = np.flatnonzero(keys[found] == elements)
    return kept, found[kept]

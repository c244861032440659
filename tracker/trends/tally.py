"""Which papers hold which phrases: one sparse table a window, counted with numpy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.topics import ENDS, FLAGS, SEPARATOR, Document, Keys, bare, keys_of

CHUNK = 1_000
Indexes = NDArray[np.intp]
Flags = NDArray[np.bool_]
_BITS = 2
"""So many bits of a key say how a phrase stands."""
_ROOM, _MOST_BITS = 32, 22
"""Keys lie in a table with so many places for each, at most 4 million."""


@dataclass(frozen=True, slots=True)
class Table:
    """Phrases × documents, sparse and ordered by phrase.

    Only phrases that enough titles hold are in it: titles give the right to be a topic, abstracts give the counts.

    Attributes:
        keys: the phrases, ascending.
        starts: where the documents of each phrase begin in the arrays that follow; one more than there are phrases.
        phrases, documents, in_title: per phrase and document: which ones, and whether the title holds the phrase.
        stands: whether the phrase ends its run there, so that nothing it modifies follows.
        whole: whether it is a whole run there.
        title_starts, title_phrases, titles, title_stands, title_whole: the same of the titles.
        written: per phrase and title: how the title writes it.
    """

    source: Sequence[Document]
    keys: Keys
    starts: Indexes
    phrases: Indexes
    documents: Indexes
    in_title: Flags
    stands: Flags
    whole: Flags
    title_starts: Indexes
    title_phrases: Indexes
    titles: Indexes
    title_stands: Flags
    title_whole: Flags
    written: Sequence[str]

    def holders(self, phrase: int) -> Indexes:
        """Return the documents that hold a phrase, ascending."""
        return self.documents[self.starts[phrase] : self.starts[phrase + 1]]

    def titled(self, phrase: int) -> Indexes:
        """Return the documents that hold a phrase in the title."""
        return self.titles[self.title_starts[phrase] : self.title_starts[phrase + 1]]

    def surfaces(self, phrase: int, limit: int = 2_000) -> Counter[str]:
        """Return how titles write a phrase."""
        first, last = int(self.title_starts[phrase]), int(self.title_starts[phrase + 1])
        return Counter(self.written[first : min(last, first + limit)])

    def standing(self, among: Flags, *, by_title: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return for each phrase in which share of some documents it ends its run, and in which it is a whole run."""
        starts, documents = (self.title_starts, self.titles) if by_title else (self.starts, self.documents)
        inside = among[documents]
        all_of = np.maximum(_sums(inside, starts), 1)
        flags = (self.title_stands, self.title_whole) if by_title else (self.stands, self.whole)
        stands, whole = (_sums(inside & one, starts) / all_of for one in flags)
        return stands, whole

    def count(self, chosen: Flags, groups: Indexes, width: int) -> NDArray[np.float64]:
        """Return phrases × groups: how many documents of each group hold the phrase, over the chosen elements."""
        if width == 1:
            return _sums(chosen, self.starts)[:, None].astype(np.float64)
        elements = np.flatnonzero(chosen)
        places = self.phrases[elements] * width + groups[self.documents[elements]]
        return np.bincount(places, minlength=len(self.keys) * width).reshape(len(self.keys), width).astype(np.float64)


def _sums(chosen: Flags, starts: Indexes) -> Indexes:
    """Return how many elements of each phrase are chosen: a running sum, quicker than counting phrase by phrase."""
    return np.diff(np.concatenate([[0], np.cumsum(chosen)])[starts])


def _starts(phrases: Indexes, count: int) -> Indexes:
    return np.concatenate([[0], np.cumsum(np.bincount(phrases, minlength=count))]).astype(np.intp)


def table(source: Sequence[Document], least_titles: int) -> Table:
    """Return the table of the phrases that at least `least_titles` titles hold.

    Args:
        source: the documents in an order that does not depend on how they came in.
        least_titles: fewer do not make a phrase.
    """
    titles, of_title = joined([one.phrases.titled for one in source])
    keys, counts = np.unique(bare(titles), return_counts=True)
    keys = keys[counts >= least_titles]
    kept, phrase = known(bare(titles), keys)
    order = np.argsort(phrase, kind="stable")
    written, title_phrases = _written(source, kept), phrase[order]
    of_title, bits = of_title[kept][order], titles[kept][order] & FLAGS
    phrases, documents, body_bits = _bodies(source, keys)
    in_title = np.zeros(len(phrases), dtype=np.bool_)
    in_title[np.searchsorted(phrases * len(source) + documents, title_phrases * len(source) + of_title)] = True
    return Table(
        source,
        keys,
        _starts(phrases, len(keys)),
        phrases,
        documents,
        in_title,
        (body_bits & ENDS) > 0,
        body_bits == FLAGS,
        _starts(title_phrases, len(keys)),
        title_phrases,
        of_title,
        (bits & ENDS) > 0,
        bits == FLAGS,
        [written[place] for place in order.tolist()],
    )


def joined(blobs: Sequence[bytes]) -> tuple[Keys, Indexes]:
    """Return the keys of blobs end to end, and for each the blob that it came from."""
    owners = np.repeat(np.arange(len(blobs)), np.array([len(one) for one in blobs], dtype=np.intp) // 8)
    return keys_of(b"".join(blobs)), owners


def _written(source: Sequence[Document], kept: Indexes) -> list[str]:
    """Return how titles write their phrases at some places of all titles end to end, given in ascending order."""
    found: list[str] = []
    first = 0
    for start in range(0, len(source), CHUNK):
        chunk = [one.phrases for one in source[start : start + CHUNK]]
        surfaces = SEPARATOR.join([one.written for one in chunk if one.written]).split(SEPARATOR)
        last = first + sum(len(one.titled) for one in chunk) // 8
        inside = kept[slice(*np.searchsorted(kept, [first, last]))] - first
        found.extend([surfaces[place] for place in inside.tolist()])
        first = last
    return found


def _bodies(source: Sequence[Document], keys: Keys) -> tuple[Indexes, Indexes, NDArray[np.uint8]]:
    """Return (phrase, document, bits) of all elements whose phrase is among the keys, ordered by phrase and document.

    Most phrases of abstracts stand in no title. They are passed over some thousand documents at a time, so that twelve
    weeks of 25,000 papers need 60 MB less. The three are sorted as one number, which is quicker than sorting places.
    """
    parts = [np.zeros(0, dtype=np.int64)]
    width = len(source).bit_length()
    for start in range(0, len(source), CHUNK):
        bodies, of_body = joined([one.phrases.held for one in source[start : start + CHUNK]])
        kept, phrase = known(bare(bodies), keys)
        parts.append((((phrase << width) | (of_body[kept] + start)) << _BITS) | (bodies[kept] & FLAGS))
    elements = np.concatenate(parts)
    elements.sort()
    documents = (elements >> _BITS) & ((1 << width) - 1)
    return (
        (elements >> (width + _BITS)).astype(np.intp),
        documents.astype(np.intp, copy=False),
        (elements & FLAGS).astype(np.uint8),
    )


def known(elements: Keys, keys: Keys) -> tuple[Indexes, Indexes]:
    """Return which elements are among the keys (ascending), and which key each of those is.

    A few bits of an element say which key it can be; only where keys share these bits it is searched for.
    """
    if not len(keys):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    mask = (1 << min((len(keys) * _ROOM).bit_length(), _MOST_BITS)) - 1
    places = (keys >> _BITS) & mask
    candidates, shared = np.zeros(mask + 1, dtype=np.int32), len(keys)
    candidates[places] = np.arange(len(keys))
    candidates[places[candidates[places] != np.arange(len(keys))]] = shared
    found = candidates[(elements >> _BITS) & mask]
    searched = np.flatnonzero(found == shared)
    found[searched] = np.minimum(np.searchsorted(keys, elements[searched]), len(keys) - 1)
    kept = np.flatnonzero(keys[found] == elements)
    return kept, found[kept].astype(np.intp)

"""Which papers hold which phrases: one sparse table a window, counted with numpy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.topics import ENDS, STARTS, Document, Keys, bare

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
        documents, in_title, ends: per phrase and document: which one, whether its title holds the phrase, whether
            the phrase ends its run there.
        titles, title_starts: per phrase and title: the document and the place among its surfaces.
    """

    source: Sequence[Document]
    keys: Keys
    starts: Indexes
    documents: Indexes
    in_title: Flags
    ends: Flags
    begins: Flags
    title_starts: Indexes
    titles: Indexes
    places: Indexes

    def holders(self, phrase: int) -> Indexes:
        """Return the documents that hold a phrase, ascending."""
        return self.documents[self.starts[phrase] : self.starts[phrase + 1]]

    def titled(self, phrase: int) -> Indexes:
        """Return the documents that hold a phrase in the title."""
        return self.titles[self.title_starts[phrase] : self.title_starts[phrase + 1]]

    def surfaces(self, phrase: int, limit: int = 2_000) -> Counter[str]:
        """Return how titles write a phrase."""
        span = slice(self.title_starts[phrase], min(self.title_starts[phrase + 1], self.title_starts[phrase] + limit))
        pairs = zip(self.titles[span], self.places[span], strict=True)
        return Counter(self.source[document].phrases.surfaces[place] for document, place in pairs)

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
    titles = bare(titles)
    places = (
        np.concatenate([np.arange(len(one.phrases.title)) for one in source]) if source else np.zeros(0, dtype=np.intp)
    )
    keys, counts = np.unique(titles, return_counts=True)
    keys = keys[counts >= least_titles]
    kept, phrase = _known(titles, keys)
    order = np.argsort(phrase, kind="stable")
    title_phrases, of_title, places = phrase[order], of_title[kept][order], places[kept][order]
    bodies, of_body = _joined([one.phrases.body for one in source])
    kept, phrase = _known(bare(bodies), keys)
    order = np.argsort(phrase, kind="stable")
    phrases, documents, bits = phrase[order], of_body[kept][order], bodies[kept][order]
    width = max(len(source), 1)
    in_title = np.isin(phrases * width + documents, title_phrases * width + of_title, assume_unique=True)
    return Table(
        source,
        keys,
        _starts(phrases, len(keys)),
        documents,
        in_title,
        (bits & ENDS) > 0,
        (bits & STARTS) > 0,
        _starts(title_phrases, len(keys)),
        of_title,
        places,
    )


def _known(elements: Keys, keys: Keys) -> tuple[Indexes, Indexes]:
    """Return which elements are among the keys, and which key each of those is."""
    if not len(keys):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    found = np.minimum(np.searchsorted(keys, elements), len(keys) - 1)
    kept = np.flatnonzero(keys[found] == elements)
    return kept, found[kept]

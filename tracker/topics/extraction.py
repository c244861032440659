"""Phrases taken from texts: a batch of texts is one line of numbers, and all runs in it are hashed by a few numpy calls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tracker.topics.documents import ENDS, FLAGS, SEPARATOR, STARTS, Phrases
from tracker.topics.folding import Units, tokens

TITLE_UNITS = 4
TEXT_UNITS = 3
BATCH = 1_000
"""So many texts at once: enough that a call of numpy costs nothing, few enough that all stays in the processor's cache."""
_MIX = np.uint64(0xD6E8FEB86659FD93)
_BARE = np.uint64(0xFFFFFFFFFFFFFFFF ^ FLAGS)
_UNITS = Units()
Hashes = NDArray[np.uint64]
Indexes = NDArray[np.intp]


def extract(title: str, text: str) -> Phrases:
    """Return the phrases of a title and of the title with its abstract.

    Args:
        title: one line; of a post without a title, empty.
        text: the abstract or the words of a post.
    """
    return extract_all([(title, text)])[0]


def extract_all(texts: Sequence[tuple[str, str]]) -> list[Phrases]:
    """Return the phrases of each pair of title and text; many at once cost half of what they cost one by one."""
    return [phrases for start in range(0, len(texts), BATCH) for phrases in _batch(texts[start : start + BATCH])]


def phrase_key(phrase: str) -> int:
    """Return the key of a phrase without its bits, as it stands in `Phrases` of texts that hold it; 0 when it has no unit."""
    line = _Line([tokens(phrase)])
    longest = [keys for keys, _ in line.runs(len(line.tokens))]
    return int(longest[-1].view(np.int64)[0]) & ~FLAGS if longest else 0


class _Line:
    """Texts one after the other, with an end of runs around each."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self.tokens = [""]
        for text in texts:
            self.tokens += text
            self.tokens.append("")
        self.owners = np.repeat(np.arange(len(texts) + 1), [*(len(text) + 1 for text in texts), 1])
        """Which text each place belongs to."""

    def runs(self, longest: int) -> Iterator[tuple[Hashes, Indexes]]:
        """Yield for each length the keys of all runs, with their bits, and where each starts."""
        numbers = _UNITS.numbers(self.tokens)
        hashes, factors, ends = _UNITS.hashes[numbers], _UNITS.factors[numbers], numbers == 0
        run, free = hashes, ~ends
        for length in range(1, longest + 1):
            if length > 1:
                run = run[:-1] * factors[length - 1 :] + hashes[length - 1 :]
                free = free[:-1] & ~ends[length - 1 :]
            starts = np.flatnonzero(free)
            if not len(starts):
                return
            bits = ends[starts + length] * np.uint64(ENDS) + ends[starts - 1] * np.uint64(STARTS)
            yield _mixed(run[starts]) | bits, starts


def _mixed(hashes: Hashes) -> Hashes:
    spread = hashes * _MIX
    return (spread ^ (spread >> np.uint64(32))) & _BARE


def _batch(texts: Sequence[tuple[str, str]]) -> list[Phrases]:
    titles = _titles([tokens(title) for title, _ in texts])
    held = _bodies([tokens(text) for _, text in texts], titles)
    written = titles.written
    return [
        Phrases(titled, body, SEPARATOR.join(written[first:last]))
        for titled, body, (first, last) in zip(
            _cut(titles.keys, titles.bounds), held, pairwise(titles.bounds.tolist()), strict=True
        )
    ]


def _cut(keys: Hashes, bounds: Indexes) -> list[bytes]:
    """Return the keys of each text as bytes."""
    blob = keys.astype("<u8", copy=False).tobytes()
    return [blob[first:last] for first, last in pairwise((bounds * 8).tolist())]


@dataclass(frozen=True, slots=True)
class _Titles:
    """The distinct phrases of titles in reading order; those of each begin at its bound."""

    keys: Hashes
    owners: Indexes
    bounds: Indexes
    written: list[str]


def _titles(texts: Sequence[Sequence[str]]) -> _Titles:
    """Return the phrases of titles: of one that stands there twice, or in two forms, the first of the shortest ones is shown."""
    line = _Line(texts)
    runs = [
        (keys, starts, np.full(len(starts), length)) for length, (keys, starts) in enumerate(line.runs(TITLE_UNITS), 1)
    ]
    if not runs:
        nothing = np.zeros(0, dtype=np.intp)
        return _Titles(nothing.view(np.uint64), nothing, np.zeros(len(texts) + 1, dtype=np.intp), [])
    keys, starts, lengths = (np.concatenate(one) for one in zip(*runs, strict=True))
    owners = line.owners[starts]
    order = np.lexsort((keys & _BARE, owners))
    heads = _heads(keys[order], owners[order])
    distinct, firsts = np.bitwise_or.reduceat(keys[order], heads), order[heads]
    reading = np.lexsort((lengths[firsts], starts[firsts]))
    distinct, firsts = distinct[reading], firsts[reading]
    spans = zip(starts[firsts].tolist(), (starts + lengths)[firsts].tolist(), strict=True)
    written = [" ".join(line.tokens[first:last]) for first, last in spans]
    return _Titles(distinct, owners[firsts], _bounds(owners[firsts], len(texts)), written)


def _bodies(texts: Sequence[Sequence[str]], titles: _Titles) -> list[bytes]:
    """Return the distinct phrases of each text and its title."""
    line = _Line(texts)
    runs = [(keys, line.owners[starts]) for keys, starts in line.runs(TEXT_UNITS)]
    keys, owners = (np.concatenate(one) for one in zip((titles.keys, titles.owners), *runs, strict=True))
    order = np.argsort(owners.astype(np.uint16), kind="stable")
    keys, owners = keys[order], owners[order]
    for first, last in pairwise(_bounds(owners, len(texts)).tolist()):
        keys[first:last].sort()
    heads = _heads(keys, owners)
    distinct = np.bitwise_or.reduceat(keys, heads) if len(keys) else keys
    return _cut(distinct, _bounds(owners[heads], len(texts)))


def _heads(keys: Hashes, owners: Indexes) -> Indexes:
    """Return where another phrase begins, or that of another text, among keys that are ordered."""
    if not len(keys):
        return np.zeros(0, dtype=np.intp)
    letters = keys & _BARE
    return np.flatnonzero(np.concatenate([[True], (letters[1:] != letters[:-1]) | (owners[1:] != owners[:-1])]))


def _bounds(owners: Indexes, count: int) -> Indexes:
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))])

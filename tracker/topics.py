"""The phrases of a title and its abstract: what a topic is made of.

A phrase is a run of one to four units (three in abstracts) between punctuation and stop words; a hyphenated compound is
one unit. Phrases compare by key: a 62-bit hash of their letters after plural, hyphen, accent, spelling and acronym are
folded, so `GANs`, `Generative Adversarial Network` and `generative-adversarial networks` have one key. The hash is the
polynomial one of Rabin and Karp, under which the key of a run follows from the keys of its units by numpy alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tracker.latex import readable
from tracker.text import fold
from tracker.words import ACRONYMS, NOUNS_IN_LY, STOP_WORDS

Keys = NDArray[np.int64]

TITLE_UNITS = 4
TEXT_UNITS = 3
ENDS = 1
"""Bit of a key: the phrase ends its run at least once in this text; one that seldom does is a modifier."""
STARTS = 2
FLAGS = ENDS | STARTS
SEPARATOR = "\x1f"
_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xD6E8FEB86659FD93)
_WORD = 0xFFFFFFFFFFFFFFFF
_LOOKS_PLURAL = frozenset({"lens", "means", "news", "series", "species"})
_CACHE_LIMIT = 200_000
_TOKEN = re.compile(r"[^\W_]+(?:(?:[-'\u2010\u2011\u2013\u2019]|\.(?=\d))[^\W_]+)*(?:(?<=s)['\u2019](?=\s))?|[^\w\s]|_")
_HYPHENS = re.compile("[-'.\u2010\u2011\u2013\u2019]")
_SUFFIXED = re.compile(r"^([A-Z]{2,5}s?)-(?:based|driven|powered|enabled|enhanced|assisted|centric)$")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one item.

    Attributes:
        title: keys of the distinct phrases of the title, in reading order, with the bits `ENDS` and `STARTS`.
        body: keys of the distinct phrases of title and abstract, sorted, with the same bits.
        surfaces: the phrases of the title as written, aligned with `title`.
    """

    title: Keys
    body: Keys
    surfaces: tuple[str, ...]


def singular(word: str) -> str:
    """Return an English word without its plural ending; words that only look plural stay."""
    if word in _LOOKS_PLURAL:
        return word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ias", "ics")):
        return word[:-1]
    return word


def _spelling(word: str) -> str:
    for british, american in (
        ("isation", "ization"),
        ("modelling", "modeling"),
        ("labelling", "labeling"),
        ("labelled", "labeled"),
        ("behaviour", "behavior"),
    ):
        if british in word:
            return word.replace(british, american)
    return word


@lru_cache(maxsize=30_000)
def unit_key(token: str) -> str:
    """Return the letters by which a unit compares, or an empty text for what ends a run (stop words, numbers, signs)."""
    if suffixed := _SUFFIXED.match(token):
        token = suffixed[1]
    word = fold(token).replace("\u2019", "'").removesuffix("'s").strip("'")
    if (
        not any(c.isalpha() for c in word)
        or word in STOP_WORDS
        or len(word) > 60
        or (len(word) > 5 and word.endswith("ly") and word not in NOUNS_IN_LY)
    ):
        return ""
    word = singular(word)
    if word in STOP_WORDS or len(word) < 2:
        return ""
    if word in ACRONYMS and not token.islower():
        return ACRONYMS[word].replace(" ", "")
    *first, last = _HYPHENS.split(word)
    return _spelling("".join([*first, ACRONYMS.get(last, last) if first else last]).replace(" ", ""))


def key_of(letters: str) -> tuple[int, int]:
    """Return the polynomial hash of letters and the factor by which it moves what stands before it."""
    value, factor = 0, 1
    for code in letters.encode("utf-8", "surrogatepass"):
        value = (value * _BASE + code + 1) & _WORD
        factor = (factor * _BASE) & _WORD
    return value, factor


class _Units(dict[str, int]):
    """Numbers tokens on first sight and keeps their hashes; token 0 ends a run."""

    def __init__(self) -> None:
        super().__init__()
        self.clear()

    def clear(self) -> None:
        super().clear()
        self.hashes = np.zeros(4096, dtype=np.uint64)
        self.factors = np.ones(4096, dtype=np.uint64)
        self.used = 1

    def __missing__(self, token: str) -> int:
        letters = unit_key(token)
        number = 0
        if letters:
            number, self.used = self.used, self.used + 1
            if number >= len(self.hashes):
                self.hashes = np.concatenate([self.hashes, np.zeros_like(self.hashes)])
                self.factors = np.concatenate([self.factors, np.ones_like(self.factors)])
            self.hashes[number], self.factors[number] = key_of(letters)
        self[token] = number
        return number


_UNITS = _Units()


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    spread = hashes * _MIX
    return (spread ^ (spread >> np.uint64(32))) & np.uint64(_WORD ^ FLAGS)


def _runs(tokens: list[str], longest: int) -> list[tuple[NDArray[np.uint64], NDArray[np.intp]]]:
    """Return for each length the keys with their bits and where each starts among the tokens."""
    if len(_UNITS) > _CACHE_LIMIT:
        _UNITS.clear()
    numbers = np.array([0, *map(_UNITS.__getitem__, tokens), 0], dtype=np.intp)
    hashes, factors = _UNITS.hashes[numbers], _UNITS.factors[numbers]
    breaks = numbers == 0
    found = []
    run, free = hashes[1:-1], ~breaks[1:-1]
    for length in range(1, longest + 1):
        if length > 1:
            run = run[:-1] * factors[length:-1] + hashes[length:-1]
            free = free[:-1] & ~breaks[length:-1]
        starts = np.flatnonzero(free)
        if not len(starts):
            break
        bits = breaks[starts + length + 1] * np.uint64(ENDS) + breaks[starts] * np.uint64(STARTS)
        found.append((_mixed(run[starts]) | bits, starts))
    return found


def _distinct(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """Return distinct keys in ascending order with their bits joined, and where each was first seen."""
    if not len(keys):
        return keys, np.zeros(0, dtype=np.intp)
    bare = keys & np.uint64(_WORD ^ FLAGS)
    order = np.argsort(bare, kind="stable")
    bare = bare[order]
    heads = np.flatnonzero(np.concatenate([[True], bare[1:] != bare[:-1]]))
    return np.bitwise_or.reduceat(keys[order], heads), order[heads]


def _title(tokens: list[str]) -> tuple[NDArray[np.uint64], tuple[str, ...]]:
    runs = _runs(tokens, TITLE_UNITS)
    if not runs:
        return np.zeros(0, dtype=np.uint64), ()
    keys = np.concatenate([keys for keys, _ in runs])
    spans = [(int(start), length) for length, (_, starts) in enumerate(runs, 1) for start in starts]
    distinct, firsts = _distinct(keys)
    reading = sorted(range(len(firsts)), key=lambda i: spans[firsts[i]])
    surfaces = tuple(" ".join(tokens[spans[firsts[i]][0] : sum(spans[firsts[i]])]) for i in reading)
    return distinct[reading], surfaces


def extract(title: str, text: str) -> Phrases:
    """Return the phrases of a title and of the title with its abstract.

    Args:
        title: one line; of a post without a title, empty.
        text: the abstract or the words of a post.
    """
    keys, surfaces = _title(_TOKEN.findall(readable(title)))
    runs = _runs(_TOKEN.findall(readable(text)), TEXT_UNITS) if text else []
    body, _ = _distinct(np.concatenate([keys, *(run for run, _ in runs)]))
    return Phrases(keys.view(np.int64), body.view(np.int64), surfaces)


def units(phrase: str) -> tuple[str, ...]:
    """Return the folded units of a phrase."""
    return tuple(letters for letters in map(unit_key, _TOKEN.findall(phrase)) if letters)


def phrase_key(phrase: str) -> int:
    """Return the key of a phrase without its bits, as it stands in `Phrases` of texts that hold it; 0 when it has no unit."""
    tokens = _TOKEN.findall(readable(phrase))
    runs = _runs(tokens, len(tokens))
    return int(runs[-1][0].view(np.int64)[0]) & ~FLAGS if runs else 0


def bare(keys: Keys) -> Keys:
    """Return keys without their bits, so that they compare."""
    return keys & np.int64(~FLAGS)


def pack(phrases: Phrases) -> tuple[bytes, bytes, str]:
    """Return phrases as two blobs (64-bit little endian) and one text, for a row of a table."""
    return phrases.title.astype("<i8").tobytes(), phrases.body.astype("<i8").tobytes(), SEPARATOR.join(phrases.surfaces)


def unpack(title: bytes, body: bytes, surfaces: str) -> Phrases:
    """Return what `pack` was given."""
    return Phrases(unpack_keys(title), unpack_keys(body), tuple(surfaces.split(SEPARATOR)) if surfaces else ())


def unpack_keys(blob: bytes) -> Keys:
    """Return the keys of one blob without copying it."""
    return np.frombuffer(blob, dtype="<i8").astype(np.int64, copy=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An item of a window as trends see it.

    Attributes:
        stratum: what must not be compared across: source and primary category of a paper, network of a post.
        date: ISO text; a week needs a day, an edition only a year.
        author: of posts, the voice that is counted; of papers, a JSON list of all who wrote it.
        papers: rows of the papers that a post names.
        is_bot: of posts, whether a machine wrote it.
    """

    row: int
    id: str
    stratum: str
    date: str
    phrases: Phrases
    author: str = ""
    papers: Sequence[int] = ()
    is_bot: bool = False

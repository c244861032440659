"""The units that phrases are made of: the words of a text as they compare, each with its hash.

A unit is a word without its plural, accents and British spelling, an acronym written out, or a hyphenated compound. Hashes are the
polynomial ones of Rabin and Karp, under which the key of a run of units follows from theirs by numpy alone.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import mul

import numpy as np
from numpy.typing import NDArray

from tracker.latex import readable
from tracker.text import fold
from tracker.words import ACRONYMS, NOUNS_IN_LY, STOP_WORDS

_BASE = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF
_POWERS = [1]
_LOOKS_PLURAL = frozenset({"lens", "means", "news", "series", "species"})
_CACHE_LIMIT = 200_000
_VERSION = r"[A-Z][^\W_]*(?:-[^\W_]+)* \d{1,2}(?:\.\d{1,2})?(?![\w%]|[.,/-]\w)"
"""A name and its version are one unit, as in `Opus 4.6`; without it the number would end the run."""
_HANDLE = r"(?<!\w)@\w+"
"""Who is addressed is no topic."""
_TOKEN = re.compile(
    _HANDLE
    + "|"
    + _VERSION
    + r"|[^\W_]+(?:(?:[-'\u2010\u2011\u2013\u2019]|\.(?=\d))[^\W_]+)*(?:(?<=s)['\u2019](?=\s))?|[^\w\s]|_"
)
_HYPHENS = re.compile("[-'.\u2010\u2011\u2013\u2019]")
_SUFFIXED = re.compile(r"^([A-Z]{2,5}s?)-(?:based|driven|powered|enabled|enhanced|assisted|centric)$")


def tokens(text: str) -> list[str]:
    """Return the words and signs of a text, its LaTeX made readable."""
    return _TOKEN.findall(readable(text))


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
    if "-" in token and (suffixed := _SUFFIXED.match(token)):
        token = suffixed[1]
    word = fold(token).replace("\u2019", "'").removesuffix("'s").strip("'")
    if (
        token.startswith("@")
        or not (word.isalpha() or any(c.isalpha() for c in word))
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
    if word.isalnum():  # most words: nothing to split
        return _spelling(word)
    *first, last = _HYPHENS.split(word)
    return _spelling("".join([*first, ACRONYMS.get(last, last) if first else last]).replace(" ", ""))


def units(phrase: str) -> tuple[str, ...]:
    """Return the folded units of a phrase."""
    return tuple(letters for letters in map(unit_key, _TOKEN.findall(phrase)) if letters)


def key_of(letters: str) -> tuple[int, int]:
    """Return the polynomial hash of letters and the factor by which it moves what stands before it."""
    codes = letters.encode("utf-8", "surrogatepass")
    while len(_POWERS) <= len(codes):
        _POWERS.append(_POWERS[-1] * _BASE & _WORD)
    powers = _POWERS[: len(codes)]
    return (sum(map(mul, reversed(codes), powers)) + sum(powers)) & _WORD, _POWERS[len(codes)]


class Units(dict[str, int]):
    """Numbers tokens on first sight and keeps their hashes; number 0 ends a run."""

    def __init__(self) -> None:
        super().__init__()
        self.clear()

    def clear(self) -> None:
        """Forget all numbers."""
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

    def numbers(self, sequence: Sequence[str]) -> NDArray[np.intp]:
        """Return the numbers of tokens; those given out before may change their meaning."""
        if len(self) > _CACHE_LIMIT:
            self.clear()
        return np.fromiter(map(self.__getitem__, sequence), dtype=np.intp, count=len(sequence))

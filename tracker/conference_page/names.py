"""When two names are one person: whole names only, and not where chance alone would make a namesake. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.text import fold, title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Key = tuple[str, ...]
LIKELY = 0.1
"""From so many expected namesakes on a name alone tells no person."""
FIELD = 25_000
"""Among so many authors they are expected, those of a large conference: a name is no rarer because an edition is small."""
LEAST_LETTERS = 8
"""What is spelt like a name must be so long: `yangli` is a handle of many."""
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd"})
_APART = re.compile(r"[^\w]+|_+")


@lru_cache(maxsize=50_000)
def key_of(name: str) -> Key:
    """Return what the spellings of a name have in common: its words without accents, initials and titles.

    A name that has fewer than two whole words tells no person and has no key.
    """
    family, comma, given = name.partition(",")
    text = f"{given} {family}" if comma and given.strip() and "," not in given else name
    words = _APART.split(fold(text.replace("-", "").replace("'", "").replace("\u2019", "")))
    whole = tuple(word for word in words if len(word) > 1 and word not in _SUFFIXES and not word.isdigit())
    return whole if len(whole) > 1 else ()


class People:
    """The authors of some papers, by their names.

    Args:
        papers: (number, authors) of each paper.
        others: authors of other papers, which tell too how common names are.
    """

    def __init__(self, papers: Iterable[tuple[int, Sequence[str]]], others: Iterable[Sequence[str]] = ()) -> None:
        self.papers_of: dict[Key, list[int]] = defaultdict(list)
        self.authors_of: dict[int, frozenset[Key]] = {}
        self.name_of: dict[Key, str] = {}
        for number, authors in papers:
            keys = {key_of(author): author for author in authors}
            keys.pop((), None)
            self.authors_of[number] = frozenset(keys)
            for key, author in keys.items():
                self.papers_of[key].append(number)
                self.name_of.setdefault(key, author)
        known = {*self.papers_of, *(key for authors in others for author in authors if (key := key_of(author)))}
        self._number = len(known)
        self._given, self._family = Counter(key[0] for key in known), Counter(key[-1] for key in known)
        self._spelt: dict[str, list[Key]] = defaultdict(list)
        for key in self.papers_of:
            self._spelt["".join(key)].append(key)

    def namesakes(self, key: Key) -> float:
        """Return how many others of a field chance would give this name, if given and family names were drawn apart from each other."""
        others = (self._given[key[0]] - 1) * (self._family[key[-1]] - 1)
        return FIELD * max(others, 0) / max(self._number, 1) ** 2

    def is_certain(self, key: Key) -> bool:
        """Return whether a name is rare enough to tell a person."""
        return key in self.papers_of and self.namesakes(key) < LIKELY

    def spelt(self, handle: str) -> Key:
        """Return the one name whose letters are those of a handle or a host, when it tells a person; else nothing."""
        letters = title_key(handle)
        found = self._spelt.get(letters, []) if len(letters) >= LEAST_LETTERS else []
        return found[0] if len(found) == 1 and self.is_certain(found[0]) else ()

    def together(self, key: Key, others: frozenset[Key]) -> list[int]:
        """Return the papers by a name that one of some others has signed too: the same circle, hence the same person."""
        return [number for number in self.papers_of.get(key, ()) if (self.authors_of[number] & others) - {key}]

"""What a phrase is called: fragments give way, modifiers and bare heads borrow the name of their commonest extension."""

import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from tracker.topics import singular, unit_key, units
from tracker.trends.background import background
from tracker.trends.tally import Flags, Table
from tracker.words import WEAK_WORDS

FRAGMENT = 0.7
"""A phrase of which this share of papers holds one longer phrase gives way to that one."""
MODIFIER = 0.4
"""A phrase that ends its run in a smaller share of papers is a modifier."""
HEAD = 0.1
"""A single word that is a whole run in a smaller share of papers is the head of other names (`matching`, `regression`)."""
EXTENSION = 0.2
"""What lends its name must stand in this share of the papers."""
COMPANY_PAPERS = 3
_ENDING = re.compile(r"(?<=s)['\u2019]$|['\u2019]s$|-[a-z]+$")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Extension:
    """A longer phrase of the table that holds a shorter one."""

    phrase: int
    leads: bool
    """Has words before the shorter one."""
    trails: bool
    """Has words after it."""


def is_weak(surface: str) -> bool:
    """Return whether a phrase is made of words alone that name nothing by themselves."""
    return (
        all(word in WEAK_WORDS or singular(word) in WEAK_WORDS for word in _WORDS.findall(surface.lower()))
        or unit_key(surface) in WEAK_WORDS
    )


def _is_coined(words: str) -> bool:
    """Return whether a word has capitals inside or digits, as an acronym does."""
    return any(not word[1:].islower() for word in words.split() if len(word) > 1 and "-" not in word)


def label_of(surfaces: dict[str, int]) -> str:
    """Return the surface form used most, with a capital when authors never write one; ties go to the first in the alphabet."""
    best = min(surfaces, key=lambda surface: (-surfaces[surface], surface))
    if best.islower() and "-" not in best[:2]:
        titled = [surface for surface in surfaces if surface.lower() == best and not surface.islower()]
        return min(titled, key=lambda surface: (-surfaces[surface], surface)) if titled else best[0].upper() + best[1:]
    return best


class Lexicon:
    """What the phrases of a table look like, whatever the window."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.labels = [label_of(table.surfaces(phrase)) for phrase in range(len(table.keys))]
        self.units = [units(label) for label in self.labels]
        self.weak = np.array([is_weak(label) for label in self.labels], dtype=np.bool_)
        self.letters = ["".join(one) for one in self.units]
        self.extensions = self._find_extensions()
        self._plain: Flags = np.array([self.is_plain_word(phrase) for phrase in range(len(table.keys))], dtype=np.bool_)
        self._everyday: dict[float, Flags] = {}

    def _find_extensions(self) -> dict[int, list[Extension]]:
        known = {letters: phrase for phrase, letters in enumerate(self.letters)}
        found: dict[int, list[Extension]] = defaultdict(list)
        for phrase, parts in enumerate(self.units):
            for start in range(len(parts)):
                for end in range(start + 1, len(parts) + (start > 0)):
                    shorter = known.get("".join(parts[start:end]))
                    if shorter is not None and shorter != phrase:
                        found[shorter].append(Extension(phrase, start > 0, end < len(parts)))
        return found

    def everyday(self, naming_share: float) -> Flags:
        """Return which phrases are single words that say little alone (`collapse`), unlike a coined name or the word of a field."""
        if naming_share not in self._everyday:
            self._everyday[naming_share] = background().everyday(self.table.keys, naming_share) & self._plain
        return self._everyday[naming_share]

    def is_plain_word(self, phrase: int) -> bool:
        """Return whether a phrase is one word without a hyphen, a digit or a capital inside."""
        return self.labels[phrase][1:].islower() and self.labels[phrase].isalpha()

    def surfaces(self, phrase: int, limit: int = 3) -> list[str]:
        """Return the ways to write a phrase, the commonest first, each once in whatever case."""
        found = self.table.surfaces(phrase)
        ordered = [self._bare(one, phrase) for one in sorted(found, key=lambda surface: (-found[surface], surface))]
        return list({surface.lower(): surface for surface in reversed(ordered)}.values())[::-1][:limit]

    def _bare(self, surface: str, phrase: int) -> str:
        """Return a surface without an ending that the phrase does not need, as `LLM-based` and `LLM's`."""
        short = _ENDING.sub("", surface)
        return short if units(short) == self.units[phrase] else surface


class Names:
    """The names of the phrases of a table, judged by how the papers of one window use them."""

    def __init__(self, lexicon: Lexicon, window: Flags, *, by_title: bool) -> None:
        """Count how phrases stand in their runs.

        Args:
            lexicon: the phrases.
            window: which documents of the table are in the tested window.
            by_title: judge by titles, where names stand cleanest; needs more of them than a week has.
        """
        self.lexicon, table = lexicon, lexicon.table
        groups = np.zeros(len(table.source), dtype=np.intp)
        inside = window[table.documents]
        self.papers = table.count(inside, groups, 1)[:, 0]
        self.ends, self.whole = table.standing(window, by_title=by_title)
        self._names: dict[int, int | None] = {}

    def longer(self, phrase: int) -> int | None:
        """Return the phrase that a fragment gives way to, if it is one."""
        enough = [
            one.phrase
            for one in self.lexicon.extensions[phrase]
            if self.papers[one.phrase] >= FRAGMENT * self.papers[phrase]
        ]
        return max(enough, key=self._commonest) if enough else None

    def _commonest(self, phrase: int) -> tuple[float, tuple[str, ...]]:
        return float(self.papers[phrase]), self.lexicon.units[phrase]

    def _stands(self, phrase: int) -> bool:
        return bool(self.ends[phrase] >= MODIFIER and not self.lexicon.weak[phrase])

    def name(self, phrase: int) -> int | None:
        """Return the phrase whose name a phrase goes by; None when it names nothing."""
        if phrase not in self._names:
            self._names[phrase] = self._resolve(phrase)
        return self._names[phrase]

    def _resolve(self, phrase: int) -> int | None:
        for _ in range(4):
            fuller = self.longer(phrase)
            if fuller is None:
                is_modifier = self.ends[phrase] < MODIFIER
                if not is_modifier and (len(self.lexicon.units[phrase]) > 1 or self.whole[phrase] >= HEAD):
                    return None if self.lexicon.weak[phrase] else phrase
                fuller = self._lender(phrase, is_modifier)
            if fuller is None:
                return None
            phrase = fuller
        return phrase if self._stands(phrase) else None

    def _lender(self, phrase: int, is_modifier: bool) -> int | None:
        able = [
            one.phrase
            for one in self.lexicon.extensions[phrase]
            if (one.trails if is_modifier else one.leads)
            and self._stands(one.phrase)
            and self.papers[one.phrase] >= EXTENSION * self.papers[phrase]
        ]
        return max(able, key=self._commonest) if able else None

    def extended(self, phrase: int, limit: int) -> list[int]:
        """Return the commonest longer names that hold a name, as `uncertainty estimation` holds `uncertainty`."""
        longer = {one.phrase for one in self.lexicon.extensions[phrase] if self._stands(one.phrase)}
        return sorted(longer, key=self._commonest, reverse=True)[:limit]

    def company(self, phrase: int, limit: int) -> list[str]:
        """Return the words that stand before a word in its commonest names: `mode` and `entropy` before `collapse`."""
        found: list[tuple[str, ...]] = []
        words = []
        able = [one.phrase for one in self.lexicon.extensions[phrase] if one.leads and not one.trails]
        for longer in sorted(filter(self._stands, able), key=self._commonest, reverse=True):
            parts = self.lexicon.units[longer]
            if self.papers[longer] >= COMPANY_PAPERS and not any(set(one) <= set(parts) for one in found):
                found.append(parts)
                words.append(self.lexicon.labels[longer].rsplit(maxsplit=1)[0])
        return [word if _is_coined(word) else word.lower() for word in words[:limit]]

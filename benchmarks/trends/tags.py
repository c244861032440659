"""Tags of an editor, and the lines of words that name them."""

import pathlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from benchmarks.trends.weeks import lines
from tracker.text import fold
from tracker.times import week_of, weeks_before
from tracker.topics import singular
from tracker.words import ACRONYMS

KINDS = ("topics", "companies", "models")
TOP = 10
REFERENCE = 8
_WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
_JOINED = 4


def words_of(text: str) -> tuple[str, ...]:
    """Return the words by which tags and labels compare."""
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        one = singular(word)
        found.extend(ACRONYMS[one].split() if one in ACRONYMS and one != "ai" else [one])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Tag:
    """What an editor tagged on some days of a week, which part of a place among the ten it has, and whether the weeks before had it not."""

    kind: str
    name: str
    weight: float
    is_new: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        name = re.sub(r"(?<=-\d)-(?=\d\b)", ".", self.name) if self.kind == "models" else self.name
        found = words_of(name.replace("-", " "))
        return found[:-1] if self.kind == "companies" and len(found) > 1 and found[-1] in ("ai", "lab") else found


class Lines:
    """Lines of words, asked for tags."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._lines = [words_of(text) for text in texts]
        self._sets = [frozenset(one) for one in self._lines]
        self._runs = [
            {"".join(one[first:last]) for first in range(len(one)) for last in range(first + 1, first + 1 + _JOINED)}
            for one in self._lines
        ]

    def naming(self, tag: Tag) -> list[int]:
        """Return which lines name a tag."""
        wanted, letters = frozenset(tag.words), "".join(tag.words)
        pairs = enumerate(zip(self._sets, self._runs, strict=True))
        return [place for place, (held, runs) in pairs if wanted <= held or letters in runs]


def tags_of(path: pathlib.Path) -> dict[str, list[Tag]]:
    """Return the most frequent tags of each week."""
    days: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in lines([path]):
        week = week_of(date.fromisoformat(str(one["issue_date"])))
        for kind in KINDS:
            given = one.get(kind)
            days[week, kind].update(set(given) if isinstance(given, list) else ())
    found: dict[str, list[Tag]] = defaultdict(list)
    for (week, kind), counts in sorted(days.items()):
        ranked = sorted(counts.values(), reverse=True)
        last = ranked[min(TOP, len(ranked)) - 1] if ranked else 0
        above, level = sum(count > last for count in ranked), ranked.count(last)
        share = (min(TOP, len(ranked)) - above) / level if level else 0.0
        earlier = {name for one in weeks_before(week, REFERENCE + 1)[:-1] for name in days.get((one, kind), ())}
        found[week].extend(
            Tag(kind, name, 1.0 if count > last else share, name not in earlier)
            for name, count in counts.items()
            if count >= last
        )
    return found

"""What counting words names in a week: the texts of a home, its most frequent words and pairs of words, and those that rose."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from benchmarks.trends.tags import REFERENCE
from tracker.session import Session
from tracker.times import week_start, weeks_before
from tracker.trends import contingency
from tracker.words import STOP_WORDS

LEAST_ITEMS = 4
_WRITTEN = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Text:
    """An item of a week: a paper's title, or a post's words and who wrote them."""

    words: str
    voice: str
    is_paper: bool


def texts_of(session: Session, week: str) -> list[Text]:
    """Return the titles of the papers of a week and its posts."""
    since, before = week_start(week).isoformat(), (week_start(week) + timedelta(weeks=1)).isoformat()
    rows = session.reader.connection.execute(
        "SELECT kind, title, text, network || ' ' || CASE author WHEN '' THEN id ELSE author END FROM items"
        " WHERE date >= ? AND date < ? ORDER BY id",
        (since, before),
    )
    return [
        Text(title if kind == "paper" else text or title, voice, kind == "paper") for kind, title, text, voice in rows
    ]


def terms(text: str) -> set[str]:
    """Return the words and pairs of words of a text that are no stop words."""
    written = [word.lower() for word in _WRITTEN.findall(text)]
    plain = [word if word not in STOP_WORDS and not word.isdigit() else "" for word in written]
    pairs = (f"{a} {b}" for a, b in itertools.pairwise(plain) if a and b)
    return {word for word in plain if word} | set(pairs)


class WordLists:
    """What counting words names: the most frequent ones, and those that rose most."""

    def __init__(self, session: Session, *, posts_alone: bool = False) -> None:
        self._session, self._posts_alone = session, posts_alone
        self._known: dict[str, tuple[Counter[str], int]] = {}

    def _count(self, week: str) -> tuple[Counter[str], int]:
        if week not in self._known:
            texts = [one for one in texts_of(self._session, week) if not (self._posts_alone and one.is_paper)]
            counts: Counter[str] = Counter()
            for one in texts:
                counts.update(terms(one.words))
            self._known[week] = counts, len(texts)
        return self._known[week]

    def frequent(self, week: str, count: int) -> list[str]:
        return [term for term, _ in self._count(week)[0].most_common(count)]

    def risen(self, week: str, count: int) -> list[str]:
        """Return the terms whose share of items rose most surely against the eight weeks before."""
        now, total = self._count(week)
        past = [self._count(one) for one in weeks_before(week, REFERENCE + 1)[:-1]]
        names = [term for term, held in now.items() if held >= LEAST_ITEMS]
        before = np.array([[float(sum(counts[term] for counts, _ in past))] for term in names])
        after = np.array([[float(now[term])] for term in names])
        sides = np.array([float(sum(size for _, size in past))]), np.array([float(total)])
        z = contingency.compare(before, after, *sides).z
        return [names[place] for place in np.argsort(-z, kind="stable")[:count]]

"""What was decided on a paper, and in which track: the many spellings of sites and lists made one. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.pages import Decided
from tracker.text import clean_line, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DECISIONS = ("oral", "spotlight", "highlight", "poster", "accepted", "workshop", "rejected", "withdrawn")
"""The best first; a decision that is none of these is unknown, and written as an empty text."""
REFUSED = frozenset({"rejected", "withdrawn"})
ACCEPTED = frozenset({"oral", "spotlight", "highlight", "poster", "accepted"})
_SIGNS = (
    ("withdr", "withdrawn"),
    ("reject", "rejected"),
    ("workshop", "workshop"),
    ("oral", "oral"),
    ("talk", "oral"),
    ("notable top 5", "oral"),
    ("spotlight", "spotlight"),
    ("notable top 25", "spotlight"),
    ("highlight", "highlight"),
    ("poster", "poster"),
    ("accept", "accepted"),
)
_APART = re.compile(r"[^a-z0-9%]+")
_MAIN = frozenset({"", "main", "conference", "main conference", "proceedings"})


@lru_cache(maxsize=1_000)
def decision_of(status: str) -> str:
    """Return the decision that a status tells: `Accept (poster)` is a poster, `ICLR 2023 notable top 25%` a spotlight."""
    words = _APART.sub(" ", fold(status)).strip()
    return next((decision for sign, decision in _SIGNS if sign in words), "")


def best(decisions: Iterable[str]) -> str:
    """Return the highest of the decisions that several sources tell of one paper."""
    return min((one for one in decisions if one), key=DECISIONS.index, default="")


@lru_cache(maxsize=1_000)
def track_key(track: str) -> str:
    """Return what the spellings of a track have in common; nothing for the main one."""
    words = _APART.sub(" ", fold(track).replace("&", " and ")).strip().removesuffix(" track")
    return "" if words in _MAIN else words


def tracks(written: Iterable[str]) -> dict[str, str]:
    """Return for each track, by its key, the spelling that most papers have; an empty one for the main track."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for one in written:
        spellings[track_key(one)][clean_line(one, 80)] += 1
    return {key: min(found, key=lambda form: (-found[form], form)) if key else "" for key, found in spellings.items()}


def counted(decided: Sequence[tuple[str, str]]) -> tuple[Decided, ...]:
    """Return how often each (decision, track) occurs: the main track first, then the largest, decisions in their order."""
    by_track = Counter(track for _, track in decided)
    order = {name: place for place, name in enumerate((*DECISIONS, ""))}
    rows = sorted(
        Counter(decided).items(),
        key=lambda row: (row[0][1] != "", -by_track[row[0][1]], row[0][1], order[row[0][0]]),
    )
    return tuple(Decided(decision=decision, track=track, papers=papers) for (decision, track), papers in rows)

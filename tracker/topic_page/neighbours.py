"""What stands beside a topic: the phrases of its own papers that are more frequent there than elsewhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tracker.pages import Neighbour
from tracker.store import holding
from tracker.topics import units
from tracker.trends.naming import Lexicon, Names
from tracker.trends.tally import table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tracker.store.holding import Holder

LEAST_TITLES = 2
LEAST_SHARED = 3
LEAST_TIMES = 1.5
_MOST = 1_000
_CANDIDATES = 200
_SAME = 0.5
_PLAIN_WORD = 0.3
"""What a single everyday word counts: `action` stands beside `world models`, but `video generation` says more."""


def beside(
    connection: sqlite3.Connection, label: str, papers: Sequence[Holder], since: str, before: str, limit: int
) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...], int]:
    """Return longer names that hold a name, other topics of its papers, and in how many papers they were counted.

    Args:
        connection: the store, to see how common each phrase is.
        label: the name of the topic.
        papers: those of the topic; of many the newest are taken.
        since: ISO day from which on it is asked how common a phrase is; may be empty.
        before: ISO day before which it is.
        limit: how many of each.
    """
    chosen = sorted(papers, key=lambda one: (one.document.date, one.document.id), reverse=True)[:_MOST]
    lexicon = Lexicon(table([one.document for one in chosen], LEAST_TITLES))
    everywhere = np.ones(len(chosen), dtype=np.bool_)
    names = Names(lexicon, everywhere, by_title=False)
    held = names.papers.astype(int)
    able = [
        phrase
        for phrase in map(int, np.argsort(-held, kind="stable"))
        if held[phrase] >= LEAST_SHARED and names.longer(phrase) is None and names.name(phrase) == phrase
    ][:_CANDIDATES]
    common, sampled = holding.counts(connection, [int(lexicon.table.keys[phrase]) for phrase in able], since, before)
    times = {
        phrase: (held[phrase] / len(chosen)) / ((count + 0.5) / (sampled + 1))
        for phrase, count in zip(able, common, strict=True)
    }
    own = units(label)
    worth = {one: held[one] * math.log(max(times[one], 1.0)) * _weight(lexicon, one) for one in able}
    ranked = sorted(able, key=lambda one: (-worth[one], lexicon.letters[one]))
    narrower = [one for one in ranked if _holds(lexicon.units[one], own) and lexicon.letters[one] != "".join(own)]
    others = [
        one
        for one in ranked
        if times[one] >= LEAST_TIMES and not _holds(lexicon.units[one], own) and not _holds(own, lexicon.units[one])
    ]
    return (
        _told(lexicon, _distinct(lexicon, sorted(narrower, key=lambda one: -held[one]), limit), times),
        _told(lexicon, _distinct(lexicon, others, limit), times),
        len(chosen),
    )


def _weight(lexicon: Lexicon, phrase: int) -> float:
    return _PLAIN_WORD if lexicon.is_plain_word(phrase) else 1.0


def _holds(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    """Return whether all units of a name stand in another; the same letters cut otherwise are the same name."""
    return set(shorter) <= set(longer) or "".join(shorter) in "".join(longer)


def _distinct(lexicon: Lexicon, phrases: Sequence[int], limit: int) -> list[int]:
    """Return the first phrases, of those that are nested and share half of their papers the first only."""
    chosen: list[tuple[int, frozenset[int]]] = []
    for phrase in phrases:
        papers = frozenset(map(int, lexicon.table.holders(phrase)))
        if not any(
            len(papers & others) >= _SAME * min(len(papers), len(others))
            and (set(lexicon.units[phrase]) & set(lexicon.units[other]))
            for other, others in chosen
        ):
            chosen.append((phrase, papers))
        if len(chosen) == limit:
            break
    return [phrase for phrase, _ in chosen]


def _told(lexicon: Lexicon, phrases: Sequence[int], times: dict[int, float]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(
            id=lexicon.letters[phrase],
            label=lexicon.labels[phrase],
            papers=len(lexicon.table.holders(phrase)),
            times=round(float(times[phrase]), 1),
        )
        for phrase in phrases
    )

"""Fusing what words and meaning say of an item. Pure.

Weighted scores, not ranks: bm25 divided by its maximum plus cosine beats reciprocal rank fusion and each of its parts, and
words that stand together as they do in the question add to it (docs/search-quality.md). The curve is flat about the weights.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

LONG_WEIGHT = 1.25
SHORT_WEIGHT = 0.75
"""Of the cosine beside words, for questions of more words than `SHORT` and for others: single terms say less of what is meant."""
SHORT = 6
CLOSENESS_WEIGHT = 0.4
JUDGES = 10
NAMED_WEIGHT = 3.0
"""What it counts that the question is the title or a name of an item: more than all else together."""
WINDOW = 5
"""Words between which two neighbours of a question may stand in a text and still be together."""


def fuse(
    lexical: Sequence[tuple[int, float]],
    cosine: Mapping[int, float],
    bonus: Mapping[int, float],
    limit: int,
    weight: float = LONG_WEIGHT,
) -> list[tuple[int, float]]:
    """Return (row, score) best first, ties by row.

    Args:
        lexical: (row, bm25 score) in any order.
        cosine: similarity of every candidate that has a vector, those of `lexical` included.
        bonus: what else speaks for some of them.
        weight: of the cosine, see `semantic_weight`.
    """
    top = max((score for _, score in lexical), default=0.0)
    scores = {row: weight * similarity for row, similarity in cosine.items()}
    for row, score in lexical:
        scores[row] = scores.get(row, 0.0) + (score / top if top > 0 else 0.0)
    for row, more in bonus.items():
        scores[row] = scores.get(row, 0.0) + more
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]


def with_estimates(lexical: Sequence[tuple[int, float]], cosine: Mapping[int, float]) -> dict[int, float]:
    """Return the cosines, and for items found by words that have no vector what such a score lets expect.

    An item that is not embedded yet would otherwise stand behind every item that is. The expectation is the line of least
    squares through those that have both, rising or level, or their mean where they are fewer than `JUDGES`.
    """
    missing = [(row, score) for row, score in lexical if row not in cosine]
    if not missing or not cosine:
        return dict(cosine)
    both = [(score, cosine[row]) for row, score in lexical if row in cosine] or [(0.0, one) for one in cosine.values()]
    middle, mean = (sum(values) / len(both) for values in zip(*both, strict=True))
    spread = sum((score - middle) ** 2 for score, _ in both)
    slope = sum((score - middle) * (one - mean) for score, one in both) / spread if spread > 0 else 0.0
    slope = max(slope, 0.0) if len(both) >= JUDGES else 0.0
    highest = max(cosine.values())
    return {**cosine, **{row: min(max(mean + slope * (score - middle), 0.0), highest) for row, score in missing}}


def semantic_weight(text: str) -> float:
    """Return the weight of the cosine for a question."""
    return SHORT_WEIGHT if len(text.split()) <= SHORT else LONG_WEIGHT


def closeness(asked: Sequence[str], found: Sequence[str], rarity: Mapping[str, float]) -> float:
    """Return how much of a question's neighbouring terms stand within a window of a text: 0 when none do, below 2.

    Each pair counts the rarity (idf) of both, as a share of that of all terms asked for.

    Args:
        asked: terms of the question in order, function words left out.
        found: terms of the text in order.
    """
    wanted = {term: n for n, term in enumerate(dict.fromkeys(asked))}
    places: dict[str, list[int]] = {term: [] for term in wanted}
    for place, term in enumerate(found):
        if term in places:
            places[term].append(place)
    total = sum(rarity[term] for term in wanted)
    together = sum(
        rarity[one] + rarity[other]
        for one, other in dict.fromkeys(pairwise(asked))
        if one != other and _are_near(places[one], places[other])
    )
    return together / total if total > 0 else 0.0


def _are_near(some: Sequence[int], others: Sequence[int]) -> bool:
    """Return whether two ascending lists hold places within the window; each list is walked once."""
    n = m = 0
    while n < len(some) and m < len(others):
        if abs(some[n] - others[m]) <= WINDOW:
            return True
        if some[n] < others[m]:
            n += 1
        else:
            m += 1
    return False

"""Figures of ranked answers, and how sure they are. Pure arithmetic.

Gains are graded and linear, as in trec_eval and in what BEIR publishes: a document of grade 2 is worth two of grade 1. The
other convention, 2^grade - 1, gives other figures on graded sets; where grades are 0 and 1 both are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

DEPTH: Final = 10
RESAMPLES: Final = 2_000
_BLOCK: Final = 4_000_000
"""Numbers drawn at once: 32 MB."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval."""

    mean: float
    low: float
    high: float


def figures(ranked: Sequence[Hashable], gains: Mapping[Hashable, float]) -> dict[str, float]:
    """Return MRR@10, recall@10 and nDCG@10 of one answer.

    Args:
        ranked: names of documents, best first, each once.
        gains: grades of documents; those of 0 and those without one are wrong.
    """
    right = {name: gain for name, gain in gains.items() if gain > 0}
    first = ranked[:DEPTH]
    return {
        "MRR@10": next((1 / place for place, name in enumerate(first, 1) if name in right), 0.0),
        "recall@10": sum(name in right for name in first) / len(right) if right else 0.0,
        "nDCG@10": _ndcg([right.get(name, 0.0) for name in first], sorted(right.values(), reverse=True)[:DEPTH]),
    }


def _ndcg(found: Sequence[float], best: Sequence[float]) -> float:
    """Return the discounted gain over the best possible one (Järvelin and Kekäläinen, 2002, with log2(place + 1))."""
    ideal = _discounted(best)
    return _discounted(found) / ideal if ideal else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def bootstrap(values: Sequence[float], seed: int = 0) -> Estimate:
    """Return the mean of figures of independent questions, with its percentile interval (Efron, 1979).

    Of the differences between two searches, question by question, this is the paired interval. Seeded: the same figures
    give the same interval.

    Raises:
        ValueError: there is no figure.
    """
    import numpy as np

    figures_ = np.asarray(values, dtype=np.float64)
    if not len(figures_):
        raise ValueError("no figure has no mean")
    chance = np.random.default_rng(seed)
    block = max(_BLOCK // len(figures_), 1)
    means = np.concatenate(
        [
            figures_[chance.integers(0, len(figures_), (min(block, RESAMPLES - start), len(figures_)))].mean(axis=1)
            for start in range(0, RESAMPLES, block)
        ]
    )
    low, high = np.percentile(means, (2.5, 97.5))
    return Estimate(float(figures_.mean()), float(low), float(high))


def difference(one: Sequence[float], other: Sequence[float], seed: int = 0) -> Estimate:
    """Return by how much one search beats another on the same questions, with the paired interval."""
    return bootstrap([a - b for a, b in zip(one, other, strict=True)], seed)

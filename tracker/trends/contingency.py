"""Tests of a share that changed, within strata: which phrases rose, by how much, and how sure that is.

A stratum (a source and a category) that stands on one side of the comparison only drops out by itself: this is why a new
source does not look like a trend. All functions take counts of papers as matrices of phrases × strata.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EXACT_BELOW = 10
_HALF = 0.5
_WORTH_EXACTNESS = 0.5
"""Below this z no test comes near to significance, and the exact one would tell the same."""
_NORMAL = NormalDist()
_CEILING = 1e-300


@dataclass(frozen=True, slots=True)
class Change:
    """The tests of all phrases: one element a phrase."""

    z: Floats
    p: Floats
    """One-sided, of a rise."""
    ratio: Floats
    low: Floats
    high: Floats


def _usable(
    before: Floats, after: Floats, papers_before: Floats, papers_after: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    both = (papers_before > 0) & (papers_after > 0)
    return before[:, both], after[:, both], papers_before[both], papers_after[both]


def compare(before: Floats, after: Floats, papers_before: Floats, papers_after: Floats) -> Change:
    """Test for each phrase whether its share of papers differs between two windows.

    Cochran (1954) and Mantel-Haenszel (1959) without continuity correction; the conditional exact test where a phrase
    has fewer than ten papers; the ratio of Mantel and Haenszel with the interval of Greenland and Robins (1985).

    Args:
        before: papers with the phrase in each stratum of the reference window.
        after: the same in the tested window.
        papers_before: all papers of each stratum in the reference window.
        papers_after: the same in the tested window.
    """
    before, after, papers_before, papers_after = _usable(before, after, papers_before, papers_after)
    z = _z(before, after, papers_before, papers_after)
    p = np.array([0.5 * math.erfc(value / math.sqrt(2)) for value in z])
    for row in np.flatnonzero(((before + after).sum(axis=1) < EXACT_BELOW) & (z > _WORTH_EXACTNESS)):
        p[row] = exact_p(before[row], after[row], papers_before, papers_after)
        z[row] = _normal(p[row])
    ratio, low, high = _ratio(before, after, papers_before, papers_after)
    return Change(z, p, ratio, low, high)


def _normal(p: float) -> float:
    return -_NORMAL.inv_cdf(min(max(p, _CEILING), 1 - 1e-16))


def _z(before: Floats, after: Floats, papers_before: Floats, papers_after: Floats) -> Floats:
    papers, marked = papers_before + papers_after, before + after
    expected = marked * (papers_after / papers)
    spread = marked * (papers - marked) * (papers_after * papers_before / (papers**2 * np.maximum(papers - 1, 1)))
    variance = spread.sum(axis=1)
    surprise = (after - expected).sum(axis=1)
    z: Floats = np.divide(surprise, np.sqrt(variance), out=np.zeros(len(surprise)), where=variance > 0)
    return z


def _ratio(before: Floats, after: Floats, papers_before: Floats, papers_after: Floats) -> tuple[Floats, Floats, Floats]:
    papers, marked = papers_before + papers_after, before + after
    weights = marked / np.maximum(marked.sum(axis=1, keepdims=True), 1)
    # half a paper on both sides, so that a phrase never seen before has a finite ratio
    upper = ((after + _HALF * weights) * (papers_before / papers)).sum(axis=1)
    lower = ((before + _HALF * weights) * (papers_after / papers)).sum(axis=1)
    known = (upper > 0) & (lower > 0)
    spread = ((marked * papers_before * papers_after - before * after * papers) / papers**2).sum(axis=1)
    variance = np.divide(spread, upper * lower, out=np.full(len(upper), np.inf), where=known)
    ratio = np.divide(upper, lower, out=np.ones(len(upper)), where=known)
    margin = np.exp(np.minimum(1.96 * np.sqrt(np.maximum(variance, 0)), 50))
    return ratio, ratio / margin, ratio * margin


def exact_p(before: Floats, after: Floats, papers_before: Floats, papers_after: Floats) -> float:
    """Return the chance of at least as many papers after, given all margins: hypergeometric counts added over strata."""
    chances = np.ones(1)
    marked = before + after
    for stratum in np.flatnonzero(marked).tolist():  # a few of some hundred
        papers = int(papers_before[stratum]), int(papers_after[stratum])
        chances = np.convolve(chances, _hypergeometric(int(marked[stratum]), *papers))
    return float(min(1.0, chances[int(after.sum()) :].sum()))


@lru_cache(maxsize=16_384)
def _hypergeometric(marked: int, papers_before: int, papers_after: int) -> Floats:
    """Return the chances of 0, 1 … `marked` papers after, when `marked` papers fall on the two windows by chance."""
    whole = _log_choose(papers_before + papers_after, marked)
    return np.array(
        [
            math.exp(_log_choose(papers_after, count) + _log_choose(papers_before, marked - count) - whole)
            if count <= papers_after and marked - count <= papers_before
            else 0.0
            for count in range(marked + 1)
        ]
    )


def _log_choose(papers: int, chosen: int) -> float:
    return math.lgamma(papers + 1) - math.lgamma(chosen + 1) - math.lgamma(papers - chosen + 1)


def discoveries(p: Floats, rate: float) -> NDArray[np.bool_]:
    """Return which tests to believe so that the share of false ones is at most `rate` (Benjamini and Hochberg, 1995)."""
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    chosen = np.zeros(len(p), dtype=np.bool_)
    if len(passed):
        chosen[order[: passed[-1] + 1]] = True
    return chosen

"""The two curves of a topic, papers and people, as shares with their intervals, and which of them comes first."""

import math
from collections.abc import Sequence

from tracker.findings import Point

SURE = 2.58
"""Standard errors by which one curve must be ahead of the other (p 0.01, two-sided)."""
LEAST_WEEKS = 1.0
LEAST_COUNT = 10
"""So many papers, and so many people, are needed before one can be said to be ahead."""
_Z = 1.96


def curve(counts: Sequence[int | None], totals: Sequence[int]) -> tuple[Point | None, ...]:
    """Return the share of each week with its 95 % interval (Wilson, 1927); None where nothing was fetched.

    Args:
        counts: papers, or people, of a topic in each week; None where nothing was fetched.
        totals: all papers, or all people, of each week.
    """
    return tuple(
        None if count is None or not total else _point(min(count, total), total)
        for count, total in zip(counts, totals, strict=True)
    )


def _point(count: int, total: int) -> Point:
    share, square = count / total, _Z * _Z / total
    middle = (share + square / 2) / (1 + square)
    margin = _Z * math.sqrt(share * (1 - share) / total + square / total / 4) / (1 + square)
    return Point(share=round(share, 6), low=round(max(middle - margin, 0.0), 6), high=round(middle + margin, 6))


def lead(
    papers: Sequence[int | None], papers_of: Sequence[int], people: Sequence[int], people_of: Sequence[int]
) -> float:
    """Return by how many weeks people were ahead of papers; negative when they came after, 0 when it may be chance.

    Compared are the middles of the two curves: the mean week, each weighed by its share, so that weeks with many papers
    or many posts count no more than others. Their error follows from the counts (Poisson).
    """
    seen = [place for place, count in enumerate(papers) if count is not None and papers_of[place] and people_of[place]]
    told = [int(papers[place] or 0) for place in seen], [people[place] for place in seen]
    if min(sum(told[0]), sum(told[1])) < LEAST_COUNT:
        return 0.0
    first, first_error = _middle(seen, told[0], [papers_of[place] for place in seen])
    second, second_error = _middle(seen, told[1], [people_of[place] for place in seen])
    ahead = first - second
    if abs(ahead) < LEAST_WEEKS or abs(ahead) < SURE * math.hypot(first_error, second_error):
        return 0.0
    return round(ahead, 1)


def _middle(weeks: Sequence[int], counts: Sequence[int], totals: Sequence[int]) -> tuple[float, float]:
    """Return the mean week of a curve and its standard error."""
    shares = [count / total for count, total in zip(counts, totals, strict=True)]
    mean = sum(week * share for week, share in zip(weeks, shares, strict=True)) / sum(shares)
    spread = sum(count * ((week - mean) / total) ** 2 for week, count, total in zip(weeks, counts, totals, strict=True))
    return mean, math.sqrt(spread) / sum(shares)

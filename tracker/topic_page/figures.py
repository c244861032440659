"""The figures of one topic: its share of a week with an interval, and its last weeks against those before. Pure."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from tracker.pages import Compared, Share
from tracker.text import plural
from tracker.times import week_of_text
from tracker.trends import RECENT, contingency

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.topics import Document

_Z = 1.96


def share(held: int, of: int) -> Share:
    """Return a share with its 95 % interval (Wilson, 1927), which also holds for few papers and for none."""
    middle, spread = (held + _Z**2 / 2) / (of + _Z**2), held * (of - held) / of + _Z**2 / 4
    margin = _Z * math.sqrt(spread) / (of + _Z**2)
    return Share(share=held / of, low=max(middle - margin, 0.0) if held else 0.0, high=min(middle + margin, 1.0))


def compared(
    papers: Sequence[Document], by_day: Iterable[tuple[str, str, int]], weeks: Sequence[str]
) -> tuple[Compared | None, str]:
    """Compare the last four of twelve weeks with the eight before, within source and category.

    Args:
        papers: those of the topic.
        by_day: (ISO day, stratum, papers) of all papers.
        weeks: the twelve ISO weeks.

    Returns:
        What was found, or None and why in words.
    """
    recent = frozenset(weeks[-RECENT:])
    totals, held = Counter[tuple[bool, str]](), Counter[tuple[bool, str]]()
    for day, stratum, count in by_day:
        totals[week_of_text(day) in recent, stratum] += count
    for paper in papers:
        held[week_of_text(paper.date) in recent, paper.stratum] += 1
    before, after = (sum(count for (side, _), count in held.items() if side is late) for late in (False, True))
    strata = sorted({stratum for _, stratum in totals if totals[False, stratum] and totals[True, stratum]})
    if not strata:
        missing = "of the last four weeks" if not any(late for late, _ in totals) else "from before the last four weeks"
        return None, f"Nothing to compare: no source has papers {missing}."
    if not before + after:
        return None, f"None of the {plural(sum(totals.values()), 'paper')} of the last twelve weeks holds it."
    rows = [
        np.array([[counts[late, stratum] for stratum in strata]], dtype=np.float64)
        for counts in (held, totals)
        for late in (False, True)
    ]
    change = contingency.compare(rows[0], rows[1], rows[2][0], rows[3][0])
    ratio = float(change.ratio[0])
    tested = change if ratio >= 1 else contingency.compare(rows[1], rows[0], rows[3][0], rows[2][0])
    p = float(tested.p[0])
    return (
        Compared(
            before=before,
            after=after,
            ratio=round(ratio, 3),
            interval=(round(float(change.low[0]), 3), round(float(change.high[0]), 3)),
            p=float(f"{p:.3g}"),
        ),
        "",
    )

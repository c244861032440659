"""The places of rising topics among each other over the weeks, for a bump chart."""

from collections.abc import Sequence

from tracker.findings import Topic
from tracker.pages import Ranking
from tracker.trends import RECENT

MOST = 10


def rankings(topics: Sequence[Topic]) -> tuple[Ranking, ...]:
    """Return the first ten topics in the order of their last place.

    A week's place is that of the mean share of papers in the four weeks up to it over the mean of all weeks: large topics
    would lead for ever, and single weeks of small ones are chance. Weeks that were not fetched are left out of the means.
    """
    chosen = [topic for topic in topics if topic.papers_curve][:MOST]
    means = [_means(topic) for topic in chosen]
    weeks = len(means[0]) if means else 0
    places: list[list[int | None]] = [[None] * weeks for _ in chosen]
    for week in range(weeks):
        present = [number for number in range(len(chosen)) if means[number][week]]
        for place, number in enumerate(sorted(present, key=lambda one: (-means[one][week], one)), 1):
            places[number][week] = place
    order = sorted(range(len(chosen)), key=lambda one: (places[one][-1] or MOST + 1, one))
    return tuple(Ranking(label=chosen[number].label, places=tuple(places[number])) for number in order)


def _means(topic: Topic) -> list[float]:
    """Return the mean share of the last four weeks at each week over the mean of all; 0 where there is none."""
    shares = [point.share if point else None for point in topic.papers_curve]
    means = []
    for week in range(len(shares)):
        known = [share for share in shares[max(week - RECENT + 1, 0) : week + 1] if share is not None]
        means.append(sum(known) / len(known) if known else 0.0)
    usual = [share for share in shares if share is not None]
    return [mean * len(usual) / sum(usual) if sum(usual) else 0.0 for mean in means]

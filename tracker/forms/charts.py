"""Inline SVG charts of a digest: the two curves of a topic, and the places of topics over the weeks. No script, no outside resource.

Colours are classes, which the style of the page sets for light and dark. Each chart says in words what it shows.
"""

import html
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tracker.findings import Point, Topic
from tracker.forms.outside import plain
from tracker.pages import Ranking
from tracker.text import shorten

WIDTH, HEIGHT = 300, 56
_EDGE = 4
_ABOVE = 1.25
"""The highest share stands so far below the top; wider intervals are cut off there."""
_COLORS = 6
_STEP, _ROW, _LEFT, _LABEL = 30, 20, 30, 250
_LONGEST_LABEL = 34


def curves(topic: Topic, weeks: Sequence[str]) -> str:
    """Return the weekly shares of papers and of people, each on a scale of its own, with their 95 % intervals; gaps are weeks not fetched."""
    shown = [
        (name, points, counts)
        for name, points, counts in (
            ("papers", topic.papers_curve, topic.weekly),
            ("people", topic.people_curve, topic.voices_weekly),
        )
        if any(counts) and any(points)
    ]
    if not shown:
        return ""
    span = f", {weeks[0]} to {weeks[-1]}" if weeks else ""
    said = "; ".join(f"{name} a week: {_listed(counts)}" for name, _, counts in shown)
    body = "".join("".join(_curve(name, points)) for name, points, _ in shown)
    base = f'<path class="axis" d="M0 {HEIGHT - _EDGE}H{WIDTH}"/>'
    return _svg(WIDTH, HEIGHT, f"{plain(topic.label)}{span}: {said}.", base + body)


def _listed(counts: Sequence[int | None]) -> str:
    return ", ".join("not fetched" if count is None else str(count) for count in counts)


def _curve(name: str, points: Sequence[Point | None]) -> Iterator[str]:
    top = max(point.share for point in points if point) * _ABOVE or 1.0
    step = (WIDTH - 2 * _EDGE) / max(len(points) - 1, 1)

    def place(number: int, share: float) -> str:
        return f"{_EDGE + number * step:.0f} {_EDGE + (1 - min(share / top, 1.0)) * (HEIGHT - 2 * _EDGE):.1f}"

    for run in _runs(points):
        upper = [place(number, point.high) for number, point in run]
        lower = [place(number, point.low) for number, point in reversed(run)]
        line = [place(number, point.share) for number, point in run]
        yield f'<path class="{name} band" d="M{"L".join([*upper, *lower])}Z"/>'
        yield f'<path class="{name} curve" d="M{"L".join(line)}"/>'


def _runs(points: Sequence[Point | None]) -> Iterator[list[tuple[int, Point]]]:
    """Yield the stretches without a gap, with their places."""
    run: list[tuple[int, Point]] = []
    for number, point in enumerate((*points, None)):
        if point is not None:
            run.append((number, point))
        elif run:
            yield run
            run = []


def bump(rankings: Sequence[Ranking], weeks: Sequence[str]) -> str:
    """Return a bump chart: one line a topic, its place among the others in each week, the first at the top."""
    if len(rankings) < 2 or not weeks:
        return ""
    height = _ROW * (len(rankings) + 1)
    body = "".join(_axis(weeks, height)) + "".join(
        part for number, one in enumerate(rankings) for part in _track(number, one, len(weeks))
    )
    named = ", ".join(plain(one.label) for one in rankings)
    said = f"Places of {len(rankings)} topics from {weeks[0]} to {weeks[-1]}; at the end: {named}."
    return _svg(_LEFT + _STEP * (len(weeks) - 1) + _LABEL, height, said, body)


def _axis(weeks: Sequence[str], height: int) -> Iterator[str]:
    for number, week in enumerate(weeks):
        yield f'<text class="tick" x="{_LEFT + number * _STEP}" y="{height - 3}">{html.escape(week[-3:])}</text>'


def _track(number: int, one: Ranking, weeks: int) -> Iterator[str]:
    color = f"c{number % _COLORS}"
    known = [(week, place) for week, place in enumerate(one.places) if place is not None]
    for (week, place), (later, after) in pairwise(known):
        if later == week + 1:
            yield f'<path class="{color} track" d="M{_dot(week, place)}L{_dot(later, after)}"/>'
    for week, place in known:
        x, y = _dot(week, place).split()
        yield f'<circle class="{color} dot" cx="{x}" cy="{y}" r="3"/>'
    if known and known[-1][0] == weeks - 1:
        x, y = _dot(*known[-1]).split()
        label = html.escape(shorten(plain(one.label), _LONGEST_LABEL))
        yield f'<text x="{int(x) + 9}" y="{int(y) + 4}">{label}</text>'


def _dot(week: int, place: int) -> str:
    return f"{_LEFT + week * _STEP} {_ROW * place - _ROW // 2}"


def _svg(width: int, height: int, said: str, body: str) -> str:
    words = html.escape(said)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{words}">'
        f"<title>{words}</title>{body}</svg>"
    )

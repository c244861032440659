"""Papers of a topic put in order by how near they stand to its middle, and papers near to it that never use its name. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.findings import Topic
    from tracker.ports import FloatArray

ATTACHED = 5
LEAST = 3
"""A middle of fewer papers than this is no middle."""
NEARER_THAN = 0.5
"""A paper is attached when it stands nearer to the middle than this share of the papers that have the name."""
FLOOR = 0.5
"""No paper of a smaller cosine is attached, however scattered the topic is."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Papers of a window with their vectors: `matrix` is (papers, dimension), float32, rows of length 1, aligned with `ids`."""

    ids: Sequence[str]
    matrix: FloatArray


def attached(topics: Sequence[Topic], papers: Embedded) -> list[Topic]:
    """Return topics whose papers stand in a new order: those with the name in the title first, the nearest to their middle first of these.

    `attached` of each names up to five other papers that are nearer to that middle than half of its own.
    """
    places = {name: place for place, name in enumerate(papers.ids)}
    return [_attached(topic, papers, places) for topic in topics]


def _attached(topic: Topic, papers: Embedded, places: dict[str, int]) -> Topic:
    own = np.array([places[name] for name in topic.items if name in places], dtype=np.intp)
    titled = np.array([places[name] for name in topic.items[: topic.titles] if name in places], dtype=np.intp)
    if len(own) < LEAST:
        return topic
    middle = papers.matrix[titled if len(titled) >= LEAST else own].mean(axis=0)
    middle /= max(float(np.linalg.norm(middle)), 1e-9)
    closeness = papers.matrix @ middle
    nearest = {name: -round(float(closeness[places[name]]), 5) for name in topic.items if name in places}
    first, rest = topic.items[: topic.titles], topic.items[topic.titles :]
    items = tuple(
        name for part in (first, rest) for name in sorted(part, key=lambda name: (nearest.get(name, 1.0), name))
    )
    least = max(float(np.quantile(closeness[own], NEARER_THAN)), FLOOR)
    closeness[own] = -1.0
    able = [place for place in np.argsort(-closeness, kind="stable")[:ATTACHED] if closeness[place] >= least]
    return replace(topic, items=items, attached=tuple(papers.ids[place] for place in able))

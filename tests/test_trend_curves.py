"""Curves with intervals, who came first, one topic over weeks, and what is an everyday word."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.findings import Topic
from tracker.topics import phrase_key
from tracker.trends.background import background
from tracker.trends.curves import LEAST_COUNT, curve, lead
from tracker.trends.identity import follow


def topic(name: str, items: tuple[str, ...] = (), aliases: tuple[str, ...] = ()) -> Topic:
    return Topic(
        id=name, label=name, phrases=(name,), items=items, before=3, after=9, z=3.0, p=0.001, ratio=2.0, interval=(1.5, 3.0), state="rising", weekly=(), voices_weekly=(), aliases=aliases
    )  # fmt: skip


def test_a_curve_holds_wilsons_interval_and_gaps() -> None:
    found = curve([10, None, 0, 7], [100, 50, 40, 0])
    assert found[1] is None
    assert found[3] is None
    assert found[0] is not None
    assert (found[0].share, found[0].low, found[0].high) == pytest.approx((0.1, 0.0552, 0.1744), abs=2e-4)
    assert found[2] is not None
    assert (found[2].share, found[2].low) == (0.0, 0.0)
    assert found[2].high > 0.05


def test_people_are_ahead_only_when_it_is_no_chance() -> None:
    early, late, flat = [30, 30, 5, 1, 0, 0], [0, 0, 2, 6, 30, 30], [11] * 6
    of = [1000] * 6
    assert lead(late, of, early, of) > 2
    assert lead(early, of, late, of) == -lead(late, of, early, of)
    assert lead(flat, of, flat, of) == 0
    few = [LEAST_COUNT - 1, 0, 0, 0, 0, 0]
    assert lead(late, of, few, of) == 0
    assert lead([None] * 6, of, early, of) == 0


def test_weeks_with_many_posts_count_no_more() -> None:
    papers, people = [20, 20, 20, 20], [5, 5, 5, 50]
    assert lead(papers, [1000] * 4, people, [100, 100, 100, 1000]) == 0


def test_a_topic_goes_on_by_its_id_or_its_papers() -> None:
    earlier = [topic("a"), topic("b", ("5",)), topic("c", ("1", "2", "3")), topic("d", ("7",))]
    later = [
        topic("a"),
        topic("bee", ("5", *"opqrst"), aliases=("b",)),
        topic("sea", ("2", "3", "4")),
        topic("e", ("8",)),
    ]
    assert follow(earlier, later) == {"a": "a", "sea": "c"}
    assert follow([topic("x", ("1", "2"))], [topic("y", ("1", "2")), topic("z", ("1", "2"))]) == {"y": "x"}
    assert follow([topic("task3", ("1", "2"))], [topic("task6", ("1", "2"))]) == {}


def test_the_background_tells_everyday_words_from_names() -> None:
    names = ["collapse", "audit", "quantization", "clustering", "sparse widgets"]
    keys = np.asarray([phrase_key(name) for name in names])
    found = background()
    assert found.total > 10_000
    assert found.everyday(keys, 0.08).tolist() == [True, True, False, False, False]
    assert found.everyday(keys, 0.18).tolist() == [True, True, False, True, False]
    assert found.holders(keys)[4] == 0
    assert (np.diff(found.keys) > 0).all()

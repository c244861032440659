"""Trends: planted risers are found, what only looks like one is not, and the same papers give the same bytes."""

import itertools
import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.findings import Trends
from tracker.times import week_start, weeks_before
from tracker.topics import Document, extract
from tracker.trends import contingency, editions, weekly

WEEK = "2026-W20"
SUBJECTS = (
    "Graph Matching", "Speech Recognition", "Protein Folding", "Image Captioning", "Causal Discovery", "Kernel Machines",
    "Bandit Algorithms", "Program Synthesis", "Depth Estimation", "Topic Inference",
)  # fmt: skip


def paper(number: int, title: str, date: str, stratum: str = "arxiv\x1fcs.LG", text: str = "") -> Document:
    return Document(
        row=number,
        id=f"arxiv:2605.{number:05d}",
        stratum=stratum,
        date=date,
        phrases=extract(title, text or f"We study {title}."),
    )


def corpus(
    planted: dict[str, tuple[int, int]], per_week: int = 20, weeks: Sequence[str] | None = None
) -> list[Document]:
    """Return papers of twelve weeks; each planted phrase stands in so many titles of the first eight and of the last four weeks."""
    numbers, found = itertools.count(1), []
    for place, week in enumerate(weeks or weeks_before(WEEK, 12)):
        days = [(week_start(week) + timedelta(days=one)).isoformat() for one in range(5)]
        found.extend(
            paper(next(numbers), f"{SUBJECTS[one % 10]} in the Wild", days[one % 5]) for one in range(per_week)
        )
        for phrase, (old, new) in planted.items():
            share = old / 8 if place < 8 else new / 4
            count = round(share * (place % 8 + 1)) - round(share * (place % 8))
            found.extend(paper(next(numbers), f"{phrase} for the Masses", days[0]) for _ in range(count))
    return found


def states(trends: Trends) -> dict[str, str]:
    return {topic.label: topic.state for topic in trends.topics}


def test_planted_risers_are_found_and_named() -> None:
    trends = weekly(
        corpus({"Tensor Distillation": (4, 24), "Quantum Annealing": (0, 16), "Old News": (24, 1)}), [], WEEK
    )
    assert not trends.notice
    assert states(trends)["Tensor Distillation"] == "rising"
    assert states(trends)["Quantum Annealing"] == "new"
    assert "Old News" in {topic.label for topic in trends.fading}
    assert not any(state in ("rising", "new") for label, state in states(trends).items() if label in SUBJECTS)


def test_a_topic_carries_its_figures_and_papers() -> None:
    topic = weekly(corpus({"Tensor Distillation": (4, 24)}), [], WEEK).topics[0]
    assert (topic.before, topic.after) == (4, 24)
    assert topic.interval[0] <= topic.ratio <= topic.interval[1]
    assert len(topic.items) == 24
    assert len(topic.weekly) == len(topic.voices_weekly) == 12
    assert sum(count or 0 for count in topic.weekly) == 28
    assert topic.id == "tensordistillation"


def test_a_new_source_does_not_look_like_a_trend() -> None:
    papers = corpus({})
    start = week_start(weeks_before(WEEK, 4)[0])
    joined = [
        paper(
            9000 + n, "Malware Encryption in Practice", (start + timedelta(days=n % 25)).isoformat(), "other\x1fcs.CR"
        )
        for n in range(60)
    ]
    found = states(weekly([*papers, *joined], [], WEEK))
    assert not any("Encryption" in label or "Malware" in label for label, state in found.items() if state != "watch")
    pooled = [
        Document(row=one.row, id=one.id, stratum="", date=one.date, phrases=one.phrases) for one in [*papers, *joined]
    ]
    assert "new" in {state for label, state in states(weekly(pooled, [], WEEK)).items() if "Encryption" in label}


def test_a_subject_that_only_changed_its_stratum_is_not_claimed() -> None:
    """A source left that brought these papers as its own; another brings them now, as many as ever."""
    strata = {True: "other\x1fcs.RO", False: "arxiv\x1fcs.LG"}
    cut = week_start(weeks_before(WEEK, 4)[0]).isoformat()

    def moved(one: Document) -> Document:
        is_moved = "Robot Surgery" in one.phrases.surfaces
        return replace(one, stratum=strata[is_moved and one.date < cut])

    papers = list(map(moved, corpus({"Robot Surgery": (48, 24), "Tensor Distillation": (4, 24)})))
    found = states(weekly(papers, [], WEEK))
    assert found.get("Robot Surgery", "") not in {"rising", "new"}
    assert found["Tensor Distillation"] == "rising"


def test_the_series_of_one_author_is_no_trend() -> None:
    papers = corpus({"Tensor Distillation": (4, 24)})

    def by(*authors: str) -> list[Document]:
        return [
            replace(one, author=json.dumps([authors[one.row % len(authors)], f"A. Student {one.row}"]))
            if "Tensor Distillation" in one.phrases.surfaces
            else one
            for one in papers
        ]

    assert "Tensor Distillation" in states(weekly(by("Ada One", "Ben Two", "Cy Three"), [], WEEK))
    assert "Tensor Distillation" not in states(weekly(by("Ada One"), [], WEEK))


def test_a_name_on_all_papers_is_no_author_of_a_series() -> None:
    papers = corpus({"Tensor Distillation": (4, 24)})
    listed = [replace(one, author=json.dumps(["A Listing", f"A. Student {one.row}"])) for one in papers]
    assert states(weekly(listed, [], WEEK)) == states(weekly(papers, [], WEEK))


def test_a_new_name_is_new_to_the_field_too() -> None:
    papers = corpus({"Quantized Flamingo": (0, 16), "Diffusion Models": (0, 16)})
    trends = weekly(papers, [], WEEK)
    assert [topic.label for topic in trends.new] == ["Quantized Flamingo"]
    assert states(trends)["Diffusion Models"] == "new"


def test_a_topic_holds_no_phrase_that_has_a_topic_of_its_own() -> None:
    planted = {"Quantum Annealing": 40, "Lunar Quantum Annealing": 12, "Lunar Policy": 8, "Lunar Control Theory": 8}
    topics = {topic.label: topic for topic in editions(edition({}, 2018), edition(planted, 2020)).topics}
    assert {"Quantum Annealing", "Lunar Quantum Annealing"} <= topics.keys()
    assert "Lunar Quantum Annealing" not in topics["Quantum Annealing"].phrases
    alone = {"Quantum Annealing": 40, "Lunar Quantum Annealing": 12}
    only = editions(edition({}, 2018), edition(alone, 2020)).topics[0]
    assert "Lunar Quantum Annealing" in only.phrases


def test_words_of_style_in_abstracts_are_no_topics() -> None:
    papers = corpus({})
    recent = weeks_before(WEEK, 4)
    styled = [
        Document(
            row=one.row,
            id=one.id,
            stratum=one.stratum,
            date=one.date,
            phrases=extract(
                f"{SUBJECTS[one.row % 10]} in the Wild",
                "This is a delightful intricacy of tapestry." if one.date >= week_start(recent[0]).isoformat() else "",
            ),
        )
        for one in papers
    ]
    assert not any(
        "tapestry" in label.lower() or "intricacy" in label.lower() for label in states(weekly(styled, [], WEEK))
    )


def test_days_not_fetched_are_missing_not_zero() -> None:
    weeks = [week for place, week in enumerate(weeks_before(WEEK, 12)) if place not in (2, 3, 9)]
    trends = weekly(corpus({}, weeks=weeks), [], WEEK)
    steady = weekly(corpus({"Steady Subject": (16, 8)}), [], WEEK)
    assert all(topic.state == "watch" for topic in (*trends.topics, *steady.topics))
    some = weekly(corpus({"Tensor Distillation": (2, 40)}, weeks=weeks), [], WEEK).topics[0]
    assert [place for place, count in enumerate(some.weekly) if count is None] == [2, 3, 9]


def test_people_are_counted_not_posts() -> None:
    papers = corpus({"Tensor Distillation": (4, 24)})
    target = next(one for one in papers if "Tensor Distillation" in one.phrases.surfaces)

    def post(number: int, author: str, text: str, named: tuple[int, ...] = ()) -> Document:
        return Document(
            row=90_000 + number,
            id=f"x:{number}",
            stratum="x",
            date="2026-05-12T10:00:00Z",
            phrases=extract("", text),
            author=author,
            papers=named,
        )

    posts = [
        *(post(number, "loud", "tensor distillation is great") for number in range(9)),
        post(20, "quiet", "look at this paper", (target.row,)),
        post(21, "elsewhere", "my lunch"),
    ]
    topic = weekly(papers, posts, WEEK).topics[0]
    assert topic.voices_weekly[-1] == 2
    assert len(topic.posts) == 10
    assert "x:21" not in topic.posts


@pytest.mark.parametrize(
    ("papers", "words"),
    [
        ([], "0 papers in 0 weeks"),
        (corpus({}, per_week=2), "24 papers in 12 weeks"),
        (corpus({}, weeks=weeks_before(WEEK, 2)), "40 papers in 2 weeks"),
    ],
)
def test_too_little_history_is_said_not_dressed_up(papers: list[Document], words: str) -> None:
    trends = weekly(papers, [], WEEK)
    assert words in trends.notice
    assert {topic.state for topic in trends.topics} <= {"steady"}
    assert trends.new == trends.fading == ()


def edition(subjects: dict[str, int], year: int) -> list[Document]:
    numbers = itertools.count(year * 10_000)
    titles = [f"{SUBJECTS[n % 10]} by Example" for n in range(300)] + [
        f"{name} by Example" for name, count in subjects.items() for _ in range(count)
    ]
    return [
        Document(row=next(numbers), id=f"x:{year}:{n}", stratum="", date=str(year), phrases=extract(title, ""))
        for n, title in enumerate(titles)
    ]


def test_editions_name_what_rose_between_them() -> None:
    before, after = (
        edition({"Capsule Routing": 20, "Neural Tangents": 2}, 2018),
        edition({"Neural Tangents": 30, "Offline Control Theory": 12}, 2020),
    )
    trends = editions(before, after, window="X 2018 → 2020")
    assert list(states(trends).items())[:2] == [("Neural Tangents", "rising"), ("Offline Control Theory", "new")]
    assert "Capsule Routing" in {topic.label for topic in trends.fading}


def test_a_modifier_borrows_the_name_of_its_commonest_extension() -> None:
    after = edition({"Offline Reinforcement Learning": 12, "Offline Policy Search": 4}, 2020)
    labels = [topic.label for topic in editions(edition({}, 2018), after).topics]
    assert labels[0] == "Offline Reinforcement Learning"
    assert not {"Offline", "Reinforcement", "Offline Reinforcement"} & set(labels)


def test_sure_topics_come_first_and_limits_hold() -> None:
    trends = weekly(corpus({"Tensor Distillation": (4, 24), "Weak Sauce": (8, 8)}), [], WEEK, limit=3)
    assert len(trends.topics) <= 3
    order = [topic.state == "watch" for topic in trends.topics]
    assert order == sorted(order)


def test_the_order_of_papers_does_not_matter() -> None:
    papers = corpus({"Tensor Distillation": (4, 24), "Quantum Annealing": (0, 16)})
    first = json.dumps(asdict(weekly(papers, [], WEEK)))
    for seed in (1, 2):
        shuffled = random.Random(seed).sample(papers, len(papers))
        assert json.dumps(asdict(weekly(shuffled, [], WEEK))) == first


def test_the_hash_seed_does_not_matter() -> None:
    program = "import test_trends as t; print(t.told())"
    here = str(Path(__file__).parent)
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join([here, *sys.path])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True, text=True)
    assert done.stdout.strip() == told()


def told() -> str:
    return json.dumps(asdict(weekly(corpus({"Tensor Distillation": (4, 24), "Old News": (24, 1)}), [], WEEK)))


def by_enumeration(
    before: Sequence[int], after: Sequence[int], papers_before: Sequence[int], papers_after: Sequence[int]
) -> float:
    """Return P(at least as many after) by going through every way the marked papers of each stratum can fall."""
    spans, total = [range(old + new + 1) for old, new in zip(before, after, strict=True)], 0.0
    for counts in itertools.product(*spans):
        if sum(counts) >= sum(after):
            chance = 1.0
            for count, old, new, old_all, new_all in zip(
                counts, before, after, papers_before, papers_after, strict=True
            ):
                chance *= comb(new_all, count) * comb(old_all, old + new - count) / comb(old_all + new_all, old + new)
            total += chance
    return total


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(4, 30), st.integers(4, 30)), min_size=1, max_size=3
    )
)
def test_the_exact_test_is_exact(strata: list[tuple[int, int, int, int]]) -> None:
    before, after, papers_before, papers_after = zip(*strata, strict=True)
    told = contingency.exact_p(*(np.array(one, dtype=float) for one in (before, after, papers_before, papers_after)))
    assert told == pytest.approx(
        min(1.0, by_enumeration(before, after, papers_before, papers_after)), rel=1e-9, abs=1e-12
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0.01, 0.3))
def test_discoveries_are_those_of_benjamini_and_hochberg(p: list[float], rate: float) -> None:
    ranked = sorted(p)
    cut = max((value for place, value in enumerate(ranked, 1) if value <= rate * place / len(p)), default=-1.0)
    assert contingency.discoveries(np.array(p), rate).tolist() == [value <= cut for value in p]


def test_the_stratified_ratio_is_that_of_mantel_and_haenszel() -> None:
    counts = [np.array([[200.0, 30.0]]), np.array([[400.0, 60.0]])]
    change = contingency.compare(*counts, np.array([1000.0, 500.0]), np.array([1000.0, 500.0]))
    assert change.ratio[0] == pytest.approx(2.0, rel=0.01)
    assert change.low[0] < 2 < change.high[0]
    assert change.z[0] > 5


def test_a_stratum_of_one_side_only_drops_out() -> None:
    alone = contingency.compare(np.array([[5.0]]), np.array([[20.0]]), np.array([100.0]), np.array([100.0]))
    joined = contingency.compare(
        np.array([[5.0, 0.0]]), np.array([[20.0, 90.0]]), np.array([100.0, 0.0]), np.array([100.0, 95.0])
    )
    assert joined.z[0] == alone.z[0]
    assert joined.ratio[0] == alone.ratio[0]

"""Papers named by title: what is recognised and, more important, what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.hub.titles import (
    Rarity,
    candidates,
    chosen,
    judge,
    keys_of_post,
    keys_of_title,
    openings,
    post_of,
    title_of,
    words_of,
)

COMMON = dict.fromkeys(
    "a of the for with in on and to learning model language llm reasoning benchmark agent efficient large towards rl survey".split(),
    900,
)
RARITY = Rarity(
    10_000, COMMON | dict.fromkeys("search memory video attention sparse data framework without".split(), 90)
)


def rule(title: str, text: str) -> str:
    match = judge(title_of(title), post_of("", text), RARITY)
    return match.rule if match else ""


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        (
            "Whole-Body Conditioned Egocentric Video Prediction",
            "I keep coming back to Whole-body conditioned egocentric video prediction, it is lovely.",
            "title",
        ),
        (
            "TokenVerse: Versatile Multi-concept Personalization in Token Modulation Space",
            "TokenVerse is a new technique for personalization: it works in the modulation space of a diffusion model.",
            "name",
        ),
        (
            "Qwen2.5-Coder: Open Code Models of Many Sizes",
            "Qwen2.5 Coder - open code models, from half a billion parameters on",
            "name",
        ),
        (
            "Addition is All You Need for Energy-efficient Language Models",
            "Addition Is All You Need - floating point products by integer additions",
            "near",
        ),
        (
            "Harnessing the Reasoning Economy: A Survey of Efficient Reasoning for Large Language Models",
            "A Survey of Efficient Reasoning for LLMs\nThis survey looks at what the reasoning economy costs.",
            "near",
        ),
        (
            "Training Large Language Models to Reason in a Continuous Latent Space",
            "Training LLMs to Reason in a Continuous Latent Space - thoughts without words",
            "title",
        ),
    ],
)
def test_what_names_a_paper(title: str, text: str, expected: str) -> None:
    assert rule(title, text) == expected


@pytest.mark.parametrize(
    ("title", "text"),
    [
        # a word of the language that is also somebody's acronym
        ("DRoP: Distributionally Robust Data Pruning", "Everybody waits for the next model to drop."),
        ("Wings: Learning Multimodal LLMs without Text-only Forgetting", "Rivers Have Wings made a captioning model."),
        # a name without anything else of its paper
        (
            "Hermes: A Language Model Framework on the Journey to Autonomous Networks",
            "Hermes beats the others on speed.",
        ),
        # words that the field shares
        ("Robust Conformal Prediction Using Privileged Information", "Pedagogical RL using privileged information"),
        ("How to Evaluate Reward Models for RLHF", "How to evaluate llms when benchmarks cannot be trusted anymore?"),
        # part of a title that another work's name makes its own
        (
            "DPO-Shift: Shifting the Distribution of Direct Preference Optimization",
            "Direct Preference Optimization (DPO): an implementation from scratch.",
        ),
        ("Attention Is All You Need", "need attention"),
        ("", "words"),
    ],
)
def test_what_names_none(title: str, text: str) -> None:
    assert rule(title, text) == ""


def test_long_forms_and_plurals_compare_equal() -> None:
    assert words_of("Large Language Models with Reinforcement Learning") == words_of("LLMs with RL")


def test_what_sites_add_to_a_title_is_no_part_of_it() -> None:
    assert title_of("Differential Transformer | Papers") == title_of("Differential Transformer")


def test_a_title_is_found_under_its_keys() -> None:
    title = title_of("MAG-V: A Multi-Agent Framework for Verification")
    names, pairs = keys_of_title(title)
    post = post_of("", "MAG-V is a multi-agent framework for checking answers")
    found_names, found_pairs = keys_of_post(post, frozenset(title.words))
    assert set(names) <= found_names
    assert set(pairs) & set(found_pairs)
    assert set(pairs) & set(keys_of_post(post, frozenset(post.words))[1]) == set(pairs) & set(found_pairs)
    assert len(found_pairs) == len(post.words) - 1  # their places count, also of those that no title can have
    assert openings("MAG-V: A Multi-Agent Framework for Verification") == ["MAG-V", "MAG V A"]


def test_one_shared_pair_is_not_worth_judging() -> None:
    many = list(range(50))
    assert candidates([], [[], [], [], many]) == []
    assert candidates([], [[], [], [], [7]]) == [7]
    assert candidates([[3]], []) == [3]
    assert candidates([], [many]) == many  # the post begins with it


def test_every_name_stands_and_of_the_others_the_best_with_its_namesakes() -> None:
    titles = {
        1: "Lumo: Sparse Video Attention",
        2: "Kivo: Sparse Video Memory",
        3: "Sparse Video Search",
        4: "Sparse Video Search",
    }
    post = post_of("", "Sparse Video Search\nLumo brings sparse video attention, Kivo sparse video memory.")
    matches = [(n, match) for n, text in titles.items() if (match := judge(title_of(text), post, RARITY))]
    assert {n for n, _ in chosen(matches, lambda a, b: titles[a] == titles[b])} == {1, 2, 3, 4}
    assert {n for n, _ in chosen(matches, lambda a, b: a == b)} == {1, 2, 3}


@given(st.text(max_size=300), st.text(max_size=600))
def test_nothing_written_breaks_it(title: str, text: str) -> None:
    post = post_of("", text)
    keys_of_post(post, frozenset(post.words))
    keys_of_title(title_of(title))
    match = judge(title_of(title), post, RARITY)
    assert match is None or 0.8 <= match.confidence <= 1.0

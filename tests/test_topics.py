"""Phrases: where runs end, what compares as equal, what is stored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.topics import (
    ENDS,
    FLAGS,
    SEPARATOR,
    STARTS,
    Phrases,
    bare,
    extract,
    extract_all,
    key_of,
    phrase_key,
    unit_key,
)
from tracker.topics.extraction import BATCH
from tracker.topics.folding import tokens

GRAPH_NEURAL_NETWORK = -3_881_516_140_766_930_276
"""Stored keys must still be found by a later version."""


def keys_of(title: str, text: str = "") -> set[int]:
    return set(bare(extract(title, text).body).tolist())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GANs", "Generative Adversarial Network"),
        ("generative-adversarial networks", "Generative Adversarial Networks"),
        ("pre-training", "Pretraining"),
        ("self supervised learning", "Self-Supervised Learning"),
        ("LLM agents", "large language model agent"),
        ("LLM-based agents", "LLM agent"),
        ("Schrödinger bridges", "Schrodinger Bridge"),
        ("optimisation", "optimization"),
        ("Bayes' rule", "Bayes rule"),
        ("deep RL", "deep reinforcement learning"),
        ("Gemini 3.1 Pro", "Gemini-3.1-Pro"),
        ("GPT 5", "GPT-5"),
        ("$\\alpha$-divergence", "alpha-divergence"),
    ],
)
def test_forms_of_one_name_have_one_key(one: str, other: str) -> None:
    assert phrase_key(one) == phrase_key(other) != 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("graph neural networks", "neural graph networks"),
        ("bias", "bia"),
        ("statistics", "statistic"),
        ("rag doll", "RAG doll"),
    ],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert phrase_key(one) != phrase_key(other)


def test_runs_end_at_punctuation_and_stop_words() -> None:
    found = extract("Graph Networks for Molecules: A Study of Attention", "")
    assert "Graph Networks" in found.surfaces
    assert "Molecules" in found.surfaces
    assert not any("for" in one.split() or ":" in one for one in found.surfaces)
    assert not any("Molecules" in one and "Attention" in one for one in found.surfaces)


def test_a_compound_is_one_unit_and_a_title_phrase_has_at_most_four() -> None:
    found = extract("Deep Self-Supervised Contrastive Visual Representation Learning", "").surfaces
    assert "Self" not in found
    assert "Self-Supervised" in found
    assert max(len(one.split()) for one in found) == 4


def test_abstracts_have_runs_of_three() -> None:
    found = keys_of("A title", "Deep contrastive visual representation learning works.")
    assert phrase_key("contrastive visual representation") in found
    assert phrase_key("deep contrastive visual representation") not in found


def test_bits_tell_where_a_phrase_stands_in_its_run() -> None:
    phrases = extract("Offline Reinforcement Learning", "")
    bits = dict(zip(phrases.surfaces, (phrases.title & FLAGS).tolist(), strict=True))
    assert bits["Offline"] == STARTS
    assert bits["Learning"] == ENDS
    assert bits["Offline Reinforcement Learning"] == STARTS | ENDS
    assert bits["Reinforcement"] == 0


def test_latex_leaves_no_garbage() -> None:
    found = extract(r"An $\mathcal{O}(n^2)$ Bound for \textbf{Kernel} Methods with $k$-Means", "").surfaces
    assert {"Kernel", "k-Means"} <= set(found)
    assert not any("$" in one or "\\" in one or "mathcal" in one for one in found)


def test_numbers_and_signs_name_nothing() -> None:
    assert extract("2024 100% 3.5", "").surfaces == ()
    assert extract("", "").body.size == 0
    assert unit_key("the") == unit_key("2024") == unit_key("efficiently") == ""


def test_a_version_belongs_to_its_name_and_other_numbers_do_not() -> None:
    assert extract("Opus 4.6 beats Llama 3", "").surfaces == ("Opus 4.6", "Opus 4.6 beats", "Opus 4.6 beats Llama 3", "beats", "beats Llama 3", "Llama 3")  # fmt: skip
    assert extract("ICLR 2025: BLEU 42% of 3 models, top 5", "").surfaces == ("ICLR", "BLEU", "models", "top")


def test_who_is_addressed_is_no_topic() -> None:
    assert extract("@JaneDoe and Cline ask @some_lab for pass@k", "").surfaces == ("Cline", "Cline ask", "ask", "pass")


def test_title_and_body_share_keys_and_body_is_sorted_and_distinct() -> None:
    phrases = extract("Federated Learning", "We study federated learning. Federated learning is distributed.")
    assert set(bare(phrases.title).tolist()) <= set(bare(phrases.body).tolist())
    assert len(set(bare(phrases.body).tolist())) == len(phrases.body)


@given(st.text(max_size=120), st.text(max_size=300))
def test_anything_is_survived_and_each_key_has_its_surface(title: str, text: str) -> None:
    phrases = extract(title, text)
    assert len(phrases.title) == len(phrases.surfaces)
    assert Phrases(phrases.titled, phrases.held, SEPARATOR.join(phrases.surfaces)) == phrases


def one_by_one(title: str, text: str) -> Phrases:
    """Return phrases by the definition: each run of each length in turn, without arrays."""
    found: dict[int, list[object]] = {}
    held: dict[int, int] = {}
    for words, longest in ((tokens(title), 4), (tokens(text), 3)):
        letters = [unit_key(word) for word in words]
        for length in range(1, longest + 1):
            for start in range(len(words) - length + 1):
                end = start + length
                if all(letters[start:end]):
                    spread = key_of("".join(letters[start:end]))[0] * 0xD6E8FEB86659FD93 % 2**64
                    key = (spread ^ spread >> 32) & ~FLAGS
                    stands = ENDS * (end == len(words) or not letters[end])
                    stands |= STARTS * (start == 0 or not letters[start - 1])
                    held[key] = held.get(key, 0) | stands
                    if longest == 4:
                        found.setdefault(key, [start, length, " ".join(words[start:end]), 0])[3] |= stands  # type: ignore[operator]
    title_keys = sorted((*place, key) for key, place in found.items())
    return Phrases(
        np.array([key | bits for *_, bits, key in title_keys], dtype="<u8").tobytes(),
        np.array(sorted(key | bits for key, bits in held.items()), dtype="<u8").tobytes(),
        SEPARATOR.join(surface for _, _, surface, _, _ in title_keys),
    )


words = st.lists(
    st.sampled_from(
        [
            "graph",
            "Graphs",
            "of",
            "neural",
            "network",
            "neuralnetwork",
            ",",
            "pre-training",
            "pre",
            "training",
            "the",
            "GAN",
            "—",
            "2.5",
            "ß",
        ]
    )
).map(" ".join)
texts = st.tuples(words, words | st.text(max_size=80))


@given(st.lists(texts, max_size=12))
def test_many_texts_at_once_give_what_each_gives_by_the_definition(given_texts: list[tuple[str, str]]) -> None:
    assert extract_all(given_texts) == [one_by_one(title, text) for title, text in given_texts]


def test_more_texts_than_a_batch_holds_come_back_in_order() -> None:
    many = [(f"Title of w{number}x", "") for number in range(2 * BATCH + 1)]
    assert [one.surfaces[-1] for one in extract_all(many)] == [f"w{number}x" for number in range(2 * BATCH + 1)]


def test_keys_are_stable_over_versions_and_hash_seeds() -> None:
    assert phrase_key("graph neural network") == GRAPH_NEURAL_NETWORK

"""The page of a topic over a real store: found by any spelling, counted as of a day, told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import NOW, paper, post

from tracker.errors import NotFoundError
from tracker.forms.topic import to_text
from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAYS = ("2026-03-30", "2026-04-20", "2026-05-05", "2026-05-06", "2026-05-12", "2026-05-13")


@pytest.fixture
def filled(session: Session, lines: Callable[..., Path]) -> Session:
    papers = [
        paper(n, title=f"Sparse widgets for problem {n}", abstract="We study sparse widgets.", date=day)
        for n, day in enumerate(DAYS)
    ]
    others = [paper(50 + n, title=f"Dense things {n}", date=day) for n, day in enumerate(DAYS * 3)]
    said = [
        post(
            n, text=f"I like sparse widgets, thought {n}", author=f"voice{n % 2}", created_at=f"2026-05-1{n}T10:00:00Z"
        )
        for n in range(4)
    ]
    session.import_files([lines(*papers, *others, *said)])
    return session


@pytest.mark.parametrize("name", ["sparse widgets", "Sparse Widget", "sparse-widgets", "SPARSE-WIDGETS"])
def test_a_topic_is_found_in_any_spelling(filled: Session, name: str) -> None:
    text = to_text(filled.topic(name), 80)
    assert text.startswith("Sparse widgets")
    assert "6 papers" in text
    assert "2 people" in text


def test_an_acronym_may_be_typed_in_small_letters(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files(
        [lines(*(paper(n, title=f"LLM agents for problem {n}", date=day) for n, day in enumerate(DAYS)))]
    )
    assert session.topic("llm agents").papers_in_all == session.topic("LLM agents").papers_in_all == len(DAYS)


def test_nothing_later_than_the_day_is_looked_at(filled: Session, lines: Callable[..., Path]) -> None:
    before = to_text(filled.topic("sparse widgets", as_of="2026-05-06"), 80)
    assert "4 papers" in before
    assert "problem 5" not in before
    assert "voice" not in before
    filled.import_files([lines(paper(90, title="Sparse widgets again", date="2026-05-14"))])
    again = Session(filled.home, clock=lambda: NOW)
    assert to_text(again.topic("sparse widgets", as_of="2026-05-06"), 80) == before
    assert "7 papers" in to_text(again.topic("sparse widgets"), 80)


def test_a_phrase_that_nothing_holds_is_an_error_with_a_remedy(filled: Session) -> None:
    with pytest.raises(NotFoundError) as refused:
        filled.topic("quantum bananas")
    assert "quantum bananas" in refused.value.message.lower()
    assert refused.value.remedy


def test_outside_text_stays_text(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(*(paper(n, title=f"Sparse widgets [b]\x1b[31m{n}", date=DAYS[n]) for n in range(4)))])
    text = to_text(session.topic("sparse widgets"), 80)
    assert "\x1b" not in text
    assert "[b]" in text

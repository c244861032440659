from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import QueryError
from tracker.query import Filter, parse

TODAY = date(2026, 5, 18)


def test_words_phrases_and_exclusions() -> None:
    query = parse('graph "neural network" -vision C++ GPT-4', TODAY)
    assert query.words == ("graph", "C++", "GPT-4")
    assert query.phrases == ("neural network",)
    assert query.excluded == ("vision",)
    assert query.text == "graph neural network C++ GPT-4"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("venue:nips year:2023..2025", Filter(venues=("NeurIPS",), years=(2023, 2025))),
        ("year:2024", Filter(years=(2024, 2024))),
        ("year:2024..", Filter(years=(2024, None))),
        ("since:7d before:2026-W20", Filter(since="2026-05-11", before="2026-05-11")),
        ("is:unread is:starred", Filter(states=frozenset({"unread", "starred"}))),
        ("kind:papers has:mentions", Filter(kind="paper", has=frozenset({"mentions"}))),
        ('author:"Yann LeCun" -venue:ICML', Filter(authors=("Yann LeCun",), excluded=(("venue", "ICML"),))),
        ("tag:to-read topic:world-models", Filter(tags=("to-read",), topics=("world-models",))),
    ],
)
def test_filters(line: str, expected: Filter) -> None:
    assert parse(line, TODAY).filter == expected


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("venu:ICML", "venue:"),
        ("is:unred", "is:unread"),
        ("has:codes", "has:code"),
        ("autor:x", "author:"),
        ("year:abc", "year:2024"),
        ("since:soon", "7d"),
        ("kind:talk", "kind:paper"),
        ("-since:7d", "excluded"),
    ],
)
def test_an_unknown_filter_names_the_nearest(line: str, nearest: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(line, TODAY)
    assert nearest in str(error.value)


@pytest.mark.parametrize("line", ["https://example.org/x", "SCAN: learning", "a::b", "ratio 1:2", "10:30"])
def test_a_colon_in_a_word_is_no_filter(line: str) -> None:
    assert parse(line, TODAY).filter == Filter()


@given(st.text(max_size=200))
def test_any_line_parses_or_says_why(line: str) -> None:
    try:
        parse(line, TODAY)
    except QueryError as error:
        assert error.message

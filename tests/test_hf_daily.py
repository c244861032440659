"""The daily papers of Hugging Face: which days are asked for, and how far."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Asked, Reply, reply_json, serving

from tracker import times
from tracker.config import Source
from tracker.errors import ConfigError, FetchError
from tracker.fetch import hf_daily
from tracker.fetch.hf_daily import DailyPapersFetcher, days_to_read
from tracker.http import HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tracker.ports import Batch

TODAY = date(2026, 9, 21)  # a Monday


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: datetime(2026, 9, 21, 9, tzinfo=UTC))


def listed(day: str, count: int, page: int = 0) -> list[dict[str, Any]]:
    first = int(day[-2:]) * 100 + page * hf_daily.PAGE_SIZE
    return [
        {"paper": {"id": f"2609.{90_000 + first + n}", "title": f"Paper {first + n}", "upvotes": n}, "numComments": 0}
        for n in range(count)
    ]


def fetched(answer: Callable[[Asked], Reply], cursor: Mapping[str, Any] | None = None) -> tuple[list[Batch], list[str]]:
    with serving(answer) as server, HttpClient(gap_scale=0.0) as client:
        source = Source(kind="hf_daily", name="test", options={}, base=server.base)
        batches = list(DailyPapersFetcher().fetch(source, cursor or {}, client))
        return batches, [f"{one.query['date']} {one.query.get('p', '0')}" for one in server.asked]


@pytest.mark.parametrize(
    ("known", "first", "count"),
    [
        (None, date(2026, 9, 18), 4),
        ("2026-09-20", date(2026, 9, 18), 4),
        ("2026-09-10", date(2026, 9, 10), 12),
        ("2026-01-01", date(2026, 8, 23), 30),
        ("2027-01-01", date(2026, 9, 18), 4),
        ("soon", date(2026, 9, 18), 4),
        (7, date(2026, 9, 18), 4),
    ],
)
def test_days(known: object, first: date, count: int) -> None:
    days = days_to_read(known, TODAY, 4)
    assert (days[0], days[-1], len(days)) == (first, TODAY, count)


def test_each_of_the_last_days_is_read_and_weekends_are_empty() -> None:
    batches, asked = fetched(lambda a: reply_json([] if a.query["date"][-2:] in {"19", "20"} else listed("18", 2)))
    assert asked == ["2026-09-18 0", "2026-09-19 0", "2026-09-20 0", "2026-09-21 0"]
    assert [len(batch.records) for batch in batches] == [2, 0, 0, 2]
    assert batches[-1].cursor == {"day": "2026-09-21"}


def test_long_lists_are_read_page_by_page() -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.query.get("p", "0"))
        return reply_json(listed("21", 50 if page == 0 else 7, page) if asked.query["date"] == "2026-09-21" else [])

    batches, asked = fetched(answer, {"day": "2026-09-20"})
    assert asked[-2:] == ["2026-09-21 0", "2026-09-21 1"]
    assert len(batches[-1].records) == 57


def test_a_page_that_only_repeats_is_the_last() -> None:
    _, asked = fetched(lambda a: reply_json(listed("21", 50)))
    assert len(asked) == 8


def test_the_list_of_today_may_not_be_open_yet() -> None:
    def answer(asked: Asked) -> Reply:
        is_today = asked.query["date"] == "2026-09-21"
        return reply_json({"error": "date"}, 400) if is_today else reply_json(listed(asked.query["date"], 1))

    batches, asked = fetched(answer)
    assert len(asked) == 4
    assert batches[-1].cursor == {"day": "2026-09-20"}


def test_an_older_list_that_is_refused_is_an_error() -> None:
    with pytest.raises(FetchError, match=r"\(400\)"):
        fetched(lambda a: reply_json({"error": "date"}, 400))


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("https://huggingface.co/papers", True),
        ("hf.co/papers/", True),
        ("https://huggingface.co/papers/date/2026-09-18", True),
        ("https://huggingface.co/papers/2609.90001", False),
        ("https://huggingface.co/papers/trending", False),
        ("https://huggingface.co/blog", False),
        ("https://huggingface.co", False),
        ("papers", False),
    ],
)
def test_what_a_person_pastes(text: str, is_it: bool) -> None:
    assert DailyPapersFetcher().recognise(text) == ({} if is_it else None)


@pytest.mark.parametrize("options", [{"days": 31}, {"days": "3"}, {"date": "2026-09-18"}])
def test_wrong_options_are_told(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        DailyPapersFetcher().check(Source(kind="hf_daily", name="x", options=options))

"""Hacker News against a small search service that filters and cuts as the real one does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Asked, Reply, reply_json, serving

from tracker import times
from tracker.config import Source
from tracker.errors import ConfigError, FetchError
from tracker.fetch import hackernews
from tracker.fetch.hackernews import HackerNewsFetcher, is_of
from tracker.http import HttpClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopback import Serving

    from tracker.models import Record
    from tracker.ports import Batch

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)


class Search:
    """The service: stories with tags, and a clock."""

    def __init__(self) -> None:
        self.stories: dict[int, dict[str, Any]] = {}
        self.now = NOW
        self.broken_after = 1_000

    def add(self, number: int, days_ago: float, *tags: str, points: int = 10, url: str | None = None) -> None:
        self.stories[number] = {
            "objectID": str(number),
            "title": f"Story {number}",
            "url": url or f"https://gates.example.org/{number}",
            "author": "ada",
            "points": points,
            "num_comments": 1,
            "created_at_i": int((NOW - timedelta(days=days_ago)).timestamp()),
            "_tags": ["story", "author_ada", f"story_{number}", *tags],
        }

    def answer(self, asked: Asked) -> Reply:
        self.broken_after -= 1
        if self.broken_after < 0:
            return Reply("no", 500)
        found = [s for s in self.stories.values() if self._fits(s, asked.query)]
        found.sort(key=lambda s: -s["created_at_i"])
        return reply_json({"hits": found[: int(asked.query["hitsPerPage"])], "nbHits": len(found)})

    def _fits(self, story: dict[str, Any], query: Mapping[str, str]) -> bool:
        groups = re.findall(r"\(([^)]*)\)|([^,()]+)", query["tags"])
        tagged = all(any(tag in story["_tags"] for tag in (either or one).split(",")) for either, one in groups)
        for name, sign, value in re.findall(r"(\w+)(>=|<=|>)(\d+)", query.get("numericFilters", "")):
            mine, bound = story[name], int(value)
            if not {">": mine > bound, ">=": mine >= bound, "<=": mine <= bound}[sign]:
                return False
        return tagged and (query.get("restrictSearchableAttributes") != "url" or query["query"][:4] in story["url"])


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Search:
    made = Search()
    monkeypatch.setattr(times, "now", lambda: made.now)
    return made


@pytest.fixture
def server(search: Search) -> Iterator[Serving]:
    with serving(search.answer) as running:
        yield running


def fetched(server: Serving, cursor: Mapping[str, Any] | None = None, **options: Any) -> list[Batch]:
    source = Source(kind="hackernews", name="test", options=options, base=server.base)
    fetcher = HackerNewsFetcher()
    fetcher.check(source)
    with HttpClient(gap_scale=0.0) as client:
        return list(fetcher.fetch(source, cursor or {}, client))


def records(batches: list[Batch]) -> dict[str, Record]:
    return {record.key: record for batch in batches for record in batch.records}


def test_a_month_is_read_at_first_in_pages_then_the_last_days(
    server: Serving, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hackernews, "PAGE_SIZE", 3)
    for number in range(1, 11):
        search.add(number, days_ago=number / 2 - 0.4)
    search.add(20, days_ago=29)
    search.add(21, days_ago=31)
    first = fetched(server, list="newest")
    assert len(records(first)) == 11
    assert {tuple(batch.cursor) for batch in first[:-1]} == {()}  # nothing is claimed before the last page is there
    cursor = first[-1].cursor
    assert cursor == {"newest": search.stories[1]["created_at_i"]}
    search.stories[4]["points"] = 99
    again = records(fetched(server, cursor, list="newest"))
    assert again["hackernews:4"].engagement["points"] == 99.0
    assert "hackernews:10" not in again


def test_what_came_in_a_long_pause_is_read(server: Serving, search: Search) -> None:
    search.add(1, days_ago=0)
    cursor = fetched(server, author="ada")[-1].cursor
    search.now = NOW + timedelta(days=40)
    search.add(2, days_ago=-5)
    assert "hackernews:2" in records(fetched(server, cursor, author="ada"))


def test_a_story_from_the_future_hides_nothing(server: Serving, search: Search) -> None:
    search.add(1, days_ago=-900)
    search.add(2, days_ago=1)
    assert fetched(server, list="newest")[-1].cursor == {"newest": search.stories[2]["created_at_i"]}


def test_more_than_is_read_at_once_is_said(server: Serving, search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hackernews, "PAGE_SIZE", 2)
    monkeypatch.setattr(hackernews, "PAGES", 3)
    for number in range(1, 30):
        search.add(number, days_ago=number / 10)
    batches = fetched(server, list="newest")
    assert len(server.asked) == 3
    assert batches[-1].problems == ["Only the newest 6 stories were read; a number of points makes them fewer."]


def test_a_full_page_of_one_second_is_no_loop(server: Serving, search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hackernews, "PAGE_SIZE", 2)
    for number in range(1, 6):
        search.add(number, days_ago=1)
    fetched(server, list="newest")
    assert len(server.asked) == 2


def test_stories_that_left_the_front_page_are_read_again_while_they_live(server: Serving, search: Search) -> None:
    search.add(1, 0.5, "front_page")
    search.add(2, 0.1, "front_page")
    search.add(3, 0.1)
    first = fetched(server)
    assert records(first).keys() == {"hackernews:1", "hackernews:2"}
    search.stories[1]["_tags"].remove("front_page")
    search.stories[1]["points"] = 400
    second = fetched(server, first[-1].cursor)
    assert records(second)["hackernews:1"].engagement["points"] == 400.0
    assert server.asked[-1].query["tags"] == "story,(story_1)"
    search.now = NOW + timedelta(days=2.7)
    third = fetched(server, second[-1].cursor)
    assert third[-1].cursor["living"].keys() == {"2"}


def test_many_living_stories_are_asked_for_in_groups(server: Serving, search: Search) -> None:
    for number in range(1, 251):
        search.add(number, 0.5)
    living = {str(n): s["created_at_i"] for n, s in search.stories.items()}
    assert len(records(fetched(server, {"living": living}))) == 250
    assert len(server.asked) == 4


@pytest.mark.parametrize("cursor", [{"living": [1]}, {"living": {"1": "x"}}, {"newest": "x"}, {"newest": None}])
def test_a_cursor_of_another_shape_is_no_cursor(server: Serving, search: Search, cursor: dict[str, Any]) -> None:
    search.add(1, 0.5, "front_page")
    assert len(records(fetched(server, cursor))) == 1
    assert len(records(fetched(server, cursor, list="newest"))) == 1


def test_a_page_that_fails_ends_the_source_after_what_was_read(
    server: Serving, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hackernews, "PAGE_SIZE", 2)
    for number in range(1, 6):
        search.add(number, days_ago=number)
    search.broken_after = 1
    source = Source(kind="hackernews", name="test", options={"list": "newest"}, base=server.base)
    with HttpClient(gap_scale=0.0) as client:
        batches = HackerNewsFetcher().fetch(source, {"newest": 7}, client)
        first = next(batches)
        assert len(first.records) == 2
        assert first.cursor == {"newest": 7}
        with pytest.raises(FetchError, match="fault of its own"):
            next(batches)


def test_points_and_site_go_into_the_question(server: Serving, search: Search) -> None:
    search.add(1, 0.5, points=200, url="https://arxiv.org/abs/2609.99001")
    search.add(2, 0.5, points=20, url="https://arxiv.org/abs/2609.99002")
    search.add(3, 0.5, points=200, url="https://arxiv.example.org/abs/2609.99003")
    assert records(fetched(server, domain="arxiv.org", points=100)).keys() == {"hackernews:1"}
    assert server.asked[0].query["query"] == "arxiv.org"
    assert records(fetched(server, domain="https://www.ArXiv.org/abs/")).keys() == {"hackernews:1", "hackernews:2"}


@pytest.mark.parametrize(
    ("url", "domain", "expected"),
    [
        ("https://arxiv.org/abs/1", "arxiv.org", True),
        ("https://export.arxiv.org/abs/1", "arxiv.org", True),
        ("https://notarxiv.org/abs/1", "arxiv.org", False),
        ("https://github.com/HuggingFace/x", "github.com/huggingface", True),
        ("https://github.com/huggingface", "github.com/huggingface", True),
        ("https://github.com/huggingfaces", "github.com/huggingface", False),
        ("https://[", "arxiv.org", False),
        ("", "arxiv.org", False),
    ],
)
def test_the_site_of_a_story(url: str, domain: str, expected: bool) -> None:
    assert is_of(url, domain) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hn", {"list": "front_page"}),
        ("HackerNews", {"list": "front_page"}),
        ("hn: graph networks", {"query": "graph networks"}),
        ("https://news.ycombinator.com/", {"list": "front_page"}),
        ("news.ycombinator.com/newest", {"list": "newest"}),
        ("https://news.ycombinator.com/from?site=arxiv.org", {"domain": "arxiv.org"}),
        ("https://news.ycombinator.com/submitted?id=ada", {"author": "ada"}),
        ("https://hn.algolia.com/?q=x&query=gates", {"query": "gates"}),
        ("https://news.ycombinator.com/item?id=1", None),
        ("https://news.ycombinator.com.example.org/", None),
        ("https://example.org/hn", None),
        ("hnrss", None),
        ("hn://words", None),
        ("", None),
    ],
)
def test_what_a_person_pastes(text: str, expected: dict[str, Any] | None) -> None:
    fetcher = HackerNewsFetcher()
    assert fetcher.recognise(text) == expected
    if expected:
        fetcher.check(Source(kind="hackernews", name="x", options=expected))


@pytest.mark.parametrize("options", [{"list": "best"}, {"points": "many"}, {"days": 0}, {"query": 7}, {"tag": "x"}])
def test_wrong_options_are_told(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        HackerNewsFetcher().check(Source(kind="hackernews", name="x", options=options))

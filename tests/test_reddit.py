"""Reddit as Atom: the private feed stays private, holes are filled, refusals are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from loopback import Asked, Reply, serving

from tracker.config import Source
from tracker.errors import ConfigError, FetchError
from tracker.fetch import reddit
from tracker.fetch.reddit import RedditFetcher, split
from tracker.http import HttpClient
from tracker.http.client import GAPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from loopback import Serving

    from tracker.ports import Batch

ATOM = {"content-type": "application/atom+xml"}


@pytest.fixture(autouse=True)
def _no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRACKER_REDDIT_FEED", "TRACKER_REDDIT_USER"):
        monkeypatch.delenv(name, raising=False)


def entry(number: int) -> str:
    page = f"https://www.reddit.com/r/x1/comments/p{number}/t/"
    return (
        f'<entry><id>t3_p{number}</id><title>Post {number}</title><link href="{page}"/><author><name>/u/ada</name></author>'
        f"<published>2026-09-{1 + number // 24:02}T{number % 24:02}:00:00+00:00</published></entry>"
    )


class Subreddit:
    """Posts 0 to `newest`, one an hour, 30 a page."""

    def __init__(self) -> None:
        self.newest = 99

    def answer(self, asked: Asked) -> Reply:
        first = int(asked.query["after"].removeprefix("t3_p")) - 1 if "after" in asked.query else self.newest
        entries = "".join(entry(number) for number in range(first, max(first - 30, -1), -1))
        return Reply(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x1</title>{entries}</feed>', headers=ATOM)


@pytest.fixture
def subreddit() -> Subreddit:
    return Subreddit()


@pytest.fixture
def server(subreddit: Subreddit) -> Iterator[Serving]:
    with serving(subreddit.answer) as running:
        yield running


def fetched(base: str, cursor: Mapping[str, Any] | None = None, **options: Any) -> list[Batch]:
    source = Source(kind="reddit", name="test", options={"subreddit": "x1"} | options, base=base)
    fetcher = RedditFetcher()
    fetcher.check(source)
    with HttpClient(gap_scale=0.0) as client:
        return list(fetcher.fetch(source, cursor or {}, client))


def keys(batches: list[Batch]) -> list[str]:
    return [record.key for batch in batches for record in batch.records]


def refused(answer: Callable[[Asked], Reply]) -> FetchError:
    with serving(answer) as server, pytest.raises(FetchError) as caught:
        fetched(server.base)
    return caught.value


def test_the_first_sync_reads_one_page(server: Serving) -> None:
    batches = fetched(server.base)
    assert len(keys(batches)) == 30
    assert batches[-1].cursor == {"newest": "2026-09-05T03:00:00Z"}
    (asked,) = server.asked
    assert asked.path == "/r/x1/new/.rss"
    assert asked.query == {"limit": "100"}


def test_what_came_since_is_read_page_by_page(server: Serving, subreddit: Subreddit) -> None:
    cursor = fetched(server.base)[-1].cursor
    subreddit.newest = 150
    batches = fetched(server.base, cursor)
    assert {f"reddit:t3_p{number}" for number in range(99, 151)} <= set(keys(batches))
    assert [batch.cursor for batch in batches] == [cursor, {"newest": "2026-09-07T06:00:00Z"}]
    assert server.asked[-1].query["after"] == "t3_p121"


def test_more_than_three_pages_is_said(server: Serving, subreddit: Subreddit) -> None:
    cursor = fetched(server.base)[-1].cursor
    subreddit.newest = 400
    batches = fetched(server.base, cursor)
    assert len(server.asked) == 1 + reddit.PAGES
    assert batches[-1].problems == [
        "There were more posts since the last sync than are read at once; the oldest were left out."
    ]


def test_other_orders_are_one_page(server: Serving, subreddit: Subreddit) -> None:
    cursor = fetched(server.base)[-1].cursor
    subreddit.newest = 400
    fetched(server.base, cursor, sort="top", time="week", subreddit=["x1", "r/y1"])
    (asked,) = server.asked[1:]
    assert asked.path == "/r/x1+y1/top/.rss"
    assert asked.query["t"] == "week"


def test_the_private_feed_goes_along_and_is_not_shown(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_REDDIT_FEED", "hush-hush")
    monkeypatch.setenv("TRACKER_REDDIT_USER", "ada-login")
    batches = fetched(server.base)
    assert server.asked[0].query.items() >= {"feed": "hush-hush", "user": "ada-login"}.items()
    assert "hush" not in repr(batches)
    with serving(lambda a: Reply("no", 403)) as closed, pytest.raises(FetchError) as caught:
        fetched(closed.base)
    assert "hush" not in repr((caught.value, caught.value.remedy, str(caught.value.__cause__)))


def test_half_a_private_feed_is_told(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_REDDIT_FEED", "hush-hush")
    with pytest.raises(FetchError, match="Set TRACKER_REDDIT_USER too") as caught:
        fetched(server.base)
    assert caught.value.state == "login"
    assert server.asked == []


def test_refusals() -> None:
    wall = Reply("<html><body>You have been blocked by network security.</body></html>", 403)
    assert (refused(lambda a: wall).state, refused(lambda a: wall).message) == (
        "login",
        "Reddit does not show r/x1 without a login (403).",
    )
    slow = refused(lambda a: Reply("", 429, {"retry-after": "45"}))
    assert (slow.state, slow.retry_after) == ("slowed", 45.0)
    spent = refused(lambda a: Reply("", 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "50"}))
    assert spent.state == "slowed"
    assert "knows no r/x1" in refused(lambda a: Reply("", 404)).message
    assert refused(lambda a: Reply("", 500)).state == "failing"


def test_an_unchanged_list_brings_nothing() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"1"':
            return Reply(status=304)
        body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry(1)}</feed>'
        return Reply(body, headers=ATOM | {"etag": '"1"'})

    source = Source(kind="reddit", name="test", options={"subreddit": "x1"})
    with serving(answer) as server, HttpClient(gap_scale=0.0) as client:
        there = Source(kind="reddit", name="test", options=source.options, base=server.base)
        assert len(list(RedditFetcher().fetch(there, {}, client))) == 1
        assert list(RedditFetcher().fetch(there, {}, client)) == []


def test_reddit_is_asked_once_a_minute() -> None:
    assert GAPS["reddit.com"] == 60.0


def test_words_of_an_author_are_no_end_of_the_text() -> None:
    body = '<p>submitted by <a href="https://example.org/a">ada</a></p><p>and <a href="https://example.org/b">[link]</a></p>'
    content = (
        f'{body} &#32; submitted by &#32; <a href="u"> /u/x </a> <a href="https://example.org/?a=1&amp;b=2">[link]</a>'
    )
    assert split(content) == (body, {"link": "https://example.org/?a=1&b=2"})
    assert split("<p>no footer</p>") == ("<p>no footer</p>", {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r/MachineLearning", {"subreddit": "MachineLearning"}),
        ("/r/a1+LocalLLaMA/", {"subreddit": ["a1", "LocalLLaMA"]}),
        ("https://www.reddit.com/r/MachineLearning/", {"subreddit": "MachineLearning"}),
        (
            "https://old.reddit.com/r/MachineLearning/top/?t=week",
            {"subreddit": "MachineLearning", "sort": "top", "time": "week"},
        ),
        ("https://www.reddit.com/r/MachineLearning.rss", {"subreddit": "MachineLearning"}),
        ("https://www.reddit.com/r/MachineLearning/new/.rss", {"subreddit": "MachineLearning", "sort": "new"}),
        ("https://www.reddit.com/r/x1/comments/abc/title/", None),
        ("https://www.reddit.com/r/x1/about", None),
        ("https://www.reddit.com/user/ada", None),
        ("https://notreddit.com/r/x1", None),
        ("r/a b", None),
        ("r/", None),
        ("MachineLearning", None),
    ],
)
def test_what_a_person_pastes(text: str, expected: dict[str, Any] | None) -> None:
    fetcher = RedditFetcher()
    assert fetcher.recognise(text) == expected
    if expected:
        fetcher.check(Source(kind="reddit", name="x", options=expected))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"subreddit": ""},
        {"subreddit": "no such"},
        {"subreddit": "../../login"},
        {"subreddit": 7},
        {"subreddit": "x1", "sort": "best"},
        {"subreddit": "x1", "time": "week"},
        {"subreddit": "x1", "sort": "top", "time": "decade"},
        {"subreddit": "x1", "limit": 5},
    ],
)
def test_wrong_options_are_told(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        RedditFetcher().check(Source(kind="reddit", name="x", options=options))

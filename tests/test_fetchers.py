"""Every fetcher against the demonstration server, through the real client, over the loopback interface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tracker.config import Source
from tracker.demo import answers
from tracker.demo.server import DemoServer
from tracker.errors import ConfigError, FetchError
from tracker.fetch.arxiv.fetcher import ArxivFetcher, missed
from tracker.fetch.arxiv.rss import authors_of
from tracker.fetch.arxiv.search import query_of
from tracker.fetch.bluesky.fetcher import BlueskyFetcher
from tracker.fetch.conference.fetcher import ConferenceFetcher
from tracker.fetch.feed.fetcher import FeedFetcher, parse
from tracker.http import HttpClient
from tracker.ports import Response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.models import Record
    from tracker.ports import Batch, Fetcher

FETCHERS: dict[str, type[Fetcher]] = {f.kind: f for f in (ArxivFetcher, BlueskyFetcher, ConferenceFetcher, FeedFetcher)}
FRIDAY = date(2026, 9, 18)


@dataclass(frozen=True)
class Paper:
    arxiv_id: str
    title: str
    announced: date
    category: str = "cs.LG"
    categories: tuple[str, ...] = ("cs.LG", "stat.ML")
    abstract: str = "We study a < b & gates."
    authors: tuple[str, ...] = ("Ada Example", "Bo Example")


@dataclass(frozen=True)
class Post:
    key: str
    text: str
    created: datetime
    links: tuple[str, ...] = ()
    author: str = "ada.demo.example"
    display_name: str = "Ada Example"


PAPERS = [Paper(f"2609.{99_000 + n}", f"Paper {n} on gates", FRIDAY - timedelta(days=n // 10)) for n in range(60)]
PAPERS.append(Paper("2609.98000", "Of another field", FRIDAY, category="cs.CR", categories=("cs.CR", "cs.LG")))
POSTS = [
    Post(
        f"post-{n}",
        f"Post {n}: read arxiv.org/abs/2609.{99_000 + n} & think\n\nMore.",
        datetime(2026, 9, 1, 8, tzinfo=UTC) + timedelta(hours=n),
        (f"https://arxiv.org/abs/2609.{99_000 + n}", "https://openreview.net/forum?id=AbCdEf1234"),
    )
    for n in range(130)
]
POSTS.append(Post("other", "Elsewhere", datetime(2026, 9, 2, tzinfo=UTC), author="bo.demo.example"))
LIBRARY: list[dict[str, Any]] = [
    {
        "title": f"Library paper {n}",
        "abstract": "About.",
        "authors": ["Ada Example"],
        "venue": "NeurIPS",
        "year": 2024,
        "status": "accepted",
        "openreview_id": f"Forum{n:05d}",
        "url": None,
        "pdf_url": None,
        "keywords": ["gates"],
    }
    for n in range(3)
]


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(papers=PAPERS, posts=POSTS, library=LIBRARY, day=FRIDAY) as running:
        yield running


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient(gap_scale=0.0) as made:
        yield made


def fetched(
    server: DemoServer,
    client: HttpClient,
    kind: str,
    options: Mapping[str, Any],
    cursor: Mapping[str, Any] | None = None,
) -> list[Batch]:
    source = Source(kind=kind, name="test", options=options, base=server.base)
    fetcher = FETCHERS[kind]()
    fetcher.check(source)
    return list(fetcher.fetch(source, cursor or {}, client))


def records(batches: list[Batch]) -> list[Record]:
    return [record for batch in batches for record in batch.records]


def test_arxiv_daily_list(server: DemoServer, client: HttpClient) -> None:
    batches = fetched(server, client, "arxiv", {"categories": ["cs.LG"]})
    found = records(batches)
    assert len(found) == 11
    assert {r.announced for r in found} == {"2026-09-18"}
    assert found[-1].text == "We study a < b & gates."
    assert found[-1].authors == ("Ada Example", "Bo Example")
    assert batches[-1].cursor == {"day": "2026-09-18", "listed": "2026-09-18"}
    assert fetched(server, client, "arxiv", {"categories": ["cs.LG"]}, batches[-1].cursor) == []  # 304


def test_arxiv_days_that_the_list_has_lost_are_filled(server: DemoServer, client: HttpClient) -> None:
    batches = fetched(server, client, "arxiv", {"categories": ["cs.LG"]}, {"day": "2026-09-15", "listed": "2026-09-15"})
    assert batches[0].cursor["day"] == "2026-09-15"  # nothing is claimed before it is there
    assert batches[-1].cursor == {"day": "2026-09-18", "listed": "2026-09-18"}
    assert {r.key for r in records(batches)} >= {
        f"arxiv:{p.arxiv_id}" for p in PAPERS if p.announced >= date(2026, 9, 15)
    }
    assert "submittedDate" in server.requests[-1]


def test_arxiv_filling_goes_on_where_it_broke_off(server: DemoServer, client: HttpClient) -> None:
    options = {"categories": ["cs.LG"]}
    source = Source(kind="arxiv", name="test", options=options, base=server.base)
    first = next(iter(ArxivFetcher().fetch(source, {"day": "2026-09-15", "listed": "2026-09-15"}, client)))
    again = fetched(server, client, "arxiv", options, first.cursor)  # the list itself is 304 now
    assert again[-1].cursor == {"day": "2026-09-18", "listed": "2026-09-18"}
    assert records(again)


@pytest.mark.parametrize(
    ("known", "listed", "span"),
    [
        ("2026-09-17", "2026-09-18", None),
        ("2026-09-18", "2026-09-21", None),
        ("2026-09-18", "2026-09-18", None),
        (None, "2026-09-18", None),
        ("2026-09-16", "2026-09-18", ("2026-09-17", "2026-09-17")),
        ("2026-09-11", "2026-09-18", ("2026-09-14", "2026-09-17")),
        ("2020-01-01", "2026-09-18", ("2026-08-18", "2026-09-17")),
        ("junk", "2026-09-18", None),
        ("2026-09-21", "2026-09-18", None),
    ],
)
def test_which_days_a_list_has_lost(known: str | None, listed: str, span: tuple[str, str] | None) -> None:
    found = missed(known, listed)
    assert (found and (found[0].isoformat(), found[1].isoformat())) == span


def test_arxiv_query_through_the_package(server: DemoServer, client: HttpClient) -> None:
    batches = fetched(server, client, "arxiv", {"categories": ["cs.LG"], "query": "all:gates", "max_results": 25})
    assert [r.title for r in records(batches)][:1] == ["Paper 9 on gates"]
    assert len(records(batches)) == 25
    assert batches[-1].cursor == {"newest": "2026-09-17T17:00:00Z"}
    assert len(server.requests) == 1
    query = parse_qs(urlsplit(server.requests[0]).query)
    assert (query["sortBy"], query["max_results"]) == (["submittedDate"], ["25"])
    again = fetched(
        server, client, "arxiv", {"categories": ["cs.LG"], "query": "all:gates", "max_results": 60}, batches[-1].cursor
    )
    assert {r.published for r in records(again)} == {f"2026-09-{day}T17:00:00Z" for day in (14, 15, 16, 17)}


def test_arxiv_pages_of_a_query_come_one_by_one(
    server: DemoServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.fetch.arxiv.api.PAGE_SIZE", 20)
    batches = fetched(server, client, "arxiv", {"categories": ["cs.LG"], "via": "api"})
    assert [len(batch.records) for batch in batches] == [20, 20, 20, 1]
    assert [dict(batch.cursor) for batch in batches[:-1]] == [{}, {}, {}]  # a run that breaks off leaves no hole
    assert len({r.key for r in records(batches)}) == 61


def test_arxiv_query_that_is_too_small_says_so(server: DemoServer, client: HttpClient) -> None:
    batches = fetched(
        server, client, "arxiv", {"query": "all:gates", "max_results": 5}, {"newest": "2026-09-01T00:00:00Z"}
    )
    assert "more than 5" in batches[-1].problems[0]


def test_arxiv_pages_that_never_fill_come_to_an_end(
    server: DemoServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = answers.arxiv_query(PAPERS[:1], {})
    body = short.body.replace(b"<opensearch:totalResults>1<", b"<opensearch:totalResults>100000<")
    monkeypatch.setattr(server, "answer", lambda _path, _query: answers.Answer(200, short.content_type, body))
    with pytest.raises(FetchError, match="fewer papers"):
        fetched(server, client, "arxiv", {"query": "all:gates"})
    assert len(server.requests) <= 5


def test_arxiv_errors_are_told_in_words(
    server: DemoServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "answer", lambda _path, _query: answers._arxiv_error("bad query"))
    with pytest.raises(FetchError, match="arXiv refuses the query: bad query"):
        fetched(server, client, "arxiv", {"query": "all:gates"})


def test_arxiv_query_of_categories_and_words() -> None:
    options = {"categories": ["cs.LG", "stat.ML"], "query": "ti:gates OR abs:gates"}
    assert (
        query_of(Source(kind="arxiv", name="x", options=options))
        == "(cat:cs.LG OR cat:stat.ML) AND (ti:gates OR abs:gates)"
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A B, C D", ("A B", "C D")),
        ("A B (X (Y), Z), C D", ("A B", "C D")),
        ("A B and C D", ("A B", "C D")),
        ("", ()),
        ("A B", ("A B",)),
        ("Andy Anders, Sandy B", ("Andy Anders", "Sandy B")),
    ],
)
def test_arxiv_authors_in_one_text(text: str, names: tuple[str, ...]) -> None:
    assert authors_of(text) == names


def test_conference(server: DemoServer, client: HttpClient) -> None:
    options = {"venue": "neurips", "years": [2024]}
    batches = fetched(server, client, "conference", options)
    assert [r.status for r in records(batches)] == ["Poster"] * 3
    assert records(batches)[0].identifiers[0] == "openreview:Forum00000"
    assert (records(batches)[0].venue, records(batches)[0].year) == ("NeurIPS", 2024)
    assert batches[-1].cursor == {"2024": 3}
    assert fetched(server, client, "conference", options, batches[-1].cursor) == []  # 304


def test_conference_year_that_is_not_out_stops_no_other(server: DemoServer, client: HttpClient) -> None:
    source = Source(kind="conference", name="x", options={"venue": "NeurIPS", "years": [2030, 2024]}, base=server.base)
    found = ConferenceFetcher().fetch(source, {}, client)
    assert len(next(found).records) == 3
    with pytest.raises(FetchError, match="NeurIPS 2030 has no list of papers yet"):
        next(found)


@pytest.mark.parametrize("path", ["feed.xml", "atom.xml", "feed.json"])
def test_feeds_of_every_kind_say_the_same(server: DemoServer, client: HttpClient, path: str) -> None:
    options = {"url": f"{server.base}/{path}?author=ada.demo.example"}
    found = records(fetched(server, client, "feed", options))
    assert len(found) == 50
    newest = found[0]
    assert newest.title == "Post 129: read arxiv.org/abs/2609.99129 & think"
    assert newest.author == "Ada Example"
    assert newest.network == "blog"
    assert newest.links == ("https://arxiv.org/abs/2609.99129", "https://openreview.net/forum?id=AbCdEf1234")
    assert newest.published == "2026-09-06T17:00:00Z"
    assert newest.identifiers[1].startswith("url:127.0.0.1:")
    assert fetched(server, client, "feed", options) == []  # 304


def test_bluesky_pages_until_it_knows_a_post(server: DemoServer, client: HttpClient) -> None:
    options = {"actor": "ada.demo.example"}
    batches = fetched(server, client, "bluesky", options)
    assert [len(batch.records) for batch in batches] == [100, 30]
    assert [dict(batch.cursor) for batch in batches] == [{}, {"newest": "2026-09-06T17:00:00Z"}]
    first = records(batches)[0]
    assert first.links == ("https://arxiv.org/abs/2609.99129", "https://openreview.net/forum?id=AbCdEf1234")
    assert (first.network, first.author, first.authors) == ("bluesky", "ada.demo.example", ("Ada Example",))
    assert first.engagement == {"likes": 0.0, "reposts": 0.0, "replies": 0.0, "quotes": 0.0}
    again = fetched(server, client, "bluesky", options, batches[-1].cursor)
    assert [len(batch.records) for batch in again] == [100]


def test_bluesky_unknown_account(server: DemoServer, client: HttpClient) -> None:
    with pytest.raises(FetchError, match=r"Bluesky knows no account 'nobody\.demo\.example'"):
        fetched(server, client, "bluesky", {"actor": "nobody.demo.example"})


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("arxiv", {}, "categories or a query"),
        ("arxiv", {"categories": "cs LG"}, "no arXiv category"),
        ("arxiv", {"query": "x", "via": "ftp"}, "via"),
        ("arxiv", {"query": "x", "via": "rss"}, "cannot be read via rss"),
        ("arxiv", {"query": "x", "max_results": 0}, "max_results"),
        ("arxiv", {"query": "x", "categorys": ["cs.LG"]}, "is no option"),
        ("arxiv", {"categories": [1]}, "list of texts"),
        ("conference", {"years": [2025]}, "venue"),
        ("conference", {"venue": "KDD", "years": [2025]}, "no conference"),
        ("conference", {"venue": "ICML"}, "years"),
        ("conference", {"venue": "ICML", "years": ["2025"]}, "no year"),
        ("feed", {}, "url"),
        ("feed", {"url": "file:///etc/passwd"}, "no http"),
        ("feed", {"url": 3}, "text"),
        ("bluesky", {}, "actor"),
        ("bluesky", {"actor": "ada"}, "no Bluesky handle"),
        ("bluesky", {"actor": "a.b", "reposts": "yes"}, "true or false"),
    ],
)
def test_wrong_options_are_told(kind: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        FETCHERS[kind]().check(Source(kind=kind, name="mine", options=options))
    assert words in str(caught.value)
    assert "mine" in caught.value.message


def test_the_demonstration_server_refuses_as_the_services_do(server: DemoServer) -> None:
    assert server.answer("/api/query", {"id_list": "abc"}).status == 400
    assert b"incorrect id format for abc" in server.answer("/api/query", {"id_list": "abc"}).body
    assert server.answer("/api/query", {"max_results": "3000"}).status == 400
    assert b"<opensearch:totalResults>1<" in server.answer("/api/query", {"id_list": "2609.98000"}).body
    feed = "/xrpc/app.bsky.feed.getAuthorFeed"
    assert server.answer(feed, {}).status == 400
    assert server.answer(feed, {"actor": "ada.demo.example", "limit": "101"}).status == 400
    assert server.answer(feed, {"actor": "ada.demo.example", "cursor": "garbage"}).status == 500
    assert server.answer("/xrpc/app.bsky.feed.nothing", {}).status == 501
    assert server.answer("/nothing", {}).status == 404
    assert server.answer("/static/virtual/data/icml-2024-orals-posters.json", {}).status == 404


def parsed(body: bytes) -> tuple[list[Record], list[str]]:
    address = "https://blog.example.org/feed"
    answer = Response(url=address, status=200, headers={}, body=body)
    return parse(answer, Source(kind="feed", name="x", options={"url": address}))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<rss version='2.0'><channel>" + b"<a>" * 400_000, "more markup"),
        (b'{"items":' + b"[" * 1_000_000, "cannot be read"),
        (b"<!--" * 300_000, "no RSS"),
    ],
)
def test_feeds_made_to_take_long_are_refused(body: bytes, words: str) -> None:
    with pytest.raises(FetchError, match=words):
        parsed(body)


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE rss [" + b"] " * 400_000 + b"<rss>", b"words" + b"\n" * 1_000_000 + b"<rss>"]
)
def test_what_stands_before_a_feed_takes_no_time(body: bytes) -> None:
    assert parsed(body)[0] == []


def test_feeds_of_many_entries_are_read_from_the_top() -> None:
    items = b"".join(
        b"<item><title>No %d</title><guid>https://blog.example.org/%d</guid><x/></item>" % (n, n) for n in range(2_100)
    )
    found, problems = parsed(b"<rss version='2.0'><channel><title>Many</title>" + items + b"</channel></rss>")
    assert (len(found), found[-1].title) == (2_000, "No 1999")
    assert problems == ["Only the first 2,000 entries were read."]

"""X: what is asked for, page by page and run after run; through a bridge; and that the token shows nowhere."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW
from loopback import Asked, Reply, reply_json, serving
from x_service import FIRST, Service, keys, numbers, read, source_of, timeline

from tracker import config
from tracker.errors import ConfigError, FetchError
from tracker.fetch.x.fetcher import XFetcher
from tracker.http import HttpClient
from tracker.session import Session
from tracker.store.spending import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.ports import Batch


TOKEN = "test-token-AAAA1234"


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_X_BEARER_TOKEN", TOKEN)


@pytest.fixture
def ledger(tmp_path: Path) -> Callable[..., Ledger]:
    return lambda cap=1.0, day="2026-05-18": Ledger(tmp_path / "index" / "tracker.db", cap, lambda: day)


@pytest.fixture
def client(ledger: Callable[..., Ledger]) -> Iterator[HttpClient]:
    with HttpClient(gap_scale=0.0, ledger=ledger(cap=5.0)) as made:
        yield made


# what is asked for


def test_accounts_are_looked_up_once_and_read_from_the_newest_known_post_on(client: HttpClient) -> None:
    service = Service({timeline("ada"): numbers(3), timeline("bo"): numbers(2, FIRST + 100)})
    with serving(service) as server:
        source = source_of(server, users=["ada", "@bo"])
        batches = read(source, client)
        assert keys(batches) == [*numbers(3)[::-1], *numbers(2, FIRST + 100)[::-1]]
        service.posts[timeline("ada")].append(FIRST + 50)
        cursor = json.loads(json.dumps(dict(batches[-1].cursor)))
        again = read(source, client, cursor)
    assert keys(again) == [FIRST + 50]
    assert server.paths == ["/2/users/by", timeline("ada"), timeline("bo"), timeline("ada"), timeline("bo")]
    assert [asked.query.get("since_id") for asked in server.asked[3:]] == [str(FIRST + 2), str(FIRST + 101)]
    assert all(asked.headers["authorization"] == f"Bearer {TOKEN}" for asked in server.asked)
    assert server.asked[1].query["exclude"] == "retweets,replies"


def test_pages_follow_each_other_until_the_known_post_or_max_posts(client: HttpClient) -> None:
    service = Service({timeline("ada"): numbers(60)})
    with serving(service) as server:
        first = read(source_of(server, max_posts=30), client)
        assert len(keys(first)) == 30
        assert [asked.query["max_results"] for asked in server.asked[1:]] == ["25", "5"]
        assert not first[-1].problems
        service.posts[timeline("ada")] += numbers(40, FIRST + 100)
        second = read(source_of(server), client, first[-1].cursor)
        assert keys(second) == numbers(40, FIRST + 100)[::-1]
        service.posts[timeline("ada")] += numbers(40, FIRST + 200)
        third = read(source_of(server, max_posts=20), client, second[-1].cursor)
    assert keys(third) == numbers(40, FIRST + 200)[:19:-1]
    assert third[-1].problems == ["There was more of @ada than was read; older posts are left out."]


def test_a_list_stops_at_the_newest_known_post(client: HttpClient) -> None:
    path = "/2/lists/77/tweets"
    service = Service({path: numbers(40)})
    with serving(service) as server:
        source = source_of(server, users=[], list="77")
        first = read(source, client)
        service.posts[path] += numbers(3, FIRST + 100)
        second = read(source, client, first[-1].cursor)
    assert len(keys(first)) == 40
    assert keys(second)[:3] == numbers(3, FIRST + 100)[::-1]
    assert len(server.asked) == 3
    assert all("since_id" not in asked.query for asked in server.asked)


def test_a_search_asks_after_the_newest_known_post_of_its_last_week(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/2/tweets/search/recent"
    service = Service({path: numbers(2)})
    monkeypatch.setattr("tracker.times.now", lambda: NOW)
    with serving(service) as server:
        source = source_of(server, users=[], search="gates lang:en")
        first = read(source, client)
        read(source, client, first[-1].cursor)
        read(source, client, {"newest": {"search:gates lang:en": "1000000000000000000"}})
    assert [asked.query.get("since_id") for asked in server.asked] == [None, str(FIRST + 1), None]
    assert server.asked[0].query["query"] == "gates lang:en"


def test_the_next_run_begins_where_the_money_ended(ledger: Callable[..., Ledger]) -> None:
    service = Service({timeline("ada"): numbers(10), timeline("bo"): numbers(10, FIRST + 1_000)})
    batches: list[Batch] = []
    with serving(service) as server:
        source = source_of(server, users=["ada", "bo"], max_posts=10)
        with HttpClient(gap_scale=0.0, ledger=ledger(cap=0.14)) as client, pytest.raises(FetchError):
            batches.extend(XFetcher().fetch(source, {}, client))
        assert batches[-1].cursor["turn"] == "user:1002"
        assert 0 < len(keys(batches)) <= 10
        asked = len(server.asked)
        with HttpClient(gap_scale=0.0, ledger=ledger(cap=5.0, day="2026-05-19")) as client:
            rest = read(source, client, batches[-1].cursor)
    assert server.paths[asked] == timeline("bo")
    assert set(numbers(10, FIRST + 1_000)) <= set(keys(rest))
    assert rest[-1].cursor["turn"] == ""


def test_posts_that_the_money_did_not_reach_are_left_out_and_told(ledger: Callable[..., Ledger]) -> None:
    service = Service({timeline("ada"): numbers(100)})
    cursor = {"users": {"ada": ["1001", "ada"]}, "newest": {"user:1001": str(FIRST)}}
    batches: list[Batch] = []
    with serving(service) as server:
        with HttpClient(gap_scale=0.0, ledger=ledger(cap=0.4)) as client, pytest.raises(FetchError) as refused:
            batches.extend(XFetcher().fetch(source_of(server), cursor, client))
        got = keys(batches)
        assert 25 < len(got) < 99
        assert got == numbers(100)[::-1][: len(got)]
        assert "There was more of @ada than was read; older posts are left out." in refused.value.message
        assert refused.value.state == "slowed"
        with HttpClient(gap_scale=0.0, ledger=ledger(cap=0.4, day="2026-05-19")) as client:
            assert not keys(read(source_of(server), client, batches[-1].cursor))
    assert server.asked[-1].query["since_id"] == str(FIRST + 99)


def test_the_end_of_a_limit_is_read_from_its_header(ledger: Callable[..., Ledger]) -> None:
    def answer(asked: Asked) -> Reply:
        headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(1_000_000 + 600)}
        return Reply('{"title": "Too Many Requests"}', 429, headers)

    with (
        serving(answer) as server,
        HttpClient(gap_scale=0.0, ledger=ledger(), now=lambda: 1_000_000.0) as client,
    ):
        with pytest.raises(FetchError) as refused:
            read(source_of(server), client)
        assert (refused.value.state, refused.value.retry_after) == ("slowed", 600.0)
        with pytest.raises(FetchError, match="left alone for another 10 min"):
            read(source_of(server), client)
    assert len(server.asked) == 1
    assert ledger().spent("x") == 0.0


def test_the_token_shows_nowhere(home: Path) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/2/users/by":
            return Service()(asked)
        return reply_json({"title": "Forbidden", "detail": "no", "type": "x/client-forbidden"}, 403)

    with serving(answer) as server:
        (home / "feeds.toml").write_text(
            f'[x]\ndaily_usd = 1.0\n[[source]]\nkind = "x"\nname = "voices"\nusers = ["ada"]\nbase = "{server.base}"\n'
        )
        with closing(Session(home, clock=lambda: NOW, gap_scale=0.0)) as session:
            said = [str(event) for event in session.sync(index=False)]
        assert server.asked[-1].headers["authorization"].endswith(TOKEN)
    assert "X does not let this token read @ada" in "".join(said)
    assert TOKEN not in "".join(said)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.name == "tracker.db" for path in files)
    assert all(TOKEN.encode() not in path.read_bytes() for path in files)
    with sqlite3.connect(home / config.DATABASE) as database:
        assert database.execute("SELECT account, day, usd FROM spending").fetchall() == [("x", "2026-05-18", 0.01)]


def test_without_a_token_nothing_is_asked_nor_spent(
    ledger: Callable[..., Ledger], client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_X_BEARER_TOKEN")
    with serving(Service()) as server, pytest.raises(FetchError) as refused:
        read(source_of(server), client)
    assert refused.value.state == "login"
    assert "TRACKER_X_BEARER_TOKEN" in refused.value.remedy
    assert not server.asked
    assert ledger().spent("x") == 0.0


# a bridge


def feed_of(name: str) -> str:
    items = "".join(
        f"<item><title>Post {number}</title><link>https://bridge.example.org/{name}/status/{number}#m</link>"
        f"<pubDate>Mon, 18 May 2026 08:00:00 GMT</pubDate></item>"
        for number in numbers(2)
    )
    return f'<rss version="2.0"><channel><title>{name} / @{name}</title>{items}</channel></rss>'


def test_a_bridge_is_read_account_by_account_without_token_or_money(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_X_BEARER_TOKEN")

    def answer(asked: Asked) -> Reply:
        if asked.path == "/ada/rss":
            return Reply(feed_of("ada"), headers={"content-type": "application/rss+xml"})
        return Reply("gone", 404)

    with serving(answer) as server, HttpClient(gap_scale=0.0) as client:
        bridge = server.base + "/{name}/rss"
        batches = read(source_of("", users=["ada", "bo"], bridge=bridge), client)
        with pytest.raises(FetchError):
            read(source_of("", users=["bo"], bridge=bridge), client)
    first, *_ = batches[0].records
    assert (first.key, first.url) == (f"x:{FIRST}", f"https://x.com/ada/status/{FIRST}")
    assert (first.network, first.author, first.kind) == ("x", "ada", "post")
    assert len(batches[-1].problems) == 1
    assert all("authorization" not in asked.headers for asked in server.asked)


# options


@pytest.mark.parametrize(
    "chosen",
    [
        {"users": []},
        {"users": ["not a name"]},
        {"users": ["https://x.com/home"]},
        {"list": "words"},
        {"search": "x" * 513},
        {"max_posts": 9},
        {"max_posts": 10_000},
        {"reposts": "yes"},
        {"bridge": "https://bridge.example.org/rss"},
        {"bridge": "ftp://bridge.example.org/{name}"},
        {"bridge": "https://bridge.example.org/{name}", "list": "7"},
        {"bearer": "AAAA"},
    ],
    ids=str,
)
def test_wrong_options_are_refused(chosen: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        XFetcher().check(source_of("", **chosen))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://x.com/karpathy", {"users": ["karpathy"]}),
        ("twitter.com/karpathy/", {"users": ["karpathy"]}),
        ("https://mobile.twitter.com/karpathy?lang=en", {"users": ["karpathy"]}),
        ("x:@karpathy", {"users": ["karpathy"]}),
        ("https://x.com/i/lists/84839422", {"list": "84839422"}),
        ("@karpathy", None),
        ("karpathy", None),
        ("https://x.com/", None),
        ("https://x.com/home", None),
        ("https://x.com/karpathy/status/1", None),
        ("https://netflix.com/karpathy", None),
        ("https://x.com.example.org/karpathy", None),
        ("x:a name", None),
    ],
)
def test_what_is_recognised(text: str, found: dict[str, Any] | None) -> None:
    assert XFetcher().recognise(text) == found

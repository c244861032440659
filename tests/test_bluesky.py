"""Bluesky over several requests, through the real client against a loopback service: paging, everyone followed, logins."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from loopback import listening

from tracker.config import Source
from tracker.errors import ConfigError, FetchError
from tracker.fetch.bluesky import fetcher as bluesky
from tracker.fetch.bluesky import follows as bluesky_follows
from tracker.fetch.bluesky import login as bluesky_login
from tracker.fetch.bluesky.fetcher import BlueskyFetcher
from tracker.fetch.bluesky.posts import record_of
from tracker.http import HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tracker.ports import Batch

Answer = tuple[int, Any]
REFUSED: Answer = (400, {"error": "InvalidRequest", "message": "Profile not found"})


class Network:
    """A loopback service of which each method is a function from parameters and token to (status, JSON)."""

    def __init__(self) -> None:
        self.methods: dict[str, Callable[[dict[str, str], str], Answer]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.base = ""

    def count(self, method: str) -> int:
        return sum(name.endswith(method) for name, _ in self.asked)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        network = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65_536  # head and body in one packet

            def do_GET(self) -> None:
                self.reply(dict(parse_qsl(urlsplit(self.path).query)))

            def do_POST(self) -> None:
                self.reply(json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def reply(self, query: dict[str, str]) -> None:
                method = urlsplit(self.path).path.removeprefix("/xrpc/")
                network.asked.append((method, query))
                token = (self.headers.get("authorization") or "").removeprefix("Bearer ")
                status, answer = network.methods[method](query, token)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler


def serving() -> Iterator[Network]:
    made = Network()
    with listening(made.handler()) as made.base:
        yield made


@pytest.fixture
def network() -> Iterator[Network]:
    yield from serving()


@pytest.fixture
def home_server() -> Iterator[Network]:
    yield from serving()


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient(gap_scale=0.0) as made:
        yield made


@pytest.fixture
def login(home_server: Network, monkeypatch: pytest.MonkeyPatch) -> Network:
    """A server of its own to which the login belongs; sessions are numbered."""
    monkeypatch.setattr(bluesky_login, "_tokens", {})
    for name, value in {"HANDLE": "ada.test", "APP_PASSWORD": "abcd-efgh", "SERVER": home_server.base}.items():
        monkeypatch.setenv(f"TRACKER_BLUESKY_{name}", value)
    home_server.methods["com.atproto.server.createSession"] = lambda query, _token: (
        (200, {"accessJwt": f"token-{home_server.count('createSession')}"})
        if query == {"identifier": "ada.test", "password": "abcd-efgh"}
        else (401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"})
    )
    return home_server


def post(number: int, did: str = "did:plc:ada") -> dict[str, Any]:
    when = f"2026-09-01T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}.500Z"
    return {
        "uri": f"at://{did}/app.bsky.feed.post/p{number}",
        "author": {"did": did, "handle": "ada.test"},
        "record": {"text": f"Post {number}", "createdAt": when},
        "indexedAt": when,
    }


def feed_of(posts: list[dict[str, Any]], key: str = "feed") -> Callable[[dict[str, str], str], Answer]:
    """Answer with the posts, newest first, in pages whose mark is a place."""

    def answer(query: dict[str, str], _token: str) -> Answer:
        start, limit = int(query.get("cursor", "0")), int(query["limit"])
        found = posts[start : start + limit]
        page: dict[str, Any] = {key: [{"post": one} for one in found] if key == "feed" else found}
        return 200, page | ({"cursor": str(start + limit)} if start + limit < len(posts) else {})

    return answer


def newest_first(count: int) -> list[dict[str, Any]]:
    return [post(number) for number in reversed(range(count))]


def source(network: Network, **named: Any) -> Source:
    made = Source(kind="bluesky", name="mine", options=named, base=network.base)
    BlueskyFetcher().check(made)
    return made


def fetched(network: Network, client: HttpClient, cursor: Mapping[str, Any], **named: Any) -> list[Batch]:
    return list(BlueskyFetcher().fetch(source(network, **named), cursor, client))


def sizes(batches: list[Batch]) -> list[int]:
    return [len(batch.records) for batch in batches]


# pages


def test_a_first_sync_reads_two_pages_and_the_next_one_until_a_known_post(network: Network, client: HttpClient) -> None:
    network.methods["app.bsky.feed.getAuthorFeed"] = feed_of(newest_first(500))
    first = fetched(network, client, {}, actor="ada.test")
    assert sizes(first) == [100, 100]
    assert [batch.cursor for batch in first] == [{}, {"newest": "2026-09-01T00:08:19Z"}]
    assert first[-1].problems == []
    network.methods["app.bsky.feed.getAuthorFeed"] = feed_of(newest_first(850))
    again = fetched(network, client, first[-1].cursor, actor="ada.test")
    assert sizes(again) == [100, 100, 100, 100]  # 350 new ones
    assert again[-1].cursor == {"newest": "2026-09-01T00:14:09Z"}
    assert again[-1].problems == []


def test_more_than_one_sync_reads_is_told(
    network: Network, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky, "LATER_PAGES", 3)
    network.methods["app.bsky.feed.getAuthorFeed"] = feed_of(newest_first(500))
    batches = fetched(network, client, {"newest": "2026-09-01T00:00:09Z"}, actor="ada.test")
    assert sizes(batches) == [100, 100, 100]
    assert "missing" in batches[-1].problems[0]


def test_marks_that_never_end_do(network: Network, client: HttpClient) -> None:
    network.methods["app.bsky.feed.getAuthorFeed"] = lambda _query, _token: (200, {"feed": [], "cursor": "again"})
    assert sizes(fetched(network, client, {"newest": "2026-09-01T00:00:09Z"}, actor="ada.test")) == [0] * 20


def test_a_ranked_feed_is_read_until_nothing_on_a_page_is_new(network: Network, client: HttpClient) -> None:
    new, old = newest_first(1_000)[:150], newest_first(500)
    mixed = [one for pair in zip(new, old, strict=False) for one in pair] + old[150:]
    network.methods["com.atproto.identity.resolveHandle"] = lambda _query, _token: (200, {"did": "did:plc:ben"})
    network.methods["app.bsky.feed.getFeedGenerator"] = lambda _query, _token: (200, {"view": {}})
    network.methods["app.bsky.feed.getFeed"] = feed_of(mixed)
    feed = "https://bsky.app/profile/ben.test/feed/papers"
    assert sizes(fetched(network, client, {"newest": "2026-09-01T00:08:19Z"}, feed=feed)) == [100] * 4
    assert network.asked[-1][1]["feed"] == "at://did:plc:ben/app.bsky.feed.generator/papers"


def test_a_page_that_fails_leaves_what_came_before_it(network: Network, client: HttpClient) -> None:
    whole = feed_of(newest_first(500))
    fault: Answer = (500, {"error": "InternalServerError", "message": "Internal Server Error"})
    network.methods["app.bsky.feed.getAuthorFeed"] = lambda query, token: (
        fault if "cursor" in query else whole(query, token)
    )
    batches = BlueskyFetcher().fetch(source(network, actor="ada.test"), {}, client)
    assert next(batches).cursor == {}
    with pytest.raises(FetchError, match=r"cannot show the account 'ada\.test': Internal Server Error \(500\)"):
        next(batches)


def test_a_list_that_is_not_there_is_no_empty_list(network: Network, client: HttpClient) -> None:
    network.methods["app.bsky.feed.getListFeed"] = lambda _query, _token: (200, {"feed": []})
    network.methods["app.bsky.graph.getList"] = lambda _query, _token: (
        400,
        {"error": "InvalidRequest", "message": "List not found"},
    )
    with pytest.raises(FetchError, match="Bluesky knows no list '3k' of did:plc:ben"):
        fetched(network, client, {}, list="at://did:plc:ben/app.bsky.graph.list/3k")


# everyone whom an account follows


@pytest.fixture
def followed(network: Network) -> list[str]:
    """130 accounts that `ada.test` follows, each with two posts."""
    dids = [f"did:plc:f{number:03d}" for number in range(130)]

    def follows(query: dict[str, str], _token: str) -> Answer:
        start, limit = int(query.get("cursor", "0")), int(query["limit"])
        page = {"follows": [{"did": did} for did in dids[start : start + limit]]}
        return 200, page | ({"cursor": str(start + limit)} if start + limit < len(dids) else {})

    network.methods["app.bsky.graph.getFollows"] = follows
    network.methods["app.bsky.feed.getAuthorFeed"] = lambda query, token: feed_of(
        [post(2, query["actor"]), post(1, query["actor"])]
    )(query, token)
    return dids


def read_accounts(network: Network) -> list[str]:
    return [query["actor"] for method, query in network.asked if method.endswith("getAuthorFeed")]


def test_everyone_followed_is_read_in_turn(network: Network, client: HttpClient, followed: list[str]) -> None:
    cursor: Mapping[str, Any] = {}
    turns = []
    for _ in range(3):
        network.asked.clear()
        batches = fetched(network, client, cursor, follows="ada.test")
        assert sum(sizes(batches)) == 120
        cursor = batches[-1].cursor
        turns.append(read_accounts(network))
    assert turns == [followed[:60], followed[60:120], followed[120:] + followed[:50]]
    assert len(cursor["accounts"]) == 130
    assert cursor["accounts"][-1] == [followed[49], "2026-09-01T00:00:02Z"]
    del followed[50]
    followed.append("did:plc:new")
    network.asked.clear()
    cursor = fetched(network, client, cursor, follows="ada.test")[-1].cursor
    assert read_accounts(network)[:2] == ["did:plc:new", "did:plc:f051"]
    assert len(cursor["accounts"]) == 130


def test_an_account_that_is_closed_stops_no_other(network: Network, client: HttpClient, followed: list[str]) -> None:
    whole = network.methods["app.bsky.feed.getAuthorFeed"]
    network.methods["app.bsky.feed.getAuthorFeed"] = lambda query, token: (
        (400, {"error": "AccountDeactivated", "message": "Account is deactivated"})
        if query["actor"] == followed[1]
        else whole(query, token)
    )
    batches = fetched(network, client, {}, follows="ada.test")
    assert sum(sizes(batches)) == 118
    assert batches[-1].problems == [
        "1 account could not be read; the first: The Bluesky account 'ada.test' was closed."
    ]
    assert [followed[1], ""] in batches[-1].cursor["accounts"]


def test_when_no_account_can_be_read_it_is_an_error(network: Network, client: HttpClient, followed: list[str]) -> None:
    network.methods["app.bsky.feed.getAuthorFeed"] = lambda _query, _token: REFUSED
    with pytest.raises(FetchError, match="Bluesky knows no account"):
        fetched(network, client, {}, follows="ada.test")


def test_a_service_that_wants_to_be_left_alone_is(network: Network, client: HttpClient, followed: list[str]) -> None:
    network.methods["app.bsky.feed.getAuthorFeed"] = lambda _query, _token: (
        429,
        {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"},
    )
    with pytest.raises(FetchError) as caught:
        fetched(network, client, {}, follows="ada.test")
    assert caught.value.state == "slowed"
    assert network.count("getAuthorFeed") == 1


def test_who_follows_more_than_are_read_is_told(
    network: Network, client: HttpClient, followed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_follows, "LIST_PAGES", 1)
    batches = fetched(network, client, {}, follows="ada.test")
    assert batches[-1].problems == ["Only the first 100 accounts that it follows are read."]


# logins


def test_one_session_serves_all_sources_and_is_kept_nowhere(
    network: Network, client: HttpClient, login: Network
) -> None:
    tokens = set()

    def search(query: dict[str, str], token: str) -> Answer:
        tokens.add(token)
        return feed_of(newest_first(150), "posts")(query, token)

    login.methods["app.bsky.feed.searchPosts"] = search
    first = fetched(network, client, {}, search="gates")
    fetched(network, client, {}, domain="arxiv.org")
    assert (login.count("createSession"), tokens) == (1, {"token-1"})
    assert login.asked[-1][1] == {"q": "*", "sort": "latest", "domain": "arxiv.org", "limit": "100", "cursor": "100"}
    assert network.asked == []  # neither password nor token goes where feeds.toml says
    assert "token" not in json.dumps([dict(batch.cursor) for batch in first])


@pytest.mark.parametrize("name", ["ExpiredToken", "InvalidToken"])
def test_a_session_that_has_ended_is_made_anew(network: Network, client: HttpClient, login: Network, name: str) -> None:
    ended: Answer = (400, {"error": name, "message": "Token has expired"})
    whole = feed_of(newest_first(3), "posts")
    login.methods["app.bsky.feed.searchPosts"] = lambda query, token: (
        ended if token == "token-1" else whole(query, token)
    )
    assert sizes(fetched(network, client, {}, search="gates")) == [3]
    assert login.count("createSession") == 2


def test_sessions_are_not_made_without_end(network: Network, client: HttpClient, login: Network) -> None:
    login.methods["app.bsky.feed.searchPosts"] = lambda _query, _token: (
        400,
        {"error": "ExpiredToken", "message": "Token has expired"},
    )
    with pytest.raises(FetchError, match="refuses to show the search for 'gates': Token has expired"):
        fetched(network, client, {}, search="gates")
    assert login.count("createSession") == 2


@pytest.mark.parametrize(
    ("answer", "words", "state"),
    [
        ((401, {"error": "AuthFactorTokenRequired", "message": "A sign in code was sent"}), "sign in code", "login"),
        ((400, {"error": "AccountTakedown"}), "refuses the login of 'ada.test': AccountTakedown", "login"),
        ((429, {"error": "RateLimitExceeded"}), "asked too often", "slowed"),
        ((200, {"did": "did:plc:ada"}), "without a session", "failing"),
        ((200, ["x"]), "another shape", "failing"),
    ],
)
def test_a_login_that_fails_is_told(
    network: Network, client: HttpClient, login: Network, answer: Answer, words: str, state: str
) -> None:
    login.methods["com.atproto.server.createSession"] = lambda _query, _token: answer
    with pytest.raises(FetchError) as caught:
        fetched(network, client, {}, search="gates")
    assert words in str(caught.value)
    assert caught.value.state == state
    assert "abcd-efgh" not in str(caught.value)


def test_ones_own_timeline_is_read_with_a_login(network: Network, client: HttpClient, login: Network) -> None:
    login.methods["app.bsky.feed.getTimeline"] = feed_of(newest_first(30))
    batches = fetched(network, client, {"accounts": []}, follows="@Ada.test")
    assert sizes(batches) == [30]
    assert batches[-1].cursor == {"newest": "2026-09-01T00:00:29Z"}
    assert network.asked == []


def test_what_others_follow_is_read_without_a_login(
    network: Network, client: HttpClient, login: Network, followed: list[str]
) -> None:
    assert sum(sizes(fetched(network, client, {}, follows="ben.test"))) == 120
    assert login.asked == []


def test_a_feed_is_read_as_the_user_with_a_login(network: Network, client: HttpClient, login: Network) -> None:
    login.methods["app.bsky.feed.getFeedGenerator"] = lambda _query, _token: (200, {"view": {}})
    login.methods["app.bsky.feed.getFeed"] = feed_of(newest_first(3))
    assert sizes(fetched(network, client, {}, feed="at://did:plc:ben/app.bsky.feed.generator/papers")) == [3]
    assert network.asked == []


# what can be written and pasted

LIST = "https://bsky.app/profile/ada.example.org/lists/3kmllist"
FEED = "https://bsky.app/profile/did:plc:z72i7hdynmk6r22z27h6tvur/feed/whats-hot"
PACK = "https://bsky.app/starter-pack/ada.example.org/3kpack"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("https://bsky.app/profile/ada.example.org", {"actor": "ada.example.org"}),
        ("http://www.bsky.app/profile/ada.example.org/?x=1", {"actor": "ada.example.org"}),
        ("bsky.app/profile/did:plc:abc", {"actor": "did:plc:abc"}),
        ("https://bsky.app/profile/ada.example.org/post/3kpost", {"actor": "ada.example.org"}),
        ("https://bsky.app/profile/ada.example.org/rss", {"actor": "ada.example.org"}),
        ("https://bsky.app/profile/ada.example.org/follows", {"follows": "ada.example.org"}),
        (LIST, {"list": LIST}),
        (FEED, {"feed": FEED}),
        (PACK, {"starter_pack": PACK}),
        ("https://bsky.app/start/ada.example.org/3kpack", {"starter_pack": PACK}),
        ("https://bsky.app/search?q=state+space+models", {"search": "state space models"}),
        ("https://bsky.app/hashtag/mamba", {"search": "#mamba"}),
        (" @ada.bsky.social ", {"actor": "ada.bsky.social"}),
        ("ada.bsky.social", {"actor": "ada.bsky.social"}),
        ("https://ada.bsky.social/", {"actor": "ada.bsky.social"}),
        ("did:plc:z72i7hdynmk6r22z27h6tvur", {"actor": "did:plc:z72i7hdynmk6r22z27h6tvur"}),
        ("at://ada.example.org", {"actor": "ada.example.org"}),
        ("at://did:plc:abc/app.bsky.feed.post/3kpost", {"actor": "did:plc:abc"}),
        ("at://ada.example.org/app.bsky.graph.list/3kmllist", {"list": LIST}),
        ("at://ada.example.org/app.bsky.graph.starterpack/3kpack", {"starter_pack": PACK}),
        ("ada.example.org", None),
        ("@ada.example.org", None),
        ("http://ada.example.org", None),
        ("https://ada.example.org/profile/ben.example.org", None),
        ("@ada@mastodon.example", None),
        ("bsky.social", None),
        ("https://bsky.app", None),
        ("https://bsky.app/settings", None),
        ("https://bsky.app/search", None),
        ("https://bsky.app/profile/ada", None),
        ("https://bsky.app/profile/ada.example.org/lists/a%2Fb", None),
        ("https://user@bsky.app/profile/ada.example.org", None),
        ("at://ada.example.org/app.bsky.graph.list", None),
        ("at://", None),
        ("", None),
        ("did:", None),
        ("ada\x00.bsky.social", None),
    ],
)
def test_what_is_pasted_is_recognised(text: str, options: dict[str, str] | None) -> None:
    found = BlueskyFetcher().recognise(text)
    assert found == options
    if found:
        BlueskyFetcher().check(Source(kind="bluesky", name="found", options=found))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "must name one of actor, list, feed, follows, starter_pack and search"),
        ({"actor": "ada.test", "list": LIST}, "must name one of"),
        ({"actor": "ada.test", "domain": "arxiv.org"}, "must name one of"),
        ({"actor": "@ada"}, "Write it whole: ada.bsky.social."),
        ({"actor": 3}, "actor must be a text"),
        ({"actor": LIST}, f'Write list = "{LIST}" in its place.'),
        ({"follows": "nobody at all"}, "is no Bluesky handle"),
        ({"list": "3kmllist"}, "https://bsky.app/profile/NAME/lists/KEY"),
        ({"starter_pack": "ada.test"}, 'Write actor = "ada.test" in its place.'),
        ({"search": "x", "domain": "arxiv"}, "'arxiv' is no domain"),
        ({"search": ["x"]}, "search must be a text"),
        ({"actor": "ada.test", "replies": "yes"}, "replies must be true or false"),
        ({"actor": "ada.test", "pages": 3}, "is no option"),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        BlueskyFetcher().check(Source(kind="bluesky", name="mine", options=options))
    assert words in str(caught.value)
    assert "mine" in caught.value.message


def test_counts_larger_than_any_number_are_left_out() -> None:
    record = record_of(post(1) | {"likeCount": 10**400, "replyCount": 2})
    assert record
    assert record.engagement == {"replies": 2.0}


def test_hostile_facets_take_no_time() -> None:
    facet = {"index": {"byteStart": 0, "byteEnd": 1}, "features": [{"$type": "app.bsky.richtext.facet#link"}] * 500}
    said = {"text": "x" * 900, "facets": [facet] * 5_000}
    record = record_of(post(1) | {"record": said})
    assert record
    assert record.links == ()

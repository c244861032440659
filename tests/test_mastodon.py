"""Mastodon and Lemmy over several requests: a server with a time line of its own, through the real client."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from loopback import listening

from tracker.config import Source
from tracker.errors import ConfigError, FetchError
from tracker.fetch.lemmy.fetcher import LemmyFetcher
from tracker.fetch.lemmy.markdown import markdown_to_text
from tracker.fetch.mastodon.api import marks_of, pause_of
from tracker.fetch.mastodon.fetcher import LATER_PAGES, MastodonFetcher
from tracker.http import HttpClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.ports import Batch

HASHTAG = "/api/v1/timelines/tag/gates"


class Server:
    """A made-up instance: posts by id, the oldest first, asked as Mastodon is; and one community of Lemmy."""

    def __init__(self) -> None:
        self.posts: list[int] = []
        self.account = "7"
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.faults: list[int] = []
        self.headers: dict[str, str] = {}
        self.filtered: set[int] = set()
        self.numbered = False
        self.base = ""

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], object]:
        if path == "/api/v1/accounts/lookup":
            return 200, {}, {"id": self.account, "acct": "ada"}
        if path == "/api/v3/post/list":
            return 200, {}, self.community(query)
        if path not in {HASHTAG, f"/api/v1/accounts/{self.account}/statuses"}:
            return 404, {}, {"error": "Record not found"}
        size, low, high = int(query["limit"]), int(query.get("min_id", 0)), int(query.get("max_id", 10**6))
        found = [number for number in self.posts if low < number < high]
        page = list(reversed(found[:size] if "min_id" in query else found[-size:]))
        link = (
            f'<http://elsewhere.example/x?max_id={page[-1]}>; rel="next", <http://elsewhere.example/x?min_id={page[0]}>; rel="prev"'
            if page
            else ""
        )
        shown = [self.status(number) for number in page if number not in self.filtered]
        return 200, {"Link": link, **self.headers}, shown

    def status(self, number: int) -> dict[str, Any]:
        return {
            "id": str(number),
            "uri": f"https://social.example.org/users/ada/statuses/{number}",
            "content": f"<p>Post {number}</p>",
            "account": {"id": "7", "acct": "ada"},
            "favourites_count": len(self.asked),
        }

    def community(self, query: dict[str, str]) -> dict[str, Any]:
        size, start = int(query["limit"]), int(query.get("page_cursor", query.get("page", "1"))) - 1
        numbers = list(reversed(self.posts))[start * size : (start + 1) * size]
        views = [
            {
                "post": {
                    "name": f"Post {number}",
                    "ap_id": f"https://lemmy.example.org/post/{number}",
                    "published": f"2025-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z",
                },
                "creator": {"name": "cy"},
            }
            for number in numbers
        ]
        more = str(start + 2) if len(numbers) == size else None
        return {"posts": views} if self.numbered else {"posts": views, "next_page": more}

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                server.asked.append((parts.path, query))
                status, headers, body = server.answer(parts.path, query)
                if fault := server.faults.pop(0) if server.faults else 0:
                    status, body = fault, {"error": "made up"}
                sent = json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler


@contextmanager
def running() -> Iterator[Server]:
    made = Server()
    with listening(made.handler()) as made.base:
        yield made


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as made:
        yield made


def source(server: Server, **options: Any) -> Source:
    kind = "lemmy" if "community" in options else "mastodon"
    return Source(kind=kind, name="x", options=options, base=server.base)


def sync(source: Source, cursor: Mapping[str, Any] | None = None) -> tuple[list[int], Mapping[str, Any], list[Batch]]:
    """Return (numbers of the posts that came, cursor after, batches)."""
    fetcher = LemmyFetcher() if source.kind == "lemmy" else MastodonFetcher()
    fetcher.check(source)
    with HttpClient(gap_scale=0.0) as client:
        batches = list(fetcher.fetch(source, cursor or {}, client))
    came = [int(record.url.rsplit("/", 1)[1]) for batch in batches for record in batch.records]
    return came, batches[-1].cursor, batches


ADA = {"account": "ada@social.example.org"}
GATES = {"hashtag": "gates", "instance": "social.example.org"}


def test_the_first_sync_reads_three_pages_down_and_the_next_one_only_the_newest(server: Server) -> None:
    server.posts = list(range(1, 201))
    came, cursor, _ = sync(source(server, **ADA))
    assert came == list(range(200, 80, -1))
    assert cursor == {"place": "social.example.org ada@social.example.org", "id": "7", "home": "social.example.org", "newest": "200"}  # fmt: skip
    server.asked.clear()
    server.posts += [201, 202]
    came, cursor, batches = sync(source(server, **ADA), cursor)
    assert came[:3] == [202, 201, 200]
    assert cursor["newest"] == "202"
    assert server.asked == [("/api/v1/accounts/7/statuses", {"limit": "40", "exclude_reblogs": "true", "exclude_replies": "true"})]  # fmt: skip
    assert batches[0].records[2].engagement == {"likes": 1.0}, "counts of known posts come anew"


def test_a_window_that_moved_by_several_pages_leaves_no_hole(server: Server) -> None:
    server.posts = list(range(1, 11))
    _, cursor, _ = sync(source(server, **GATES))
    server.posts = list(range(1, 176))
    server.filtered = set(range(51, 91))  # a whole page that the server shows to nobody
    came, cursor, _ = sync(source(server, **GATES), cursor)
    assert set(came) == set(range(11, 176)) - server.filtered
    assert cursor["newest"] == "175"


def test_more_than_one_sync_reads_goes_on_with_the_next(server: Server) -> None:
    server.posts = [1]
    _, cursor, _ = sync(source(server, **GATES))
    server.posts = list(range(1, 1_002))
    came, cursor, batches = sync(source(server, **GATES), cursor)
    assert set(came) == {*range(2, 2 + 40 * LATER_PAGES), *range(962, 1_002)}
    assert cursor["newest"] == "401"
    assert [problem for batch in batches for problem in batch.problems] == [
        "There are more new posts than one sync reads; the next one goes on."
    ]
    seen = set(came)
    while cursor["newest"] != "1001":
        came, cursor, _ = sync(source(server, **GATES), cursor)
        seen |= set(came)
    assert seen == set(range(2, 1_002))


def test_a_sync_that_breaks_off_loses_nothing(server: Server) -> None:
    server.posts = [1]
    _, cursor, _ = sync(source(server, **GATES))
    server.posts = list(range(1, 181))
    server.faults = [0, 0, 404]
    with pytest.raises(FetchError, match="has nothing of that kind"):
        sync(source(server, **GATES), cursor)
    came, _, _ = sync(source(server, **GATES), cursor)
    assert set(came) == set(range(2, 181))


def test_a_deleted_newest_post_is_no_hole_and_no_alarm(server: Server) -> None:
    server.posts = [1, 2, 3]
    _, cursor, _ = sync(source(server, **GATES))
    server.posts = []
    came, cursor, _ = sync(source(server, **GATES), cursor)
    assert (came, cursor["newest"]) == ([], "3")
    server.posts = [4]
    came, cursor, _ = sync(source(server, **GATES), cursor)
    assert (set(came), cursor["newest"]) == ({4}, "4")


def test_an_account_made_anew_is_looked_up_and_a_passing_404_forgets_nothing(server: Server) -> None:
    server.posts = list(range(1, 301))
    _, cursor, _ = sync(source(server, **ADA))
    server.faults = [404]
    server.posts += range(301, 500)
    came, after, _ = sync(source(server, **ADA), cursor)
    assert set(came) >= set(range(301, 500))
    server.account, server.posts = "8", [3, 4]
    came, after, _ = sync(source(server, **ADA), after)
    assert (came, after["id"], after["newest"]) == ([4, 3], "8", "4")


def test_what_is_remembered_of_another_place_is_not_used(server: Server) -> None:
    server.posts = [1, 2]
    _, cursor, _ = sync(source(server, **GATES))
    came, after, _ = sync(source(server, **ADA), {**cursor, "id": "99"})
    assert (came, after["id"]) == ([2, 1], "7")


def test_paging_ends_when_the_server_allows_no_more(server: Server) -> None:
    server.posts = list(range(1, 301))
    server.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2025-06-20T10:05:00.5Z"}
    came, cursor, _ = sync(source(server, **GATES))
    assert came == list(range(300, 260, -1))
    server.posts += range(301, 400)
    came, cursor, batches = sync(source(server, **GATES), cursor)
    assert (came, cursor["newest"]) == (list(range(399, 359, -1)), "300")
    assert batches[-1].problems == ["social.example.org allows no further requests until 10:05 UTC; the next sync goes on."]  # fmt: skip
    server.headers = {}
    came, _, _ = sync(source(server, **GATES), cursor)
    assert set(came) == set(range(301, 400))


@pytest.mark.parametrize(
    ("reset", "words"),
    [
        ("2025-06-20T10:05:00.729285Z", " until 10:05 UTC"),
        ("1750413900", " until 10:05 UTC"),
        ("junk", ""),
        ("9" * 40, ""),
        ("", ""),
    ],
)
def test_the_end_of_a_pause_is_read_in_both_forms(reset: str, words: str) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    assert pause_of(headers, "s.example") == f"s.example allows no further requests{words}; the next sync goes on."
    assert not pause_of({**headers, "x-ratelimit-remaining": "12"}, "s.example")


@pytest.mark.parametrize(
    ("link", "marks"),
    [
        ('<https://a.example/x?limit=5&max_id=7>; rel="next", <https://b.example/?min_id=9>; rel="prev"', ("7", "9")),
        ("<x?max_id=7>; rel=next", ("7", "")),
        ('<https://a.example/x?since_id=9>; rel="prev"', ("", "")),
        ('<https://[::1/x?max_id=7>; rel="next"', ("", "")),
        ("<" * 5_000, ("", "")),
        ("", ("", "")),
    ],
)
def test_marks_are_taken_from_links_and_addresses_are_not(link: str, marks: tuple[str, str]) -> None:
    assert marks_of(link) == marks


def test_an_account_is_asked_by_its_short_name_at_home_and_by_its_full_one_elsewhere(server: Server) -> None:
    for options, asked in (
        (ADA, "ada"),
        ({**ADA, "instance": "web.example.org"}, "ada@social.example.org"),
        ({"account": "https://social.example.org/@bo@other.example.net"}, "bo"),
    ):
        server.asked.clear()
        sync(source(server, **options))
        assert server.asked[0] == ("/api/v1/accounts/lookup", {"acct": asked})


WRONG = [
    {},
    {"account": "ada"},
    {"account": "ada@"},
    {"account": "https://social.example.org/ada"},
    {"account": "ada@social.example.org", "hashtag": "x", "instance": "social.example.org"},
    {"hashtag": "x"},
    {"hashtag": "two words", "instance": "social.example.org"},
    {"hashtag": "x/../../admin", "instance": "social.example.org"},
    {"trends": True},
    {"trends": "yes", "instance": "social.example.org"},
    {"trends": True, "instance": "http://[::1"},
    {"trends": True, "instance": "a b"},
    {**ADA, "reposts": "no"},
    {**ADA, "relpies": True},
    {"community": "ml"},
    {"community": "ml@lemmy.example.org", "sort": "Best"},
    {"community": "ml@lemmy.example.org", "instance": "a b"},
    {"community": 7},
]


@pytest.mark.parametrize("options", WRONG, ids=str)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    fetcher = LemmyFetcher() if "community" in options else MastodonFetcher()
    with pytest.raises(ConfigError) as caught:
        fetcher.check(Source(kind=fetcher.kind, name="x", options=options))
    assert caught.value.remedy or caught.value.message


RECOGNISED = {
    "@ada@social.example.org": {"account": "ada@social.example.org"},
    " @Ada.B@Social.Example.org ": {"account": "Ada.B@social.example.org"},
    "https://social.example.org/@ada": {"account": "ada@social.example.org"},
    "https://social.example.org/@ada/": {"account": "ada@social.example.org"},
    "https://social.example.org/@bo@other.example.net": {"account": "bo@other.example.net"},
    "https://mastodon.social/@bo@threads.net": {"account": "bo@threads.net", "instance": "mastodon.social"},
    "https://mathstodon.xyz/tags/Gates": {"hashtag": "Gates", "instance": "mathstodon.xyz"},
    "https://mastodon.example.org/tags/gates": {"hashtag": "gates", "instance": "mastodon.example.org"},
    "!ml@lemmy.example.org": {"community": "ml@lemmy.example.org"},
    "https://lemmy.example.org/c/ml": {"community": "ml@lemmy.example.org"},
    "https://programming.dev/c/ml/": {"community": "ml@programming.dev"},
    "https://links.example.org/c/ml@lemmy.example.org": {"community": "ml@lemmy.example.org"},
}
NOT_OURS = [
    "",
    "ada@example.org",
    "@ada.bsky.social",
    "@bo@threads.net",
    "https://medium.com/@ada",
    "https://www.youtube.com/@ada",
    "https://ada.substack.com/@ada",
    "https://www.tiktok.com/@ada",
    "https://social.example.org/@ada/114500000000000020",
    "https://social.example.org/@ada.rss",
    "https://social.example.org/users/ada",
    "https://ada:secret@social.example.org/@ada",
    "https://[::1/@ada",
    "https://blog.example.org/tags/gates",
    "https://forum.example.org/c/gates",
    "https://discuss.example.org/c/gates/5",
    "https://www.youtube.com/c/gates",
    "ftp://social.example.org/@ada",
    "javascript:@ada@social.example.org",
]


@pytest.mark.parametrize("text", [*RECOGNISED, *NOT_OURS])
def test_only_what_is_surely_ours_is_recognised(text: str) -> None:
    fetchers = (MastodonFetcher(), LemmyFetcher())
    found = [(fetcher, options) for fetcher in fetchers if (options := fetcher.recognise(text)) is not None]
    assert [options for _, options in found] == ([RECOGNISED[text]] if text in RECOGNISED else [])
    for fetcher, options in found:
        fetcher.check(Source(kind=fetcher.kind, name="x", options=options))


@pytest.mark.parametrize("numbered", [False, True])
def test_a_community_is_read_down_to_the_known_posts(server: Server, numbered: bool) -> None:
    server.numbered = numbered
    lemmy = source(server, community="ml@lemmy.example.org")
    server.posts = list(range(1, 301))
    came, cursor, _ = sync(lemmy)
    assert came == list(range(300, 150, -1))
    server.posts += range(301, 420)
    server.asked.clear()
    came, cursor, batches = sync(lemmy, cursor)
    assert came == list(range(419, 269, -1))
    name = "page" if numbered else "page_cursor"
    assert [query.get(name) for _, query in server.asked] == [None, "2", "3"]
    assert not any(batch.problems for batch in batches)


def test_a_ranking_is_one_page_and_a_hole_is_told(server: Server) -> None:
    server.posts = list(range(1, 2_001))
    came, _, _ = sync(source(server, community="ml@lemmy.example.org", sort="topweek"))
    assert came == list(range(2_000, 1_950, -1))
    known = {"place": "lemmy.example.org ml@lemmy.example.org New", "newest": "2025-01-01T00:00:05Z"}
    came, _, batches = sync(source(server, community="ml@lemmy.example.org"), known)
    assert len(came) == 1_000
    assert batches[-1].problems == ["There are more than 1000 new posts; the oldest of them were not read."]


@pytest.mark.parametrize(
    ("markup", "words", "links"),
    [
        ("# Head\n\n**bold** and *it*", "Head\n\nbold and it", ()),
        ('[a](https://x.example/p_(q) "t").', "a.", ("https://x.example/p_(q)",)),
        ("(see https://x.example/p_(q)).", "(see https://x.example/p_(q)).", ("https://x.example/p_(q)",)),
        ("<https://x.example>, https://y.example!", "https://x.example, https://y.example!", ("https://x.example", "https://y.example")),
        ("![alt](https://x.example/1.png)", "alt", ()),
        ("[x](javascript:alert)", "x", ()),
        ("> a\n> > b_c_d 2*3*4", "a\nb_c_d 2*3*4", ()),
        ("::: spoiler Why\nso\n:::", "Why\nso", ()),
        ("a\n[1]: https://x.example/ref 'note'", "a", ("https://x.example/ref",)),
        (r"1 &gt; 0 and \*so\* on", "1 > 0 and *so* on", ()),
    ],
)  # fmt: skip
def test_markdown_becomes_words_and_links(markup: str, words: str, links: tuple[str, ...]) -> None:
    assert markdown_to_text(markup) == (words, links)


@pytest.mark.parametrize(
    "piece", ["\n", " \n", "\t \n", "```\n", "[x](", "[", "*a", "[a](b", "> \n", "<https://", "- "]
)
def test_no_markdown_takes_more_than_its_share(piece: str) -> None:
    assert len(markdown_to_text(piece * 60_000 + quote("x"))[0]) <= 60_000

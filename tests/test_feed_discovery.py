"""From the address of a page to its feed, from one page of a feed to the next, and what may be typed for a feed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Asked, Reply, reply_json, serving

from tracker.config import Source
from tracker.errors import FetchError
from tracker.fetch.feed.addresses import repository_of, usual_places
from tracker.fetch.feed.discovery import PAGES, TRIES
from tracker.fetch.feed.fetcher import FeedFetcher, spoken
from tracker.http import HttpClient
from tracker.http.refusals import refusal
from tracker.ports import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from loopback import Serving

    from tracker.ports import Batch

FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Note"}]})
PAGE = "<!doctype html><html><head>{}</head><body>Hello</body></html>"
NAMES = '<link rel="alternate" type="application/rss+xml" href="{}">'


class Blog:
    """Pages by path; all but what is listed is 404."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply] = {}

    def answer(self, asked: Asked) -> Reply:
        reply = self.pages.get(asked.path, Reply("no", 404))
        etag = reply.headers.get("etag")
        return Reply(status=304) if etag and asked.headers.get("if-none-match") == etag else reply


@pytest.fixture
def blog() -> Blog:
    return Blog()


@pytest.fixture
def server(blog: Blog) -> Iterator[Serving]:
    with serving(blog.answer) as running:
        yield running


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient(gap_scale=0.0) as made:
        yield made


def fetched(server: Serving, client: HttpClient, path: str, cursor: Mapping[str, Any] | None = None) -> list[Batch]:
    source = Source(kind="feed", name="test", options={"url": f"{server.base}{path}"})
    fetcher = FeedFetcher()
    fetcher.check(source)
    return list(fetcher.fetch(source, cursor or {}, client))


def test_the_feed_that_a_page_names_is_found_once(server: Serving, blog: Blog, client: HttpClient) -> None:
    blog.pages = {"/": Reply(PAGE.format(NAMES.format("n.json")), headers={"etag": '"p"'})}
    blog.pages["/n.json"] = Reply(FEED, headers={"etag": '"f"'})
    (batch,) = fetched(server, client, "/")
    assert len(batch.records) == 1
    assert batch.cursor == {"page": f"{server.base}/", "feed": f"{server.base}/n.json"}
    assert fetched(server, client, "/", batch.cursor) == []  # 304
    assert server.paths == ["/", "/n.json", "/n.json"]


def test_a_feed_that_moved_is_looked_for_again(server: Serving, blog: Blog, client: HttpClient) -> None:
    blog.pages = {"/": Reply(PAGE.format(NAMES.format("old.json")), headers={"etag": '"p"'}), "/old.json": Reply(FEED)}
    (batch,) = fetched(server, client, "/")
    blog.pages["/new.json"] = Reply(FEED)
    blog.pages["/old.json"] = Reply("", 410)
    blog.pages["/"] = Reply(PAGE.format(NAMES.format("new.json")), headers={"etag": '"p"'})  # same mark all the same
    (again,) = fetched(server, client, "/", batch.cursor)
    assert again.cursor["feed"] == f"{server.base}/new.json"
    blog.pages["/new.json"] = Reply(PAGE.format(""))
    blog.pages["/feed"] = Reply(FEED)
    (third,) = fetched(server, client, "/", again.cursor)
    assert third.cursor["feed"] == f"{server.base}/feed"


def test_a_fault_of_the_found_feed_is_its_own(server: Serving, blog: Blog, client: HttpClient) -> None:
    blog.pages = {"/": Reply(PAGE.format("")), "/feed": Reply(FEED)}
    cursor = fetched(server, client, "/")[-1].cursor
    blog.pages["/feed"] = Reply("", 503)
    with pytest.raises(FetchError) as caught:
        fetched(server, client, "/", cursor)
    assert caught.value.state == "slowed"
    assert server.paths[-1] == "/feed"


def test_another_address_forgets_what_was_found(server: Serving, blog: Blog, client: HttpClient) -> None:
    blog.pages = {"/": Reply(PAGE.format("")), "/feed": Reply(FEED), "/b.json": Reply(FEED)}
    cursor = fetched(server, client, "/")[-1].cursor
    assert fetched(server, client, "/b.json", cursor)[-1].cursor == {}


def test_the_usual_names_below_a_page_are_tried_and_no_more(server: Serving, blog: Blog, client: HttpClient) -> None:
    blog.pages = {"/notes": Reply(PAGE.format(""))}
    with pytest.raises(FetchError, match="is a web page, not a feed"):
        fetched(server, client, "/notes")
    assert server.paths == [
        "/notes",
        "/notes/feed",
        "/notes/rss.xml",
        "/notes/atom.xml",
        "/notes/index.xml",
        "/notes/feed.xml",
    ]
    assert len(server.paths) == 1 + TRIES


def test_a_page_with_many_names_is_bounded(server: Serving, blog: Blog, client: HttpClient) -> None:
    blog.pages = {"/": Reply(PAGE.format("".join(NAMES.format(f"{n}.xml") for n in range(500))))}
    with pytest.raises(FetchError, match="It names these feeds"):
        fetched(server, client, "/")
    assert len(server.paths) == 1 + TRIES


def test_a_page_that_slows_us_down_is_not_asked_on(server: Serving, blog: Blog, client: HttpClient) -> None:
    blog.pages = {"/": Reply(PAGE.format("")), "/feed": Reply("", 429)}
    with pytest.raises(FetchError) as caught:
        fetched(server, client, "/")
    assert caught.value.state == "slowed"
    assert server.paths == ["/", "/feed"]


def test_a_page_cannot_send_us_into_a_private_network() -> None:
    asked = []

    class Outside:
        def get(self, request: Request) -> Response:
            asked.append(request.url)
            if request.url != "https://8.8.8.8/":
                raise refusal(404, request.url, {}, b"", 0.0)
            links = "".join(
                NAMES.format(to) for to in ("http://127.0.0.1/feed", "http://10.0.0.1/x", "file:///etc/passwd")
            )
            return Response(url=request.url, status=200, headers={}, body=PAGE.format(links).encode())

    source = Source(kind="feed", name="test", options={"url": "https://8.8.8.8/"})
    with pytest.raises(FetchError, match="is a web page"):
        list(FeedFetcher().fetch(source, {}, Outside()))  # type: ignore[arg-type]
    assert {url for url in asked if not url.startswith("https://8.8.8.8/")} == set()


def paged(last: int) -> Callable[[Asked], Reply]:
    """A JSON Feed with two notes a page, the newest one first, and always another page."""

    def answer(asked: Asked) -> Reply:
        page = int(asked.query.get("p", "0"))
        days = [last - 2 * page, last - 2 * page - 1]
        found = [
            {"id": f"n{day}", "title": f"Note {day}", "date_published": f"2026-08-{day:02}T00:00:00Z"} for day in days
        ]
        return reply_json(
            {"version": "https://jsonfeed.org/version/1.1", "items": found, "next_url": f"/?p={page + 1}"}
        )

    return answer


def test_older_pages_are_read_up_to_a_bound_then_until_a_known_note(client: HttpClient) -> None:
    with serving(paged(20)) as server:
        first = fetched(server, client, "/")
        assert len(first) == PAGES + 1  # the last one only moves the cursor
        assert first[-1].cursor == {"newest": "2026-08-20T00:00:00Z"}
        assert len(fetched(server, client, "/", first[-1].cursor)) == 2
    with serving(paged(25)) as server:
        later = fetched(server, client, "/", first[-1].cursor)
        assert [record.title for batch in later for record in batch.records][-1] == "Note 20"
        assert len(later) == 3 + 1


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://blog.example.org/feed.xml", "https://blog.example.org/feed.xml"),
        ("http://127.0.0.1:8000/feed", "http://127.0.0.1:8000/feed"),
        ("example.org", "https://example.org"),
        ("www.example.org/blog", "https://www.example.org/blog"),
        ("feed://example.org/rss", "https://example.org/rss"),
        ("feed:https://example.org/rss", "https://example.org/rss"),
        ("https://github.com/example/gates", "https://github.com/example/gates/releases.atom"),
        ("github.com/example/gates.git", "https://github.com/example/gates/releases.atom"),
        ("https://github.com/example/gates/tags", "https://github.com/example/gates/tags.atom"),
        ("https://github.com/topics/gates", "https://github.com/topics/gates"),
        ("https://github.com/example/gates/releases.atom", "https://github.com/example/gates/releases.atom"),
        ("https://ada.substack.com/p/gates", "https://ada.substack.com/feed"),
        ("https://medium.com/@ada/gates-1", "https://medium.com/feed/@ada"),
        ("https://medium.com/gates-blog", "https://medium.com/feed/gates-blog"),
        ("https://ada.medium.com", "https://ada.medium.com/feed"),
        ("https://user:word@example.org/feed", None),
        ("ftp://example.org/feed", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("@ada@example.org", None),
        ("ada@example.org", None),
        ("arxiv:cs.LG", None),
        ("cs.LG", None),
        ("neurips:2025", None),
        ("subscriptions.opml", None),
        ("notes.json", None),
        ("hello world.org", None),
        ("did:plc:aaaa", None),
        ("@ada", None),
        ("word", None),
        ("https://", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_what_a_person_types(text: str, url: str | None) -> None:
    fetcher = FeedFetcher()
    assert fetcher.recognise(text) == ({"url": url} if url else None)
    if url:
        fetcher.check(Source(kind="feed", name="x", options={"url": url}))


def test_where_a_feed_may_be() -> None:
    assert usual_places("https://example.org")[0] == "https://example.org/feed"
    assert usual_places("https://example.org/a/?b=1#c")[3] == "https://example.org/a/index.xml"
    assert repository_of("https://github.com/o/r/releases.atom") == "o/r"
    assert repository_of("https://github.com/o/r/commits.atom") == ""
    assert repository_of("https://github.com.example.org/o/r/releases.atom") == ""


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        ("28:49", "Recording of 29 min"),
        ("1:28:49", "Recording of 1 h 29 min"),
        ("1729", "Recording of 29 min"),
        ("7199.6", "Recording of 2 h 0 min"),
        ("20", "Recording of 1 min"),
        ("00:00", ""),
        ("", ""),
        ("-5", ""),
        ("1:2:3:4", ""),
        ("9" * 50, ""),
        ("٣", ""),
    ],
)
def test_how_long_a_recording_is(duration: str, words: str) -> None:
    assert spoken(duration) == words

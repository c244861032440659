"""A loopback server that answers as the real services do, for the demonstration and the tests. It never leaves this machine."""

from __future__ import annotations

import hashlib
import json
import threading
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tracker.demo import answers, post_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from types import TracebackType

    from tracker.demo.shapes import PaperLike, PostLike


class DemoServer:
    """Serves papers as arXiv (query API, RSS), a library as a conference site, posts as feeds and as Bluesky.

    Feeds hold the posts of one author (`/feed.xml?author=…`), or of all. `day` is the day of arXiv's list, the latest
    one unless given. `requests` lists what was asked for, so that a test can look.
    """

    def __init__(
        self,
        *,
        papers: Sequence[PaperLike] = (),
        posts: Sequence[PostLike] = (),
        library: Sequence[Mapping[str, Any]] = (),
        day: date | None = None,
    ) -> None:
        self.papers = sorted(papers, key=lambda paper: (paper.announced, paper.arxiv_id), reverse=True)
        self.posts = sorted(posts, key=lambda post: (post.created, post.key), reverse=True)
        self.library = list(library)
        self.day = day
        self.requests: list[str] = []
        self._server: ThreadingHTTPServer | None = None

    @property
    def base(self) -> str:
        """Base address of every service."""
        if self._server is None:
            raise RuntimeError("the server is not running")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, path: str, query: Mapping[str, str]) -> answers.Answer:
        """Return what the services answer to a path with parameters."""
        routes: dict[str, Callable[[], answers.Answer]] = {
            "/api/query": lambda: answers.arxiv_query(self.papers, query),
            "/feed.xml": lambda: post_answers.rss_feed(self._voiced(query), self.base),
            "/atom.xml": lambda: post_answers.atom_feed(self._voiced(query), self.base),
            "/feed.json": lambda: post_answers.json_feed(self._voiced(query), self.base),
            "/xrpc/app.bsky.feed.getAuthorFeed": lambda: post_answers.author_feed(self.posts, query),
        }
        if path in routes:
            return routes[path]()
        if path.startswith("/rss/"):
            return answers.arxiv_rss(self.papers, path.removeprefix("/rss/").split("+"), self.day)
        if path.startswith("/static/virtual/data/"):
            return answers.conference(self.library, path.rsplit("/", 1)[-1])
        if path.startswith("/xrpc/"):
            return post_answers.xrpc_error(501, "MethodNotImplemented", "Method Not Implemented")
        return answers.Answer(
            404, "text/html; charset=utf-8", b"<!doctype html><html><title>404 Not Found</title></html>"
        )

    def _voiced(self, query: Mapping[str, str]) -> list[PostLike]:
        author = query.get("author", "")
        return [post for post in self.posts if not author or post.author == author]


def read_library(text: str) -> list[dict[str, Any]]:
    """Return the papers of a file of JSON lines."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _handler(demo: DemoServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "tracker-demo", ""

        def do_GET(self) -> None:
            demo.requests.append(self.path)
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            self._send(demo.answer(unquote(parts.path), query))

        def _send(self, answer: answers.Answer) -> None:
            etag = (
                f'W/"{hashlib.blake2b(answer.body, digest_size=8).hexdigest()}"'
                if answer.status == 200 and answer.cached
                else ""
            )
            changed = format_datetime(answer.changed, usegmt=True) if etag and answer.changed else ""
            known = self.headers.get("If-None-Match")
            same = known == etag if known else bool(changed) and self.headers.get("If-Modified-Since") == changed
            unchanged = bool(etag) and same
            self.send_response(304 if unchanged else answer.status)
            for name, value in (
                ("ETag", etag),
                ("Last-Modified", changed),
                ("Content-Type", "" if unchanged else answer.content_type),
            ):
                if value:
                    self.send_header(name, value)
            if not unchanged:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Print nothing."""

    return Handler

"""A small archive that speaks OAI-PMH on the loopback interface as arXiv's does, with faults in between when told so."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

FAULTS = frozenset({"busy", "cut connection", "cut page", "expired"})
_OAI = "http://www.openarchives.org/OAI/2.0/"
_ARXIV = "http://arxiv.org/OAI/arXiv/"


@dataclass(frozen=True)
class Kept:
    """A record: `changed` is the day by which it is listed, `created` that of the first version."""

    name: str
    changed: str
    created: str = ""
    title: str = ""
    categories: str = "cs.LG"
    comments: str = ""
    is_deleted: bool = False

    def sets(self) -> set[str]:
        names = self.categories.split()
        return {f"{name.split('.')[0]}:{name.replace('.', ':')}" for name in names}

    def xml(self) -> str:
        header = f"<identifier>oai:arXiv.org:{self.name}</identifier><datestamp>{self.changed}</datestamp>"
        if self.is_deleted:
            return f'<record><header status="deleted">{header}</header></record>'
        title = escape(self.title or f"Paper {self.name} on gates")
        return (
            f'<record><header>{header}</header><metadata><arXiv xmlns="{_ARXIV}"><id>{self.name}</id>'
            f"<created>{self.created or self.changed}</created><authors><author><keyname>Example</keyname>"
            f"<forenames>Ada</forenames></author></authors><title>{title}</title><categories>{self.categories}</categories>"
            f"<comments>{escape(self.comments)}</comments><abstract>About gates.</abstract></arXiv></metadata></record>"
        )


@dataclass
class Archive:
    """The archive, and beside it a daily list. `faults` are taken one a request, in order; an empty one lets it through."""

    kept: list[Kept] = field(default_factory=list)
    today: str = "2026-06-10"
    page_size: int = 100
    faults: list[str] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    listing: str = ""
    _server: ThreadingHTTPServer | None = None

    @property
    def base(self) -> str:
        assert self._server
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: Mapping[str, str], *, has_expired: bool = False) -> str:
        if query.get("verb") == "GetRecord":
            name = query["identifier"].removeprefix("oai:arXiv.org:")
            found = [one for one in self.kept if one.name == name]
            return self._page(f"<GetRecord>{found[0].xml()}</GetRecord>" if found else _error("idDoesNotExist"))
        skip = 0
        if token := query.get("resumptionToken"):
            if has_expired or set(query) != {"verb", "resumptionToken"}:
                return self._page(_error("badResumptionToken"))
            query = dict(parse_qsl(unquote(token)))
            skip = int(query["skip"])
        first, last = query["from"], query.get("until", self.today)
        if last > self.today or first > last:
            return self._page(_error("badArgument", "until date too late"))
        found = sorted(
            (
                one
                for one in self.kept
                if first <= one.changed <= last and (one.is_deleted or query["set"] in one.sets())
            ),
            key=lambda one: (one.changed, one.name),
        )
        page, rest = found[skip : skip + self.page_size], found[skip + self.page_size :]
        if not page:
            return self._page(_error("noRecordsMatch"))
        more = quote(urlencode({**query, "skip": skip + self.page_size})) if rest else ""
        tail = f"<resumptionToken>{more}</resumptionToken>" if more or token else ""
        return self._page(f"<ListRecords>{''.join(one.xml() for one in page)}{tail}</ListRecords>")

    def _page(self, inner: str) -> str:
        return f'<?xml version="1.0"?><OAI-PMH xmlns="{_OAI}"><responseDate>{self.today}T05:00:00Z</responseDate>{inner}</OAI-PMH>'


def _error(code: str, said: str = "no") -> str:
    return f'<error code="{code}">{said}</error>'


def _handler(archive: Archive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path.startswith("/rss/") and archive.listing:
                tag = f'"{len(archive.listing)}"'
                known = self.headers.get("If-None-Match") == tag
                self._send(304 if known else 200, b"" if known else archive.listing.encode(), {"ETag": tag})
                return
            if parts.path != "/oai":
                self._send(404, b"")
                return
            query = dict(parse_qsl(parts.query))
            archive.requests.append(query)
            fault = archive.faults.pop(0) if archive.faults else ""
            assert not fault or fault in FAULTS
            body = archive.answer(query, has_expired=fault == "expired").encode()
            if fault == "busy":
                self._send(503, b"", {"Retry-After": "7"})
            elif fault == "cut connection":
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            else:
                self._send(200, body[: -len(body) // 3] if fault == "cut page" else body)

        def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Print nothing."""

    return Handler

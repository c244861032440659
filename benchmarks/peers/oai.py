"""History from a real OAI-PMH server with faults in between: `python -m benchmarks.peers.oai`.

The server is the package `oai-repo` behind `http.server`, on the loopback interface; see README.md beside this file. It
holds 250 made-up papers, a hundred a page. Each trial is a home of its own and real `tracker sync` processes.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import oai_repo
from lxml import etree

from benchmarks.machine import describe
from tracker.config import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable

PAPERS, PAGE_SIZE = 250, 100
NAMESPACE = "http://arxiv.org/OAI/arXiv/"
FIRST = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=60)
DAYS = {f"oai:arXiv.org:2401.{90_000 + n}": FIRST + timedelta(days=(n * 61) // PAPERS) for n in range(PAPERS)}
FEEDS = """
[[source]]
kind = "arxiv"
name = "archive"
categories = ["cs.LG"]
via = "oai"
since = {since:%Y-%m-%d}
base = "{base}"
"""


class Papers(oai_repo.DataInterface):
    """What the server holds; it calls these methods by the names of their arguments."""

    # ruff: noqa: ARG002

    limit = PAGE_SIZE

    def get_identify(self) -> Any:
        return oai_repo.Identify(
            repository_name="Papers that do not exist",
            base_url="http://127.0.0.1/oai",
            admin_email=["nobody@example.org"],
            earliest_datestamp="2005-09-16",
            deleted_record="no",
            granularity="YYYY-MM-DD",
        )

    def is_valid_identifier(self, identifier: str) -> bool:
        return identifier in DAYS

    def get_metadata_formats(self, identifier: str | None = None) -> list[Any]:
        return [oai_repo.MetadataFormat("arXiv", "http://arxiv.org/OAI/arXiv.xsd", NAMESPACE)]

    def get_record_header(self, identifier: str) -> Any:
        return oai_repo.RecordHeader(identifier=identifier, datestamp=DAYS[identifier], setspecs=["cs:cs:LG"])

    def get_record_metadata(self, identifier: str, metadataprefix: str) -> Any:
        name = identifier.rpartition(":")[2]
        fields = {"id": name, "created": f"{DAYS[identifier]:%Y-%m-%d}"}
        texts = {"title": f"Paper {name} on gates", "categories": "cs.LG", "abstract": "About gates."}
        root = etree.Element(f"{{{NAMESPACE}}}arXiv", nsmap={None: NAMESPACE})
        for tag, text in (fields | texts).items():
            etree.SubElement(root, f"{{{NAMESPACE}}}{tag}").text = text
        author = etree.SubElement(etree.SubElement(root, f"{{{NAMESPACE}}}authors"), f"{{{NAMESPACE}}}author")
        etree.SubElement(author, f"{{{NAMESPACE}}}keyname").text = f"Example{name[-3:]}"
        return root

    def get_record_abouts(self, identifier: str) -> list[Any]:
        return []

    def list_set_specs(self, identifier: str | None = None, cursor: int = 0) -> tuple[list[str], int, None]:
        return ["cs", "cs:cs", "cs:cs:LG"], 3, None

    def get_set(self, setspec: str) -> Any:
        return oai_repo.Set(setspec, setspec, [])

    def list_identifiers(
        self,
        metadataprefix: str,
        filter_from: datetime | None = None,
        filter_until: datetime | None = None,
        filter_set: str | None = None,
        cursor: int = 0,
    ) -> tuple[list[str], int, None]:
        first, last = (bound and bound.replace(tzinfo=UTC) for bound in (filter_from, filter_until))
        found = [name for name, day in DAYS.items() if (not first or first <= day) and (not last or day <= last)]
        return found[cursor : cursor + self.limit], len(found), None


@dataclass
class Peer:
    """The server of one trial: `faults` are taken one a request; `held` lets a request wait until it is set."""

    faults: list[str] = field(default_factory=list)
    requests: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)

    def start(self) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return server


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            peer.requests += 1
            fault = peer.faults.pop(0) if peer.faults else ""
            query = dict(parse_qsl(urlsplit(self.path).query))
            if fault == "hold":
                peer.reached.set()
                peer.held.wait(60)
            if fault == "expired" and "resumptionToken" in query:
                query["resumptionToken"] = "forgotten"
            body = bytes(oai_repo.OAIRepository(Papers()).process(query))
            if fault == "busy":
                self._send(503, b"", 0, {"Retry-After": "1"})
            else:
                self._send(200, body, len(body) // 2 if fault == "cut" else len(body), {"Content-Type": "text/xml"})

        def _send(self, status: int, body: bytes, sent: int, headers: dict[str, str]) -> None:
            try:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[:sent])
            except OSError:
                pass  # the other side was killed
            self.close_connection = sent != len(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Print nothing."""

    return Handler


def syncing(home: Path) -> subprocess.Popen[bytes]:
    """Start a sync."""
    environment = {**os.environ, "TRACKER_HOME": str(home)}
    command = [sys.executable, "-m", "tracker", "sync", "--no-index", "--json"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def papers(home: Path) -> list[str]:
    """Return the names of all stored papers, whole ones only."""
    connection = sqlite3.connect(home / DATABASE)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [
            row[0] for row in connection.execute("SELECT id FROM items WHERE kind = 'paper' AND title LIKE 'Paper %'")
        ]
    finally:
        connection.close()


def once(home: Path, _peer: Peer) -> None:
    """Sync until it is done."""
    assert syncing(home).wait(300) == 0


def killed(home: Path, peer: Peer) -> None:
    """Sync, killed while it waits for a page, then sync again."""
    process = syncing(home)
    peer.reached.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    print(f"  killed with {len(papers(home))} papers stored after {peer.requests} requests")
    peer.held.set()
    once(home, peer)


def trial(name: str, faults: list[str], run: Callable[[Path, Peer], None]) -> None:
    """Print what one home holds after its runs, and what one more run brings."""
    peer = Peer(faults)
    server = peer.start()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "feeds.toml").write_text(FEEDS.format(since=FIRST, base=f"http://127.0.0.1:{server.server_address[1]}"))
        begin = time.perf_counter()
        run(home, peer)
        seconds, found, asked = time.perf_counter() - begin, papers(home), peer.requests
        once(home, peer)
        lost = len(
            {name.removeprefix("oai:arXiv.org:") for name in DAYS} - {name.removeprefix("arxiv:") for name in found}
        )
        print(
            f"{name:22} {asked:3} requests {seconds:6.1f} s  {len(found)} papers, {len(found) - len(set(found))} doubled,"
            f" {lost} lost; again: {peer.requests - asked} request, {len(papers(home)) - len(found)} more"
        )
    server.shutdown()


def main() -> None:
    """Run all trials."""
    print(describe())
    trial("no faults", [], once)
    trial("sent away (503)", ["", "busy", "busy", "", "busy"], once)
    trial("place forgotten", ["", "expired"], once)
    trial("connection cut", ["", "cut", "", "cut"], once)
    trial("all of them", ["busy", "", "cut", "", "expired", "", "busy", "cut"], once)
    trial("killed on page 3", ["", "", "hold"], killed)
    trial("killed, then all", ["", "hold", "busy", "expired", "", "cut", "busy"], killed)


if __name__ == "__main__":
    main()

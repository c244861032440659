"""Homes to measure in: a copy of one that is there, and a small one; what they follow is served here, and always new."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from benchmarks import feeds, generate
from tracker.config import DATABASE, FILE
from tracker.query import Filter
from tracker.session import Session

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = 100
ENTRIES = 40
"""So many new posts a source has each time it is asked."""


class Site:
    """Serves feeds; each answer holds other entries than all those before."""

    def __init__(self) -> None:
        numbers = itertools.count(1)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = feeds.document(next(numbers), ENTRIES)
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{server.server_address[1]}"


def copy(home: Path, folder: Path, site: Site) -> Path:
    """Copy a home; the copy follows the site, and counts as just fetched."""
    shutil.copytree(home / DATABASE.parent, folder / DATABASE.parent)
    return _follow(folder, site)


def small(folder: Path, site: Site, papers: int = 100) -> Path:
    """Make a home of a few made-up papers."""
    folder.mkdir()
    generate.write(folder / "papers.jsonl", papers)
    session = Session(folder)
    session.import_files([folder / "papers.jsonl"])
    session.close()
    return _follow(folder, site)


def _follow(folder: Path, site: Site) -> Path:
    tables = (f'[[source]]\nkind = "feed"\nname = "b{n}"\nurl = "{site.base}/{n}"\n' for n in range(SOURCES))
    (folder / FILE).write_text("\n".join(tables))
    (folder / DATABASE.parent / "tui.json").unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        connection.execute(
            "INSERT INTO sources (name, kind, last_tried) VALUES ('benchmark', 'feed', '9999-01-01T00:00:00Z')"
        )
    return folder


def marks_of(home: Path) -> tuple[bytes, bytes]:
    """Return what only content prints: the first word of the newest item, and the name of the newest paper, which its page shows."""
    session = Session(home)
    item, paper = (session.reader.page(state, 1)[0] for state in (Filter(), Filter(kind="paper")))
    session.close()
    return item.title.split()[0].encode(), paper.id.encode()

"""Many feeds, cold and again: `python -m benchmarks.feeds [FEEDS] [ITEMS]` syncs them from the loopback interface.

Figures are those of the whole process `tracker sync --no-index`, start of Python included.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.machine import describe
from tracker.config import DATABASE
from tracker.words import STOP_WORDS

FIRST = 1_770_000_000
_WORDS = (
    "model data training inference gradient kernel cache token prompt agent retrieval benchmark latency memory graph cluster"
    " pipeline quantization attention transformer diffusion evaluation release library compiler scheduler tensor batch checkpoint"
).split() + sorted(STOP_WORDS)[:40]


def document(number: int, count: int) -> bytes:
    """Return an RSS document of a made-up blog: titles of eight words, texts of a hundred with markup and links."""
    rng = random.Random(number)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Blog {number}</title><link>https://blog{number}.example/</link><description>d</description>"
        f"{''.join(_item(rng, number, place) for place in range(count))}</channel></rss>"
    ).encode()


def _item(rng: random.Random, blog: int, place: int) -> str:
    page = f"https://blog{blog}.example/posts/{place}"
    words = rng.choices(_WORDS, k=108)
    text = (
        f"<p>{' '.join(words[8:60])} – <a href='https://code.example/{blog}/{place}'>code</a>.</p>"
        f'<p><em>{" ".join(words[60:])}</em> &amp; <a href="{page}#more">more</a>.</p>'
    )
    return (
        f"<item><title>{' '.join(words[:8])} {place}</title><link>{page}</link><guid>{page}</guid><category>notes</category>"
        f"<pubDate>{formatdate(FIRST + blog * 977 + place * 86_400, usegmt=True)}</pubDate>"
        f"<description><![CDATA[{text}]]></description></item>"
    )


class Site:
    """Serves the feeds with their ETags, and counts the statuses it sent."""

    def __init__(self, feeds: list[bytes]) -> None:
        self.feeds = feeds
        self.sent: Counter[int] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer leaves in one piece

            def do_GET(self) -> None:
                number = int(self.path.strip("/"))
                tag = f'"{number}"'
                status = 304 if self.headers.get("If-None-Match") == tag else 200
                body = site.feeds[number] if status == 200 else b""
                site.sent[status] += 1
                self.send_response(status)
                self.send_header("ETag", tag)
                if status == 200:
                    self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                pass

        return Handler


def main(feeds: int = 200, items: int = 50) -> None:
    """Sync twice and print what each sync cost."""
    print(describe())
    site = Site([document(number, items) for number in range(feeds)])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        tables = (f'[[source]]\nkind = "feed"\nname = "b{n}"\nurl = "{site.base}/{n}"\n' for n in range(feeds))
        (home / "feeds.toml").write_text("\n".join(tables))
        for name in ("cold", "again"):
            site.sent.clear()
            status, wall, cpu, memory = _cost(home)
            print(
                f"{name:6} exit {status} {cpu:6.2f} s CPU {wall:6.2f} s wall {memory:6.0f} MB;"
                f" {site.sent[304]} of {site.sent.total()} unchanged, {_stored(home):,} posts stored"
            )


def _cost(home: Path) -> tuple[int, float, float, float]:
    """Return exit status, seconds of wall and of CPU, and peak memory in MB of a sync."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "tracker", "--home", str(home), "sync", "--no-index"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _stored(home: Path) -> int:
    connection = sqlite3.connect(home / DATABASE)
    try:
        return int(connection.execute("SELECT COUNT(*) FROM items").fetchone()[0])
    finally:
        connection.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))

"""Feeds behind nginx: `python -m benchmarks.peers.nginx`; what it is for stands in README.md beside this file.

Each feed has a loopback address of its own, so that one that asks to be left alone does not keep the others waiting.
Three real `tracker sync` processes: cold, again, and after every feed got one entry more.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.feeds import document
from benchmarks.machine import describe
from tracker.config import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator

ITEMS = 50
SOURCES = {
    "strong": "gzip off;",
    "weak": "gzip on; gzip_types application/rss+xml; gzip_min_length 1;",
    "moved": "location = /feed.xml { return 301 /new.xml; }",
    "found": "location = /feed.xml { return 302 /new.xml; }",
    "loop": "location = /feed.xml { return 302 /feed.xml; }",
    "gone": "location = /feed.xml { return 410; }",
    "busy": "location = /feed.xml { add_header Retry-After 7200 always; return 503; }",
    "often": "location = /feed.xml { limit_req zone=few; limit_req_status 429; error_page 429 @later; }"
    " location @later { add_header Retry-After 300 always; return 429; }",
}
CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  types {{ application/rss+xml xml; }}
  log_format asked escape=none '$server_addr|$status|$http_if_none_match|$sent_http_etag|$sent_http_content_encoding';
  access_log {folder}/asked.log asked;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  limit_req_zone $server_addr zone=few:1m rate=1r/m;
  {servers}
}}
"""


def main() -> None:
    """Print what came of each feed in each sync."""
    executable = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not executable:
        sys.exit("nginx is not installed; Debian: apt-get install nginx-light")
    print(describe())
    with tempfile.TemporaryDirectory() as name, running(executable, Path(name)) as port:
        folder, home = Path(name), Path(name) / "home"
        home.mkdir()
        tables = (
            f'[[source]]\nkind = "feed"\nname = "{name}"\nurl = "http://{host}:{port}/feed.xml"\n'
            for name, host in hosts()
        )
        (home / "feeds.toml").write_text("# a comment\n" + "\n".join(tables))
        for number, run in enumerate(("cold", "again", "one entry more")):
            write(folder, ITEMS + (number == 2))
            (folder / "asked.log").write_text("")
            status, seconds, events = sync(home)
            print(
                f"\n{run}: exit {status} after {seconds:.1f} s; feeds with all their entries: {whole(home)} of {len(SOURCES) - 3}"
            )
            asked = [line.split("|") for line in (folder / "asked.log").read_text().splitlines()]
            for source, host in hosts():
                report(source, [line for line in asked if line[0] == host], events)
        kept = (home / "feeds.toml").read_text()
        print(
            f"\nthe address that moved was rewritten: {'/new.xml' in kept}; the comment is there: {'# a comment' in kept}"
        )


def hosts() -> list[tuple[str, str]]:
    """Return (source, its loopback address)."""
    return [(name, f"127.0.0.{place}") for place, name in enumerate(SOURCES, 11)]


@contextmanager
def running(executable: str, folder: Path) -> Iterator[int]:
    """Run nginx on a free port with a configuration of its own."""
    with socket.create_server(("127.0.0.11", 0)) as free:
        port = free.getsockname()[1]
    servers = "\n".join(
        f"server {{ listen {host}:{port}; root {folder}/{name}; {SOURCES[name]} }}" for name, host in hosts()
    )
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, servers=servers))
    write(folder, ITEMS)
    folder.chmod(0o755)  # its workers run as somebody else
    process = subprocess.Popen([executable, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"])
    try:
        for _ in range(50):
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.11", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def write(folder: Path, items: int) -> None:
    """Write the feeds; nothing is touched where nothing changes, for ETags hold the time of the file."""
    for number, name in enumerate(SOURCES):
        for file in ("feed.xml", "new.xml"):
            path, text = folder / name / file, document(number, items)
            path.parent.mkdir(exist_ok=True)
            if not path.exists() or path.read_bytes() != text:
                path.write_bytes(text)


def sync(home: Path) -> tuple[int, float, list[dict[str, Any]]]:
    """Return (exit status, seconds, events) of a sync."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "tracker", "--home", str(home), "sync", "--no-index", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return done.returncode, time.perf_counter() - begin, events


def whole(home: Path) -> int:
    """Return how many feeds have stored all entries that they hold, each once."""
    with sqlite3.connect(home / DATABASE) as connection:
        counts = connection.execute("SELECT COUNT(*), COUNT(DISTINCT item) FROM sightings GROUP BY source").fetchall()
    return sum(entries == items == max(counts)[0] for entries, items in counts)


def report(source: str, asked: list[list[str]], events: list[dict[str, Any]]) -> None:
    """Print the requests of a source and what was told."""
    steps = [
        event for event in events if event["source"] == source and event["step"] in {"fetched", "failed", "warned"}
    ]
    new = sum(step["new"] for step in steps if step["step"] == "fetched")
    answers = [_answer(*line[1:]) for line in asked] or ["not asked"]
    told = [f"{step['message']} {step['remedy']}" for step in steps if step["message"]]
    print(f"  {source:7} {new:3} new; {'; '.join([', '.join(answers), *told])}")


def _answer(status: str, sent: str, tag: str, packing: str) -> str:
    """Return an answer in words: what was sent back of the last one, what came with it."""
    kind = "" if not tag else ", weak ETag" if tag.startswith("W/") else ", strong ETag"
    return f"{status}{' (If-None-Match)' if sent else ''}{kind}{f', {packing}' if packing else ''}"


if __name__ == "__main__":
    main()

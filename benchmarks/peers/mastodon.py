"""A Mastodon server that fails on demand: `python -m benchmarks.peers.mastodon PATH/TO/mastodon_mock`.

The server is the package `mastodon_mock` in an environment of its own; see README.md beside this file. Each trial is a
hashtag or an account, a home of its own and real `tracker sync` processes: one sync, new posts, one sync with the fault,
one without it, and one more.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

from benchmarks.machine import describe
from tracker.config import DATABASE

BEFORE, AFTER = 45, 100
TRIALS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("none", {}, 0),
    ("ratelimit", {"type": "ratelimit", "headers": {"Retry-After": "5"}}, 1),
    ("malformed", {"type": "malformed"}, 1),
    ("timeout", {"type": "timeout", "delay_ms": 35_000}, 3),
    ("busy", {"type": "status", "status": 503, "headers": {"Retry-After": "5"}}, 1),
    ("broken", {"type": "status", "status": 500}, 3),
    ("missing", {"type": "status", "status": 404, "body": {"error": "Record not found"}}, 1),
    ("closed", {"type": "status", "status": 422, "body": {"error": "This method requires an authenticated user"}}, 1),
    ("latency", {"type": "latency", "delay_ms": 3_000}, 3),
)
HASHTAG = (
    '[[source]]\nkind = "mastodon"\nname = "followed"\nhashtag = "{name}"\ninstance = "localhost"\nbase = "{base}"\n'
)
ACCOUNT = '[[source]]\nkind = "mastodon"\nname = "followed"\naccount = "testuser@localhost"\nbase = "{base}"\n'


@dataclass(frozen=True)
class Peer:
    """The running server."""

    base: str

    def post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.base}/api/v1/{path}",
            json.dumps(body).encode(),
            {"Authorization": "Bearer mock_token", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def posts(self, name: str, first: int, count: int) -> set[str]:
        """Write posts and return their names."""
        return {
            self.post("statuses", {"status": f"Post {number} of #{name}"})["uri"]
            for number in range(first, first + count)
        }

    def fail(self, path: str, effect: dict[str, Any], count: int) -> None:
        self.post("_mock/faults", {"match": {"path": path}, "effect": effect, "count": count})


def started(executable: str) -> tuple[subprocess.Popen[bytes], Peer]:
    """Start the server and wait until it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [executable, "serve", "--in-memory", "--port", str(port), "--log-level", "error"]
    process, peer = subprocess.Popen(command, stdout=subprocess.DEVNULL), Peer(f"http://127.0.0.1:{port}")
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{peer.base}/api/v1/instance", timeout=5).close()
        except URLError:
            time.sleep(0.5)
        else:
            return process, peer
    raise TimeoutError(executable)


def sync(home: Path) -> tuple[int, float, dict[str, Any]]:
    """Return (exit status, seconds, the last event about the source) of a sync."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "tracker", "--home", str(home), "sync", "--no-index", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ}, timeout=600)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    told = [
        event for event in events if event.get("source") == "followed" and event.get("step") in {"fetched", "failed"}
    ]
    return done.returncode, time.perf_counter() - begin, told[-1] if told else {}


def stored(home: Path) -> list[str]:
    """Return the names of the stored posts, each as often as it stands there."""
    connection = sqlite3.connect(home / DATABASE)
    try:
        return [row[0].removeprefix("mastodon:") for row in connection.execute("SELECT id FROM items")]
    finally:
        connection.close()


def trial(peer: Peer, name: str, effect: dict[str, Any], count: int, feeds: str = HASHTAG) -> str:
    """Return the line of one trial."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "feeds.toml").write_text(feeds.format(name=name, base=peer.base))
        posts = peer.posts(name, 0, BEFORE)
        sync(home)
        posts |= peer.posts(name, BEFORE, AFTER)
        if count:
            path = f"/api/v1/timelines/tag/{name}" if feeds == HASHTAG else "/api/v1/accounts/*/statuses"
            peer.fail(path, effect, count)
        status, seconds, told = sync(home)
        between = len(posts & set(stored(home)))
        recovered, waited, _ = sync(home)
        found = stored(home)
        _, _, again = sync(home)
        return (
            f"{name:10} exit {status} after {seconds:5.1f} s, {between:3} of {len(posts)} stored; then exit {recovered} after"
            f" {waited:5.1f} s, {len(posts - set(found))} lost, {len(found) - len(set(found))} doubled,"
            f" {again.get('new')} more\n{'':10} {told.get('message', '')} {told.get('remedy', '')}".rstrip()
        )


def main() -> None:
    """Run all trials."""
    print(describe())
    process, peer = started(sys.argv[1])
    try:
        with ThreadPoolExecutor(4) as pool:
            for line in pool.map(lambda one: trial(peer, *one), TRIALS):
                print(line, flush=True)
        effect = {"type": "status", "status": 404, "body": {"error": "Record not found"}}
        print(trial(peer, "account", effect, 1, ACCOUNT))
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()

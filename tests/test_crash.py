"""A process killed at any moment loses nothing that was stored and doubles nothing when it runs on."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from conftest import paper, post

from tracker.demo import run
from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KILLS = 5


def kill_at(command: list[str], seconds: float) -> bool:
    """Start a command and kill it after some time; tell whether it was still running."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def kill_when(command: list[str], reached: Callable[[], bool]) -> bool:
    """Start a command and kill it when something is reached; tell whether it was still running."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        if reached():
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.002)
    return False


def content(database: Path) -> dict[str, list[tuple]]:
    """What counts: items without their row numbers and times, their names, sightings, mentions, text index."""
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.execute("INSERT INTO items_text (items_text, rank) VALUES ('integrity-check', 1)")
    queries = {
        "items": "SELECT id, title, text, date, venue, text_hash FROM items ORDER BY id",
        "names": "SELECT identifier, id FROM identifiers JOIN items ON items.row = item ORDER BY 1",
        "sightings": "SELECT source, key, id FROM sightings JOIN items ON items.row = item ORDER BY 1, 2",
        "mentions": "SELECT id, identifier, how FROM mentions JOIN items ON items.row = post ORDER BY 1, 2",
    }
    found = {name: connection.execute(sql).fetchall() for name, sql in queries.items()}
    connection.close()
    return found


def test_import_killed_at_random_moments(tmp_path: Path, lines: Callable[..., Path]) -> None:
    rows = [paper(n) for n in range(6_000)] + [
        post(n, links=[f"https://arxiv.org/abs/2605.{10000 + n}"]) for n in range(2_000)
    ]
    path = lines(*rows)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    begin = time.monotonic()
    subprocess.run(import_command(whole, path), check=True, capture_output=True)
    usual = time.monotonic() - begin
    chance = random.Random(3)
    hit = sum(kill_at(import_command(killed, path), chance.uniform(0.1, 0.95) * usual) for _ in range(KILLS))
    subprocess.run(import_command(killed, path), check=True, capture_output=True)
    assert hit
    assert content(killed / "index" / "tracker.db") == content(whole / "index" / "tracker.db")


def import_command(home: Path, path: Path) -> list[str]:
    return [sys.executable, "-m", "tracker", "--home", str(home), "import", "--no-index", str(path)]


def test_sync_killed_at_random_moments(tmp_path: Path) -> None:
    with run.server() as demo:
        whole, killed = run.make_home(tmp_path / "whole", demo), run.make_home(tmp_path / "killed", demo)
        begin = time.monotonic()
        subprocess.run(sync_command(whole.home), check=True, capture_output=True)
        usual = time.monotonic() - begin
        chance = random.Random(4)
        hit = sum(kill_at(sync_command(killed.home), chance.uniform(0.2, 0.95) * usual) for _ in range(KILLS))
        subprocess.run(sync_command(killed.home), check=True, capture_output=True)
    assert hit
    assert content(killed.database)["items"] == content(whole.database)["items"]
    assert content(killed.database)["sightings"] == content(whole.database)["sightings"]
    for session in (whole, killed):
        session.close()


def sync_command(home: Path) -> list[str]:
    script = (
        "import sys; from pathlib import Path; from tracker.session import Session\n"
        "list(Session(Path(sys.argv[1]), gap_scale=0.0).sync(index=False))"
    )
    return [sys.executable, "-c", script, str(home)]


def test_index_killed_at_random_moments(tmp_path: Path, lines: Callable[..., Path]) -> None:
    session = Session(tmp_path / "home")
    session.import_files([lines(*(paper(n, abstract=f"Short words {n}.") for n in range(60)))])
    script = (
        "import sys; from pathlib import Path; from tracker import indexing; from tracker.session import Session\n"
        "indexing.CHUNK = 4\n"
        "list(Session(Path(sys.argv[1])).bring_level())"
    )
    command = [sys.executable, "-c", script, str(session.home)]
    stored = sorted(random.Random(5).sample(range(1, 50), KILLS))
    hit = sum(kill_when(command, lambda least=least: session.reader.totals().vectors >= least) for least in stored)
    subprocess.run(command, check=True, capture_output=True)
    assert hit
    assert session.reader.totals().vectors == 60
    hits = session.search("short words 7", mode="semantic", limit=60)
    assert len({hit.line.id for hit in hits}) == 60
    session.close()

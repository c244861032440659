"""Plays a fault against the real command: `tracker sync` on a home that follows nothing else."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from click.testing import CliRunner

from tracker.cli.app import tracker
from tracker.http import HttpClient
from tracker.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    from .server import Answer, FaultServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is sent, one answer a request, and what must come of it.

    Attributes:
        state: of the source after the last sync.
        words: part of what the user is told; of `ok` and `unchanged` sources, of the remark.
        requests: how many are made in all syncs together.
        records: how many items are stored after the last sync.
        syncs: how often the source is synced.
        total, read: seconds of the client's limits.
    """

    name: str
    answers: tuple[Answer, ...]
    state: str
    words: str = ""
    requests: int = 1
    records: int = 0
    syncs: int = 1
    total: float = 60.0
    read: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of a fault; `status` is the exit status of the last sync, `told` all that it printed."""

    status: int
    state: str
    message: str
    remedy: str
    requests: int
    records: int
    told: str
    seconds: float


def play(fault: Fault, server: FaultServer, home: Path, kind: str = "feed", **options: Any) -> Played:
    """Sync a home that follows only the fault, as often as it says."""
    url = {"url": f"{server.base}/{fault.name}/feed"} if kind == "feed" else {"base": f"{server.base}/{fault.name}"}
    table = {"kind": kind, "name": "it", **url, **options}
    home.mkdir(exist_ok=True)
    lines = (f"{name} = {json.dumps(value)}" for name, value in table.items())
    (home / "feeds.toml").write_text("[[source]]\n" + "\n".join(lines) + "\n", "utf-8")

    def client(**given: Any) -> HttpClient:
        return HttpClient(**{**given, "gap_scale": 0.0, "total": fault.total, "read": fault.read})

    before, begin = server.requests[fault.name], time.perf_counter()
    with patch("tracker.http.HttpClient", client):
        for _ in range(fault.syncs):
            done = CliRunner().invoke(tracker, ["--home", str(home), "sync", "--no-index"])
    seconds = time.perf_counter() - begin
    session = Session(home)
    (state,) = session.reader.source_states()
    records = session.reader.totals().papers + session.reader.totals().posts
    session.close()
    return Played(
        status=done.exit_code,
        state=state.state,
        message=state.message,
        remedy=state.remedy,
        requests=server.requests[fault.name] - before,
        records=records,
        told=done.output,
        seconds=seconds,
    )

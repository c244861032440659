"""What everything that can go wrong costs and what is told: `python -m benchmarks.faults [NAME …]` prints a table.

Each fault of `tests/faults` is played in a fresh process against the real `tracker sync`, with the limits of time that users have.
Memory is the peak of that process above its peak after the sync of a small sound feed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.machine import describe

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from faults.answers import feed, reply
from faults.documents import DOCUMENTS
from faults.play import Fault, play
from faults.server import FaultServer
from faults.transport import TRANSPORT

SOUND = Fault(name="sound", answers=(reply(200, feed(), ETag='"1"'),), state="ok", records=3)
FAULTS = {fault.name: fault for fault in (SOUND, *TRANSPORT, *DOCUMENTS)}
MEMORY_LIMIT = 150


def main(names: list[str]) -> None:
    """Play faults and print a row for each, and last what broke a promise."""
    print(
        f"{describe()}\n\n| fault | state | exit | seconds | MB | requests | records | told |\n|---|---|---|---|---|---|---|---|"
    )
    rows = []
    with FaultServer({name: fault.answers for name, fault in FAULTS.items()}) as server:
        for name in names or FAULTS:
            row = _played(name, server)
            rows.append(row)
            print(_line(row, server.base), flush=True)
    heaviest, slowest = max(rows, key=lambda row: row["megabytes"]), max(rows, key=lambda row: row["seconds"])
    print(f"\n{len(rows)} faults. Heaviest: {heaviest['name']}, {heaviest['megabytes']:.0f} MB; slowest: {slowest['name']}, {slowest['seconds']:.1f} s.")  # fmt: skip
    for row in rows:
        fault = FAULTS[row["name"]]
        kept = (row["status"] == 0) == (fault.state in {"ok", "unchanged"}) and row["megabytes"] <= MEMORY_LIMIT
        if not kept or (row["state"], row["records"]) != (fault.state, fault.records):
            print(f"NOT AS PROMISED: {row}")


def _played(name: str, server: FaultServer) -> dict[str, Any]:
    """Play one fault in a fresh process."""
    server.requests.clear()
    command = [sys.executable, "-m", "benchmarks.faults", "--play", name, server.base]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return {**json.loads(done.stdout.splitlines()[-1]), "requests": server.requests[name]}


def _line(row: dict[str, Any], base: str) -> str:
    told = f"{row['message']} {row['remedy']}".strip().replace(base.removeprefix("http://"), "HOST").replace("|", "/")
    return (
        f"| {row['name']} | {row['state']} | {row['status']} | {row['seconds']:.1f} | {row['megabytes']:.0f} | {row['requests']}"
        f" | {row['records']} | {told} |"
    )


def _child(name: str, base: str) -> None:
    """Play a sound feed and then a fault in this process, and print what came of it as JSON."""
    server: Any = SimpleNamespace(base=base, requests=Counter())
    fault = replace(FAULTS[name], total=60.0, read=30.0)
    with tempfile.TemporaryDirectory() as folder:
        play(SOUND, server, Path(folder) / "sound")
        idle = _peak()
        played = play(fault, server, Path(folder) / "home")
    print(json.dumps({**asdict(played), "name": name, "megabytes": _peak() - idle}))


def _peak() -> float:
    """Return the most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--play"]:
        _child(*sys.argv[2:4])
    else:
        main(sys.argv[1:])

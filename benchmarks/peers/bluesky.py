"""Every place of Bluesky that can be followed, against a real network: `python -m benchmarks.peers.bluesky FOLDER`.

FOLDER is where Bluesky's own packages are installed; `bluesky.mjs` starts and fills them, see README.md beside this file.
Each place has a home of its own, and real `tracker sync` processes: two of them, and one after five more posts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.machine import describe

SCRIPT = Path(__file__).with_suffix(".mjs").resolve()


def started(folder: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """Start the network; return its process and the line that says what there is."""
    process = subprocess.Popen(["node", str(SCRIPT)], cwd=folder, stdout=subprocess.PIPE, text=True)
    return process, json.loads(next(line for line in process.stdout or () if line.startswith('{"pid"')))


def prepared(home: Path, peer: dict[str, Any], options: dict[str, Any]) -> None:
    """Write the feeds of a home."""
    home.mkdir()
    lines = [f"{name} = {json.dumps(value)}" for name, value in {"base": peer["appview"], **options}.items()]
    (home / "feeds.toml").write_text("\n".join(["[[source]]", 'kind = "bluesky"', 'name = "trial"', *lines]))


def sync(home: Path, login: dict[str, str]) -> str:
    """Sync once; return how it ended."""
    environment = {**os.environ, **login, "TRACKER_HOME": str(home)}
    command = [sys.executable, "-m", "tracker", "sync", "--no-index", "--json"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.splitlines()
    events = {event["step"]: event for event in map(json.loads, told) if event.get("source") == "trial"}
    if "failed" in events:
        return str(events["failed"]["message"])
    done = events["fetched"]
    return f"{done.get('new', 0):3} new {done.get('changed', 0)} changed {done.get('message', '')}".rstrip()


def main() -> None:
    """Run all trials."""
    print(describe())
    process, peer = started(sys.argv[1])
    login = {
        "TRACKER_BLUESKY_HANDLE": peer["login"]["handle"],
        "TRACKER_BLUESKY_APP_PASSWORD": peer["login"]["password"],
        "TRACKER_BLUESKY_SERVER": peer["pds"],
    }
    places = {name: ({name: value}, name == "search") for name, value in peer["follow"].items()}
    places["feed, login"] = ({"feed": peer["follow"]["feed"]}, True)
    places["follows, login"] = ({"follows": peer["follow"]["follows"]}, True)
    places["reposts, replies"] = ({"actor": "ben.test", "reposts": True, "replies": True}, False)
    places["nobody"] = ({"actor": "nobody.test"}, False)
    places["no such list"] = ({"list": f"{peer['follow']['list']}x"}, False)
    places["no such feed"] = ({"feed": f"{peer['follow']['feed']}x"}, True)
    places["no such pack"] = ({"starter_pack": f"{peer['follow']['starter_pack']}x"}, False)
    places["search, no login"] = ({"search": "reading"}, False)
    told: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name, (options, _) in places.items():
                prepared(Path(folder) / name, peer, options)
            for turn in range(3):
                if turn == 2:
                    process.send_signal(signal.SIGUSR1)
                    next(line for line in process.stdout or () if line.startswith("5 posts"))
                for name, (_, wants_login) in places.items():
                    told.setdefault(name, []).append(sync(Path(folder) / name, login if wants_login else {}))
        finally:
            process.terminate()
            process.wait()
    for name, outcomes in told.items():
        print(f"{name:18} {' | '.join(dict.fromkeys(outcomes) if 'Bluesky' in outcomes[0] else outcomes)}")


if __name__ == "__main__":
    main()

"""Prints all figures of the terminal UI: `python -m benchmarks.tui HOME [--presses N] [--artui COMMAND]`, see benchmarks/README.md."""

from __future__ import annotations

import argparse
import shlex
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.machine import describe
from benchmarks.tui import homes, keys, peers
from benchmarks.tui.terminal import Terminal
from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EMPTY = "from textual.app import App; App().run()"
OURS = "from tracker.cli import main; main()"
STARTS = 15
SLOW_STARTS = 3
"""Of what takes more than a second."""
_CLEARED = b"\x1b[1;1H"
_ARTUI_TITLE = b"Articles"
VISITED = (b"2", b"3", b"7", b"1")


def starts(commands: Mapping[str, tuple[Sequence[str], bytes]]) -> dict[str, float]:
    """Return the median seconds from start to the bytes that each program is waited for, started in turn; the first turn is not counted."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(STARTS + 1):
        for name, (command, wanted) in commands.items():
            if len(found[name]) >= SLOW_STARTS and found[name][-1] > 1.0:
                continue
            terminal = Terminal(command)
            moment = terminal.wait(wanted, patience=120.0)
            terminal.close()
            if turn:
                found[name].append(moment - terminal.begin)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def ours(home: Path) -> list[str]:
    """Return what an installed `tracker` runs for a home."""
    return ["env", f"TRACKER_HOME={home}", sys.executable, "-c", OURS]


def first_frames(large: Path, small: Path, others: Mapping[str, tuple[Sequence[str], bytes]]) -> None:
    """Print first frame and content of all that is there, in one run."""
    found = starts(
        {
            "an empty Textual app": ([sys.executable, "-c", EMPTY], _CLEARED),
            "first frame": (ours(large), b"Sources"),
            "content": (ours(large), homes.marks_of(large)[0]),
            "first frame, 100 items": (ours(small), b"Sources"),
            "content, 100 items": (ours(small), homes.marks_of(small)[0]),
            **others,
        }
    )
    empty = found["an empty Textual app"]
    for name, seconds in found.items():
        print(f"{name:28} {seconds:6.3f} s  {seconds / empty:5.2f} times the empty app")


def memory(home: Path) -> None:
    """Print what is held after the first frame, and after some views were visited, once nothing moves any more."""
    terminal = Terminal(ours(home))
    terminal.wait(b"Sources")
    print(f"memory after the first frame {terminal.memory()}")
    terminal.rest(5.0)
    for view in VISITED:
        terminal.press(view, keys.CURSOR if view != b"7" else b"source")
        terminal.rest(1.0)
    print(f"memory after Today, Papers, Posts, Sources {terminal.memory()}")
    terminal.close()


def answers(home: Path, presses: int) -> None:
    """Print median and worst of each key: idle, while this UI syncs and embeds, while another process does."""
    paper, neighbour = homes.marks_of(home)[1], keys.Neighbour(home)
    print(f"milliseconds of {presses} presses: median, worst (of the worst so many waiting for a processor)")
    for name, busy in (("idle", keys.idle), ("while it syncs", keys.Syncing()), ("while another syncs", neighbour)):
        terminal = Terminal(ours(home))
        terminal.wait(b"Sources")
        terminal.rest(4.0)
        found = {key.name: keys.measure(terminal, key, paper, presses, busy) for key in keys.KEYS}
        held = terminal.memory()
        terminal.close()
        told = "  ".join(f"{key} {keys.told(times)}" for key, times in found.items())
        print(f"{name:20} {told}   ({held})", flush=True)
    neighbour.end()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tui")
    parser.add_argument("home", type=Path)
    parser.add_argument("--presses", type=int, default=200)
    parser.add_argument(
        "--part", choices=("starts", "memory", "keys"), action="append", help="only this; all without it"
    )
    parser.add_argument("--artui", help="the command that starts artui, for instance from an environment of its own")
    given = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        work, site = Path(folder), homes.Site()
        large, small = homes.copy(given.home, work / "large", site), homes.small(work / "small", site)
        session = Session(large)
        totals = session.reader.totals()
        session.close()
        print(f"{totals.papers:,} papers and {totals.posts:,} posts")
        parts = given.part or ["starts", "memory", "keys"]
        others: dict[str, tuple[Sequence[str], bytes]] = {}
        if "starts" in parts and (command := peers.newsboat(work / "newsboat", totals.papers + totals.posts)):
            others["newsboat, as many items"] = (command, b"Feed 1")
        if given.artui:
            others["artui"] = (shlex.split(given.artui), _ARTUI_TITLE)
        if "starts" in parts:
            first_frames(large, small, others)
        if "memory" in parts:
            memory(large)
        if "keys" in parts:
            answers(large, given.presses)


if __name__ == "__main__":
    main()

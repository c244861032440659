"""How long a key waits for its answer: idle, while the UI syncs and embeds, and while another process does."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.tui.terminal import Answer, Terminal

CURSOR = "▌".encode()
_FETCH = b"R"
_FETCHED = b"Fetched"


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is measured.

    Attributes:
        name: what it is called.
        code: what the terminal sends.
        answer: what is printed when it was answered, and for no other reason; the name of the item where there is nothing.
        back: the keys, each with its answer, that make the same key an answer to give again; not measured.
    """

    name: str
    code: bytes
    answer: bytes = CURSOR
    back: tuple[tuple[bytes, bytes], ...] = ()


KEYS = (
    Key("j", b"j"),
    Key("G", b"G", back=((b"g", CURSOR),)),
    Key("ctrl+d", b"\x04", back=((b"\x15", CURSOR),)),
    Key("/", b"/", b"phrases", back=((b"\x1b", CURSOR),)),
    Key("enter", b"\r", b"", back=((b"\x1b", CURSOR),)),
    Key("n", b"n"),
)
"""`j` and `n` go on and on; that all items are unread is what `n` needs, so that each time it has somewhere to go."""


def measure(
    terminal: Terminal, key: Key, paper: bytes, presses: int, keep_busy: Callable[[Terminal], None]
) -> list[Answer]:
    """Return the answers to so many presses in the list of papers, beginning at its top."""
    for code in (b"2", b"G", b"g"):
        terminal.press(code, CURSOR)
        terminal.rest(0.1, 1.0)
    answer = key.answer or paper
    found = []
    for _ in range(presses):
        keep_busy(terminal)
        found.append(terminal.press(key.code, answer))
        for code, told in key.back:
            terminal.press(code, told)
            terminal.rest(0.03, 0.3)
    return found


def told(answers: Sequence[Answer]) -> str:
    """Return median and worst, and of the worst what it waited for a processor."""
    worst = max(answers)
    return f"{statistics.median(one.taken for one in answers):3.0f} {worst.taken:4.0f} ({worst.queued:.0f})"


def idle(terminal: Terminal) -> None:
    """Let the UI be."""
    del terminal


class Syncing:
    """Lets the UI sync all its sources, and again when that has ended."""

    def __init__(self) -> None:
        self._from = -1

    def __call__(self, terminal: Terminal) -> None:
        """Ask for a sync where none is running."""
        if self._from < 0 or terminal.printed.find(_FETCHED, self._from) >= 0:
            self._from = len(terminal.printed)
            os.write(terminal.master, _FETCH)
            terminal.rest(0.05, 0.3)


class Neighbour:
    """Lets another process sync the same home, and again when that has ended."""

    def __init__(self, home: Path) -> None:
        self._command = [sys.executable, "-m", "tracker", "--home", str(home), "sync"]
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, terminal: Terminal) -> None:
        """Start it where none is running."""
        del terminal
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        """Wait for the last one."""
        if self._process is not None:
            self._process.wait()

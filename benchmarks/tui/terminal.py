"""A program on a pseudo terminal: what it prints, how long that takes, what it holds in memory."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS, LINES = 80, 24
_LOOK = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": str(COLUMNS), "LINES": str(LINES)}


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of a process and of those it has started: resident, of these its own, and mapped files (libraries, database, indexes)."""

    resident: float
    own: float
    mapped: float
    processes: int

    def __str__(self) -> str:
        more = f", {self.processes} processes" if self.processes > 1 else ""
        return f"{self.resident:4.0f} MB resident: {self.own:4.0f} its own, {self.mapped:4.0f} mapped files{more}"


@dataclass(frozen=True, slots=True, order=True)
class Answer:
    """Milliseconds from a key to its answer, and how many of them the program only waited for a processor, as on a busy machine."""

    taken: float
    queued: float


class Terminal:
    """A program on a terminal of 80 columns and 24 lines; `begin` is when it was started.

    Args:
        command: the program and its words.
        environment: variables that it sees beside those of this process.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        seen = {**os.environ, **_LOOK, **(environment or {})}
        seen.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
        self.begin = time.perf_counter()
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.execvpe(command[0], list(command), seen)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.printed = bytearray()
        """All that was printed."""

    def read(self, seconds: float) -> bool:
        """Take in what is printed next; False where nothing is within some seconds, or the program has ended."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        with suppress(OSError):  # it has ended
            more = os.read(self.master, 1 << 16)
            self.printed += more
            return bool(more)
        return False

    def wait(self, wanted: bytes, start: int = 0, patience: float = 20.0) -> float:
        """Return the moment when `wanted` was printed, after so many bytes of all that was.

        Raises:
            TimeoutError: it was not.
        """
        end = time.perf_counter() + patience
        while self.printed.find(wanted, start) < 0:
            if time.perf_counter() > end:
                raise TimeoutError(
                    f"{wanted!r} was not printed within {patience} s, but {bytes(self.printed[-300:])!r}"
                )
            self.read(0.2)
        return time.perf_counter()

    def rest(self, quiet: float, most: float = 60.0) -> None:
        """Read on until nothing was printed for some seconds, or at most for so many."""
        end = time.perf_counter() + most
        while time.perf_counter() < end and self.read(quiet):
            pass

    def press(self, key: bytes, wanted: bytes) -> Answer:
        """Return how long a key waits for its answer, something that is printed for no other reason."""
        start, before, begin = len(self.printed), self._queued(), time.perf_counter()
        os.write(self.master, key)
        taken = self.wait(wanted, start) - begin
        return Answer(1000 * taken, self._queued() - before)

    def _queued(self) -> float:
        """Return the milliseconds that the program's first thread and this process have been ready without a free processor."""
        return sum(int(Path(f"/proc/{one}/schedstat").read_text().split()[1]) for one in (self.process, "self")) / 1e6

    def memory(self) -> Memory:
        """Return what the program and its children hold now."""
        found = [sizes for process in _family(self.process) if (sizes := _status(process))]
        sums = [sum(values) for values in zip(*found, strict=True)]
        return Memory(*sums, processes=len(found))

    def close(self) -> None:
        """End the program, without what it does on leaving: nothing is kept."""
        for process in reversed(_family(self.process)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.master)


def _status(process: int) -> tuple[float, float, float] | None:
    text = Path(f"/proc/{process}/status").read_text()
    if "VmRSS" not in text:  # it has ended
        return None
    sizes = {name: int(size) / 1024 for name, size in re.findall(r"(\w+):\s+(\d+) kB", text)}
    return sizes["VmRSS"], sizes["RssAnon"], sizes["RssFile"] + sizes["RssShmem"]


def _family(process: int) -> list[int]:
    """Return a process and all that come from it."""
    found = [process]
    for one in found:
        for path in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, path.read_text().split())
    return found

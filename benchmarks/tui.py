"""The terminal UI on a real terminal: `python -m benchmarks.tui HOME`. First frame, content, answers to keys, memory."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from pathlib import Path

from benchmarks.machine import describe

EMPTY = "from textual.app import App\nApp().run()"
OURS = "import sys; from pathlib import Path; from tracker.session import Session; from tracker.tui.app import run; run(Session(Path(sys.argv[1])))"
PRESSES = 50
_PATIENCE = 5.0


class Terminal:
    """A program on a pseudo terminal of 80 columns and 24 rows."""

    def __init__(self, code: str, *words: str) -> None:
        self.begin = time.perf_counter()
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "80", "LINES": "24"}
            os.execv(sys.executable, [sys.executable, "-c", code, *words])
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def wait(self, wanted: bytes = b"", *, quiet: float = 0.15) -> float:
        """Return the seconds until `wanted` was printed (or anything), then read on until it is quiet."""
        begin, seen, found = time.perf_counter(), b"", 0.0
        while time.perf_counter() - begin < _PATIENCE:
            ready, _, _ = select.select([self.master], [], [], quiet if found else 1.0)
            if not ready:
                if found:
                    break
                continue
            seen += os.read(self.master, 65536)
            if not found and wanted in seen:
                found = time.perf_counter() - begin
        return found

    def press(self, key: bytes) -> float:
        """Return the milliseconds from a key to the first answer on the screen."""
        os.write(self.master, key)
        return 1000 * self.wait(quiet=0.06)

    def memory(self) -> float:
        """Return resident megabytes, mapped pages of the database included."""
        lines = Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def close(self) -> None:
        """End the program."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.master)


def first_frame(code: str, wanted: bytes, *words: str) -> float:
    """Return the median seconds of five starts until something that only a frame holds was printed."""
    found = []
    for _ in range(5):
        terminal = Terminal(code, *words)
        found.append(terminal.wait(wanted))
        terminal.close()
    return statistics.median(found)


def main(home: str) -> None:
    """Print the figures."""
    print(describe())
    empty = first_frame(EMPTY, b"\x1b[1;1H")
    frame, content = first_frame(OURS, b"Today", home), first_frame(OURS, b"unread", home)
    print(
        f"first frame {frame:.2f} s, content {content:.2f} s; an empty Textual app {empty:.2f} s ({frame / empty:.2f} times)"
    )
    terminal = Terminal(OURS, home)
    terminal.wait(b"unread", quiet=5.0)
    print(f"memory after the first screen {terminal.memory():.0f} MB")
    for view, keys in (
        ("2", ("j",)),
        ("2", ("G", "g")),
        ("2", ("\x04", "\x15")),
        ("2", ("\r", "q")),
        ("4", ("/", "\x1b")),
    ):
        terminal.press(view.encode())
        # two keys in turn, since a key that changes nothing draws nothing
        presses = [terminal.press(keys[turn % len(keys)].encode()) for turn in range(PRESSES)]
        print(f"view {view}, {keys!r:20}: median {statistics.median(presses):5.0f} ms, worst {max(presses):5.0f} ms")
    print(f"memory at the end {terminal.memory():.0f} MB")
    terminal.close()


if __name__ == "__main__":
    main(sys.argv[1])

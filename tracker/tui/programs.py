"""A program of the user's that is given text and bounded in time and output; started without a shell, waited for in a lane."""

import os
import shlex
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tracker.errors import TrackerError
from tracker.processes import stop

SECONDS = 60.0
"""How long a command may take that items are given to."""
SAID_BYTES = 200_000
"""How much of what a program says is kept: the end of it."""
_MOST_BYTES = 20_000_000
_LOOK_SECONDS = 0.05


class ProgramError(TrackerError):
    """A program cannot be started, or did not end in time."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended and the last it said, of both its outputs."""

    status: int
    said: str

    @property
    def last_line(self) -> str:
        """The last line that is not empty."""
        return next((line.strip() for line in reversed(self.said.splitlines()) if line.strip()), "")


@dataclass(slots=True, eq=False)
class Running:
    """A program that is being waited for in a lane, so that another thread can end it.

    Attributes:
        said: its command line, for the user.
    """

    said: str
    _process: "subprocess.Popen[bytes] | None" = None
    _is_stopped: bool = False
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_stopped(self) -> bool:
        """Whether it was told to end."""
        return self._is_stopped

    def stop(self) -> None:
        """End it at once, with all that it has started; one that has not begun yet never does."""
        with self._turn:
            self._is_stopped = True
            if self._process is not None and self._process.poll() is None:
                stop(self._process)

    def begin(self, start: "Callable[[], subprocess.Popen[bytes]]") -> "subprocess.Popen[bytes]":
        """Start the program, unless it was stopped before.

        Raises:
            ProgramError: it was stopped.
        """
        with self._turn:
            if self._is_stopped:
                raise self.stopped()
            self._process = start()
            return self._process

    def stopped(self) -> ProgramError:
        """Return what the user is told of one that was stopped."""
        return ProgramError(f"{self.said} was stopped.")


def words_of(line: str) -> list[str]:
    """Return a command line as words, by the rules of a shell for quotes; nothing in it is expanded.

    Raises:
        ProgramError: there is no word, or a quote is not closed.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise ProgramError(f"The command cannot be read: {str(error).lower()}.", "Close the quotes.") from error
    if not words:
        raise ProgramError("No command was given.", "Name a program and its arguments.")
    return words


def run(
    words: Sequence[str], text: str, folder: Path, seconds: float = SECONDS, running: Running | None = None
) -> Ended:
    """Run a program to its end with text on its standard input.

    What it leaves running in the background when it ends, as clipboards do, is not waited for.

    Args:
        running: by which another thread can end it.

    Raises:
        ProgramError: it cannot be started, ran too long, said more than anybody reads, or was stopped.
    """
    running = running or Running(words[0])
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(text.encode("utf-8", "replace"))
        given.seek(0)
        try:
            process = running.begin(
                lambda: subprocess.Popen(  # noqa: S603 - the user's own words, without a shell
                    words, stdin=given, stdout=said, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True
                )
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ProgramError(f"'{words[0]}' cannot be started: {reason}.", "Name a program on your path.") from error
        _wait(process, said, words[0], seconds)
        if running.is_stopped:
            raise running.stopped()
        return Ended(process.returncode, _end_of(said))


def _wait(process: "subprocess.Popen[bytes]", said: IO[bytes], name: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    try:
        while process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_SECONDS)
            if time.monotonic() > deadline:
                raise ProgramError(f"'{name}' ran longer than {seconds:g} s and was stopped.")
            if os.fstat(said.fileno()).st_size > _MOST_BYTES:
                raise ProgramError(f"'{name}' said more than {_MOST_BYTES:,} bytes and was stopped.")
    finally:
        if process.poll() is None:
            stop(process)


def _end_of(said: IO[bytes]) -> str:
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - SAID_BYTES))
    return said.read().decode("utf-8", "replace")

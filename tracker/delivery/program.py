"""A digest on the standard input of a program: started without a shell, bounded in time."""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import IO, TYPE_CHECKING

from tracker.errors import DeliveryError
from tracker.forms.markdown import to_markdown
from tracker.processes import stop
from tracker.text import clean_line, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.destinations import Command
    from tracker.errors import TrackerError
    from tracker.pages import Digest

_SAID_BYTES = 2_000


class ProgramChannel:
    """Starts a program in the home and gives it the Markdown of a digest."""

    def __init__(self, settings: Command, home: Path) -> None:
        self._settings, self._home = settings, home

    @property
    def places(self) -> tuple[str, ...]:
        """Return the program with its arguments."""
        return (f"command {' '.join(self._settings.words)}",)

    def send(self, digest: Digest, places: Sequence[str], at: str) -> Mapping[str, TrackerError]:  # noqa: ARG002 - the shape of a channel
        """Run the program to its end.

        Raises:
            DeliveryError: it cannot be started, ran too long, or ended with a status that is not 0.
        """
        name = self._settings.words[0]
        with tempfile.TemporaryFile() as said:
            try:
                status = self._run(to_markdown(digest).encode(), said)
            except OSError as error:
                raise DeliveryError(
                    f"'{name}' cannot be started: {error.strerror or error}.",
                    "Name a program in run of [delivery.command]; a schedule wants its whole path.",
                ) from error
            if status is None:
                raise DeliveryError(
                    f"'{name}' ran longer than {self._settings.seconds:g} s and was stopped.",
                    "Set seconds in [delivery.command] if it needs more.",
                )
            if status:
                raise DeliveryError(f"'{name}' ended with status {status}{_last_line(said)}.")
        return {}

    def _run(self, text: bytes, said: IO[bytes]) -> int | None:
        """Return the exit status, None when the time was over; then nothing that it started is left in its group."""
        process = subprocess.Popen(  # noqa: S603 - the user's own words, without a shell
            self._settings.words,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd=self._home,
            start_new_session=True,
        )
        try:
            process.communicate(text, timeout=self._settings.seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                stop(process)
        return process.returncode


def _last_line(said: IO[bytes]) -> str:
    """Return the last thing that a program said, as ` and said: …`."""
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - _SAID_BYTES))
    lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return f" and said: {shorten(clean_line(lines[-1]), 200).rstrip('.')}" if lines else ""

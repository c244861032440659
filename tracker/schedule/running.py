"""Asking a program of the system."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tracker.errors import ScheduleError
from tracker.text import clean_line, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 30
"""How long it may take."""


def run(*words: str, stdin: str = "", fine: Sequence[int] = (0,), absent: str = "") -> str:
    """Run a program and return what it prints; nothing where it fails as it may.

    Args:
        words: the program with its arguments.
        stdin: what it reads.
        fine: statuses that are no failure.
        absent: words by which it says that there is nothing, whatever its status.

    Raises:
        ScheduleError: it is not there, takes too long, or fails otherwise.
    """
    try:
        done = subprocess.run(  # noqa: S603 - no shell; fixed words and names made here
            words, input=stdin.encode(errors="surrogateescape"), capture_output=True, timeout=SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise ScheduleError(f"There is no '{words[0]}' on this machine.", "Choose another way with --with.") from error
    except subprocess.TimeoutExpired as error:
        raise ScheduleError(f"'{' '.join(words)}' did not end within {SECONDS} s.") from error
    except OSError as error:
        raise ScheduleError(f"'{words[0]}' cannot be started: {error.strerror or error}.") from error
    said = clean_line((done.stderr.strip() or done.stdout.strip()).decode(errors="replace"))
    if done.returncode not in fine and not (absent and absent in said.lower()):
        words_said = f": {shorten(said, 200).rstrip('.')}" if said else ""
        raise ScheduleError(f"'{' '.join(words)}' ended with status {done.returncode}{words_said}.")
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else ""

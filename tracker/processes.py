"""Ending a program that was started in a session of its own."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it has started in its group, and wait until it is gone; it must lead a session of its own."""
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()

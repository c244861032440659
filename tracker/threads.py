"""How many threads the linear algebra uses. Imports nothing that reads the variables it sets."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Part = TypeVar("_Part")

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_NICE = 10
_SIBLINGS = Path("/sys/devices/system/cpu/smt/active")


def pin_threads() -> None:
    """Keep BLAS and OpenMP on one thread unless the user chose a number; call before numpy is first imported.

    One question is too small to share: two threads that spin for each other on a busy machine made it ten times slower.
    """
    for name in _VARIABLES:
        os.environ.setdefault(name, "1")


def give_way() -> None:
    """Let everything else on the machine go first, where the system can: who reads while this process embeds waits for no key."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), _NICE))


def bulk_threads() -> int:
    """Return the threads for bulk work: `TRACKER_THREADS`, else one for each core this process may run on."""
    chosen = os.environ.get("TRACKER_THREADS", "")
    if chosen.isdecimal() and int(chosen):
        return int(chosen)
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    logical = len(os.sched_getaffinity(0))
    return max(1, logical // 2) if _has_siblings() else logical


def in_threads(work: Callable[[_Part], None], parts: Iterable[_Part]) -> None:
    """Do the work on every part, in as many threads as `bulk_threads` says; what one raises is raised.

    An interrupt waits for the parts under way, not for all.
    """
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(bulk_threads())
    try:
        for _ in pool.map(work, parts):
            pass
    finally:
        pool.shutdown(cancel_futures=True)


def within(seconds: float, call: Callable[[], _Part]) -> _Part:
    """Return what a call returns, in a thread of its own, for what bounds each of its steps but not the whole; a late one is left behind.

    Raises:
        TimeoutError: it took longer.
    """
    done: list[_Part] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            failed.append(error)

    thread = threading.Thread(target=run, name="within", daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise TimeoutError
    return done[0]


def _has_siblings() -> bool:
    """Return whether two logical processors share one core, and with it the units that matrix products need."""
    try:
        return _SIBLINGS.read_text().strip() == "1"
    except OSError:
        return False

"""Threads that do the waiting, each with a reader of its own."""

import queue
import threading
from collections.abc import Callable
from typing import Any

from tracker.session import Session
from tracker.tui.reads import Reader

Work = Callable[[Reader], Any]
Settle = Callable[[Any, BaseException | None], None]


class Lane:
    """A thread with a reader of its own that does jobs in turn.

    It is a daemon: leaving the program never waits for a sync or a model that is being loaded; the store bears being left.
    """

    def __init__(self, name: str, session: Session) -> None:
        self._session = session
        self._jobs: queue.SimpleQueue[tuple[Work, Settle, Callable[[], bool]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"tracker-{name}", daemon=True)
        self._thread.start()

    def submit(self, work: Work, settle: Settle, is_stale: Callable[[], bool] = lambda: False) -> None:
        """Do a job after those before it, unless it is stale by then; `settle` is called in this thread."""
        self._jobs.put((work, settle, is_stale))

    def finish(self, seconds: float) -> None:
        """Wait until all that was submitted is done."""
        self._jobs.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        reader: Any = None
        while (job := self._jobs.get()) is not None:
            work, settle, is_stale = job
            if is_stale():
                settle(None, None)
                continue
            try:
                reader = reader or self._session.new_reader()
                result = work(reader)
            except BaseException as error:  # noqa: BLE001 - handed on to the caller, who tells the user
                settle(None, error)
            else:
                settle(result, None)
        if reader is not None:
            reader.close()

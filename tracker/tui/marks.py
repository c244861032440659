"""Marks with undo and redo: shown at once, written in the background in order. Knows no widget."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from tracker.models import Line
from tracker.session import Session

LIMIT = 200
"""How many steps can be undone."""

Settle = Callable[[Any, BaseException | None], None]


@dataclass(frozen=True, slots=True)
class Change:
    """Marks of some items as they were and as they become; the names are those of `Session.mark`, or `tags`."""

    rows: tuple[int, ...]
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    def turned(self) -> "Change":
        """Return the change that takes this one back."""
        return Change(self.rows, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Step:
    """What one key has done: taken back as a whole."""

    words: str
    changes: tuple[Change, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of all items that it changes."""
        return tuple(chain.from_iterable(change.rows for change in self.changes))

    @property
    def hides(self) -> bool | None:
        """Whether items go out of the lists (True) or come back (False); None when neither."""
        return next((change.after["hidden"] for change in self.changes if "hidden" in change.after), None)

    def turned(self) -> "Step":
        """Return the step that takes this one back."""
        return Step(self.words, tuple(change.turned() for change in reversed(self.changes)))


class Marks:
    """Pending marks and the steps that can be undone and redone.

    Args:
        session: where marks are written.
        submit: gives a job to the lane of marks, with what is called at its end.
    """

    def __init__(self, session: Session, submit: Callable[[Callable[[Any], None], Settle], None]) -> None:
        self._session = session
        self._submit = submit
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._pending: dict[int, tuple[int, dict[str, Any]]] = {}
        self._serial = 0
        self._open = 0
        self._written: deque[tuple[tuple[int, ...], int]] = deque()

    @property
    def is_writing(self) -> bool:
        """Whether marks are on their way to the disk."""
        return self._open > 0

    def overlay(self, line: Line) -> Line:
        """Return a line with the marks that are being written."""
        pending = self._pending.get(line.row)
        return replace(line, **pending[1]) if pending else line

    def do(self, step: Step, settle: Settle, *, can_undo: bool = True) -> None:
        """Carry out a step; what was undone before it can no longer be redone."""
        if can_undo:
            self._done.append(step)
            del self._done[:-LIMIT]
            self._undone.clear()
        self._write(step, settle)

    def undo(self, settle: Settle) -> Step | None:
        """Take the last step back; return what that does, or None when there is none left."""
        return self._move(self._done, self._undone, settle, is_back=True)

    def redo(self, settle: Settle) -> Step | None:
        """Carry out again what was undone last; None when there is nothing."""
        return self._move(self._undone, self._done, settle, is_back=False)

    def _move(self, source: list[Step], target: list[Step], settle: Settle, *, is_back: bool) -> Step | None:
        if not source:
            settle(None, None)
            return None
        step = source.pop()
        target.append(step)
        shown = step.turned() if is_back else step
        self._write(shown, settle)
        return shown

    def _write(self, step: Step, settle: Settle) -> None:
        self._serial += 1
        self._open += 1
        serial = self._serial
        for change in step.changes:
            shown = {f"is_{name}": value for name, value in change.after.items() if name in {"read", "starred"}}
            for row in change.rows if shown else ():
                self._pending[row] = (serial, {**(self._pending[row][1] if row in self._pending else {}), **shown})

        def write(_: object) -> None:
            for change in step.changes:
                self._store(change)

        def done(result: object, error: BaseException | None) -> None:
            self._written.append((step.rows, serial))
            settle(result, error)

        self._submit(write, done)

    def _store(self, change: Change) -> None:
        marks = dict(change.after)
        tags = marks.pop("tags", None)
        if marks:
            self._session.mark(change.rows, **marks)
        for row in change.rows if tags is not None else ():
            self._session.tag(row, tags)

    def release(self) -> None:
        """Forget the marks that have reached the disk; in the thread that draws, so that no line is drawn between the two states."""
        while self._written:
            rows, serial = self._written.popleft()
            self._open -= 1
            for row in rows:
                if row in self._pending and self._pending[row][0] == serial:
                    del self._pending[row]

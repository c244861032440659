"""What the terminal face does apart from drawing: work in the background, marks with undo, what was new since the last look.

Nothing here knows a widget, so it is tested without a screen.
"""

import json
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from tracker import times
from tracker.errors import TrackerError
from tracker.models import Line, Trends
from tracker.session import Session
from tracker.tui.failures import system_words
from tracker.tui.lanes import Lane, Settle
from tracker.tui.reads import Reader

UNDO_LIMIT = 200
TOPICS = 20
LOOK = "index/last-look.json"


@dataclass(frozen=True, slots=True)
class Step:
    """A mark as it was before: what undo puts back."""

    words: str
    rows: tuple[int, ...]
    marks: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] | None = None


class Desk:
    """Session, lanes, pending marks and the undo stack."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.last_row = self._last_look()
        self._lanes: dict[str, Lane] = {}
        self._undo: list[Step] = []
        self._pending: dict[int, tuple[int, dict[str, Any]]] = {}
        self._serial = 0
        self._written: deque[tuple[tuple[int, ...], int]] = deque()
        self.newest_row = 0
        self.listed: dict[str, tuple[int, ...]] = {}
        """Rows of new matches that Today has shown, by the name of their saved search."""
        self.newest: dict[tuple[int, str], object] = {}
        """The newest job of each group, by which older ones know that nobody waits for them."""
        self._trends: Trends | None = None

    # background work

    def trends(self) -> Trends:
        """Return this week's trends, counted once until something new is stored; for the lane `aside`."""
        if self._trends is None:
            self._trends = self.aside.trends(limit=TOPICS)
        return self._trends

    def forget(self) -> None:
        """Count anew when next asked: the store has changed."""
        self._trends = None

    @property
    def weeks(self) -> tuple[str, ...]:
        """The ISO weeks that the trends count; empty before they are counted."""
        return self._trends.weeks if self._trends else ()

    def _another_session(self) -> Session:
        return type(self.session)(self.session.home, clock=self.session.clock, gap_scale=self.session.gap_scale)

    @cached_property
    def aside(self) -> Session:
        """A session for long reading (trends, digest), so that its connection is not the one the list waits for."""
        return self._another_session()

    @cached_property
    def pages(self) -> Session:
        """A session for the pages of topics, for the lane of that name: a page must not wait for the trends of a week."""
        return self._another_session()

    @cached_property
    def trying(self) -> Session:
        """A session for trying what somebody wants to follow, for the lane of that name."""
        return self._another_session()

    def reread(self) -> None:
        """Read `feeds.toml` again: what is followed has changed."""
        others = (self.__dict__.get(name) for name in ("aside", "pages", "trying", "syncing"))
        for session in (self.session, *others):
            if session is not None:
                session.forget_config()

    @cached_property
    def syncing(self) -> Session:
        """A session for syncing, so that marks made meanwhile are transactions of their own."""
        return self._another_session()

    def lane(self, name: str) -> Lane:
        """Return the lane of a name; it starts with its first job."""
        if name not in self._lanes:
            self._lanes[name] = Lane(name, self.session)
        return self._lanes[name]

    def words_for(self, error: BaseException) -> str:
        """Return what the user is told of an error: one line. One that nobody foresaw goes to the log with its traceback."""
        if isinstance(error, TrackerError):
            return str(error)
        if words := system_words(error):
            return words
        path = self.session.log_file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{times.stamp(times.now())} {''.join(traceback.format_exception(error))}\n")
        except OSError:
            return f"Something unexpected happened: {type(error).__name__}: {error}."
        return (
            f"Something unexpected happened ({type(error).__name__}); the details are in {path.name}. The rest goes on."
        )

    # lines with marks that are on their way to the disk

    def overlay(self, line: Line) -> Line:
        """Return a line with the marks that are being written."""
        pending = self._pending.get(line.row)
        return replace(line, **pending[1]) if pending else line

    @property
    def is_marking(self) -> bool:
        """Whether marks are on their way to the disk: what is read by marks must wait for them, in their lane."""
        return bool(self._pending)

    def lines(self, reader: Reader, rows: Sequence[int]) -> list[Line]:
        """Return lines as they will be."""
        lines = reader.lines(rows)
        return [self.overlay(line) for line in lines] if self._pending else lines

    # marks

    def mark(
        self,
        rows: Sequence[int],
        words: str,
        before: dict[str, Any],
        after: dict[str, Any],
        settle: Settle,
        *,
        is_undo: bool = False,
    ) -> None:
        """Mark rows: shown at once, written in the background in order, remembered for undo."""
        if not is_undo:
            self._remember(Step(words, tuple(rows), before))
        self._serial += 1
        serial = self._serial
        shown = {f"is_{name}": value for name, value in after.items() if name in {"read", "starred"}}
        if shown:
            for row in rows:
                self._pending[row] = (serial, {**(self._pending[row][1] if row in self._pending else {}), **shown})

        def write(_: Reader) -> None:
            self.session.mark(tuple(rows), **after)

        def done(result: Any, error: BaseException | None) -> None:  # noqa: ANN401
            self._written.append((tuple(rows), serial))
            settle(result, error)

        self.lane("marks").submit(write, done)

    def release(self) -> None:
        """Forget the marks that have reached the disk; in the thread that draws, so that no line is drawn between the two states."""
        while self._written:
            rows, serial = self._written.popleft()
            for row in rows:
                if row in self._pending and self._pending[row][0] == serial:
                    del self._pending[row]

    def tag(
        self, row: int, before: tuple[str, ...], after: tuple[str, ...], settle: Settle, *, is_undo: bool = False
    ) -> None:
        """Give an item these tags and no others."""
        if not is_undo:
            self._remember(Step("tags", (row,), tags=before))
        self.lane("marks").submit(lambda _: self.session.tag(row, after), settle)

    def _remember(self, step: Step) -> None:
        self._undo.append(step)
        del self._undo[:-UNDO_LIMIT]

    @property
    def can_undo(self) -> bool:
        """Whether there is a mark to put back."""
        return bool(self._undo)

    def undo(self, settle: Settle) -> Step | None:
        """Put the last mark back; None when there is none left."""
        if not self._undo:
            return None
        step = self._undo.pop()
        if step.tags is not None:
            self.tag(step.rows[0], (), step.tags, settle, is_undo=True)
        else:
            self.mark(step.rows, step.words, {}, step.marks, settle, is_undo=True)
        return step

    # the last look

    def _last_look(self) -> int:
        """Return the newest row that was there when the program was last left; rows only ever grow."""
        try:
            row = json.loads((self.session.config.home / LOOK).read_text(encoding="utf-8"))["row"]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return row if isinstance(row, int) else 0

    def _see(self) -> None:
        """Take the matches that Today has shown as seen."""
        for name, rows in self.listed.items():
            self.session.saved.see(name, rows)

    def close(self) -> None:
        """Write what is left to write and note what was seen."""
        if self.listed:
            self.lane("marks").submit(lambda _: self._see(), lambda _, __: None)
        if "marks" in self._lanes:
            self._lanes.pop("marks").finish(5)
        if self.newest_row > self.last_row:
            path = self.session.config.home / LOOK
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                draft = path.with_suffix(".new")
                draft.write_text(json.dumps({"row": self.newest_row}), encoding="utf-8")
                draft.replace(path)
            except OSError:
                return

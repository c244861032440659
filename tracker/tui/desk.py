"""What the terminal face does apart from drawing: work in the background, what was new since the last look.

Nothing here knows a widget, so it is tested without a screen.
"""

import json
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Protocol

from tracker import times
from tracker.errors import TrackerError
from tracker.files import replace_file
from tracker.models import Line, Trends
from tracker.session import Session
from tracker.tui import kept
from tracker.tui.failures import system_words
from tracker.tui.lanes import Lane
from tracker.tui.marks import Marks
from tracker.tui.reads import Reader

TOPICS = 20
LOOK = "last-look.json"


class Stoppable(Protocol):
    """Something that runs and can be ended at once."""

    def stop(self) -> None:
        """End it."""


class Desk:
    """Session, lanes and marks."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.last_row = self._last_look()
        self._lanes: dict[str, Lane] = {}
        self.marks = Marks(session, lambda write, settle: self.lane("marks").submit(write, settle))
        self.kept = kept.load(session.folder)
        self.newest_row = 0
        self.is_today_seen = False
        """Whether what is new has been in sight: only then is it no longer new at the next look."""
        self.listed: dict[str, tuple[int, ...]] = {}
        """Rows of new matches that Today has shown, by the name of their saved search."""
        self.newest: dict[tuple[int, str], object] = {}
        """The newest job of each group, by which older ones know that nobody waits for them."""
        self.programs: set[Stoppable] = set()
        """Programs that run: none outlives the screen that would have told of its end."""
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

    def config_changed(self) -> None:
        """Read `feeds.toml` anew when next asked: a command may have changed it."""
        for session in (self.session, self.aside, self.syncing):
            session.forget_config()

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
        return f"{self._logged(error, self.session.log_file.name)} The rest goes on."

    def last_words_for(self, error: BaseException) -> str:
        """Return what the user is told of an error that ended the program: one line for the shell."""
        told = str(error) if isinstance(error, TrackerError) else self._logged(error, str(self.session.log_file))
        return f"tracker: {told} What was stored is safe."

    def _logged(self, error: BaseException, name: str) -> str:
        path = self.session.log_file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{times.stamp(times.now())} {''.join(traceback.format_exception(error))}\n")
        except OSError:
            return f"Something unexpected happened: {type(error).__name__}: {error}."
        return f"Something unexpected happened ({type(error).__name__}); the details are in {name}."

    # lines with marks that are on their way to the disk

    def overlay(self, line: Line) -> Line:
        """Return a line with the marks that are being written."""
        return self.marks.overlay(line)

    @property
    def is_marking(self) -> bool:
        """Whether marks are on their way to the disk: what is read by marks must wait for them, in their lane."""
        return self.marks.is_writing

    def lines(self, reader: Reader, rows: Sequence[int]) -> list[Line]:
        """Return lines as they will be."""
        lines = reader.lines(rows)
        return [self.overlay(line) for line in lines] if self.marks.is_writing else lines

    # the last look

    def _last_look(self) -> int:
        """Return the newest row that was there when the program was last left; rows only ever grow."""
        try:
            row = json.loads((self.session.folder / LOOK).read_text(encoding="utf-8"))["row"]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return row if isinstance(row, int) else 0

    def _see(self) -> None:
        """Take the matches that Today has shown as seen."""
        for name, rows in self.listed.items():
            self.session.saved.see(name, rows)

    def close(self) -> None:
        """End the programs that run, write what is left to write and note what was seen."""
        for program in self.programs:
            program.stop()
        if self.listed:
            self.lane("marks").submit(lambda _: self._see(), lambda _, __: None)
        if "marks" in self._lanes:
            self._lanes.pop("marks").finish(5)
        self.kept.save(self.session.folder)
        if self.newest_row > self.last_row and self.is_today_seen:
            with suppress(OSError):
                replace_file(self.session.folder / LOOK, json.dumps({"row": self.newest_row}))

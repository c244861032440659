"""What the terminal face does apart from drawing: work in the background, what was new since the last look.

Nothing here knows a widget, so it is tested without a screen.
"""

import json
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Protocol

from tracker import times
from tracker.errors import TrackerError
from tracker.files import replace_file
from tracker.models import Hit, Line, Mode
from tracker.session import Session
from tracker.tui import kept
from tracker.tui.apart import IDLE_SECONDS, Apart, Here, Room
from tracker.tui.counting import Found, find, search, warmed
from tracker.tui.failures import system_words
from tracker.tui.lanes import Lane
from tracker.tui.marks import Marks
from tracker.tui.reads import Reader

TOPICS = 20
LOOK = "last-look.json"
IDLE_MODEL_SECONDS = 600.0
"""So long the model stays in memory without a question; loading it takes a second or two."""


class Stoppable(Protocol):
    """Something that runs and can be ended at once."""

    def stop(self) -> None:
        """End it."""


class Desk:
    """Session, lanes, rooms for long work, and marks.

    Args:
        session: what is shown.
        apart: whether long work is done in processes of its own.
    """

    def __init__(self, session: Session, *, apart: bool = False) -> None:
        self.session = session
        self._is_apart = apart
        self._is_warm = False
        self._rooms: list[Room] = []
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
        self._found: Found | None = None

    # background work

    def found(self) -> Found:
        """Return this week's trends with their places, counted once until something new is stored; for the lane `aside`."""
        if self._found is None:
            self._found = self.aside.run(partial(find, TOPICS))
        return self._found

    def forget(self) -> None:
        """Count anew when next asked: the store has changed."""
        self._found = None

    @property
    def weeks(self) -> tuple[str, ...]:
        """The ISO weeks that the trends count; empty before they are counted."""
        return self._found.trends.weeks if self._found else ()

    def _another_session(self) -> Session:
        return type(self.session)(self.session.home, clock=self.session.clock, gap_scale=self.session.gap_scale)

    def _room(self, idle: float = IDLE_SECONDS) -> Room:
        self._rooms.append(Apart(self.session, idle) if self._is_apart else Here(self._another_session()))
        return self._rooms[-1]

    @cached_property
    def aside(self) -> Room:
        """Where trends and digests are counted, for the lane of that name."""
        return self._room()

    @cached_property
    def pages(self) -> Room:
        """Where the pages of topics are made, for the lane of that name: a page must not wait for the trends of a week."""
        return self._room()

    @cached_property
    def trying(self) -> Session:
        """A session for trying what somebody wants to follow, for the lane of that name."""
        return self._another_session()

    def reread(self) -> None:
        """Read `feeds.toml` again: what is followed has changed, or may have."""
        self.session.forget_config()
        if "trying" in self.__dict__:
            self.trying.forget_config()
        for room in self._rooms:
            room.forget_config()

    @cached_property
    def syncing(self) -> Room:
        """Where syncs run, for the lane `sync`; marks made meanwhile are transactions of their own."""
        return self._room()

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

    # meaning

    @cached_property
    def meaning(self) -> Room:
        """Where the model and the index of all vectors are, for the lane of that name."""
        return self._room(IDLE_MODEL_SECONDS)

    @property
    def is_warm(self) -> bool:
        """Whether search by meaning answers at once."""
        return self._is_warm if self._is_apart else self.session.is_warm

    def warm(self) -> None:
        """Load model and index; for the lane `meaning`."""
        self._is_warm = self.meaning.run(warmed)

    def by_meaning(self, line: str, limit: int, mode: Mode = "hybrid") -> list[Hit]:
        """Answer a query line by meaning too; for the lane `meaning`."""
        hits, self._is_warm = self.meaning.run(partial(search, line, limit, mode))
        return hits

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
        for room in self._rooms:
            room.close()
        self.kept.save(self.session.folder)
        if self.newest_row > self.last_row and self.is_today_seen:
            with suppress(OSError):
                replace_file(self.session.folder / LOOK, json.dumps({"row": self.newest_row}))

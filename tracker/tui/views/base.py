"""What all views have in common."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast

from textual.containers import Vertical
from textual.widgets import Static

from tracker.models import Line, SyncEvent
from tracker.tui.cells import steady, told
from tracker.tui.desk import Desk
from tracker.tui.jobs import desk_of
from tracker.tui.messages import Said, Target
from tracker.tui.reads import Reader
from tracker.tui.widgets.cursor_list import CursorList
from tracker.tui.widgets.entry_list import EntryList
from tracker.tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from tracker.query import Filter
    from tracker.tui.blocks import Document

COMMON_HINTS = (
    ("open", "open"),
    ("star", "star"),
    ("search", "search"),
    ("filter", "filter"),
    ("help", "keys"),
    ("quit", "quit"),
)


Result = TypeVar("Result")


class Caption(Static):
    """One line above a list: what it holds and what it is narrowed to."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def say(self, words: str) -> None:
        """Show words."""
        self.update(told(steady(words)), layout=False)


class Surroundings(Protocol):
    """What a view asks of the screen around it, which knows the reading pane and the line to type in."""

    trail: list[Target]
    """What is read, over what was read before."""
    pane_target: Target | None

    @property
    def is_reading(self) -> bool:
        """Whether the pane has the keys."""
        ...

    def show_in_pane(self, target: Target | None, *, keep_place: bool = False) -> None:
        """Show something beside the list."""
        ...

    def open(self, target: Target) -> None:
        """Read something, or go where it leads."""
        ...

    def renew(self, target: Target) -> None:
        """Show the newer state of what is read."""
        ...

    def stop_reading(self) -> None:
        """Go back to the list."""
        ...

    async def ask(self, label: str, value: str, answer: Callable[[str], None], *, example: str = "") -> None:
        """Ask for a line."""
        ...

    @property
    def is_asking(self) -> bool:
        """Whether a line to type in is open."""
        ...

    def ask_on(self, label: str, value: str, answer: Callable[[str], None]) -> None:
        """Ask the next thing in the line that is open."""
        ...

    def close_prompt(self) -> None:
        """Ask no more."""
        ...

    def show_hints(self) -> None:
        """Name the keys of what is shown."""
        ...


class View(Vertical):
    """One of the seven views: a caption and a list."""

    number: ClassVar[int] = 0
    hints: tuple[tuple[str, str], ...] = COMMON_HINTS

    trouble = ""
    """Why the store could not be read, when it could not."""

    @property
    def desk(self) -> Desk:
        """The desk of the app."""
        return desk_of(self)

    @property
    def shell(self) -> Surroundings:
        """The screen, which asks and reads."""
        return cast("Surroundings", self.screen)

    @property
    def listing(self) -> CursorList:
        """The list that keys move in."""
        return self.query_one(CursorList)

    @property
    def line(self) -> Line | None:
        """The item at the cursor, if it is one."""
        shown = self.listing
        return shown.line if isinstance(shown, LineList | EntryList) else None

    filter_line = ""
    """What the view is narrowed to."""
    can_filter = False

    @property
    def unread(self) -> "Filter | None":
        """The filter of what is not read in the view, where it is one list of the store."""
        return None

    @property
    def source_name(self) -> str | None:
        """The source at the cursor, where the view shows sources."""
        return None

    def filter_by(self, line: str) -> None:
        """Narrow the view to what passes the filters of a query line."""

    def bring_back(self, row: int) -> None:
        """Read anew with an item that was hidden; the cursor goes to it."""
        del row
        self.reload()

    def stepped(self, event: SyncEvent) -> None:
        """Show a step of a sync."""

    def enter(self) -> None:
        """Called each time the view comes into sight."""

    def focus_list(self) -> None:
        """Give the keys to the list."""
        self.listing.focus()

    def reload(self) -> None:
        """Read everything anew: the store has changed."""

    def adjust(self, rows: frozenset[int] | None) -> None:
        """Show marks that have just been made."""
        shown = self.listing
        if isinstance(shown, LineList | EntryList):
            shown.adjust(rows, self.desk.overlay)

    def next_unread(self, way: int, done: Callable[[bool], None]) -> None:
        """Go to the next unread item in a direction; `done` is told whether there was one."""
        shown = self.listing
        found = shown.next_unread(way) if isinstance(shown, EntryList) else None
        if found is not None:
            shown.move_to(found, way)
        done(found is not None)

    def leave_out(self, row: int) -> None:
        """Take an item that was hidden out of the list."""

    def document_of(self, target: Target) -> "Callable[[Reader], Document] | None":
        """Return what gathers the document of a target that only this view knows."""
        del target
        return None

    def back(self) -> bool:
        """Undo a narrowing of the view; False when there is none."""
        return False

    def refused(self, words: str) -> None:
        """Tell why something could not be read: in the list while it is empty, else in a line at the bottom."""
        self.trouble = words
        if self.listing.total():
            self.say(words, "bad")
        else:
            self.listing.empty = words

    def say(self, words: str, tone: str = "info") -> None:
        """Show a line at the bottom."""
        self.post_message(Said(words, tone))

    def read(self, work: Callable[[Reader], Result], otherwise: Result) -> Result:
        """Read a little at once, in this thread; an error is shown and `otherwise` returned."""
        try:
            found = work(self.desk.session.reader)
        except Exception as error:  # noqa: BLE001 - a damaged file must not end the program
            self.trouble = self.desk.words_for(error)
            if self.listing.total():  # else the list says it
                self.say(self.trouble, "bad")
            return otherwise
        self.trouble = ""
        return found

    def say_empty(self, words: str) -> None:
        """Set what an empty list says: what went wrong, else which key fills it."""
        self.listing.empty = self.trouble or words

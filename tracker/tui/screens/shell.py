"""What the commands of the main screen stand on: the views, the reading pane, the line at the bottom."""

from typing import TYPE_CHECKING, cast

from textual import on
from textual.events import DescendantFocus
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tracker.models import Line
from tracker.tui import hints
from tracker.tui.blocks import Document
from tracker.tui.desk import Desk
from tracker.tui.jobs import desk_of, start
from tracker.tui.messages import DocumentReady, Pointed, Said, Target, TopicTarget, UrlTarget, ViewTarget
from tracker.tui.reading import REST_SECONDS, gather_document, gather_page, lane_of
from tracker.tui.views.base import View
from tracker.tui.widgets.bars import BottomBar
from tracker.tui.widgets.nav import Nav
from tracker.tui.widgets.reading import ReadingPane

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.tui.reads import Reader
    from tracker.tui.views.today import TodayView


class Shell(Screen[None]):
    """Knows what is shown and what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 1
        self.views: dict[int, View] = {}
        self.trail: list[Target] = []
        """What was opened by links in the pane, the present one last."""
        self.came_from: list[int] = []
        self.pane_target: Target | None = None
        self._line_asked: Widget | None = None

    @property
    def desk(self) -> Desk:
        """The desk of the app."""
        return desk_of(self)

    @property
    def view(self) -> View:
        """The view that is shown."""
        return self.views[self.number]

    @property
    def pane(self) -> ReadingPane:
        """The reading pane."""
        return self.query_one("#pane", ReadingPane)

    # reading

    @property
    def is_reading(self) -> bool:
        """Whether keys go to the reading pane."""
        return self.has_class("-reading")

    @property
    def line(self) -> Line | None:
        """The item that commands act on: the one being read, else the one at the cursor."""
        if self.is_reading and self.pane.document.line is not None:
            return self.desk.overlay(self.pane.document.line)
        return None if self.is_reading else self.view.line

    @on(Pointed)
    def _pointed(self, message: Pointed) -> None:
        message.stop()
        self.note_place()
        if not self.trail:
            self.show_in_pane(self.view.listing.target)

    def note_place(self) -> None:
        """Called when the cursor of the list that is shown has moved."""

    def show_in_pane(self, target: Target | None, *, keep_place: bool = False) -> None:
        """Gather what the pane shows for a target; nothing is read while there is no pane."""
        if target is None and not self.is_reading:
            self.pane_target = None
            self.pane.show(Document(()))  # what was shown is not in the list any more
        if target is None or isinstance(target, UrlTarget | ViewTarget) or not (self.is_reading or self.pane.display):
            return
        if target == self.pane_target and not keep_place:
            return
        self.pane_target = target
        gather = self.view.document_of(target) or gather_document(target, self.desk)
        if gather is not None:
            start(
                self.pane,
                "pane",
                gather,
                lambda document: self._ready(DocumentReady(target, document), keep_place=keep_place),
            )

    def _ready(self, message: DocumentReady, *, keep_place: bool) -> None:
        if message.target == self.pane_target:
            self.pane.show(message.document, keep_place=keep_place)
            page = gather_page(message.target, self.desk)
            if page is not None:
                self.set_timer(REST_SECONDS, lambda: self._gather_page(message.target, page))

    def _gather_page(self, target: Target, page: "Callable[[Reader], Document]") -> None:
        """Gather the fuller document of what is still shown; it takes the place of the first one."""

        def show(document: "Document") -> None:
            if target == self.pane_target:
                if document.item is None:
                    self.pane.link = -1  # the links are others: none must open by the number of another one
                self.pane.show(document, keep_place=True)

        if target == self.pane_target:
            start(
                self.pane, lane_of(target), page, show, group="pages", failed=lambda words: self._no_page(target, words)
            )

    def _no_page(self, target: Target, words: str) -> None:
        if target != self.pane_target:
            return
        if isinstance(target, TopicTarget) and target.topic is None:
            from tracker.tui.topics import awaited

            self.pane.show(awaited(target.name, words))
        else:
            self.say(words, "bad")

    def open(self, target: Target) -> None:
        """Read something in the pane: beside the list where there is room, else in its place."""
        if self.is_reading:
            self.trail.append(target)
        else:
            self.trail = [target]
        self.add_class("-reading")
        self.query_one(BottomBar).leave()
        self.show_hints()
        if target == self.pane_target:
            self.pane.action_edge(-1)
        self.show_in_pane(target)
        self.pane.focus()
        self.opened(target)

    def opened(self, target: Target) -> None:
        """Called when something is opened to be read."""

    def renew(self, target: Target) -> None:
        """Show a newer state of what is being read."""
        self.trail[-1] = target
        self.show_in_pane(target, keep_place=True)

    def stop_reading(self) -> None:
        """Give the keys back to the list."""
        self.trail.clear()
        self.remove_class("-reading")
        self.show_hints()

    def focus_again(self) -> None:
        """Give the keys to what had them before a prompt."""
        self._line_asked = None
        if self.is_reading:
            self.pane.focus()
        else:
            self.view.listing.focus()

    def give_keys_to(self, line: Widget) -> None:
        """Let a line have the keys, also those that were typed while it was being opened."""
        self._line_asked = line
        line.focus()

    @on(DescendantFocus)
    def _focus_moved(self) -> None:
        if self.focused is self._line_asked:
            self._line_asked = None
        self.show_hints()

    @property
    def line_asked(self) -> Widget | None:
        """The line that letters are meant for; None when they are commands."""
        if self.focused is not None and self.focused.check_consume_key("x", "x"):
            return self.focused
        return self._line_asked

    # saying

    def say(self, text: str, tone: str = "info") -> None:
        """Show a line at the bottom."""
        self.query_one(BottomBar).say(text, tone)

    def tell(self, message: Message) -> None:
        """Send a message to this screen."""
        self.post_message(message)

    @on(Said)
    def _said(self, message: Said) -> None:
        message.stop()
        self.say(message.text, message.tone)

    def adjust(self, rows: frozenset[int]) -> None:
        """Show the marks that were just made on these rows."""
        for view in self.views.values():
            view.adjust(rows)

    def read_again(self) -> None:
        """Show the item in the pane with its newer marks."""
        if self.pane.document.item is None:
            return
        if self.is_reading or self.pane.display:
            self.show_in_pane(self.pane_target, keep_place=True)
        else:
            self.pane_target = None  # so that it is gathered anew when it is next opened

    def show_hints(self) -> None:
        """Show the keys that matter now."""
        self.query_one(BottomBar).show_hints(self.hints_now(), dict(self.desk.session.config.keys))

    def hints_now(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that matter now (id, word)."""
        if self.line_asked is not None:
            return hints.of_typing(self.line_asked)
        return hints.of_reading(self.trail[-1]) if self.is_reading else self.view.hints

    def refresh_nav(self) -> None:
        """Draw the column at the left."""
        nav = self.query_one(Nav)
        nav.number = self.number
        nav.filter_line = self.view.filter_line
        data = cast("TodayView", self.views[1]).data
        if data.new_papers is not None:
            nav.counts |= {2: f"{data.papers:,}", 3: f"{data.posts:,}"}
            nav.footing = (f"{data.unread:,} unread", f"{data.starred:,} starred")
        nav.refresh()

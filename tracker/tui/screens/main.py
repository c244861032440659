"""The main screen: bars, views, reading pane; decides what is seen at which width and where keys go."""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from tracker.query import Filter
from tracker.tui import look
from tracker.tui.jobs import start
from tracker.tui.keys import MAIN_KEYS, VIEWS, bindings, unknown
from tracker.tui.messages import ChoiceTarget, Counted, EditionTarget, Opened, UrlTarget, ViewTarget
from tracker.tui.rows import TROUBLED
from tracker.tui.screens.leaving import Leaving
from tracker.tui.screens.opening import load_ahead, view_of
from tracker.tui.screens.starting import look_for_garbage
from tracker.tui.views.today import TodayView
from tracker.tui.widgets.bars import BottomBar, TopBar
from tracker.tui.widgets.nav import Nav
from tracker.tui.widgets.reading import ReadingPane

if TYPE_CHECKING:
    from datetime import timedelta

    from tracker.models import SourceState
    from tracker.tui.views.digest import DigestView
    from tracker.tui.views.search import SearchView


RELOAD_AFTER_SECONDS = 0.3
"""So that the first keys are answered before everything is gathered."""


class MainScreen(Leaving):
    """Views are built when they are first asked for, so the first frame pays for one only."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MAIN_KEYS)]
    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (100, "-two"), (140, "-three")]  # noqa: RUF012 - Textual declares it without ClassVar

    def __init__(self, *, sync_after: "timedelta | None" = None, plain: bool = False, first_run: bool = False) -> None:
        super().__init__()
        self._is_first_run = first_run
        self.sync_after = None if first_run else sync_after
        if plain:  # one column at every width
            self.HORIZONTAL_BREAKPOINTS = [(0, "-one")]

    def compose(self) -> ComposeResult:
        """Build what the first frame shows."""
        self.views[1] = TodayView()
        self.views[1].add_class("-shown")
        yield TopBar()
        with Horizontal(id="body"):
            yield Nav()
            with Vertical(id="views"):
                yield self.views[1]
            yield ReadingPane(id="pane")
        yield BottomBar()

    async def on_mount(self) -> None:
        """Paint first: one page of the newest items; all else comes after the frame."""
        await self._show_view(self.first_number())
        self.view.listing.focus()  # not the line of a search, which would take the first keys as its letters
        self.call_after_refresh(self._after_first_frame)

    def _after_first_frame(self) -> None:
        today = cast("TodayView", self.views[1])
        today.enter()  # its counts stand in the column of views also where another view was kept
        self.set_timer(RELOAD_AFTER_SECONDS, today.reload)
        start(self, "ahead", lambda _: load_ahead(), lambda _: None)
        start(
            self, "pane", lambda reader: reader.page(Filter(), 1), lambda _: None
        )  # opens what the first item waits for
        self.look_at_sources()
        self.greet()
        if self._is_first_run:
            self.ask_first()
        look_for_garbage()

    def on_resize(self) -> None:
        """Fill the reading pane when there is room for it now."""
        self.call_after_refresh(lambda: None if self.is_reading else self.show_in_pane(self.view.listing.target))

    # views

    async def _show_view(self, number: int) -> None:
        """Show a view; build it when it is seen for the first time."""
        self.leave_modes()
        self.query_one(BottomBar).leave()
        self._line_asked = None
        if number not in self.views:
            self.views[number] = view_of(number)
            await self.query_one("#views").mount(self.views[number])
            self.bring_to_last_place(number)
        self.number = number
        self.desk.kept.view = number
        self.desk.is_today_seen |= number == 1
        self.stop_reading()
        for other, view in self.views.items():
            view.set_class(other == number, "-shown")
        self.query_one(TopBar).update(number=number)
        self.refresh_nav()
        self.view.enter()
        self.view.focus_list()
        self.show_in_pane(self.view.listing.target)

    async def action_view(self, number: int, line: str = "") -> None:
        """Go to a view."""
        if number == 4:
            await self._go_to(4)
            if line:
                cast("SearchView", self.view).ask(line)
            return
        self.came_from.clear()
        await self._show_view(number)
        if line and self.view.can_filter:
            self.view.filter_by(line.strip())
            self.refresh_nav()

    async def action_search(self) -> None:
        """Go to the line of the search view."""
        await self._go_to(4)
        self.give_keys_to(cast("SearchView", self.view).box)

    async def _go_to(self, number: int) -> None:
        before = self.number
        if before != number:
            self.came_from.append(before)
        await self._show_view(number)

    async def action_like(self) -> None:
        """Look for what is near this item."""
        line = self.line
        if line is None:
            self.say("No item is chosen.")
            return
        await self._go_to(4)
        search = cast("SearchView", self.view)
        search.ask(f"like:{line.id}")
        search.listing.focus()

    @on(Opened)
    async def _opened(self, message: Opened) -> None:
        message.stop()
        target = message.target
        if isinstance(target, UrlTarget):
            self.open_address(target.url)
        elif isinstance(target, ChoiceTarget):
            self.begin(target.value)
        elif isinstance(target, EditionTarget):
            cast("DigestView", self.view).go_to(target.week)
        elif isinstance(target, ViewTarget):
            await self.action_view(target.number, target.line)
        else:
            self.open(target)

    def action_pane(self) -> None:
        """Read what the cursor rests on."""
        if not self.is_reading and self.view.listing.target is not None and not self.is_typing:
            self.open(self.view.listing.target)

    def action_unread(self, way: int) -> None:
        """Go so many unread items on, or back; one that is being read makes room for the one there."""
        direction = 1 if way > 0 else -1

        def done(is_found: bool) -> None:
            target = self.view.listing.target
            if is_found and abs(way) > 1:
                self.action_unread(way - direction)
            elif not is_found:
                self.say("Nothing unread in that direction.")
            elif self.is_reading and target is not None:
                self.stop_reading()
                self.open(target)

        self.view.next_unread(direction, done)

    async def action_back(self, may_quit: bool) -> None:
        """Go one step back: prompt, link, pane, search line, program, view, filter; at the top `q` quits."""
        if self.closes():
            return
        if not may_quit and self.stop_program():
            self.say("Stopping it …")
        elif self.came_from:
            await self._show_view(self.came_from.pop())
        elif self.view.back():
            self.refresh_nav()
        elif may_quit:
            self.app.exit(0)
        elif self.is_typing:
            await self._show_view(1)
        else:
            self.say("This is the top; q quits.")

    def look_at_sources(self) -> None:
        """Count the sources in trouble for the bar and for today."""
        start(self, "lists", lambda reader: reader.source_states(), self._know_sources, group="health")

    def _know_sources(self, states: "list[SourceState]") -> None:
        self.sync_if_due(states)
        followed = {source.name for source in self.desk.session.config.sources}
        states = [state for state in states if state.name in followed]
        failing = sum(state.state in TROUBLED for state in states)
        self.query_one(TopBar).update(failing=failing)
        self.query_one(Nav).counts[7] = f"▲{failing}" if failing else ""
        today = cast("TodayView", self.views[1])
        today.know(replace(today.data, sources=states))
        self.refresh_nav()

    @on(Counted)
    def _counted(self, message: Counted) -> None:
        message.stop()
        self.refresh_nav()

    def greet(self) -> None:
        """Tell of keys in the configuration that do nothing."""
        config = self.desk.session.config
        wrong = unknown(dict(config.keys))
        if config.theme and config.theme not in look.NAMES:
            self.say(
                f"feeds.toml, [tui]: there is no theme called {config.theme}; write {', '.join(look.NAMES)}.", "bad"
            )
        if wrong:
            self.say(f"feeds.toml, [keys]: there is no command called {', '.join(wrong)}. ? shows all names.", "bad")

    async def action_help(self) -> None:
        """Show the keys of this screen."""
        from tracker.tui.screens.help import HelpScreen

        own = tuple(binding.id or "" for binding in self.view.BINDINGS if isinstance(binding, Binding))
        where = "the reading pane" if self.is_reading else VIEWS[self.number - 1]
        keys = dict(self.desk.session.config.keys)
        self.app.push_screen(HelpScreen(where, self.hints_now(), keys, () if self.is_reading else own))

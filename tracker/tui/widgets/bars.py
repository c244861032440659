"""The line at the top (views, trouble, sync) and the one at the bottom (six hints, or something to say)."""

from time import monotonic

from rich.text import Text
from textual import events
from textual.widget import Widget

from tracker.text import plural
from tracker.tui.cells import is_plain, steady
from tracker.tui.keys import VIEWS, shown
from tracker.tui.messages import Opened, ViewTarget
from tracker.tui.widgets.painted import role_styles

NAMED_FROM = 70
"""So wide must the line be for the names of all views; narrower, only the one that is shown is named."""
HOLD_SECONDS = 6.0
HOLD_BAD_SECONDS = 20.0


class TopBar(Widget):
    """Names the views, marks the one that is shown, and keeps failing sources and a running sync in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 1
        self.failing = 0
        self.busy = ""
        self.brief = ""
        self.running = ""
        self._spans: list[tuple[int, int, int]] = []

    def update(
        self,
        *,
        number: int | None = None,
        failing: int | None = None,
        busy: str | None = None,
        brief: str = "⟳",
        running: str | None = None,
    ) -> None:
        """Change what is shown: `busy` is how far a sync is, `brief` the same for little room, `running` a program that esc ends."""
        self.number = self.number if number is None else number
        self.failing = self.failing if failing is None else failing
        before, self.busy = self.busy, self.busy if busy is None else busy
        self.brief = self.brief if busy is None else brief
        was_running, self.running = self.running, self.running if running is None else running
        is_other = bool(before) != bool(self.busy) or was_running != self.running
        if not is_plain() or number is not None or failing is not None or is_other:
            self.refresh()

    def render(self) -> Text:
        """Draw the views at the left and the state at the right, shorter where there is less room."""
        style = role_styles(self)
        if is_plain():
            return self._told()
        text = Text(" ", no_wrap=True, end="")
        self._spans = []
        is_narrow = self.size.width < NAMED_FROM
        for number, name in enumerate(VIEWS, 1):
            start = text.cell_len
            here = number == self.number
            text.append(f"{number} ", style["here" if here else "dim"])
            if here or not is_narrow:
                text.append(name, style["here"] if here else "")
                text.append("  " if not is_narrow else " ")
            self._spans.append((start, text.cell_len, number))
        room = self.size.width - text.cell_len - 1
        state = Text(no_wrap=True)
        if self.failing:
            words = f"▲ {self.failing} failing"
            state.append(words if len(words) <= room else f"▲{self.failing}", style["alarm"])
        if self.busy or self.running:
            left = room - state.cell_len - (1 if self.failing else 0)
            whole = steady("  ".join(part for part in (self.running, self.busy) if part))
            busy = next((words for words in (whole, self.brief, "⟳") if words and len(words) <= left), "")
            state = Text.assemble((busy, style["busy"]), " " if self.failing and busy else "", state)
        text.append(" " * max(room - state.cell_len, 0))
        return text.append_text(state)

    def _told(self) -> Text:
        """Return the line in words; how far a sync is would change it all the time."""
        words = [f" View {self.number} of {len(VIEWS)}: {VIEWS[self.number - 1]}"]
        words += [f"{plural(self.failing, 'source')} failing, 7 shows them"] if self.failing else []
        words += ["a sync is running"] if self.busy else []
        words += [f"{steady(self.running)} is running, escape stops it"] if self.running else []
        return Text(". ".join(words), no_wrap=True, end="")

    def on_click(self, event: events.Click) -> None:
        """Go to the view that was clicked; on the mark at the right, to the sources."""
        number = next(
            (number for start, end, number in self._spans if start <= event.x < end), 7 if self.failing else 0
        )
        if number:
            self.post_message(Opened(ViewTarget(number)))


class BottomBar(Widget):
    """Six hints; a message takes their place for some seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.hints: tuple[tuple[str, str], ...] = ()
        self.message = ""
        self.tone = "info"
        self.state = ""
        self._turn = 0
        self._since = 0.0

    def show_hints(self, hints: tuple[tuple[str, str], ...], remapped: dict[str, str]) -> None:
        """Show the keys of some commands (id, word)."""
        self.hints = tuple((shown(name, remapped), word) for name, word in hints)
        self.refresh()

    def show_state(self, state: str) -> None:
        """Show which mode is on, before the hints or the message; nothing when empty."""
        if state != self.state:
            self.state = steady(state)
            self.refresh(layout=True)

    def say(self, message: str, tone: str = "info") -> None:
        """Show a message in place of the hints; one that names trouble stays longer."""
        self.message, self.tone = steady(message), tone
        self._turn += 1
        turn, self._since = self._turn, monotonic()
        self.refresh(layout=True)
        self.set_timer(HOLD_BAD_SECONDS if tone == "bad" else HOLD_SECONDS, lambda: self._clear(turn))

    def _clear(self, turn: int) -> None:
        if turn == self._turn:
            self.clear()

    def leave(self) -> None:
        """Show the hints of another view; what names trouble stays until it can have been read."""
        if self.tone != "bad" or monotonic() - self._since >= HOLD_SECONDS:
            self.clear()

    def clear(self) -> None:
        """Show the hints again."""
        if self.message:
            self.message = ""
            self.refresh(layout=True)

    def render(self) -> Text:
        """Draw the message or the hints."""
        style = role_styles(self)
        state = (f" {self.state}  ", style["jump"]) if self.state else ""
        if self.message:
            return Text.assemble(
                state, (f" {self.message}", style["alarm"] if self.tone == "bad" else ""), overflow="fold"
            )
        text = Text.assemble(state, " ", no_wrap=True)
        for key, word in self.hints[:6]:
            if text.cell_len + len(key) + len(word) + 1 > self.size.width:
                break
            text.append(key, style["accent"])
            text.append(f" {word}   ", style["dim"])
        return text

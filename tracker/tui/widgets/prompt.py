"""The line in which a filter, tags or a note are typed."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tracker.errors import TrackerError
from tracker.query import filter_names
from tracker.tui.cells import steady


class FilterSuggester(Suggester):
    """Completes the name of the filter that is being typed."""

    def __init__(self) -> None:
        super().__init__(case_sensitive=False)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the line with its last word completed."""
        word = value.rsplit(" ", 1)[-1].lstrip("-")
        if not word or ":" in word:
            return None
        found = next((name for name in filter_names() if name.startswith(word.lower())), None)
        return f"{value}{found[len(word) :]}:" if found else None


class QueryLine(Input):
    """A line for a query: tab takes the suggestion, down leads to what was found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False),
        Binding("down", "leave", show=False),
    ]

    class Left(Message):
        """Somebody wants to walk in what was found."""

    def action_complete(self) -> None:
        """Take the suggestion, if there is one."""
        self.cursor_position = len(self.value)
        self.action_cursor_right()

    def action_leave(self) -> None:
        """Tell who shows the hits."""
        self.post_message(self.Left())


class Prompt(Horizontal):
    """Hidden until something is asked. The answer goes to whoever asked; a `TrackerError` it raises is shown and the line stays."""

    def __init__(self) -> None:
        super().__init__()
        self._answer: Callable[[str], None] | None = None

    def compose(self) -> ComposeResult:
        """Build the line on first use."""
        yield Static(id="prompt-label", markup=False)
        yield Input(id="prompt-input", compact=True, select_on_focus=False)
        yield Static(id="prompt-problem", markup=False)

    def ask(self, label: str, value: str, answer: Callable[[str], None], suggester: Suggester | None = None) -> None:
        """Show the line with a value in it and wait for enter."""
        self._answer = answer
        self.query_one("#prompt-label", Static).update(f" {label} ")
        self.query_one("#prompt-problem", Static).update("")
        box = self.query_one(Input)
        box.suggester = suggester
        box.value = steady(value)
        box.cursor_position = len(box.value)
        self.display = True
        box.focus()

    def close(self) -> bool:
        """Hide the line; False when it was hidden."""
        was_open = bool(self.display)
        self.display = False
        self._answer = None
        return was_open

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._answer is None:
            return
        try:
            self._answer(event.value)
        except TrackerError as error:
            self.query_one("#prompt-problem", Static).update(steady(str(error)))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#prompt-problem", Static).update("")

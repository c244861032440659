"""The line in which a filter, tags or a note are typed."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tracker.errors import TrackerError
from tracker.query import PARTS, SORTS, STATES, filter_names
from tracker.tui.cells import steady

Ask = Callable[[str, str], Awaitable[str]]
"""Takes a filter and the letters its value begins with; returns the value, or nothing."""
_FIXED = {
    "is": STATES,
    "has": PARTS,
    "sort": SORTS,
    "kind": ("paper", "post"),
}


_STORED = "the first letters, then tab"
VALUES = {
    **{name: ", ".join(values) for name, values in _FIXED.items()},
    **dict.fromkeys(("venue", "author", "source", "category", "tag"), _STORED),
    "year": "2024, 2023..2025, 2023..",
    "since": "7d, 4w, 2026-05-01",
    "before": "7d, 4w, 2026-05-01",
    "topic": "a word, or several in quotes",
    "like": "the id of an item",
}
"""What can follow the name of each filter."""


class FilterSuggester(Suggester):
    """Completes the name of the filter that is being typed, and then its value.

    Args:
        ask: asks the store for values; without it only names and values that never change are completed.
    """

    def __init__(self, ask: Ask | None = None) -> None:
        super().__init__(case_sensitive=True, use_cache=False)
        self._ask = ask

    async def get_suggestion(self, value: str) -> str | None:
        """Return the line with its last word completed."""
        start = value.rfind(" ") + 1 if value.count('"') % 2 == 0 else value.rfind(" ", 0, value.rfind('"')) + 1
        word = value[start:].lstrip("-")
        name, colon, begun = word.partition(":")
        if not word:
            return None
        if not colon:
            found = next((one for one in filter_names() if one.startswith(word.lower())), None)
            return f"{value}{found[len(word) :]}:" if found else None
        return await self._valued(value, name.lower(), begun)

    async def _valued(self, line: str, name: str, begun: str) -> str | None:
        """Return the line with the value of its last filter completed; one with spaces is quoted."""
        if not begun.strip('"') and name not in _FIXED:
            return None
        letters = begun.strip('"')
        if name in _FIXED:
            found = next((one for one in _FIXED[name] if one.startswith(letters.lower())), "")
        else:
            found = await self._ask(name, letters) if self._ask else ""
        found = steady(found).replace('"', "")
        if not found or found.lower() == letters.lower():
            return None
        head = line[: len(line) - len(begun)]
        return f'{head}"{found}"' if " " in found else f"{head}{found}"


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
        yield QueryLine(id="prompt-input", compact=True, select_on_focus=False)
        yield Static(id="prompt-problem", markup=False)

    @property
    def box(self) -> Input:
        """Where one types."""
        return self.query_one(Input)

    def ask(
        self,
        label: str,
        value: str,
        answer: Callable[[str], None],
        suggester: Suggester | None = None,
        example: str = "",
    ) -> None:
        """Show the line with a value in it and wait for enter."""
        self._answer = answer
        self.query_one("#prompt-label", Static).update(f" {label} ")
        self.query_one("#prompt-problem", Static).update("")
        box = self.box
        box.suggester = suggester
        box.placeholder = example
        box.value = steady(value)
        box.cursor_position = len(box.value)
        self.display = True

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

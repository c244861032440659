"""The line at the bottom in which something is asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tracker.tui.screens.shell import Shell
from tracker.tui.widgets.bars import BottomBar

if TYPE_CHECKING:
    from textual.suggester import Suggester

    from tracker.tui.widgets.prompt import Prompt


class Asking(Shell):
    """One question at a time; `esc` closes it."""

    @property
    def prompt(self) -> "Prompt | None":
        """The prompt, once something was asked."""
        found = self.query("Prompt")
        return cast("Prompt", found.first()) if found else None

    @property
    def is_asking(self) -> bool:
        """Whether the line at the bottom is open."""
        return self.prompt is not None and bool(self.prompt.display)

    async def ask(
        self,
        label: str,
        value: str,
        answer: Callable[[str], None],
        suggester: "Suggester | None" = None,
        example: str = "",
    ) -> None:
        """Ask for a line at the bottom; an example stands in it while it is empty."""
        from tracker.tui.widgets.prompt import Prompt

        if self.prompt is None:
            await self.mount(Prompt(), before=self.query_one(BottomBar))
        self.query_one(BottomBar).leave()
        prompt = cast("Prompt", self.prompt)
        prompt.ask(label, value, answer, suggester, example)
        self.give_keys_to(prompt.box)

    def ask_on(self, label: str, value: str, answer: Callable[[str], None]) -> None:
        """Ask the next thing in the line that is open, at once: no key falls between the two."""
        if self.prompt is not None:
            self.prompt.ask(label, value, answer)
            self.give_keys_to(self.prompt.box)

    async def ask_once(self, label: str, value: str, answer: Callable[[str], None]) -> None:
        """Ask for a line; what answers may refuse it with a `TrackerError`, then the line stays."""

        def done(text: str) -> None:
            answer(text)
            self.close_prompt()

        await self.ask(label, value, done)

    def close_prompt(self) -> None:
        """Hide the prompt and go on where it was asked."""
        if self.prompt is not None and self.prompt.close():
            self.focus_again()

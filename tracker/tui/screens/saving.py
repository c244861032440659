"""Saving the search that is typed, going back to a saved one, forgetting it."""

from functools import partial
from typing import TYPE_CHECKING, cast

from tracker.models import SavedSearch
from tracker.text import plural
from tracker.tui.counting import drop, keep
from tracker.tui.jobs import start
from tracker.tui.screens.syncing import Syncing

if TYPE_CHECKING:
    from tracker.tui.views.search import SearchView


class Saving(Syncing):
    """Keeps the user's searches."""

    async def action_save(self) -> None:
        """Ask for a name and save the query of the search view."""
        line = cast("SearchView", self.views[4]).box.value.strip() if self.number == 4 else ""
        if not line:
            self.say("Type a search first (/): this key saves it, and what newly matches it is announced.")
            return

        def save(name: str) -> None:
            self.close_prompt()
            # apart: the model is loaded, and all vectors are read once
            work = partial(keep, line, name)
            start(self, "aside", lambda _: self.desk.aside.run(work), self._saved, group="saving")

        await self.ask("name of this saved search", line[:60], save)

    def _saved(self, made: SavedSearch) -> None:
        close = plural(made.matches, "close match", "close matches")
        self.say(f"Saved as '{made.name}', with {close} so far. What is new will stand in Today.")
        self.views[1].reload()

    def forget_search(self, name: str) -> None:
        """Forget a saved search."""

        def forgotten(gone: SavedSearch) -> None:
            self.say(f"'{gone.name}' is forgotten; the items stay.")
            self.views[1].reload()

        start(self, "aside", lambda _: self.desk.aside.run(partial(drop, name)), forgotten, group="saving")

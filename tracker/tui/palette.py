"""What the command palette offers: views, the commands of the key table, themes, commands of the command line, a sync of each source.

Names of sources come from outside: they are given as `Text`, which the palette takes as it is; plain strings it would parse as markup.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from tracker.tui.cells import steady
from tracker.tui.keys import MAIN_KEYS, shown
from tracker.tui.look import NAMES

if TYPE_CHECKING:
    from tracker.tui.app import TrackerApp
    from tracker.tui.screens.main import MainScreen


class Commands(Provider):
    """The commands of the main screen."""

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        app = cast("TrackerApp", self.app)
        screen = cast("MainScreen", app.screen_stack[0])
        remapped = dict(app.desk.session.config.keys)
        for key in MAIN_KEYS:
            if key.id not in {"palette", "back"}:
                name = f"Go to {key.words}" if key.id.startswith("view-") else key.words[:1].upper() + key.words[1:]
                yield name, shown(key.id, remapped), lambda action=key.action: app.call_later(screen.run_action, action)  # type: ignore[misc]
        yield "Bring the starter library: landmark papers, no network needed", "", screen.bring_starter
        for saved, _ in screen.views[1].data.saved:  # type: ignore[attr-defined]  # Today is the first view
            name, query = steady(saved.name), saved.query
            yield f"Saved search {name}", "", lambda query=query: app.call_later(screen.action_view, 4, query)  # type: ignore[misc]
            yield f"Forget the saved search {name}", "", lambda name=saved.name: screen.forget_search(name)  # type: ignore[misc]
        for name in NAMES:
            yield f"Theme {name}", "", lambda name=name: app.pick_theme(name)  # type: ignore[misc]
        for verb, words in app.verbs.items():
            yield f"tracker {verb}: {words}", "", lambda verb=verb: app.call_later(screen.action_verb, verb)  # type: ignore[misc]
        for source in app.desk.session.config.sources:
            yield f"Sync {steady(source.name)}", "", lambda name=source.name: screen.sync((name,))  # type: ignore[misc]

    async def discover(self) -> Hits:
        """Offer everything while nothing is typed."""
        for name, key, run in self._commands():
            yield DiscoveryHit(_shown(name, key), run, text=name)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for name, key, run in self._commands():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, _shown(name, key), run, text=name)


def _shown(name: str, key: str) -> Text:
    return Text.assemble(name, (f"  {key}", "dim") if key else "")

"""What the palette offers: views, the commands of the key table, saved searches, themes, commands of the command line, a sync of each source."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from tracker.tui.cells import steady
from tracker.tui.keys import MAIN_KEYS, shown
from tracker.tui.look import NAMES
from tracker.tui.palette import Offer

if TYPE_CHECKING:
    from tracker.tui.screens.main import MainScreen
    from tracker.tui.views.today import TodayView


def offers(screen: "MainScreen", verbs: Mapping[str, str], pick_theme: Callable[[str], None]) -> Iterator[Offer]:
    """Yield what can be done now.

    Args:
        screen: does most of it.
        verbs: commands of the command line, each with a line of help.
        pick_theme: changes the looks.
    """
    later, config = screen.app.call_later, screen.desk.session.config
    remapped = dict(config.keys)
    for key in MAIN_KEYS:
        if key.id not in {"palette", "back"}:
            name = f"Go to {key.words}" if key.id.startswith("view-") else key.words[:1].upper() + key.words[1:]
            yield Offer(name, partial(later, screen.run_action, key.action), shown(key.id, remapped))
    yield Offer("Bring the starter library: landmark papers, no network needed", screen.bring_starter)
    for saved, _ in cast("TodayView", screen.views[1]).data.saved:
        yield Offer(f"Saved search {steady(saved.name)}", partial(later, screen.action_view, 4, saved.query))
        yield Offer(f"Forget the saved search {steady(saved.name)}", partial(screen.forget_search, saved.name))
    for name in NAMES:
        yield Offer(f"Theme {name}", partial(pick_theme, name))
    for verb, words in verbs.items():
        yield Offer(f"tracker {verb}: {words}", partial(later, screen.action_verb, verb))
    for source in config.sources:
        yield Offer(f"Sync {steady(source.name)}", partial(screen.sync, (source.name,)))

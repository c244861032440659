"""Making a view when it is first asked for, and loading what the first keys will need while nobody waits for it."""

from importlib import import_module

from tracker.tui.views.base import View

AHEAD = (
    "tracker.tui.views.lines",
    "tracker.tui.documents",
    "tracker.tui.views.search",
    "tracker.search.searcher",
    "tracker.tui.topics",
)


def load_ahead() -> None:
    """Import what opening the first item and the first search would wait for, some 40 ms each; in a lane, after the first frame."""
    for name in AHEAD:
        import_module(name)


def view_of(number: int) -> View:
    """Make a view; what only one view needs is imported with it."""
    if number in {2, 3}:
        from tracker.tui.views.lines import PapersView, PostsView

        return PapersView() if number == 2 else PostsView()
    if number == 4:
        from tracker.tui.views.search import SearchView

        return SearchView()
    if number == 5:
        from tracker.tui.views.trends import TrendsView

        return TrendsView()
    if number == 6:
        from tracker.tui.views.digest import DigestView

        return DigestView()
    from tracker.tui.views.sources import SourcesView

    return SourcesView()

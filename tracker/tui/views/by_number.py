"""Views by their number; what only one of them needs is imported with it."""

from tracker.tui.views.base import View


def view_of(number: int) -> View:
    """Make the view of a number key."""
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

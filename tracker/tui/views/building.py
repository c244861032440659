"""Making a view when it is first asked for; what only one view needs is imported with it."""

from tracker.tui.views.base import View


def view_of(number: int) -> View:
    """Make a view by its number, all but Today, which the first frame brings."""
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

"""Going on where the last run ended."""

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from tracker.errors import TrackerError
from tracker.tui.screens.starting import Starting

if TYPE_CHECKING:
    from tracker.tui.views.search import SearchView


class Keeping(Starting):
    """Notes the place as it changes, so that it is kept however the program ends."""

    def first_number(self) -> int:
        """Return the view to begin with; a search without a query would be an empty screen."""
        kept = self.desk.kept
        return kept.view if kept.view != 4 or kept.lines.get(4) else 1

    def bring_to_last_place(self, number: int) -> None:
        """Narrow a view as it was in the last run, and let its cursor wait for the entry where it was."""
        view, kept = self.views[number], self.desk.kept
        view.listing.wanted = kept.places.get(number)
        line = kept.lines.get(number, "")
        with suppress(TrackerError):  # a filter that is no longer known, or was never one
            if (
                line and number == kept.view == 4
            ):  # left while it was shown; else a new search begins with an empty line
                cast("SearchView", view).ask(line)
            elif line and view.can_filter:
                view.filter_by(line)

    def note_place(self) -> None:
        """Note what the next run goes back to."""
        view, kept = self.view, self.desk.kept
        listing = view.listing
        # Today begins at its top: what is new there was not there before
        if self.number != 1 and listing.wanted is None and 0 <= listing.cursor < listing.total():
            kept.places[self.number] = listing.key_at(listing.cursor)
        kept.lines[self.number] = cast("SearchView", view).box.value if self.number == 4 else view.filter_line

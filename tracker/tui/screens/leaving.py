"""What esc and q leave, one thing at a time."""

from tracker.tui.screens.keeping import Keeping


class Leaving(Keeping):
    """Knows what lies over the list that is shown."""

    @property
    def is_typing(self) -> bool:
        """Whether keys are letters of a line."""
        return self.focused is not None and self.focused.check_consume_key("x", "x")

    def closes(self) -> bool:
        """Leave what lies over the list: prompt, mode, link, pane, line of a search; False when there is nothing."""
        prompt = self.prompt
        if prompt is not None and prompt.close():
            self.focus_again()
        elif self.leave_modes():
            self.show_hints()
        elif len(self.trail) > 1:
            self.trail.pop()
            self.show_in_pane(self.trail[-1])
        elif self.is_reading:
            self.stop_reading()
            self.view.focus_list()
            self.show_in_pane(self.view.listing.target)
        elif self.is_typing and self.view.listing.target is not None:
            self.view.listing.focus()
        else:
            return False
        return True

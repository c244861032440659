"""The column at the left of a wide screen: views with their counts, and filters that one click sets."""

from rich.text import Text
from textual import events
from textual.widget import Widget

from tracker.tui.cells import fit, fit_right
from tracker.tui.keys import VIEWS
from tracker.tui.messages import Opened, ViewTarget
from tracker.tui.widgets.painted import role_styles

FILTERS = (
    ("all", ""),
    ("unread", "is:unread"),
    ("starred", "is:starred"),
    ("last 7 days", "since:7d"),
    ("talked about", "has:mentions"),
    ("with code", "has:code"),
)


class Nav(Widget):
    """Draws itself as one text; every line knows where it leads."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.number = 1
        self.filter_line = ""
        self.counts: dict[int, str] = {}
        self.footing: tuple[str, ...] = ()
        self._leads: list[ViewTarget | None] = []

    def render(self) -> Text:
        """Draw views, filters, totals."""
        styles = role_styles(self)
        dim, here = styles["dim"], styles["here"]
        bad = styles["alarm"]
        width = self.size.width - 3
        lines: list[tuple[Text, ViewTarget | None]] = [(Text(" tracker", here), None), (Text(""), None)]
        for number, name in enumerate(VIEWS, 1):
            is_here = number == self.number
            count = self.counts.get(number, "")
            text = Text.assemble(
                (" ▌" if is_here else "  ", here),
                (f"{number} ", here if is_here else dim),
                (fit(name, width - 3 - 7), here if is_here else ""),
                (fit_right(count, 8), bad if number == 7 else dim),
            )
            lines.append((text, ViewTarget(number)))
        if self.number in {2, 3}:
            lines += [(Text(""), None), (Text("  Show", dim), None)]
            for name, line in FILTERS:
                chosen = line == self.filter_line
                lines.append(
                    (
                        Text.assemble((" ▌" if chosen else "  ", here), (fit(name, width), here if chosen else "")),
                        ViewTarget(self.number, line or " "),
                    )
                )
        lines += [(Text(""), None), *((Text(f"  {words}", dim), None) for words in self.footing)]
        self._leads = [lead for _, lead in lines]
        return Text("\n", no_wrap=True).join(text for text, _ in lines)

    def on_click(self, event: events.Click) -> None:
        """Go where the line leads."""
        lead = self._leads[event.y] if event.y < len(self._leads) else None
        if lead is not None:
            self.post_message(Opened(lead))

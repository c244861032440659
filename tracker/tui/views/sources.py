"""Sources: how each is doing, what went wrong and what helps."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ClassVar

from textual.app import ComposeResult

from tracker import times
from tracker.models import SourceState, SyncEvent
from tracker.text import plural
from tracker.tui.blocks import Document
from tracker.tui.jobs import start
from tracker.tui.messages import SourceTarget, Target
from tracker.tui.reads import Reader
from tracker.tui.rows import TROUBLED, source_draw
from tracker.tui.sources import source_document
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import Entry, EntryList


class SourcesView(View):
    """The followed sources, those in trouble first."""

    number = 7
    hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("open", "details"),
        ("sync", "sync this"),
        ("sync-all", "sync all"),
        ("search", "search"),
        ("help", "keys"),
        ("quit", "quit"),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.states: Sequence[SourceState] = ()
        self.progress: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield EntryList()

    def enter(self) -> None:
        """Read the states."""
        self.reload()

    def reload(self) -> None:
        """Read the states anew."""
        start(self, "lists", lambda reader: reader.source_states(), self.show, group="states")

    def show(self, states: Sequence[SourceState]) -> None:
        """Show states: those that were ever asked, and those of the configuration that were not."""
        known = {state.name for state in states}
        unasked = [
            SourceState(name=source.name, kind=source.kind, state="new" if source.enabled else "off")
            for source in self.desk.session.config.sources
            if source.name not in known
        ]
        self.states = sorted([*states, *unasked], key=lambda state: (state.state not in TROUBLED, state.name))
        shown = self.query_one(EntryList)
        shown.empty = "No sources yet.\nAdd a [[source]] table to feeds.toml; then R fetches it."
        self._draw()
        bad = sum(state.state in TROUBLED for state in self.states)
        words = plural(len(self.states), "source")
        self.query_one(Caption).say(f"{words}  ·  {bad} in trouble" if bad else words)

    def _draw(self) -> None:
        self.query_one(EntryList).show(
            [
                Entry(source_draw(state, self.progress.get(state.name, "")), SourceTarget(state), state.name)
                for state in self.states
            ]
        )

    def stepped(self, event: SyncEvent) -> None:
        """Show how far a source is."""
        if event.source:
            words = {
                "started": "asking …",
                "fetched": "reading …",
                "stored": f"{event.new:,} new",
                "failed": "failed",
                "warned": "look here",
                "skipped": "not due",
            }
            self.progress[event.source] = words.get(event.step, event.step)
        elif event.step == "finished":
            self.progress.clear()
        self._draw()

    @property
    def source_name(self) -> str | None:
        """The source at the cursor."""
        target = self.query_one(EntryList).target
        return target.state.name if isinstance(target, SourceTarget) else None

    def document_of(self, target: Target) -> Callable[[Reader], Document] | None:
        """Gather what is known of a source."""
        if not isinstance(target, SourceTarget):
            return None
        source = next((source for source in self.desk.session.config.sources if source.name == target.state.name), None)
        where = str(source.options.get("url", "")) if source else ""
        since = (times.now() - timedelta(weeks=8)).date().isoformat()
        return lambda reader: source_document(target.state, where, reader.per_week(target.state.name, since))

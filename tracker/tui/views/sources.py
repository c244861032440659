"""Sources: how each is doing, what went wrong and what helps."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tracker.models import SourceState, SyncEvent
from tracker.text import plural
from tracker.tui.blocks import Document
from tracker.tui.cells import steady
from tracker.tui.following import EXAMPLES, Proposal, propose
from tracker.tui.jobs import start
from tracker.tui.keys import SOURCES_KEYS, bindings
from tracker.tui.messages import ReadyTarget, SourceTarget, Target
from tracker.tui.reads import Reader
from tracker.tui.rows import TROUBLED
from tracker.tui.sources import Coming, heading_draw, local_now, source_document, source_draw
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import Entry, EntryList

RHYTHM = timedelta(weeks=8)
"""The time in which the rhythm of a source is looked at."""


def _place(state: SourceState) -> tuple[bool, bool, str]:
    """Put sources in trouble first and those that are not followed any more last."""
    return state.state not in TROUBLED, state.state == "left", state.name


class SourcesView(View):
    """The followed sources, those in trouble first."""

    number = 7
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SOURCES_KEYS)]
    hints: tuple[tuple[str, str], ...] = (
        ("open", "details"),
        ("sync", "sync this"),
        ("sync-all", "sync all"),
        ("follow", "follow"),
        ("unfollow", "unfollow"),
        ("help", "keys"),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.states: Sequence[SourceState] = ()
        self.progress: dict[str, str] = {}
        self._refused_text = ""
        """What could not be read; naming it once more follows it untried: there may just be no network."""
        self._sought = ""
        """The name of a source that the cursor goes to when it is there."""
        self.coming: Coming | None = None

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield EntryList()

    def enter(self) -> None:
        """Read the states."""
        self.reload()

    def reload(self) -> None:
        """Read the states anew."""
        start(self, "lists", lambda reader: reader.source_states(), self.show, group="states", failed=self.refused)
        # a lane of its own: cron is asked by starting it, and nothing else must wait for that
        start(self, "coming", self._look_ahead, self._know_coming, group="coming", failed=lambda _: None)

    def _look_ahead(self, reader: Reader) -> Coming:
        """Find out how much each source brings and when they are asked next; in a lane."""
        from tracker.schedule import next_fetch

        session, now = self.desk.session, local_now()
        states = reader.source_states()
        return Coming.of(
            max((state.last_tried or "" for state in states), default=""),
            now,
            opens=session.config.sync_on_open,
            scheduled=next_fetch(session.home, now),
            per_week=reader.rhythms((now - RHYTHM).date().isoformat()),
        )

    def _know_coming(self, coming: Coming) -> None:
        self.coming = coming
        self._draw()
        self._describe()
        if isinstance(self.shell.pane_target, SourceTarget):  # what is read of one tells it too
            self.shell.show_in_pane(self.shell.pane_target, keep_place=True)

    def show(self, states: Sequence[SourceState]) -> None:
        """Show states: those that were ever asked, and those of the configuration that were not."""
        self.trouble = ""
        known = {state.name for state in states}
        followed = {source.name for source in self.desk.session.config.sources}
        left = [replace(state, state="left", message="", remedy="") for state in states if state.name not in followed]
        states = [state for state in states if state.name in followed] + [state for state in left if state.items]
        unasked = [
            SourceState(name=source.name, kind=source.kind, state="new" if source.enabled else "off")
            for source in self.desk.session.config.sources
            if source.name not in known
        ]
        self.states = sorted([*states, *unasked], key=_place)
        shown = self.query_one(EntryList)
        shown.empty = "No sources yet.\na follows something: an address, a handle, an OPML file.\nThen R fetches it."
        self._draw()
        self._describe()

    def _describe(self) -> None:
        bad = sum(state.state in TROUBLED for state in self.states)
        words = [plural(sum(state.state != "left" for state in self.states), "source")]
        words += [f"{bad} in trouble"] if bad else []
        words += [f"next: {self.coming.in_words(local_now())}"] if self.coming and self.states else []
        self.query_one(Caption).say("  ·  ".join(words))

    def _draw(self) -> None:
        sources = [
            Entry(source_draw(state, self.progress.get(state.name, ""), self.coming), SourceTarget(state), state.name)
            for state in self.states
        ]
        self.query_one(EntryList).show([Entry(heading_draw), *sources] if sources else [])
        self._renew()
        place = next((index for index, state in enumerate(self.states, 1) if state.name == self._sought), None)
        if place is not None:
            self._sought = ""
            self.listing.touched = True
            self.listing.move_to(place)

    def _renew(self) -> None:
        """Show the newer state of the source that is being read."""
        read = self.shell.trail[-1] if self.display and self.shell.is_reading else None
        if isinstance(read, SourceTarget):
            newer = next((state for state in self.states if state.name == read.state.name), read.state)
            if newer != read.state:
                self.shell.renew(SourceTarget(newer))

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

    # following

    async def action_follow(self) -> None:
        """Ask what to follow, try it, show what was found and ask again."""
        await self.shell.ask("follow:", "", self._try, example=EXAMPLES)

    def _try(self, text: str) -> None:
        """Try what was named; the line stays meanwhile, so that no letter typed into it becomes a command."""
        if not text.strip():
            self.shell.close_prompt()
            return
        self.say(f"Asking {steady(text, 200)} …")
        following, attempt = self.desk.trying.following, text != self._refused_text
        start(
            self,
            "trying",
            lambda _: propose(following, text, attempt=attempt),
            self._propose,
            group="follow",
            failed=lambda words: self._not_tried(text, words),
        )

    def _not_tried(self, text: str, words: str) -> None:
        """Tell why something cannot be followed; its name stands in the line to be mended."""
        again = "" if text == self._refused_text else " Enter once more follows it untried."
        self._refused_text = text
        self.say(f"{words}{again}", "bad")

    def _propose(self, found: Proposal) -> None:
        self.say("")
        if not self.shell.is_asking:
            return  # esc was pressed while it was tried
        self.shell.open(ReadyTarget(found.document))
        write = found.write
        if write is None:
            self.shell.close_prompt()
            return

        def answer(name: str) -> None:
            self.shell.close_prompt()
            self._sought = name.strip() or found.name
            start(self, "trying", lambda _: write(name.strip()), self._changed, group="follow")

        label = "enter follows it, esc does not; name" if found.name else "enter follows them, esc does not"
        self.shell.ask_on(label, found.name, answer)

    async def action_unfollow(self) -> None:
        """Ask, and take the source at the cursor out of `feeds.toml`."""
        name = self.source_name
        followed = {source.name for source in self.desk.session.config.sources}
        if name is None or name not in followed:
            self.say("No followed source is chosen.")
            return
        following = self.desk.trying.following

        def remove(_: Reader) -> str:
            following.remove([name])
            return f"{name} is not followed any more; what is stored of it stays."

        def answer(_: str) -> None:
            self.shell.close_prompt()
            start(self, "trying", remove, self._changed, group="follow")

        await self.shell.ask(f"unfollow {steady(name, 40)}? What is stored stays. enter: yes, esc: no", "", answer)

    def _changed(self, words: str) -> None:
        """Show what is followed now."""
        self.desk.reread()
        if self.shell.is_reading:
            self.shell.stop_reading()
            self.focus_list()
        self.reload()
        self.say(words)

    def document_of(self, target: Target) -> Callable[[Reader], Document] | None:
        """Gather what is known of a source."""
        if not isinstance(target, SourceTarget):
            return None
        source = next((source for source in self.desk.session.config.sources if source.name == target.state.name), None)
        where = str(source.options.get("url", "")) if source else ""
        coming = self.coming
        return lambda _: source_document(target.state, where, coming)

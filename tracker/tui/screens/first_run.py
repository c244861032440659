"""The screen of a first run: three questions and what to begin with, each to be left with esc."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tracker.errors import TrackerError
from tracker.session import Session
from tracker.tui.beginning import OFTEN, TIMES, Answers, Choice, roles, set_rhythm, subscriptions, write
from tracker.tui.cells import Row, steady
from tracker.tui.desk import Desk
from tracker.tui.following import EXAMPLES, Proposal, propose
from tracker.tui.jobs import desk_of, start
from tracker.tui.messages import ChoiceTarget, Opened
from tracker.tui.rows import Draw, text_draw
from tracker.tui.widgets.entry_list import Entry, EntryList


class FirstRun(ModalScreen[Answers]):
    """Asks for the role, for what to follow, for how often to fetch and whether now; returns the answers when the last one is given or esc is pressed.

    Args:
        folder: the home.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "leave", show=False),
        Binding("backspace,left", "question_before", "the question before", show=False),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._answers = Answers()
        self._step = "role"
        self._followed: list[str] = []
        self._refused = ""
        """What could not be read; naming it once more follows it untried: there may just be no network."""

    def compose(self) -> ComposeResult:
        """Build the page."""
        with Vertical():
            yield EntryList()
            yield Input(placeholder="type here", compact=True)
            yield Static(id="first-run-problem", markup=False)
            yield Static(id="first-run-keys", markup=False)

    def on_mount(self) -> None:
        """Ask the first question; the role only where there is no `feeds.toml` yet that has one."""
        self._ask("what" if (self._folder / "feeds.toml").exists() else "role")

    @property
    def desk(self) -> Desk:
        """The desk of the app."""
        return desk_of(self.query_one(EntryList))

    @property
    def box(self) -> Input:
        """The line in which something to follow is named."""
        return self.query_one(Input)

    def say(self, words: str) -> None:
        """Show a line below the question."""
        self.query_one("#first-run-problem", Static).update(steady(words))

    # questions

    def _ask(self, step: str) -> None:
        """Show a question with its choices."""
        self._step = step
        self.say("")
        self.box.display = step == "name"
        self.query_one("#first-run-keys", Static).update(self._keys())
        if step == "role":
            entries = _question("1 of 3  Who reads?", "It orders what you see; nothing is hidden.", roles())
        elif step == "what":
            entries = _question("2 of 3  What to follow?", "Sources (7) changes it at any time.", self._offers())
        elif step == "name":
            entries = self._naming()
        elif step == "often":
            entries = _question("3 of 3  How often to fetch?", "'tracker schedule' and feeds.toml change it.", OFTEN)
        else:
            entries = _question("To begin with", "Reading goes on meanwhile.", TIMES)
        shown = self.query_one(EntryList)
        shown.show(entries, keep=False)
        (self.box if step == "name" else shown).focus()

    def _keys(self) -> str:
        """Return what can be pressed now."""
        if self._step == "name":
            return " enter tries it   enter on an empty line goes on   esc skips the rest"
        back = "   backspace goes back" if self._before() else ""
        return f" j k move   enter chooses{back}   esc skips the rest"

    def _before(self) -> str:
        """Return the question before this one; none where its answer is written already."""
        if self._step == "what":
            return "" if (self._folder / "feeds.toml").exists() else "role"
        return "name" if self._step == "often" and self._answers.own else ""

    def action_question_before(self) -> None:
        """Ask the question before this one again."""
        if before := self._before():
            self._ask(before)

    def _offers(self) -> Sequence[Choice]:
        if not (self._folder / "feeds.toml").exists():
            return subscriptions(self._answers.role)
        return [Choice("own", "name something", EXAMPLES), Choice("none", "nothing for now")]

    def _naming(self) -> list[Entry]:
        entries = _question("2 of 3  What to follow?", f"Name one at a time, it is tried at once: {EXAMPLES}.")
        return [
            *entries,
            *(Entry(text_draw([("✓ ", "good"), (steady(words), "")], indent=3)) for words in self._followed),
        ]

    # answers

    @on(Opened)
    def _chosen(self, message: Opened) -> None:
        message.stop()
        if not isinstance(message.target, ChoiceTarget):
            return
        value = message.target.value
        if self._step == "role":
            self._answers = replace(self._answers, role=value)
            self._ask("what")
        elif self._step == "what":
            self._answers = replace(self._answers, own=value == "own")
            if self._written():
                self._ask("name" if value == "own" else "often")
        elif self._step == "often":
            self._answers = replace(self._answers, often=value)
            self._set_rhythm(value)
        elif self._step == "when":
            self._answers = replace(self._answers, when=value)
            self.action_leave()

    def _set_rhythm(self, often: str) -> None:
        """Set up how often is fetched, in a lane: asking the system may take a while. Whatever comes of it, it goes on."""
        self._step = "waiting"
        self.say("Asking the system …" if often == "daily" else "")

        def told(words: str) -> None:
            self.desk.reread()
            self._ask("when")
            self.say(words)

        start(self.box, "trying", lambda _: set_rhythm(self._folder, often), told, group="first-run", failed=told)

    def _written(self) -> bool:
        """Write what was chosen so far; say why where it cannot be."""
        try:
            write(self._folder, self._answers)
        except TrackerError as error:
            self.say(str(error))
            return False
        self.desk.reread()
        return True

    def action_leave(self) -> None:
        """Go on with what was chosen; the program's own choice stands for the rest."""
        if self._written():
            self.dismiss(self._answers)
        else:
            self.dismiss(Answers())

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if not text:
            self._ask("often")
            return
        self.say(f"Asking {text} …")
        session, attempt = self.desk.trying, text != self._refused
        start(
            self.box,
            "trying",
            lambda _: _follow(session, text, attempt=attempt),
            self._follows,
            group="first-run",
            failed=lambda words: self._fails(text, words),
        )

    def _fails(self, text: str, words: str) -> None:
        again = "" if text == self._refused else " Enter once more follows it untried."
        self._refused = text
        self.say(f"{words}{again}")

    def _follows(self, words: str) -> None:
        self._followed.append(words)
        self.box.value = ""
        self._ask("name")


def _follow(session: Session, text: str, *, attempt: bool) -> str:
    """Follow what was named, after a try if that is wanted; return what to tell.

    Raises:
        TrackerError: it cannot be followed.
    """
    found: Proposal = propose(session.following, text, attempt=attempt)
    if found.write is None:
        return f"{text}: followed already"
    return found.write(found.name).partition(";")[0]  # the key that fetches it does nothing here


def _question(heading: str, note: str, choices: Sequence[Choice] = ()) -> list[Entry]:
    """Return a question as entries: its words, then a line or two for each choice."""
    head = [
        Entry(text_draw([(heading, "heading")], gap=True)),
        Entry(text_draw([(note, "dim")])),
        Entry(lambda _: [[]]),
    ]
    return [*head, *(Entry(_choice(one), ChoiceTarget(one.value), one.value) for one in choices)]


def _choice(one: Choice) -> Draw:
    def draw(width: int) -> list[Row]:
        rows = text_draw([(one.words, "strong")], indent=3)(width)
        return [*rows, *(text_draw([(one.note, "dim")], indent=5)(width) if one.note else [])]

    return draw

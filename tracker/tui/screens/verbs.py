"""Commands of the command line from inside: each runs as a process of its own, what it says stands in the reading pane."""

import sys
from typing import TYPE_CHECKING

from tracker.tui.cells import steady
from tracker.tui.messages import TextTarget
from tracker.tui.screens.saving import Saving

if TYPE_CHECKING:
    from tracker.tui import programs

SECONDS = 3600.0
"""How long a command may take: a first sync with its embedding takes some minutes."""
SHORT_LINES = 1
"""What is no longer than this is told at the bottom."""


class Verbs(Saving):
    """A process of its own, so that whatever a command does, the screen stays as it is."""

    async def action_verb(self, verb: str) -> None:
        """Ask for the arguments of a command and run it."""
        await self.ask_once(f"tracker {verb}", "", lambda line: self._run(verb, line))

    def _run(self, verb: str, line: str) -> None:
        import shlex

        from tracker.tui import programs

        given = programs.words_of(line) if line.strip() else []
        home = self.desk.session.home
        words = [sys.executable, "-m", "tracker", "--home", str(home), verb, *given]
        said = f"tracker {shlex.join([verb, *given])}"

        def ended(done: "programs.Ended") -> None:
            self.desk.reread()
            self.after_change()
            self._tell_end(said, done)

        running = programs.Running(said)
        self.run_program(running, lambda _: programs.run(words, "", home, SECONDS, running), ended)

    def _tell_end(self, said: str, done: "programs.Ended") -> None:
        tone = "bad" if done.status else "info"
        last = steady(done.last_line, 500)
        if len(done.said.strip().splitlines()) > SHORT_LINES:
            self.open(TextTarget(said, done.said))
            self.say(f"{said} ended with status {done.status}: {last}" if done.status else f"{said}: done.", tone)
        else:
            self.say(last or f"{said}: done.", tone)

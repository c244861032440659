"""The commands by which items leave the program: browser, clipboard, programs of the user."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracker.errors import TrackerError
from tracker.identity import is_web_address
from tracker.models import Item
from tracker.text import plural
from tracker.tui.cells import steady
from tracker.tui.forms import address_of, json_of, markdown_of, pdf_of
from tracker.tui.jobs import start
from tracker.tui.reads import Reader
from tracker.tui.screens.noting import Noting
from tracker.tui.widgets.bars import TopBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.tui import programs

if TYPE_CHECKING:
    from webbrowser import BaseBrowser

OPENED_AT_ONCE = 10
_COPIED = {"link": ("link",), "markdown": ("line", "lines of Markdown"), "bibtex": ("BibTeX entry", "BibTeX entries")}


class Sending(Noting):
    """Nothing but a web address is ever opened, and no shell is ever started."""

    program: "programs.Running | None" = None
    """The program that is running, which esc ends."""

    # the browser

    async def action_browser(self, is_pdf: bool) -> None:
        """Open the pages or the PDFs of what is chosen; of many the first ones, after a question."""
        rows = self.chosen()
        if len(rows) > 1:
            first = rows[:OPENED_AT_ONCE]
            label = f"open {plural(len(first), 'page')} of {len(rows):,} in the browser? enter opens, esc does not"
            await self.ask_once(label, "", lambda _: self.with_items(first, lambda items: self._open(items, is_pdf)))
        elif rows:
            self.with_items(rows, lambda items: self._open(items, is_pdf))

    def _open(self, items: Sequence[Item], is_pdf: bool) -> None:
        urls = [url for item in items if (url := pdf_of(item) if is_pdf else address_of(item))]
        if urls:
            self._open_all(urls)
        elif is_pdf:
            self.say("No PDF is known of this item; o opens its page.")
        else:
            self.say("This item has no web address.")

    def open_address(self, url: str) -> None:
        """Open a web address in the browser; nothing else is ever opened."""
        if url and is_web_address(url):
            self._open_all([url])
        else:
            self.say("This item has no web address.")

    def _open_all(self, urls: Sequence[str]) -> None:
        from tracker.tui import browser

        def act(found: "BaseBrowser | None") -> None:
            if found is None or not all(browser.show(self.app, found, url) for url in urls):
                self.say("There is no browser here that can be opened; y copies the link.", "bad")
            else:
                self.say(f"Opened {urls[0]}" if len(urls) == 1 else f"Opened {plural(len(urls), 'page')}.")

        start(self, "browser", lambda _: browser.find(), act, group=f"browser {urls[0]}")  # none replaces another

    # the clipboard

    def action_copy(self, form: str) -> None:
        """Copy what is chosen as `link`, `markdown` or `bibtex`, a line or an entry each."""
        rows = self.chosen()
        if rows:
            self.with_items(rows, lambda items: self._copy(items, form))

    def _copy(self, items: Sequence[Item], form: str) -> None:
        make = {"link": address_of, "markdown": markdown_of, "bibtex": self.desk.session.bibtex}[form]
        try:
            made = [text for item in items if (text := make(item))]
        except TrackerError as error:
            self.say(str(error), "bad")
            return
        if not made:
            self.say("This item has no web address.")
            return
        self.app.copy_to_clipboard(("\n\n" if form == "bibtex" else "\n").join(made))
        is_short = len(made) == 1 and form != "bibtex"
        self.say(f"Copied {made[0]}" if is_short else f"Copied {plural(len(made), *_COPIED[form])}.")

    # programs

    async def action_pipe(self) -> None:
        """Ask for a command and give it what is chosen as JSON lines."""
        rows = self.chosen()
        if rows:
            label = f"give {plural(len(rows), 'item')} as JSON lines to"
            await self.ask_once(label, self.desk.kept.pipe, lambda line: self._pipe(rows, line))

    def _pipe(self, rows: Sequence[int], line: str) -> None:
        from tracker.tui import programs

        words = programs.words_of(line)
        self.desk.kept.pipe = line.strip()
        folder = self.desk.session.home

        running = programs.Running(f"'{words[0]}'")

        def work(reader: Reader) -> programs.Ended:
            text = "".join(f"{json_of(reader.item(row))}\n" for row in rows)
            return programs.run(words, text, folder, running=running)

        def ended(done: programs.Ended) -> None:
            said = steady(done.last_line, 500)
            if done.status:
                self.say(f"'{words[0]}' ended with status {done.status}{f': {said}' if said else '.'}", "bad")
            else:
                self.say(said or f"'{words[0]}' has taken {plural(len(rows), 'item')}.")

        self.run_program(running, work, ended)

    def run_program(
        self,
        running: "programs.Running",
        work: "Callable[[Reader], programs.Ended]",
        ended: "Callable[[programs.Ended], None]",
    ) -> None:
        """Wait for a program in a lane of its own; one at a time, and esc ends it."""
        if self.program is not None:
            self.say(f"{self.program.said} is still running; esc stops it.")
            return
        self.program = running
        self.query_one(TopBar).update(running=running.said)

        def over() -> None:
            self.program = None
            self.desk.programs.discard(running)
            self.query_one(TopBar).update(running="")

        def done(outcome: "programs.Ended") -> None:
            over()
            ended(outcome)

        def failed(words: str) -> None:
            over()
            self.say(words, "info" if running.is_stopped else "bad")

        self.say(f"{running.said} is running; esc stops it.")
        self.desk.programs.add(running)
        start(self, "programs", work, done, group="program", failed=failed)

    def stop_program(self) -> bool:
        """End the program that is running; False when there is none."""
        if self.program is None or self.program.is_stopped:
            return False
        self.program.stop()
        return True

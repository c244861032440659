"""The commands that act on one item: marks with undo, links, copies."""

import asyncio
from typing import Any, cast

from tracker.errors import TrackerError
from tracker.identity import is_web_address
from tracker.models import Item, Line
from tracker.text import plural
from tracker.tui.cells import steady
from tracker.tui.jobs import completer, settler, start
from tracker.tui.messages import ItemTarget, Said, Target
from tracker.tui.screens.shell import Shell


class Marking(Shell):
    """Every mark is shown at once, written in the background and can be undone."""

    def chosen(self) -> Line | None:
        """Return the item that a command acts on, or say that there is none."""
        line = self.line
        if line is None:
            self.say("No item is chosen.")
        return line

    def _settle(self) -> Any:  # noqa: ANN401 - what a lane calls at the end of a job
        """Return what tells the user when a mark could not be written; the lists then show what is stored."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def wait() -> None:
            try:
                await future
            except Exception as error:  # noqa: BLE001 - told to the user, the rest goes on
                self.post_message(Said(self.desk.words_for(error), "bad"))
                for view in self.views.values():
                    view.reload()
            else:
                self.read_again()
            finally:
                self.desk.release()

        self.run_worker(cast("Any", wait), group="marks", exit_on_error=False)
        return settler(asyncio.get_running_loop(), future)

    def mark(
        self, rows: tuple[int, ...], words: str, before: dict[str, Any], after: dict[str, Any], *, can_undo: bool = True
    ) -> None:
        """Mark items and show it."""
        self.desk.mark(rows, words, before, after, self._settle(), is_undo=not can_undo)
        self.adjust(frozenset(rows))

    def action_switch(self, name: str) -> None:
        """Turn `read` or `starred` of an item on or off."""
        line = self.chosen()
        if line is not None:
            value = bool(getattr(line, f"is_{name}"))
            self.mark((line.row,), name, {name: value}, {name: not value})

    def opened(self, target: Target) -> None:
        """Take an item that is opened as read."""
        line = self.view.line
        if isinstance(target, ItemTarget) and line is not None and line.row == target.name and not line.is_read:
            self.mark((line.row,), "read", {"read": False}, {"read": True}, can_undo=False)

    def action_hide(self) -> None:
        """Take an item out of all lists."""
        line = self.chosen()
        if line is None:
            return
        self.mark((line.row,), "hidden", {"hidden": False}, {"hidden": True})
        if self.is_reading:
            self.stop_reading()
            self.view.focus_list()
        for view in self.views.values():
            view.leave_out(line.row)
        self.say("Hidden; z undoes it, the filter is:hidden shows what is hidden.")

    def action_read_all(self) -> None:
        """Take all items of the list as read."""
        state = self.view.unread
        if state is None:
            self.say("A marks a whole list read: go to Papers (2) or Posts (3).")
            return

        def mark(rows: Any) -> None:  # noqa: ANN401 - an array of rows
            if rows:
                self.mark(tuple(rows), "read", {"read": False}, {"read": True})
            self.say(f"{plural(len(rows), 'item')} marked read; z undoes it." if rows else "All of this list is read.")

        start(self, "lists", lambda reader: reader.order(state), mark, group="read-all")

    def action_undo(self) -> None:
        """Put the last mark back."""
        step = self.desk.undo(self._settle()) if self.desk.can_undo else None
        if step is None:
            self.say("There is nothing to undo.")
            return
        self.say(f"Undone: {step.words} of {plural(len(step.rows), 'item')}.")
        self.adjust(frozenset(step.rows))
        if "hidden" in step.marks:
            row = step.rows[0]
            # the lane of marks is asked to answer, so that the list is read after the mark was taken back
            start(self, "marks", lambda _: None, lambda _: self._bring_back(row), group="undo")

    def _bring_back(self, row: int) -> None:
        """Read the lists again with an item that was hidden; the cursor goes to it in the list that is shown."""
        for view in self.views.values():
            view.bring_back(row)

    # words of the user

    async def action_tag(self) -> None:
        """Ask for the tags of an item."""
        line = self.chosen()
        if line is not None:
            await self._with_item(
                line, "tags of this item, spaces between", lambda item: " ".join(item.marks.tags), self._tag
            )

    async def action_note(self) -> None:
        """Ask for a note on an item."""
        line = self.chosen()
        if line is not None:
            await self._with_item(line, "note", lambda item: item.marks.note, self._note)

    async def _with_item(self, line: Line, label: str, value: Any, answer: Any) -> None:  # noqa: ANN401 - two functions of the item
        item = self._item(line)
        if item is not None:

            def done(text: str) -> None:
                answer(item, text)
                self.close_prompt()

            await self.ask(label, value(item), done)

    def close_prompt(self) -> None:
        """Hide the prompt and go on where it was asked."""
        if self.prompt is not None and self.prompt.close():
            self.focus_again()

    def _tag(self, item: Item, text: str) -> None:
        tags = tuple(dict.fromkeys(tag.lstrip("#").rstrip(",") for tag in steady(text).split() if tag.strip("#,")))
        self.desk.tag(item.row, item.marks.tags, tags, self._settle())

    def _note(self, item: Item, text: str) -> None:
        self.desk.mark((item.row,), "note", {"note": item.marks.note}, {"note": text.strip()}, self._settle())

    async def action_filter(self) -> None:
        """Ask for the filters of a list."""
        view = self.view
        if not view.can_filter:
            self.say("Filters narrow Papers (2) and Posts (3); in the search line they stand among the words.")
            return

        from tracker.tui.widgets.prompt import FilterSuggester  # brings Input: 10 ms that the first frame need not pay

        def done(text: str) -> None:
            view.filter_by(text)
            self.close_prompt()
            self.refresh_nav()

        await self.ask(
            "filter", view.filter_line + (" " if view.filter_line else ""), done, FilterSuggester(completer(self))
        )

    # what leaves the program

    def _item(self, line: Line) -> Item | None:
        return self.view.read(lambda reader: reader.item(line.row), None)

    def action_browser(self) -> None:
        """Open the page of an item."""
        line = self.chosen()
        item = self._item(line) if line is not None else None
        if item is not None:
            self.open_address(address_of(item))

    def open_address(self, url: str) -> None:
        """Open a web address in the browser; nothing else is ever opened."""
        if not url or not is_web_address(url):
            self.say("This item has no web address.")
            return
        self.app.open_url(url)
        self.say(f"Opened {url}")

    def action_copy(self, what: str) -> None:
        """Copy the link or the BibTeX entry of an item."""
        line = self.chosen()
        item = self._item(line) if line is not None else None
        if item is None:
            return
        try:
            text = self.desk.session.bibtex(item) if what == "bibtex" else address_of(item)
        except TrackerError as error:
            self.say(str(error), "bad")
            return
        if not text:
            self.say("This item has no web address.")
            return
        self.app.copy_to_clipboard(text)
        self.say("BibTeX copied." if what == "bibtex" else f"Copied {text}")


def address_of(item: Item) -> str:
    """Return the web address of an item, or nothing."""
    return next((url for url in (item.url, item.pdf_url, *item.links) if url and is_web_address(url)), "")

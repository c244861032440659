"""The commands that mark items, one or all that are selected, with undo and redo."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

from tracker.models import Item, Line
from tracker.text import plural
from tracker.tui.jobs import settler, start
from tracker.tui.marks import Change, Step
from tracker.tui.messages import ItemTarget, Said, Target
from tracker.tui.screens.modes import Modes

_DONE = {"read": ("marked read", "marked unread"), "starred": ("starred", "no longer starred")}
PATIENCE_SECONDS = 2.0
WAITING = "The mark waits to be written: another program is writing to the database."


class Marking(Modes):
    """Every mark is shown at once, written in the background and can be undone."""

    # what a command acts on

    def item_of(self, row: int) -> Item | None:
        """Return an item whole, read at once."""
        return self.view.read(lambda reader: reader.item(row), None)

    def with_items(self, rows: Sequence[int], act: Callable[[list[Item]], None]) -> None:
        """Give items to a command: one at once, several when a lane has read them."""
        if len(rows) != 1:
            start(self, "lists", lambda reader: [reader.item(row) for row in rows], act, group="chosen")
        elif (item := self.item_of(rows[0])) is not None:
            act([item])

    def _with_lines(self, act: Callable[[Sequence[Line]], None]) -> None:
        """Give a command the lines that it acts on; one that is in sight needs no reading."""
        line = None if self.is_selecting else self.line
        if line is not None:
            act([line])
        elif rows := self.chosen():
            start(self, "lists", lambda reader: self.desk.lines(reader, rows), act, group="chosen")

    def chosen(self) -> list[int]:
        """Return the rows that a command acts on: those selected, which it leaves, else the one that is read or at the cursor.

        Says so when there is none.
        """
        line = self.line
        rows = self.view.listing.selected_items() if self.is_selecting else [line.row] if line else []
        self.leave_modes()
        if not rows:
            self.say("No item is chosen.")
        return rows

    # writing

    def _settle(self) -> Any:  # noqa: ANN401 - what a lane calls at the end of a job
        """Return what tells the user when a mark could not be written; the lists then show what is stored."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def wait() -> None:
            slow = self.set_timer(PATIENCE_SECONDS, lambda: self.say(WAITING))
            try:
                await future
            except Exception as error:  # noqa: BLE001 - told to the user, the rest goes on
                self.post_message(Said(self.desk.words_for(error), "bad"))
                for view in self.views.values():
                    view.reload()
            else:
                self.read_again()
            finally:
                slow.stop()
                self.desk.marks.release()

        self.run_worker(cast("Any", wait), group="marks", exit_on_error=False)
        return settler(asyncio.get_running_loop(), future)

    def mark(
        self, rows: tuple[int, ...], words: str, before: dict[str, Any], after: dict[str, Any], *, can_undo: bool = True
    ) -> None:
        """Mark items and show it."""
        self.do(Step(words, (Change(rows, before, after),)), can_undo=can_undo)

    def do(self, step: Step, *, can_undo: bool = True) -> None:
        """Carry out a step and show it; one without items, which may be gone by now, is none."""
        if not step.rows:
            return
        self.desk.marks.do(step, self._settle(), can_undo=can_undo)
        self._show(step)

    def _show(self, step: Step) -> None:
        """Show what a step has changed."""
        self.adjust(frozenset(step.rows))
        hides, row = step.hides, step.rows[0]
        if hides and len(step.rows) == 1:
            for view in self.views.values():
                view.leave_out(row)
        elif hides is not None:
            # the lane of marks is asked to answer, so that the lists are read after the marks were written
            start(self, "marks", lambda _: None, lambda _: self._list_anew(None if hides else row), group="listed")

    def _list_anew(self, row: int | None) -> None:
        """Read the lists again; the cursor goes to an item that came back in the list that is shown."""
        for view in self.views.values():
            if row is None:
                view.reload()
            else:
                view.bring_back(row)

    # marks

    def action_switch(self, name: str) -> None:
        """Turn `read` or `starred` on, or off where it is on for all that is chosen."""

        def act(lines: Sequence[Line]) -> None:
            value = not all(getattr(line, f"is_{name}") for line in lines)
            rows = tuple(line.row for line in lines if bool(getattr(line, f"is_{name}")) != value)
            self.mark(rows, name, {name: not value}, {name: value})
            if len(lines) > 1:
                self.say(f"{plural(len(rows), 'item')} {_DONE[name][not value]}; z undoes it.")

        self._with_lines(act)

    def opened(self, target: Target) -> None:
        """Take an item that is opened as read."""
        line = self.view.line
        if isinstance(target, ItemTarget) and line is not None and line.row == target.name and not line.is_read:
            self.mark((line.row,), "read", {"read": False}, {"read": True}, can_undo=False)

    def action_hide(self) -> None:
        """Take items out of all lists; bring them back where hidden ones are shown."""
        is_hidden = self._shows_hidden()

        def act(lines: Sequence[Line]) -> None:
            rows = tuple(line.row for line in lines)
            if self.is_reading:
                self.stop_reading()
                self.view.focus_list()
            self.mark(rows, "hidden", {"hidden": is_hidden}, {"hidden": not is_hidden})
            what = plural(len(rows), "item")
            self.say(
                f"{what} in the lists again; z undoes it."
                if is_hidden
                else f"{what} hidden; z undoes it, H in Papers or Posts shows what is hidden."
            )

        self._with_lines(act)

    def _shows_hidden(self) -> bool:
        if self.is_reading and self.pane.document.item is not None:
            return self.pane.document.item.marks.is_hidden
        return "hidden" in self.desk.session.parse(self.view.filter_line).filter.states

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
        """Take back what the last key has marked."""
        self._tell(self.desk.marks.undo, "Undone", "Z does it again.", "There is nothing to undo.")

    def action_redo(self) -> None:
        """Mark again what was taken back."""
        self._tell(self.desk.marks.redo, "Done again", "z undoes it.", "There is nothing to redo.")

    def _tell(self, move: Callable[[Any], Step | None], done: str, then: str, nothing: str) -> None:
        step = move(self._settle())
        if step is None:
            self.say(nothing)
            return
        self.say(f"{done}: {step.words}, {plural(len(set(step.rows)), 'item')}. {then}")
        self._show(step)

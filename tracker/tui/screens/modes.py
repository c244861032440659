"""What changes the meaning of the next keys: a count before a motion, lines being selected, letters to jump by."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual import on

from tracker.tui.keys import counted, labels
from tracker.tui.messages import Selected
from tracker.tui.screens.asking import Asking
from tracker.tui.widgets.bars import BottomBar
from tracker.tui.widgets.painted import Painted

DIGITS = 6
"""The longest count that is taken."""
SELECT_HINTS = (
    ("read", "read"),
    ("star", "star"),
    ("hide", "hide"),
    ("tag", "tag"),
    ("copy", "copy"),
    ("back", "leave"),
)


JUMP_HINTS = (("letters", "open what stands beside them"), ("back", "leave"))


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump under way: where letters are shown, where they lead, and what is typed of them."""

    where: Painted
    places: Mapping[str, int]
    typed: str = ""

    def left(self) -> dict[int, str]:
        """Return the letters that can still be meant, by where they lead."""
        return {place: letters for letters, place in self.places.items() if letters.startswith(self.typed)}


class Modes(Asking):
    """One mode at a time; `esc` leaves it."""

    _typed = ""
    """The digits of a count."""
    _jump: Jump | None = None

    async def take_key(self, key: str) -> bool:
        """Take a key before the commands do where it belongs to a mode; False where it does not."""
        if self._jump is not None:
            self._go_on_jumping(self._jump, key)
            return True
        if not self._typed:
            return False
        if key in {"escape", "backspace"} or (len(key) == 1 and key in "0123456789"):
            self._type(key)
            return True
        return await self._move_by_count(key)

    def on_mouse_down(self) -> None:
        """Put the letters away: the mouse goes its own way."""
        if self._jump is not None:
            self.leave_modes()

    def leave_modes(self) -> bool:
        """Forget what was begun; False when nothing was."""
        was_on = bool(self._typed or self._jump) or self.is_selecting
        self._typed = ""
        if self._jump is not None:
            self._jump.where.show_labels({})
            self._jump = None
            self.show_hints()
        if self.is_selecting:
            self.view.listing.select(False)
        self.show_state("")
        return was_on

    def show_state(self, words: str) -> None:
        """Show at the bottom which mode is on."""
        self.query_one(BottomBar).show_state(words)

    # a count

    def action_count(self) -> None:
        """Begin a count."""
        self._type("0")

    def _type(self, key: str) -> None:
        self._typed = (
            "" if key == "escape" else self._typed[:-1] if key == "backspace" else (self._typed + key)[: DIGITS + 1]
        )
        self._show_count()

    def _show_count(self) -> None:
        selected = len(self.view.listing.selected)
        count = f"count {self._typed.lstrip('0') or '…'}" if self._typed else ""
        self.show_state(count or (f"{selected:,} selected" if selected else ""))

    async def _move_by_count(self, key: str) -> bool:
        count, self._typed = int(self._typed), ""
        self._show_count()
        found = self.active_bindings.get(key)
        action = counted(found.binding.action, count) if found and count else None
        if found is None or action is None:
            return False
        await self.app.run_action(action, found.node)
        return True

    # lines being selected

    @property
    def is_selecting(self) -> bool:
        """Whether motions select lines."""
        return self.view.listing.selected_from >= 0 and not self.is_reading

    def action_visual(self) -> None:
        """Begin to select at the cursor, or leave that."""
        if self.is_selecting:
            self.leave_modes()
        elif self.is_reading:
            self.say("Lines are selected in a list; esc goes back to it.")
        elif self.view.listing.target is None:
            self.say("There is no line to select.")
        else:
            self.view.listing.select(True)

    @on(Selected)
    def _selected(self, message: Selected) -> None:
        message.stop()
        self._show_count()
        self.show_hints()

    def hints_now(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that matter while one jumps or selects lines, else those of the view."""
        if self._jump is not None:
            return JUMP_HINTS
        return SELECT_HINTS if self.is_selecting else super().hints_now()

    # letters to jump by

    def action_jump(self) -> None:
        """Show letters beside what is in sight: lines of the list, or links of what is read."""
        where: Painted = self.pane if self.is_reading else self.view.listing
        places = where.places_in_sight()
        if not places:
            self.say("There is no link in sight." if self.is_reading else "There is no line to jump to.")
            return
        self.query_one(BottomBar).leave()
        self._jump = Jump(where, dict(zip(labels(len(places)), places, strict=False)))
        self._show_jump(self._jump)

    def _show_jump(self, jump: Jump) -> None:
        jump.where.show_labels(jump.left())
        self.show_state(f"jump to {jump.typed}…")
        self.show_hints()

    def _go_on_jumping(self, jump: Jump, key: str) -> None:
        jump = Jump(jump.where, jump.places, jump.typed + key)
        left = jump.left()
        if jump.typed in jump.places or not left:
            self.leave_modes()
        else:
            self._jump = jump
            self._show_jump(jump)
        if jump.typed in jump.places:
            jump.where.jump_to(jump.places[jump.typed])

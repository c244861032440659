"""Digest: the summary of a week or the brief of a day, for one role or another, each sentence with the items it rests on."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tracker import times
from tracker.errors import TrackerError
from tracker.text import plural
from tracker.tui.cells import steady
from tracker.tui.counting import Asked, Made, make
from tracker.tui.digests import digest_entries, week_entries
from tracker.tui.jobs import cancel, is_wanted, start
from tracker.tui.keys import DIGEST_KEYS, bindings
from tracker.tui.views.base import Caption, View
from tracker.tui.widgets.entry_list import EntryList

KEPT = 16
"""So many digests are kept until the store changes: going back and forth must not count a week anew."""


READING = (
    ("open", "what it cites"),
    ("earlier", "earlier"),
    ("weeks", "weeks"),
    ("day", "day or week"),
    ("role", "role"),
    ("help", "keys"),
)
CHOOSING = (("open", "its digest"), ("weeks", "back"), ("help", "keys"))


class StoppedError(TrackerError):
    """A digest was being made and nobody waits for it any more."""


class DigestView(View):
    """Weeks and days are walked with two keys, roles are switched in place."""

    number = 6
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIGEST_KEYS)]
    hints: tuple[tuple[str, str], ...] = READING

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._is_asked = False
        self.asked = Asked()
        self.made: Made | None = None
        self._kept: dict[Asked, Made] = {}
        self._is_waiting = False
        self._lists_weeks = False

    def compose(self) -> ComposeResult:
        """Build caption and list."""
        yield Caption()
        yield EntryList()

    def enter(self) -> None:
        """Write the digest when it is first looked at."""
        if not self._is_asked:
            self._is_asked = True
            self.query_one(EntryList).empty = "Reading the week …\nesc stops it."
            self._ask(self.asked)

    def reload(self) -> None:
        """Write it anew: the store has changed."""
        self._kept.clear()
        if self._is_asked:
            self._ask(self.asked, is_list_left=False)

    def _ask(self, asked: Asked, *, is_list_left: bool = True) -> None:
        """Show another digest; the present one stays until it is there."""
        self.asked = asked
        self._lists_weeks = self._lists_weeks and not is_list_left
        if asked in self._kept:
            cancel(self, "digest")
            self._show(self._kept[asked])
            return
        self._is_waiting = True
        self._tell(asked, "waiting for what is being counted")
        start(self, "aside", lambda _: self._make(asked), self._keep, group="digest", failed=self._refused)

    def _tell(self, asked: Asked, doing: str) -> None:
        """Say what is waited for, and how far it is."""
        if self._is_waiting and asked == self.asked:
            what = asked.edition or ("the newest day" if asked.is_day else "the newest week")
            self.query_one(Caption).say(f"Reading {what}  ·  esc stops it  ·  {doing} …")

    def _make(self, asked: Asked) -> Made:
        """Compose a digest; in the lane `aside`, which goes on to its next job as soon as nobody waits for this one."""
        is_still = is_wanted(self, "digest")

        def tell(doing: str) -> None:
            if not is_still():
                raise StoppedError(f"{asked.edition or 'The digest'} is not wanted any more.")
            self.app.call_later(self._tell, asked, doing)

        return self.desk.aside.run(partial(make, asked), told=tell)

    def _keep(self, made: Made) -> None:
        self._kept[made.asked] = made
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._show(made)

    def back(self) -> bool:
        """Stop waiting, or leave the list of weeks."""
        if self._is_waiting:
            cancel(self, "digest")
            self._is_waiting = False
            self._is_asked = self.made is not None
            if self.made is None:
                self.query_one(EntryList).empty = "Stopped.\n6 reads the week."
            else:
                self.asked = self.made.asked
            self._describe()
            self.say("Stopped; what was shown before stays." if self.made else "Stopped.")
            return True
        if self._lists_weeks and self.made is not None:
            self._lists_weeks = False
            self._show(self.made)
            return True
        return False

    def _refused(self, words: str) -> None:
        self._is_waiting = False
        if self.made is not None:
            self.asked = self.made.asked  # what is shown is what the keys go on from
        self._describe()
        self.refused(words)

    def _show(self, made: Made) -> None:
        is_other = self.made is None or (self.made.digest.edition, self.made.digest.role) != (
            made.digest.edition,
            made.digest.role,
        )
        self.made = made
        self._is_waiting = False
        if self._lists_weeks:
            self._read_weeks()
            return
        self._name_keys(READING)
        shown = self.query_one(EntryList)
        shown.empty = "Nothing to sum up yet.\nR fetches your sources."
        shown.show(digest_entries(made.digest), keep=not is_other)
        self._describe()

    def _name_keys(self, hints: tuple[tuple[str, str], ...]) -> None:
        """Name other keys at the bottom; those of another view stay when that is shown by now."""
        self.hints = hints
        if self.display:
            self.shell.show_hints()

    def _describe(self) -> None:
        if self.made is None:
            self.query_one(Caption).say("")
            return
        minutes = f"  ·  {plural(self.made.digest.minutes, 'minute')}" if self.made.digest.minutes else ""
        self.query_one(Caption).say(f"{steady(self.made.digest.title)}{minutes}")

    # walking

    def action_weeks(self) -> None:
        """List all weeks in the place of the digest, or go back to it."""
        if self._lists_weeks:
            self.back()
        elif self.made is not None:
            self._read_weeks()

    def _read_weeks(self) -> None:
        start(self, "lists", lambda reader: reader.weeks(), self._list_weeks, group="weeks")

    def _list_weeks(self, weeks: Sequence[tuple[str, int, int]]) -> None:
        if self.made is None:
            return
        is_again, self._lists_weeks = self._lists_weeks, True
        self._name_keys(CHOOSING)
        newest, present = (_week(edition) for edition in (self.made.newest, self.made.digest.edition))
        past = [one for one in weeks if one[0] <= newest]
        shown = self.query_one(EntryList)
        shown.show(week_entries(past, present), keep=is_again)
        if not is_again:
            shown.move_to(next((number for number, (week, *_) in enumerate(past) if week == present), 0))
        self.query_one(Caption).say(f"{plural(len(past), 'week')}  ·  enter opens one, esc goes back")

    def go_to(self, week: str) -> None:
        """Show the digest of a week from the list."""
        self._ask(Asked(week, role=self.asked.role))

    def action_edition(self, by: int) -> None:
        """Go to a later or earlier week or day, as far as there is one."""
        if self.made is None:
            return
        present = self.asked.edition or self.made.digest.edition
        edition = _shifted(present, by, is_day=self.asked.is_day)
        if edition > self.made.newest:
            self.say("This is the newest one: nothing later is stored.")
            return
        self._ask(Asked(edition, self.asked.is_day, self.asked.role))

    def action_day(self) -> None:
        """Change between the digest of a week and the brief of a day in it."""
        if self.made is None:
            return
        if self.asked.is_day:
            week = times.week_of_text(self.asked.edition or self.made.digest.edition) or ""
            self._ask(Asked(week, role=self.asked.role))
        else:
            # a week that is not over has no last day yet: the newest day stands for it
            is_newest = not self.asked.edition or self.asked.edition >= self.made.newest
            day = "" if is_newest else times.last_day(self.asked.edition)
            self._ask(Asked(day, is_day=True, role=self.asked.role))

    def action_role(self) -> None:
        """Show the same edition for the next role."""
        if self.made is None or not self.made.roles:
            return
        roles = self.made.roles
        present = self.made.digest.role if self.asked.role is None else self.asked.role
        place = roles.index(present) + 1 if present in roles else 0
        self._ask(Asked(self.asked.edition, self.asked.is_day, roles[place % len(roles)]))


def _week(edition: str) -> str:
    """Return the ISO week of an edition, itself or that of a day."""
    return edition if "W" in edition else times.week_of_text(edition) or ""


def _shifted(edition: str, by: int, *, is_day: bool) -> str:
    """Return the ISO week or ISO day so many weeks or days later."""
    if is_day:
        return times.shifted(edition, by)
    return times.week_of(date.fromisoformat(times.shifted(times.week_start(edition).isoformat(), 7 * by)))

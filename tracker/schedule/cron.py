"""A line of the user's crontab (crontab(5)) between two markers; all other lines stay byte for byte."""

from __future__ import annotations

import re
import shlex
import shutil
from typing import TYPE_CHECKING

from tracker.errors import ScheduleError
from tracker.schedule.running import run

if TYPE_CHECKING:
    from tracker.schedule.plans import Clock, Plan

_TIME = re.compile(r"^(\d{1,2}) (\d{1,2}) \* \* (\*|[0-6]) ", re.MULTILINE)
_NONE = "no crontab"
"""What `crontab -l` says when there is none; any other failure must not end in writing over one."""


def entry(plan: Plan) -> str:
    """Return the line between its markers. Cron's days count from Sunday as 0, and `%` would end the command."""
    day = "*" if plan.day is None else str((plan.day + 1) % 7)
    command = " ".join(map(shlex.quote, plan.words)).replace("%", "\\%")
    return f"{_begin(plan.name)}{plan.minute} {plan.hour} * * {day} {command}\n{_end(plan.name)}"


def found(crontab: str, name: str) -> str:
    """Return the entry of a name in a crontab, markers included; empty when there is none.

    Raises:
        ScheduleError: one of its markers is gone.
    """
    begin, end = _place(crontab, _begin(name)), _place(crontab, _end(name))
    if begin < 0 and end < 0:
        return ""
    if begin < 0 or end < begin:
        raise ScheduleError(
            f"The crontab holds only one of the two lines that mark {name}.", "Delete what is left with 'crontab -e'."
        )
    return crontab[begin : end + len(_end(name))]


def replaced(crontab: str, name: str, text: str) -> str:
    """Return a crontab with the entry of a name put in place of the old one, at the end when there is none.

    Raises:
        ScheduleError: one of its markers is gone.
    """
    if old := found(crontab, name):
        return crontab.replace(old, text, 1)
    ended = crontab if not text or not crontab or crontab.endswith("\n") else f"{crontab}\n"
    return ended + text


def _begin(name: str) -> str:
    return f"# >>> {name}\n"


def _end(name: str) -> str:
    return f"# <<< {name}\n"


def _place(crontab: str, marker: str) -> int:
    """Return where a line begins, -1 when there is none."""
    return f"\n{crontab}".find(f"\n{marker}")


class Cron:
    """The user's crontab."""

    title = "cron"

    def place(self, name: str) -> str:
        """Return where the entry is."""
        return f"your crontab, as {name}"

    def preview(self, plan: Plan) -> str:
        """Return the lines as they will be written."""
        return f"# crontab\n{entry(plan)}"

    def install(self, plan: Plan) -> None:
        """Put the entry into the crontab.

        Raises:
            ScheduleError: cron refuses.
        """
        self._write(replaced(self._read(), plan.name, entry(plan)))

    def installed(self, name: str) -> str:
        """Return the entry; empty when there is none."""
        old = found(self._read(), name) if shutil.which("crontab") else ""
        return f"# crontab\n{old}" if old else ""

    def clock(self, text: str) -> Clock | None:
        """Return when the line runs."""
        found = _TIME.search(text)
        if not found:
            return None
        return int(found[2]), int(found[1]), None if found[3] == "*" else (int(found[3]) - 1) % 7

    def remove(self, name: str) -> bool:
        """Take the entry out of the crontab; return whether there was one.

        Raises:
            ScheduleError: cron refuses.
        """
        if not self.installed(name):
            return False
        self._write(replaced(self._read(), name, ""))
        return True

    def _read(self) -> str:
        return run("crontab", "-l", absent=_NONE)

    def _write(self, text: str) -> None:
        run("crontab", "-", stdin=text)

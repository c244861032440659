"""Which of the ways to run something at fixed times this machine has."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Protocol

from tracker.errors import ScheduleError
from tracker.schedule.cron import Cron
from tracker.schedule.launchd import Launchd
from tracker.schedule.running import run
from tracker.schedule.systemd import Systemd

if TYPE_CHECKING:
    from tracker.schedule.plans import Clock, Plan


class Scheduler(Protocol):
    """A way to run something at fixed times."""

    @property
    def title(self) -> str:
        """Return its name."""

    def place(self, name: str) -> str:
        """Return where an entry of a name is written, for the user."""

    def preview(self, plan: Plan) -> str:
        """Return everything that `install` will write."""

    def install(self, plan: Plan) -> None:
        """Write a plan, in place of an earlier one of its name."""

    def installed(self, name: str) -> str:
        """Return what is written under a name; empty when there is nothing."""

    def clock(self, text: str) -> Clock | None:
        """Return when an entry runs, by what is written; None when that cannot be told."""

    def remove(self, name: str) -> bool:
        """Take away exactly what was written under a name; return whether there was anything."""


def everyone() -> tuple[Scheduler, ...]:
    """Return all ways, whether the machine has them or not."""
    return Systemd(), Launchd(), Cron()


def scheduler(title: str = "", platform: str = sys.platform) -> Scheduler:
    """Return the way of this name, else the one that suits the machine.

    Raises:
        ScheduleError: the machine has none.
    """
    if title:
        return next(one for one in everyone() if one.title == title)
    if platform == "darwin":
        return Launchd()
    if shutil.which("systemctl") and _answers("systemctl", "--user", "show-environment"):
        return Systemd()
    if shutil.which("crontab"):
        return Cron()
    raise ScheduleError(
        "This machine has neither a systemd of the user nor launchd nor cron.",
        "Let whatever starts programs there run 'tracker sync' or 'tracker deliver --sync'.",
    )


def _answers(*words: str) -> bool:
    try:
        run(*words)
    except ScheduleError:
        return False
    return True

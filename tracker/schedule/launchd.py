"""An agent of launchd on macOS (launchd.plist(5)): what was missed in sleep is run on waking."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from tracker.errors import ScheduleError
from tracker.files import replace_file
from tracker.schedule.running import run

if TYPE_CHECKING:
    from tracker.schedule.plans import Clock, Plan

_NOT_LOADED = (3, 5, 36, 113)
"""Statuses of `launchctl bootout` for what is not there; they differ between versions of macOS."""


def agent(plan: Plan) -> str:
    """Return the property list. Its Weekday counts from Sunday as 0."""
    when = {"Hour": plan.hour, "Minute": plan.minute}
    if plan.day is not None:
        when["Weekday"] = (plan.day + 1) % 7
    wanted = {"Label": plan.name, "ProgramArguments": list(plan.words), "StartCalendarInterval": when}
    return plistlib.dumps(wanted, sort_keys=True).decode()


class Launchd:
    """Agents of the user who is logged in."""

    title = "launchd"

    def _path(self, name: str) -> Path:
        return Path.home() / "Library" / "LaunchAgents" / f"{name}.plist"

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"

    def place(self, name: str) -> str:
        """Return the path of the file."""
        return str(self._path(name))

    def preview(self, plan: Plan) -> str:
        """Return the file as it will be written, under its path."""
        return f"# {self._path(plan.name)}\n{agent(plan)}"

    def install(self, plan: Plan) -> None:
        """Write the file and load it; when it cannot be loaded, nothing is left.

        Raises:
            ScheduleError: launchd refuses.
            OSError: the file cannot be written.
        """
        path = self._path(plan.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, agent(plan))
        try:
            self._unload(plan.name)
            run("launchctl", "bootstrap", self._domain, str(path))
        except ScheduleError:
            path.unlink(missing_ok=True)
            raise

    def installed(self, name: str) -> str:
        """Return the file of an entry under its path; empty when there is none."""
        path = self._path(name)
        return f"# {path}\n{path.read_text('utf-8')}" if path.is_file() else ""

    def clock(self, text: str) -> Clock | None:
        """Return when the agent runs."""
        try:
            when = plistlib.loads(text.partition("\n")[2].encode())["StartCalendarInterval"]
            day = when.get("Weekday")
            return int(when["Hour"]), int(when["Minute"]), None if day is None else (int(day) - 1) % 7
        except (plistlib.InvalidFileException, ExpatError, KeyError, TypeError, ValueError, AttributeError):
            return None

    def remove(self, name: str) -> bool:
        """Unload the agent and delete its file; return whether there was one.

        Raises:
            ScheduleError: launchd refuses; the file is still there.
        """
        if not self.installed(name):
            return False
        self._unload(name)
        self._path(name).unlink(missing_ok=True)
        return True

    def _unload(self, name: str) -> None:
        run("launchctl", "bootout", f"{self._domain}/{name}", fine=(0, *_NOT_LOADED))

"""A user timer of systemd (systemd.timer(5), systemd.service(5))."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import ScheduleError
from tracker.files import replace_file
from tracker.schedule.plans import DAYS
from tracker.schedule.running import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.schedule.plans import Clock, Plan

_CALENDAR = re.compile(r"^OnCalendar=(?:(\w{3}) )?\*-\*-\* (\d\d):(\d\d):00$", re.MULTILINE)
_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)


def units(plan: Plan) -> Mapping[str, str]:
    """Return the files by name."""
    # with ':' systemd replaces no variables in the words
    service = (
        "[Unit]\nDescription=What research-tracker does at a set time\n\n"
        f"[Service]\nType=oneshot\nExecStart=:{' '.join(map(_word, plan.words))}\n"
    )
    day = f"{DAYS[plan.day].capitalize()} " if plan.day is not None else ""
    timer = (
        "[Unit]\nDescription=When research-tracker does it\n\n"
        f"[Timer]\nOnCalendar={day}*-*-* {plan.hour:02d}:{plan.minute:02d}:00\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {f"{plan.name}.service": service, f"{plan.name}.timer": timer}


def _word(word: str) -> str:
    """Return a word as systemd reads it back: quoted where needed, without specifiers."""
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


class Systemd:
    """Timers of the user's own systemd."""

    title = "systemd"

    @property
    def folder(self) -> Path:
        """Where the user's units are."""
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"

    def place(self, name: str) -> str:
        """Return the path of the timer."""
        return str(self.folder / f"{name}.timer")

    def preview(self, plan: Plan) -> str:
        """Return the files as they will be written, each under its path."""
        return "\n".join(f"# {self.folder / name}\n{text}" for name, text in units(plan).items())

    def install(self, plan: Plan) -> None:
        """Write the files and start the timer; when it does not start, nothing is left.

        Raises:
            ScheduleError: systemd refuses.
            OSError: a file cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in units(plan).items():
            replace_file(self.folder / name, text)
        try:
            run("systemctl", "--user", "daemon-reload")
            run("systemctl", "--user", "enable", f"{plan.name}.timer")
            run("systemctl", "--user", "restart", f"{plan.name}.timer")  # a changed time counts from now on
        except ScheduleError:
            self._forget(plan.name)
            raise

    def installed(self, name: str) -> str:
        """Return the files of an entry, each under its path; empty when there is none."""
        files = [self.folder / f"{name}.{kind}" for kind in ("service", "timer")]
        return "\n".join(f"# {path}\n{path.read_text('utf-8')}" for path in files if path.is_file())

    def clock(self, text: str) -> Clock | None:
        """Return when the timer runs."""
        found = _CALENDAR.search(text)
        if not found:
            return None
        day = found[1].lower() if found[1] else ""
        return int(found[2]), int(found[3]), DAYS.index(day) if day in DAYS else None

    def remove(self, name: str) -> bool:
        """Stop the timer and delete its files; return whether there were any.

        Raises:
            ScheduleError: systemd refuses; the files are still there.
        """
        if not self.installed(name):
            return False
        run("systemctl", "--user", "disable", "--now", f"{name}.timer")
        self._forget(name)
        run("systemctl", "--user", "daemon-reload")
        return True

    def _forget(self, name: str) -> None:
        wants = self.folder / "timers.target.wants" / f"{name}.timer"
        for path in (self.folder / f"{name}.service", self.folder / f"{name}.timer", wants):
            path.unlink(missing_ok=True)

"""Runs at fixed times: the texts for systemd, launchd and cron, and that they come and go without a trace."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_cli import tracker

from tracker.errors import ScheduleError
from tracker.schedule import DAYS, Plan, choosing, cron, launchd, name_of, plan, program, scheduler, systemd
from tracker.schedule.coming import next_fetch, next_run

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "research-tracker-weekly-0a1b2c3d"
STRANGE = ("/opt/a b/tracker", "--home", '/data/50% "of" $HOME/it\'s \\n;', "deliver")
MONDAY = plan(NAME, ("/usr/bin/tracker", "--home", "/data/home", "deliver"), "07:05", "mon")
OTHERS = "MAILTO=me\n# mine\n*/5 * * * * date +\\%s  \n\n@reboot true"
words = st.lists(
    st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" ")), min_size=1, max_size=4
)


# texts


def test_a_plan_is_checked() -> None:
    assert plan(NAME, ("x",), "7:00", "Sunday") == Plan(NAME, ("x",), 7, 0, 6)
    assert plan(NAME, ("x",), "23:59").day is None
    for time, day in (("24:00", ""), ("7", ""), ("07:60", ""), ("07:00", "someday"), ("07:00\n", "mon")):
        with pytest.raises(ScheduleError):
            plan(NAME, ("x",), time, day)
    with pytest.raises(ScheduleError, match="cannot stand in a schedule"):
        plan(NAME, ("x", "a\nb"), "07:00")


def test_a_home_has_one_name_for_each_rhythm() -> None:
    names = {name_of(Path(home), rhythm) for home in ("/a", "/b") for rhythm in ("weekly", "daily")}
    assert len(names) == 4
    assert name_of(Path("/a"), "weekly") in names


def test_the_units_of_systemd() -> None:
    made = systemd.units(MONDAY)
    assert list(made) == [f"{NAME}.service", f"{NAME}.timer"]
    assert "ExecStart=:/usr/bin/tracker --home /data/home deliver\n" in made[f"{NAME}.service"]
    assert "OnCalendar=Mon *-*-* 07:05:00\nPersistent=true\n" in made[f"{NAME}.timer"]
    assert "WantedBy=timers.target" in made[f"{NAME}.timer"]
    assert "OnCalendar=*-*-* 07:05:00" in systemd.units(plan(NAME, ("x",), "07:05"))[f"{NAME}.timer"]


def test_systemd_reads_strange_words_as_they_are(tmp_path: Path) -> None:
    line = systemd.units(plan(NAME, STRANGE, "07:00"))[f"{NAME}.service"]
    assert r"""ExecStart=:"/opt/a b/tracker" --home "/data/50%% \"of\" $HOME/it's \\n;" deliver""" in line
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("there is no systemd here to ask")
    runnable = plan(NAME, (sys.executable, *STRANGE[1:]), "07:00", "tue")
    for name, text in systemd.units(runnable).items():
        (tmp_path / name).write_text(text, "utf-8")
    done = subprocess.run(
        [analyze, "--user", "verify", *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_agent_of_launchd() -> None:
    made = plistlib.loads(launchd.agent(plan(NAME, STRANGE, "07:05", "sun")).encode())
    assert made == {
        "Label": NAME,
        "ProgramArguments": list(STRANGE),
        "StartCalendarInterval": {"Hour": 7, "Minute": 5, "Weekday": 0},
    }
    assert plistlib.loads(launchd.agent(plan(NAME, ("x",), "07:05")).encode())["StartCalendarInterval"] == {
        "Hour": 7,
        "Minute": 5,
    }


@pytest.mark.parametrize(("day", "number"), [*zip(DAYS, "1234560", strict=True), ("", "*")])
def test_the_line_of_cron(day: str, number: str) -> None:
    line = cron.entry(plan(NAME, ("/bin/x", "y"), "07:05", day)).splitlines()[1]
    assert line == f"5 7 * * {number} /bin/x y"


@given(words)
def test_cron_and_a_shell_read_any_words_as_they_are(given_words: list[str]) -> None:
    line = cron.entry(plan(NAME, tuple(given_words), "07:05")).split("\n")[1]
    command = line.split(" ", 5)[5].replace("\\%", "%")
    assert "%" not in line.replace("\\%", "")
    assert shlex.split(command) == given_words


@pytest.mark.parametrize(
    "crontab",
    [
        "",
        f"{OTHERS}\n",
        "# >>> research-tracker-weekly-ffffffff\n1 1 * * * x\n# <<< research-tracker-weekly-ffffffff\n",
    ],
)
def test_the_lines_of_others_stay(crontab: str) -> None:
    once = cron.replaced(crontab, NAME, cron.entry(MONDAY))
    assert once == crontab + cron.entry(MONDAY)
    moved = once + "# after\n"
    changed = cron.entry(plan(NAME, ("y",), "08:00"))
    assert cron.replaced(moved, NAME, changed) == f"{crontab}{changed}# after\n"
    assert cron.replaced(once, NAME, "") == crontab
    assert cron.replaced(crontab, NAME, "") == crontab
    assert cron.replaced("no end", NAME, changed) == f"no end\n{changed}"


@pytest.mark.parametrize("crontab", [f"# >>> {NAME}\nx\n", f"# <<< {NAME}\n", f"# <<< {NAME}\n# >>> {NAME}\n"])
def test_a_crontab_with_half_an_entry_is_left_alone(crontab: str) -> None:
    with pytest.raises(ScheduleError, match="only one of the two lines"):
        cron.replaced(crontab, NAME, "")


# the system, played by programs in a PATH of their own

CRONTAB = """
import os, sys
table = os.environ["HOME"] + "/crontab"
if sys.argv[1:] == ["-l"]:
    if not os.path.exists(table):
        sys.exit("no crontab for me")
    sys.stdout.buffer.write(open(table, "rb").read())
else:
    assert sys.argv[1:] == ["-"]
    open(table, "wb").write(sys.stdin.buffer.read())
"""
RECORDS = """
import os, sys
open(os.environ["HOME"] + "/asked", "a").write(" ".join(sys.argv[1:]) + "\\n")
"""
REFUSES = "import sys; sys.exit('it is\\x1b[31m forbidden.')"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put programs, given as Python, into an otherwise empty PATH; returns the user's folder."""
    folder, user = tmp_path / "bin", tmp_path / "user"
    folder.mkdir()
    user.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(user))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def place(**programs: str) -> Path:
        for name, code in programs.items():
            path = folder / name
            path.write_text(f"#!{sys.executable}\n{code}", "utf-8")
            path.chmod(0o755)
        return user

    return place


def left(user: Path) -> list[str]:
    return sorted(str(path.relative_to(user)) for path in user.rglob("*") if path.is_file())


def test_systemd_comes_before_cron_where_it_answers(system: Callable[..., Path]) -> None:
    with pytest.raises(ScheduleError, match="neither a systemd"):
        scheduler()
    system(crontab=CRONTAB)
    assert scheduler(platform="linux").title == "cron"
    system(systemctl=REFUSES)
    assert scheduler(platform="linux").title == "cron"
    system(systemctl=RECORDS)
    assert scheduler(platform="linux").title == "systemd"
    assert scheduler(platform="darwin").title == "launchd"
    assert [scheduler(one.title).title for one in choosing.everyone()] == ["systemd", "launchd", "cron"]


def test_a_timer_comes_and_goes(system: Callable[..., Path]) -> None:
    user = system(systemctl=RECORDS)
    way = systemd.Systemd()
    assert not way.remove(NAME)
    way.install(MONDAY)
    assert left(user) == [f".config/systemd/user/{NAME}.service", f".config/systemd/user/{NAME}.timer", "asked"]
    assert way.installed(NAME) == way.preview(MONDAY)
    assert way.remove(NAME)
    assert left(user) == ["asked"]
    assert (user / "asked").read_text().splitlines() == [
        f"--user {words}"
        for words in (
            "daemon-reload",
            f"enable {NAME}.timer",
            f"restart {NAME}.timer",
            f"disable --now {NAME}.timer",
            "daemon-reload",
        )
    ]


def test_an_agent_comes_and_goes(system: Callable[..., Path]) -> None:
    user = system(launchctl=RECORDS + "sys.exit(3 * (sys.argv[1] == 'bootout'))")
    way = launchd.Launchd()
    way.install(MONDAY)
    path = user / "Library" / "LaunchAgents" / f"{NAME}.plist"
    assert way.installed(NAME) == way.preview(MONDAY) == f"# {path}\n{launchd.agent(MONDAY)}"
    assert way.remove(NAME)
    assert not way.remove(NAME)
    assert left(user) == ["asked"]
    domain = f"gui/{os.getuid()}"
    assert (user / "asked").read_text().splitlines() == [
        f"bootout {domain}/{NAME}",
        f"bootstrap {domain} {path}",
        f"bootout {domain}/{NAME}",
    ]


@pytest.mark.parametrize("before", [None, f"{OTHERS}\n".encode(), b"# caf\xe9\r\n"])
def test_a_crontab_is_afterwards_what_it_was(before: bytes | None, system: Callable[..., Path]) -> None:
    table = system(crontab=CRONTAB) / "crontab"
    if before is not None:
        table.write_bytes(before)
    way = cron.Cron()
    assert not way.remove(NAME)
    for _ in range(2):
        way.install(MONDAY)
        assert table.read_bytes() == (before or b"") + cron.entry(MONDAY).encode()
    assert way.installed(NAME) == way.preview(MONDAY)
    assert way.remove(NAME)
    assert table.read_bytes() == (before or b"")


@pytest.mark.parametrize(
    ("way", "program_name"),
    [(systemd.Systemd(), "systemctl"), (launchd.Launchd(), "launchctl"), (cron.Cron(), "crontab")],
)
def test_a_refusal_is_told_and_leaves_nothing(
    way: choosing.Scheduler, program_name: str, system: Callable[..., Path]
) -> None:
    with pytest.raises(ScheduleError, match=f"There is no '{program_name}'"):
        way.install(MONDAY)
    user = system(**{program_name: REFUSES})
    with pytest.raises(ScheduleError, match=r"status 1: it is\[31m forbidden\.$"):
        way.install(MONDAY)
    assert left(user) == []


# what is written says when it runs


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(("", *DAYS)))
def test_each_way_reads_the_time_that_it_has_written(hour: int, minute: int, day: str) -> None:
    made = plan(NAME, ("/usr/bin/tracker", "sync"), f"{hour:02d}:{minute:02d}", day)
    for way in choosing.everyone():
        assert way.clock(way.preview(made)) == (made.hour, made.minute, made.day)
        assert way.clock("# something else\nby hand") is None


def test_the_next_run_is_the_first_one_after_now() -> None:
    now = datetime(2026, 5, 20, 7, 0, tzinfo=UTC)  # a Wednesday
    runs = [next_run(clock, now) for clock in ((7, 1, None), (7, 0, None), (6, 0, 2), (8, 0, 2), (0, 0, 0))]
    assert [f"{moment:%a %d %H:%M}" for moment in runs] == [
        "Wed 20 07:01",
        "Thu 21 07:00",
        "Wed 27 06:00",
        "Wed 20 08:00",
        "Mon 25 00:00",
    ]


def test_only_what_fetches_is_told_as_the_next_fetch(home: Path, system: Callable[..., Path]) -> None:
    now = datetime(2026, 5, 20, 7, 0, tzinfo=UTC)
    assert next_fetch(home, now) is None
    system(crontab=CRONTAB)
    at = ("--home", home, "schedule", "--with", "cron", "--yes")
    tracker(*at, "--weekly", "mon", "06:00")
    assert next_fetch(home, now) is None  # delivers what is there
    tracker(*at, "--weekly", "mon", "06:00", "--sync")
    assert next_fetch(home, now) == datetime(2026, 5, 25, 6, 0, tzinfo=UTC)
    tracker(*at, "--fetch", "06:30")
    assert next_fetch(home, now) == datetime(2026, 5, 21, 6, 30, tzinfo=UTC)
    system(crontab=REFUSES)
    assert next_fetch(home, now) is None


# the verb


def test_the_verb_shows_what_it_writes_and_removes_exactly_that(home: Path, system: Callable[..., Path]) -> None:
    user = system(crontab=CRONTAB)
    at = ("--home", home, "schedule")
    assert "Say when" in tracker(*at, status=2).stderr
    assert "Nothing is scheduled" in tracker(*at, "show").stdout
    written = ("--weekly", "mon", "07:00", "--daily", "06:30", "--sync", "--with", "cron")
    dry = tracker(*at, *written, "--dry-run").stdout
    assert left(user) == []
    assert tracker(*at, *written, stdin="n\n").stdout.startswith(dry)
    assert left(user) == []
    done = tracker(*at, *written, "--yes").stdout
    command = shlex.join([*program(), "--home", str(home.resolve()), "deliver", "--sync"])
    assert (user / "crontab").read_text() == dry.replace("# crontab\n", "").replace("\n\n", "\n")
    assert f"\n0 7 * * 1 {command}\n" in done
    assert f"\n30 6 * * * {command}\n" in done
    assert tracker(*at, "show").stdout.count(command) == 2
    assert tracker("--home", home.parent, "schedule", "remove").stdout.startswith("Nothing")
    assert tracker(*at, "remove").stdout.count("from cron.") == 2
    assert (user / "crontab").read_text() == ""


def test_fetching_alone_is_an_entry_of_its_own(home: Path, system: Callable[..., Path]) -> None:
    user = system(crontab=CRONTAB)
    at = ("--home", home, "schedule", "--with", "cron", "--yes")
    tracker(*at, "--fetch", "06:15")
    done = tracker(*at, "--fetch", "07:00", "--weekly", "mon", "08:00").stdout
    command = shlex.join([*program(), "--home", str(home.resolve()), "sync"])
    assert f"\n0 7 * * * {command}\n" in done
    assert (user / "crontab").read_text().count(command) == 1
    assert "15 6" not in (user / "crontab").read_text()
    assert tracker("--home", home, "schedule", "remove").stdout.count("from cron.") == 2
    assert (user / "crontab").read_text() == ""

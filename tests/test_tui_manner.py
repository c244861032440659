"""How the terminal UI shows itself: themes, terminals of few colours, plain words, what it keeps between runs, how it ends."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from test_tui import LARGE, SMALL, Stage, _fixed_day, home, play, session  # noqa: F401 - fixtures
from textual.color import Color

from tracker import config
from tracker.errors import ConfigError
from tracker.store.connect import exclusive
from tracker.tui import kept, look
from tracker.tui.app import TrackerApp
from tracker.tui.cells import set_plain
from tracker.tui.widgets.painted import _ROLES, role_styles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from test_tui import StagedSession
    from textual.theme import Theme

GROUNDS = ("background", "panel", "boost", "rest")
OWN = [theme for theme in look.THEMES if not theme.ansi]


@pytest.fixture(autouse=True)
def _signs_again() -> Iterator[None]:
    yield
    set_plain(False)


# themes


def colours(theme: Theme) -> dict[str, str]:
    return {**theme.to_color_system().generate(), **theme.variables}


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_has_contrast_on_every_ground(theme: Theme, ground: str) -> None:
    found = colours(theme)
    for name in {"foreground", *(variable for variable, _, _ in _ROLES.values())}:
        assert ratio(found[name], found[ground]) >= 4.5, f"{name} on {ground}: {ratio(found[name], found[ground]):.2f}"


def ratio(one: str, other: str) -> float:
    """The contrast of WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [part / 255 for part in Color.parse(colour).rgb]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_theme_of_high_contrast_has_more_of_it() -> None:
    found = colours(look.CONTRAST)
    assert all(ratio(found[variable], found["background"]) >= 7 for variable, _, _ in _ROLES.values())


def test_the_theme_of_the_terminal_asks_only_for_its_own_colours() -> None:
    found = colours(look.TERMINAL)
    assert {found[name] for name in ("foreground", "background", "quiet", "strong", "boost", "rest")} == {
        "ansi_default"
    }
    assert all(Color.parse(found[variable]).ansi is not None for variable, _, _ in _ROLES.values())


@pytest.mark.parametrize(
    ("environment", "few"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "linux"}, True),
        ({}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-kitty"}, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, False),
    ],
)
def test_which_terminals_have_few_colours(environment: dict[str, str], few: bool) -> None:
    assert look.has_few_colours(environment) is few


@pytest.mark.parametrize(
    ("written", "picked", "over", "few", "chosen"),
    [
        ("", "", "", False, "ink"),
        ("paper", "", "", False, "paper"),
        ("paper", "contrast", "paper", False, "contrast"),
        ("paper", "contrast", "", False, "paper"),
        ("no theme", "", "", False, "ink"),
        ("", "no theme", "", False, "ink"),
        ("paper", "contrast", "paper", True, "terminal"),
    ],
)
def test_the_last_word_decides_the_theme(written: str, picked: str, over: str, few: bool, chosen: str) -> None:
    assert look.choose(written, picked, over, few_colours=few) == chosen


async def test_a_theme_picked_in_the_palette_is_there_in_the_next_run(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        assert stage.app.theme == "ink"
        await stage.press("colon")
        await stage.until(lambda: stage.app.screen is not stage.main)
        await stage.type("theme contr")
        await stage.until(lambda: "Theme contrast" in stage.text)
        await stage.press("enter")
        await stage.until(lambda: stage.app.theme == "contrast")

    await play(session, act)
    assert TrackerApp(session).theme == "contrast"
    (session.home / "feeds.toml").write_text('[tui]\ntheme = "paper"\n', "utf-8")
    session.forget_config()
    assert TrackerApp(session).theme == "paper"


async def test_a_theme_that_does_not_exist_is_told(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        assert "there is no theme called [b]pink; write ink, paper, contrast, terminal" in stage.said

    await play(home(tmp_path, toml='[tui]\ntheme = "[b]pink"\n'), act)


@pytest.mark.parametrize("line", ["theme = 3", 'theme = ["ink"]', 'plain = "yes"'])
def test_what_the_table_of_the_ui_cannot_hold(line: str, tmp_path: Path) -> None:
    import tomllib

    with pytest.raises(ConfigError, match=r"\[tui\]"):
        config.parse(tomllib.loads(f"[tui]\n{line}\n"), tmp_path)


@pytest.mark.parametrize("theme", look.NAMES)
async def test_the_cursor_stands_out_in_every_theme(session: StagedSession, theme: str) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        stage.app.theme = theme
        await stage.press("2", "j")
        await stage.settle()
        at, other = (stage.listing.render_line(y) for y in (1, 2))
        styles = [
            next(segment.style for segment in strip if "Sparse" in segment.text or " " in segment.text)
            for strip in (at, other)
        ]
        grounds = [(style.bgcolor, style.reverse) for style in styles if style]
        assert grounds[0] != grounds[1]
        assert isinstance(role_styles(stage.listing)["accent"], Style)

    await play(session, act)


# plain words


@pytest.mark.parametrize("size", [SMALL, (100, 30), LARGE])
async def test_plain_words_instead_of_signs_boxes_and_bars(tmp_path: Path, size: tuple[int, int]) -> None:
    app = TrackerApp(home(tmp_path, failing=True), plain=True)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot)  # type: ignore[arg-type]
        await stage.settle()

        def lines() -> str:
            text = stage.text
            assert not re.search(r"[─-◿▁-█⟳·…★•»▌┃✓⠀-⣿]", text), text
            return text

        await stage.until(lambda: "Rising" in stage.text)
        assert lines().startswith(" View 1 of 7: Today. 1 source failing, 7 shows them")
        await stage.press("2", "j", "s")
        assert re.search(r"> .+, unread, starred,", lines())
        assert not stage.pane.display
        assert app.cursor_position.y == stage.listing.content_region.y + 1
        await stage.press("v", "j")
        assert lines().count("+ ") == 1
        await stage.press("escape", "k", "enter")
        await stage.until(lambda: "Links" in stage.text)
        assert re.search(r"^  starred *$", lines(), re.MULTILINE)
        await stage.press("tab")
        assert lines().splitlines()[app.cursor_position.y].startswith("> https://arxiv.org/abs/")
        await stage.press("q", "5")
        await stage.until(lambda: "rising" in stage.text)
        lines()
        await stage.press("7")
        await stage.until(lambda: "failing" in stage.text)
        lines()
        await stage.press("question_mark")
        lines()
    app.desk.close()


async def test_plain_words_do_not_move_while_a_sync_runs(session: StagedSession) -> None:  # noqa: F811
    app = TrackerApp(session, plain=True)
    async with app.run_test(size=SMALL) as pilot:
        stage = Stage(app, pilot)  # type: ignore[arg-type]
        await stage.settle()
        stage.main._asked, bar = 9, stage.app.query_one("TopBar")
        for done in (1, 2, 3):
            stage.main._done = done
            stage.main._show_progress()
            await pilot.pause()
            assert str(bar.render()).endswith("a sync is running")  # type: ignore[attr-defined]
    app.desk.close()


async def test_plain_can_be_written_in_the_configuration(tmp_path: Path) -> None:
    app = TrackerApp(home(tmp_path, toml="[tui]\nplain = true\n"))
    assert app.is_plain
    app.desk.close()


# kept between runs


async def test_the_next_run_goes_on_where_the_last_one_ended(session: StagedSession) -> None:  # noqa: F811
    rows: list[int] = []

    async def first(stage: Stage) -> None:
        await stage.press("3", "0", "9", "G", "2", "f")
        await stage.type("has:mentions")
        await stage.press("enter")
        await stage.until(lambda: stage.listing.total() == 6)
        await stage.press("j", "j")
        rows.append(stage.line.row)

    async def second(stage: Stage) -> None:
        await stage.until(lambda: stage.listing.total() == 6)
        assert stage.main.number == 2
        assert stage.main.view.filter_line == "has:mentions"
        await stage.until(lambda: stage.line.row == rows[0])
        await stage.press("3")
        await stage.until(lambda: stage.listing.cursor == 8)
        await stage.press("slash")
        await stage.type("routing")
        await stage.until(lambda: "part 10" in stage.text)
        await stage.press("enter", "j", "j")
        rows.append(stage.line.row)

    async def third(stage: Stage) -> None:
        assert stage.main.number == 4
        await stage.until(lambda: stage.line is not None and stage.line.row == rows[1])
        assert stage.main.view.box.value == "routing"
        await stage.press("2", "escape", "1")
        assert stage.main.number == 1

    async def fourth(stage: Stage) -> None:
        assert stage.main.number == 1
        await stage.press("2")
        assert stage.main.view.filter_line == ""

    for act in (first, second, third, fourth):
        await play(session, act)


async def test_what_is_new_stays_new_until_today_was_seen(session: StagedSession) -> None:  # noqa: F811
    async def away(stage: Stage) -> None:
        await stage.until(lambda: stage.app.desk.newest_row > 0)

    (session.folder / kept.FILE).write_text('{"view": 2}', "utf-8")
    app = await play(session, away)
    assert not app.desk.is_today_seen
    assert TrackerApp(session).desk.last_row == 0
    (session.folder / kept.FILE).unlink()
    await play(session, away)
    assert TrackerApp(session).desk.last_row > 0


ONE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
SOME = ONE | st.lists(ONE | st.lists(ONE, max_size=2), max_size=3)
BY_VIEW = st.dictionaries(st.sampled_from("1234567") | st.text(max_size=5), SOME, max_size=3)
FIELDS = ("view", "places", "lines", "theme", "theme_over", "pipe", "x")


@given(st.dictionaries(st.sampled_from(FIELDS), SOME | BY_VIEW, max_size=4))
def test_whatever_the_file_holds_something_usable_is_made_of_it(tmp_path_factory: Any, found: dict[str, Any]) -> None:
    folder = tmp_path_factory.mktemp("kept")
    (folder / kept.FILE).write_text(json.dumps(found), "utf-8")
    made = kept.load(folder)
    assert 1 <= made.view <= 7
    assert all(1 <= number <= 7 and isinstance(line, str) for number, line in made.lines.items())
    assert all(isinstance(text, str) for text in (made.theme, made.theme_over, made.pipe))
    hash(tuple(made.places.values()))
    made.save(folder)
    assert kept.load(folder) == made


@pytest.mark.parametrize(
    "content", [b"", b"[", b"[1]", b"null", b"\xff\xfe", b"[" * 90_000, b'{"view": 2' + b" " * 200_000 + b"}"]
)
def test_a_torn_or_hostile_file_is_as_if_there_were_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / kept.FILE).write_bytes(content)
    assert kept.load(tmp_path) == kept.Kept()


@pytest.mark.parametrize("view", [2, 4])
async def test_a_hostile_filter_and_query_do_no_harm(session: StagedSession, view: int) -> None:  # noqa: F811
    (session.folder / kept.FILE).write_text(
        json.dumps({"view": view, "lines": {"2": "is:[b]x", "3": "kind:nope", "4": "\x1b[2Jred [/b]"}, "theme": "[b]"}),
        "utf-8",
    )

    async def act(stage: Stage) -> None:
        assert stage.main.number == view
        await stage.press("2")
        assert stage.main.view.filter_line == ""
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("4")
        assert stage.main.view.box.value == ("[2Jred [/b]" if view == 4 else "")

    await play(session, act)


# beside another tracker, and the end


async def test_a_second_tracker_is_told_who_holds_the_lock_and_goes_on_marking(
    session: StagedSession,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tracker.session import Session

    monkeypatch.setattr(type(session), "sync", Session.sync)

    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Another tracker is at work here" in stage.said)
        assert f"'sync', process {os.getpid()}, since 20" in stage.said
        await stage.press("2", "j", "s")
        assert stage.stored().is_starred

    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive(session.folder, "sync"):
            holding.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(10)
    try:
        await play(session, act, sync=True)
    finally:
        done.set()
        thread.join()


CRASH = """
import sys
from pathlib import Path
from tracker.session import Session
from tracker.tui import app
from tracker.tui.screens.main import MainScreen

def boom(self):
    password = "hunter2"
    raise RuntimeError("boom [/nope]")

MainScreen.action_undo = boom
sys.exit(app.run(Session(Path(sys.argv[1]))))
"""


def on_a_terminal(folder: Path, act: Any, given: dict[str, str] | None = None) -> tuple[int, str, bool]:
    """Run the program of above on a pseudo terminal; return its exit status, what it printed, whether lines are edited again."""
    master, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", **(given or {})}
    process = subprocess.Popen(
        [sys.executable, "-c", CRASH, str(folder)], stdin=other, stdout=other, stderr=other, env=environment
    )
    seen = b""
    is_done = False
    while process.poll() is None or select.select([master], [], [], 0)[0]:
        if select.select([master], [], [], 0.05)[0]:
            seen += os.read(master, 65536)
        if not is_done and b"Today" in seen:
            is_done = True
            act(process, master)
    is_cooked = bool(termios.tcgetattr(other)[3] & termios.ICANON and termios.tcgetattr(other)[3] & termios.ECHO)
    os.close(other)
    os.close(master)
    return process.wait(), seen.decode("utf-8", "replace"), is_cooked


def test_a_crash_restores_the_terminal_and_says_in_one_line_where_the_log_is(tmp_path: Path) -> None:
    home(tmp_path)
    status, seen, is_cooked = on_a_terminal(tmp_path, lambda _, master: os.write(master, b"z"))
    assert status == 1
    assert is_cooked
    after = seen.rpartition("\x1b[?1049l")[2]
    words = " ".join(re.sub(r"\x1b\[[0-9;?<>]*[a-zA-Z]", "", after).split())
    log = tmp_path / "index" / "tracker.log"
    assert words.startswith("tracker: Something unexpected happened (RuntimeError); the details are in")
    assert str(log).replace("/", "") in words.replace(" ", "").replace("/", "")
    assert "Traceback" not in seen
    assert "hunter2" not in seen + log.read_text("utf-8")
    assert "boom [/nope]" in log.read_text("utf-8")


def test_a_signal_to_end_restores_the_terminal(tmp_path: Path) -> None:
    home(tmp_path)
    status, seen, is_cooked = on_a_terminal(tmp_path, lambda process, _: process.send_signal(signal.SIGTERM))
    assert status == 128 + signal.SIGTERM
    assert is_cooked
    assert "\x1b[?1049l" in seen


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": ""}])
def test_what_is_really_sent_to_a_terminal_of_few_colours(tmp_path: Path, environment: dict[str, str]) -> None:
    home(tmp_path)
    _, seen, _ = on_a_terminal(tmp_path, lambda _, master: os.write(master, b"q"), environment)
    sent = {part for found in re.findall(r"\x1b\[([0-9;]*)m", seen) for part in found.split(";")}
    assert not sent & {"38", "48"}
    if "NO_COLOR" in environment:
        assert sent <= {"", "0", "1", "3", "7", "39", "49"}

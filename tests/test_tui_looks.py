"""How the terminal face looks at the two sizes: pictures to compare."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from test_tui import LARGE, NOW, SMALL, home
from textual.pilot import Pilot

from tracker import times
from tracker.session import Session
from tracker.tui.app import TrackerApp
from tracker.tui.cells import set_plain

Before = Callable[[Pilot[int]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)
    monkeypatch.setattr("tracker.tui.screens.shell.REST_SECONDS", 0.001)


def after(*keys: str, shows: str = "") -> Before:
    """Return what presses keys and waits until something is on the screen and nothing is under way."""

    async def act(pilot: Pilot[int]) -> None:
        for key in keys:
            await pilot.press(key)
        for _ in range(600):
            lines = pilot.app.screen._compositor.render_strips()
            is_busy = any(not worker.is_finished for worker in pilot.app.workers)
            if not is_busy and shows in "\n".join(strip.text for strip in lines):
                break
            await pilot.pause(0.005)
        else:
            raise AssertionError(f"{shows!r} never came")
        await pilot.pause()

    return act


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize(
    ("keys", "shows"),
    [
        ((), "Rising"),
        (("2", "j", "s", "j", "N"), "56 papers"),
        (("2", "j", "j", "enter"), "We study"),
        (("6",), "What [rose"),
        (("5",), "Places"),
        (("5", "enter"), "by title"),
        (("2", "B"), "by source"),
        (("7",), "2 sources"),
    ],
    ids=["today", "papers", "item", "digest", "trends", "topic", "groups", "sources"],
)
def test_looks(snap_compare: Any, tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...], shows: str) -> None:
    assert snap_compare(
        TrackerApp(home(tmp_path, failing=True)), terminal_size=size, run_before=after(*keys, shows=shows)
    )


def test_looks_on_paper(snap_compare: Any, tmp_path: Path) -> None:
    app = TrackerApp(home(tmp_path, failing=True))
    app.theme = "paper"
    assert snap_compare(app, terminal_size=SMALL, run_before=after(shows="Rising"))


def test_looks_of_the_keys(snap_compare: Any, tmp_path: Path) -> None:
    assert snap_compare(
        TrackerApp(home(tmp_path)), terminal_size=SMALL, run_before=after("2", "question_mark", shows="Keys of Papers")
    )


@pytest.mark.parametrize("theme", ["paper", "contrast", "terminal"])
def test_looks_of_lines_being_selected(snap_compare: Any, tmp_path: Path, theme: str) -> None:
    app = TrackerApp(home(tmp_path, failing=True))
    app.theme = theme
    keys = ("2", "j", "s", "v", "0", "4", "j")
    assert snap_compare(app, terminal_size=SMALL, run_before=after(*keys, shows="5 selected"))


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_looks_of_letters_to_jump_by(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    app = TrackerApp(home(tmp_path, failing=True))
    assert snap_compare(app, terminal_size=size, run_before=after("2", "j", "semicolon", shows="jump to"))


def test_looks_in_plain_words(snap_compare: Any, tmp_path: Path) -> None:
    app = TrackerApp(home(tmp_path, failing=True), plain=True)
    try:
        assert snap_compare(app, terminal_size=SMALL, run_before=after("2", "j", "s", shows="starred"))
    finally:
        set_plain(False)


def test_looks_of_a_first_run(snap_compare: Any, tmp_path: Path) -> None:
    app = TrackerApp(Session(tmp_path / "new", clock=lambda: NOW), first_run=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=after(shows="Who reads?"))

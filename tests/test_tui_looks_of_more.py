"""How threads, the list of weeks and the question of how often to fetch look: pictures to compare."""

from pathlib import Path
from typing import Any

import pytest
from test_tui import LARGE, NOW, SMALL, home, post
from test_tui_looks import _fixed_day, after  # noqa: F401 - a fixture
from textual.pilot import Pilot

from tracker.session import Session
from tracker.tui.app import TrackerApp

SIZES = pytest.mark.parametrize("size", [SMALL, (100, 30), LARGE], ids=["small", "middle", "large"])
TOLD = (
    ("", "ada", "Routing by content, a thread [1/3] 漢字"),
    ("x:1", "ada", "It wants eight experts [2/3]"),
    ("x:2", "ada", "And a large batch. " * 9),
    ("x:2", "bo", "Did you try [b]without[/b]?"),
    ("x:0", "cy", "A thread of its own"),
)


@SIZES
def test_looks_of_a_thread(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    lines = [
        {**post(number, text), "author": author, "answers": answers, "created_at": f"2026-05-19T10:0{number}:00Z"}
        for number, (answers, author, text) in enumerate(TOLD, 1)
    ]
    app = TrackerApp(home(tmp_path, lines=lines))
    assert snap_compare(app, terminal_size=size, run_before=after("3", "j", "enter", shows="Thread of 4 posts"))


@SIZES
def test_looks_of_the_weeks(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    app = TrackerApp(home(tmp_path))

    async def list_weeks(pilot: Pilot[int]) -> None:
        await after("6", shows="What [rose")(pilot)
        await after("w", shows="enter opens one")(pilot)

    assert snap_compare(app, terminal_size=size, run_before=list_weeks)


def test_looks_of_how_often_to_fetch(snap_compare: Any, tmp_path: Path) -> None:
    app = TrackerApp(Session(tmp_path / "new", clock=lambda: NOW), first_run=True)

    async def answer_two(pilot: Pilot[int]) -> None:
        await after(shows="Who reads?")(pilot)
        await after("enter", "enter", shows="How often to fetch?")(pilot)

    assert snap_compare(app, terminal_size=SMALL, run_before=answer_two)

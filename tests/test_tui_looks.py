"""How the terminal face looks at three sizes, and where there is nothing to show: pictures to compare."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from test_tui import LARGE, NOW, SMALL, Stage, StagedSession, home
from test_tui_failures import damaged
from textual.pilot import Pilot

from tracker import times
from tracker.errors import FetchError
from tracker.findings import Trends
from tracker.session import Session
from tracker.store import sources
from tracker.tui.app import TrackerApp
from tracker.tui.cells import set_plain
from tracker.tui.keys import VIEWS

MEDIUM = (100, 30)
Before = Callable[[Pilot[int]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)
    monkeypatch.setattr("tracker.tui.screens.shell.REST_SECONDS", 0.001)


def after(*keys: str, shows: str = "") -> Before:
    """Return what presses keys and waits until something is on the screen and nothing is under way."""

    async def act(pilot: Pilot[int]) -> None:
        stage = Stage(cast("TrackerApp", pilot.app), pilot)
        await stage.settle()
        for key in keys:  # each when what the one before has begun is done
            await stage.press(key)
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


@pytest.mark.parametrize("size", [SMALL, MEDIUM, LARGE], ids=["small", "medium", "large"])
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
        (("3", "j", "j", "enter"), "it mentions"),
        (("slash", *"routing", "enter"), "by words"),
    ],
    ids=["today", "papers", "item", "digest", "trends", "topic", "groups", "sources", "post", "search"],
)
def test_looks(snap_compare: Any, tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...], shows: str) -> None:
    assert snap_compare(
        TrackerApp(home(tmp_path, failing=True)), terminal_size=size, run_before=after(*keys, shows=shows)
    )


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7], ids=[name.lower() for name in VIEWS])
def test_looks_of_a_view_with_nothing_in_it(snap_compare: Any, tmp_path: Path, number: int) -> None:
    app = TrackerApp(home(tmp_path, lines=[], toml="[tracker]\n"))
    shows = {1: "Nothing is stored yet", 5: "No topics yet", 6: "Nothing to sum up", 7: "No sources yet"}
    assert snap_compare(app, terminal_size=SMALL, run_before=after(str(number), shows=shows.get(number, "")))


@pytest.mark.parametrize(
    ("keys", "shows"),
    [
        (("2", "f", *"venue:ICML", "enter"), "No paper passes"),
        (("3", "U", "A", "U", "U"), "No unread post"),
        (("slash", *"xyzzyplugh"), "Fewer words"),
        (("2", "m"), "Nothing is embedded yet"),
        (("7", "enter"), "What helps"),
    ],
    ids=["no-paper-passes", "all-read", "no-hit", "no-index", "failing-source"],
)
def test_looks_of_what_is_not_there(snap_compare: Any, tmp_path: Path, keys: tuple[str, ...], shows: str) -> None:
    app = TrackerApp(home(tmp_path, failing=True))
    assert snap_compare(app, terminal_size=SMALL, run_before=after(*keys, shows=shows))


class Young(StagedSession):
    """A session whose trends are those of a home that is a day old."""

    def trends(self, week: str | None = None, limit: int = 20, reader: Any = None) -> Trends:
        notice = "Not enough history for trends: 6 papers in 1 week; 60 papers in 3 weeks are needed."
        return Trends(window="2026-W20", topics=(), papers_before=0, papers_after=6, notice=notice)


@pytest.mark.parametrize("keys", [(), ("5",)], ids=["today", "trends"])
def test_looks_of_too_little_history(snap_compare: Any, tmp_path: Path, keys: tuple[str, ...]) -> None:
    home(tmp_path).close()
    app = TrackerApp(Young(tmp_path, clock=lambda: NOW))
    assert snap_compare(app, terminal_size=SMALL, run_before=after(*keys, shows="Not enough history"))


@pytest.mark.parametrize("number", [1, 2], ids=["today", "papers"])
def test_looks_of_a_damaged_database(
    snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.chdir(tmp_path)  # the name of the file is told, and must be the same each time
    folder = Path("mine")
    folder.mkdir()
    app = TrackerApp(StagedSession(damaged(folder), clock=lambda: NOW))
    assert snap_compare(app, terminal_size=SMALL, run_before=after(str(number), shows="Restore a backup"))


def test_looks_of_sources_out_of_reach(snap_compare: Any, tmp_path: Path) -> None:
    session = home(tmp_path)
    refusal = FetchError("example.org has a host whose name is not known.", "Check the network.", state="unreachable")
    for name in ("daily", "odd [b]source", "third"):
        sources.failed(session.writer, name, "feed", refusal, "2026-05-19T08:00:00Z")
    with (tmp_path / "feeds.toml").open("a", encoding="utf-8") as file:
        file.write('[[source]]\nkind = "feed"\nname = "third"\nurl = "https://example.org/y"\n')
    session.forget_config()
    app = TrackerApp(session)
    assert snap_compare(app, terminal_size=SMALL, run_before=after(shows="3 sources cannot be reached"))


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

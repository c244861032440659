"""The questions of a first run: asked once, left with esc at any step, and a screen with something on it at the end, also without a network."""

import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from test_cli import tracker
from test_schedule import CRONTAB, REFUSES, left, system  # noqa: F401 - a fixture
from test_tui import NOW, SMALL, Stage
from textual.widgets import Input

from tracker import config, home, times
from tracker.models import SyncEvent
from tracker.schedule import FETCH, name_of, program
from tracker.session import Session
from tracker.tui.app import TrackerApp
from tracker.tui.beginning import ASKED, Answers, is_wanted, preset, roles, set_rhythm, write
from tracker.tui.screens.first_run import FirstRun


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)


class New(Session):
    """A session of a new home; what a sync does is given."""

    synced = 0

    def sync(self, names: Sequence[str] = (), *, index: bool = True) -> Iterator[SyncEvent]:
        type(self).synced += 1
        yield SyncEvent(step="finished")

    def bring_level(self) -> Iterator[SyncEvent]:
        """Embed nothing: that is slow."""
        return iter(())

    def warm(self) -> None:
        """Load nothing."""


@pytest.fixture
def session(tmp_path: Path) -> New:
    kind = type("Own", (New,), {"synced": 0})
    made: New = kind(tmp_path / "home", clock=lambda: NOW, gap_scale=0.0)
    return made


async def play(session: Session, act: Any, size: tuple[int, int] = SMALL) -> None:
    app = TrackerApp(session, first_run=is_wanted(session.home))
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot)
        await stage.settle()
        await act(stage)
    app.desk.close()


def asks(stage: Stage) -> bool:
    return isinstance(stage.app.screen, FirstRun)


def test_it_is_wanted_once_and_only_where_nothing_is_followed(tmp_path: Path) -> None:
    assert is_wanted(tmp_path)
    write(tmp_path, Answers(role="data-scientist"))
    assert not is_wanted(tmp_path)
    assert config.load(tmp_path).role == "data-scientist"
    (tmp_path / ASKED).unlink()
    assert not is_wanted(tmp_path)  # it has sources
    (tmp_path / "feeds.toml").write_text("[tracker]\n", encoding="utf-8")
    assert is_wanted(tmp_path)
    (tmp_path / "feeds.toml").write_text("[tracker\n", encoding="utf-8")
    assert not is_wanted(tmp_path)  # what is wrong with it is said elsewhere


@pytest.mark.parametrize("role", [one.value for one in roles()])
def test_a_home_of_ones_own_begins_with_the_role_and_no_source(tmp_path: Path, role: str) -> None:
    write(tmp_path, Answers(role=role, own=True))
    made = config.load(tmp_path)
    assert (made.role, made.sources) == (role, ())
    text = (tmp_path / "feeds.toml").read_text(encoding="utf-8")
    assert "[embedding]" in text
    assert "[[source]]" not in text.partition("[tracker]")[2]
    assert not home.create(tmp_path, role)  # never over one that is there


def test_what_comes_with_a_role_is_counted() -> None:
    assert all(int(preset(one.value).split()[0]) > 20 for one in roles())


@pytest.mark.parametrize("size", [SMALL, (100, 30), (140, 45)])
async def test_role_preset_and_starter_library_fill_the_screen_without_a_network(
    session: New, size: tuple[int, int]
) -> None:
    async def act(stage: Stage) -> None:
        assert asks(stage)
        assert "Who reads?" in stage.text
        await stage.press("j", "j", "enter")
        assert "What to follow?" in stage.text
        await stage.press("enter")
        assert "How often to fetch?" in stage.text
        await stage.press("enter")
        await stage.until(lambda: "To begin with" in stage.text)
        await stage.press("j", "j", "enter")
        assert not asks(stage)
        await stage.until(lambda: "477 papers" in stage.text)
        await stage.until(lambda: not stage.main.is_syncing)

    await play(session, act, size)
    assert type(session).synced == 0
    made = config.load(session.home)
    assert made.role == "ai-engineer"
    assert len(made.sources) > 20

    async def again(stage: Stage) -> None:
        assert not asks(stage)

    await play(type(session)(session.home, clock=lambda: NOW), again)


@pytest.mark.parametrize("steps", [(), ("enter",), ("enter", "enter"), ("enter", "enter", "enter")])
async def test_esc_leaves_at_any_step_and_nothing_is_asked_again(session: New, steps: tuple[str, ...]) -> None:
    async def act(stage: Stage) -> None:
        await stage.press(*steps, "escape")
        assert not asks(stage)
        assert "R fetches" in stage.said

    await play(session, act)
    assert len(config.load(session.home).sources) > 20
    assert not is_wanted(session.home)
    assert type(session).synced == 0


async def test_the_question_before_can_be_asked_again_while_nothing_is_written(session: New) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("j", "enter")
        await stage.press("backspace")
        assert "Who reads?" in stage.text
        await stage.press("j", "j", "enter", "enter")
        assert "How often to fetch?" in stage.text
        assert "backspace" not in stage.text
        await stage.press("backspace")
        assert "How often to fetch?" in stage.text

    await play(session, act)
    assert config.load(session.home).role == "ai-engineer"


async def test_only_what_is_named_is_followed_and_fetched(session: New) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("enter", "j", "enter")
        assert "one at a time" in stage.text
        box = stage.app.screen.query_one(Input)
        box.value = "http://127.0.0.1:9/feed"
        await stage.press("enter")
        await stage.until(lambda: "once more follows it untried" in " ".join(stage.text.split()))
        await stage.press("enter")
        await stage.until(lambda: "✓ Followed as" in stage.text)
        box.value = "!?"
        await stage.press("enter")
        await stage.until(lambda: "nothing that can be followed" in " ".join(stage.text.split()))
        box.value = ""
        await stage.press("enter")
        assert "How often to fetch?" in stage.text
        await stage.press("enter")
        await stage.until(lambda: "To begin with" in stage.text)
        await stage.press("j", "enter")
        await stage.until(lambda: "477 papers" in stage.text)
        await stage.until(lambda: type(session).synced == 1)

    await play(session, act)
    assert [source.options["url"] for source in config.load(session.home).sources] == ["http://127.0.0.1:9/feed"]


async def test_a_home_without_sources_keeps_its_file(session: New) -> None:
    session.home.mkdir()
    (session.home / "feeds.toml").write_text('# mine\n[tracker]\nrole = "ai-engineer"\n', encoding="utf-8")

    async def act(stage: Stage) -> None:
        assert "What to follow?" in stage.text
        await stage.press("j", "enter")
        await stage.press("enter")
        await stage.until(lambda: "To begin with" in stage.text)
        await stage.press("j", "j", "j", "enter")
        assert not asks(stage)

    await play(session, act)
    assert (session.home / "feeds.toml").read_text(encoding="utf-8").startswith("# mine")
    assert not is_wanted(session.home)


def fetch_entry(session: New) -> str:
    return name_of(session.home.resolve(), FETCH)


async def choose_often(stage: Stage, *keys: str) -> str:
    """Answer the first two questions, then the third by keys; return the screen of what comes next, in one line."""
    await stage.press("enter", "enter")
    assert "How often to fetch?" in stage.text
    await stage.press(*keys, "enter")
    await stage.until(lambda: "To begin with" in stage.text)
    return " ".join(stage.text.split())


async def test_each_morning_is_written_for_the_system_and_undone_by_what_is_said(
    session: New,
    system: Callable[..., Path],  # noqa: F811
) -> None:
    user = system(crontab=CRONTAB)

    async def act(stage: Stage) -> None:
        said = await choose_often(stage, "j")
        assert f"Written for cron: your crontab, as {fetch_entry(session)}" in said
        assert "'tracker schedule remove' takes it away" in said
        await stage.press("escape")

    await play(session, act)
    table = (user / "crontab").read_text("utf-8")
    command = shlex.join([*program(), "--home", str(session.home.resolve()), "sync"])
    assert f"\n0 7 * * * {command}\n" in table
    assert config.load(session.home).sync_on_open
    assert fetch_entry(session) in tracker("--home", session.home, "schedule", "show").stdout
    assert "Removed" in tracker("--home", session.home, "schedule", "remove").stdout
    assert (user / "crontab").read_text("utf-8") == ""


@pytest.mark.parametrize("programs", [{}, {"crontab": REFUSES}])
async def test_a_machine_without_a_service_or_one_that_refuses_is_said_and_it_goes_on(
    session: New,
    system: Callable[..., Path],  # noqa: F811
    programs: dict[str, str],
) -> None:
    user = system(**programs)

    async def act(stage: Stage) -> None:
        said = await choose_often(stage, "j")
        assert ("it is[31m forbidden." if programs else "neither a systemd of the user nor launchd nor cron") in said
        assert "opening tracker fetches" in said
        await stage.press("j", "j", "enter")
        await stage.until(lambda: "477 papers" in stage.text)
        await stage.until(lambda: not stage.main.is_syncing)

    await play(session, act)
    assert left(user) == []


async def test_only_with_r_is_kept_in_feeds_toml_and_opening_then_fetches_nothing(session: New) -> None:
    async def act(stage: Stage) -> None:
        said = await choose_often(stage, "j", "j")
        assert "sync = false in [tui]" in said
        await stage.press("escape")

    await play(session, act)
    made = config.load(session.home)
    assert not made.sync_on_open
    assert len(made.sources) > 20
    assert "# What tracker follows" in (session.home / "feeds.toml").read_text("utf-8")
    assert set_rhythm(session.home, "open") == ""
    assert config.load(session.home).sync_on_open


async def test_a_folder_that_cannot_be_written_is_told(session: New) -> None:
    async def act(stage: Stage) -> None:
        shutil.rmtree(session.home)
        session.home.write_text("a file, not a folder", encoding="utf-8")
        await stage.press("enter", "enter")
        await stage.until(lambda: "cannot be written" in " ".join(stage.text.split()))
        await stage.press("escape")
        assert not asks(stage)

    await play(session, act)


async def test_a_home_with_nothing_in_it_offers_what_to_begin_with(session: New) -> None:
    write(session.home, Answers(role="ml-engineer"))

    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Nothing is stored yet" in stage.text)
        await stage.press("enter")
        await stage.until(lambda: type(session).synced == 1)
        await stage.until(lambda: not stage.main.is_syncing)
        await stage.press("j", "enter")
        await stage.until(lambda: "477 papers" in stage.text)
        assert "Nothing is stored yet" not in stage.text

    await play(session, act)

"""Trouble is shown for what it is: in every view, with what to do."""

import errno
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from test_tui import NOW, SMALL, Stage, StagedSession, home, play
from textual import events

from tracker import times
from tracker.errors import StoreError
from tracker.models import SyncEvent
from tracker.store.connect import transaction
from tracker.tui.failures import system_words


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)


def refused(connection: sqlite3.Connection, sql: str) -> BaseException:
    try:
        connection.execute(sql)
    except sqlite3.Error as error:
        return error
    raise AssertionError("it was not refused")


def test_errors_of_a_real_database_have_words(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    first, second = (sqlite3.connect(path, isolation_level=None, timeout=0) for _ in range(2))
    first.execute("CREATE TABLE t (x)")
    first.execute("BEGIN EXCLUSIVE")
    assert "busy" in system_words(refused(second, "SELECT * FROM t"))
    first.execute("ROLLBACK")
    first.execute("PRAGMA max_page_count = 2")
    assert "disk is full" in system_words(refused(first, "INSERT INTO t SELECT hex(randomblob(90000))"))
    first.close()
    second.close()
    reading = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    assert "cannot be written" in system_words(refused(reading, "INSERT INTO t VALUES (1)"))
    path.write_bytes(b"not a database at all" * 99)
    broken = sqlite3.connect(path)
    assert "is none" in system_words(refused(broken, "SELECT * FROM t"))
    assert system_words(refused(sqlite3.connect(":memory:"), "SELECT nothing")) == ""


def test_errors_of_the_system_have_words() -> None:
    assert "disk is full" in system_words(OSError(errno.ENOSPC, "No space left on device"))
    assert "/a/b" in system_words(PermissionError(errno.EACCES, "Permission denied", "/a/b"))
    assert "memory" in system_words(MemoryError())
    assert system_words(OSError(errno.EINTR, "odd")) == ""
    assert system_words(ValueError("other")) == ""


def damaged(folder: Path) -> Path:
    """A home whose database is a file of noise."""
    home(folder).close()
    for path in (folder / "index").glob("tracker.db*"):
        path.unlink()
    (folder / "index" / "tracker.db").write_bytes(b"noise" * 4_000)
    return folder


async def test_a_damaged_database_is_told_in_every_view_and_ends_nothing(tmp_path: Path) -> None:
    class Real(StagedSession):
        def trends(self, *args: Any, **more: Any) -> Any:
            return super(StagedSession, self).trends(*args, **more)

        def digest(self, *args: Any, **more: Any) -> Any:
            return super(StagedSession, self).digest(*args, **more)

    session = Real(damaged(tmp_path), clock=lambda: NOW)

    async def act(stage: Stage) -> None:
        for number in "2356":
            await stage.press(number)
            await stage.until(lambda: "cannot be read" in " ".join(stage.text.split()))
            assert "Restore a backup" in " ".join(stage.text.split())
            assert "0 p" not in stage.text  # nobody could count
        await stage.press("1")
        assert "cannot be read" in " ".join(stage.text.split())
        await stage.press("slash")
        await stage.type("words")
        await stage.until(lambda: "cannot be read" in " ".join(stage.text.split()))
        await stage.press("escape", "escape", "7", "j", "2", "B", "U", "q")
        assert stage.app.is_running

    await play(session, act, SMALL)


async def test_a_locked_database_is_told_where_marks_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.store.connect._BUSY_MILLISECONDS", 20)
    session = home(tmp_path)
    session.close()
    other = sqlite3.connect(tmp_path / "index" / "tracker.db", isolation_level=None)

    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: "56 papers" in stage.text)
        other.execute("BEGIN IMMEDIATE")
        await stage.press("s")
        await stage.until(lambda: bool(stage.said))
        assert "lock" in stage.said or "busy" in stage.said
        other.execute("ROLLBACK")
        await stage.press("j", "s")
        await stage.until(lambda: stage.stored().is_starred)

    await play(session, act, SMALL)
    other.close()


async def test_a_mark_that_has_to_wait_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.tui.screens.marking.PATIENCE_SECONDS", 0.01)
    session = home(tmp_path)
    session.close()
    other = sqlite3.connect(tmp_path / "index" / "tracker.db", isolation_level=None)

    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: "56 papers" in stage.text)
        other.execute("BEGIN IMMEDIATE")
        stage.app.post_message(events.Key("s", "s"))
        await stage.until(lambda: "waits to be written" in stage.said)
        assert "★" in stage.text
        other.execute("ROLLBACK")
        await stage.until(lambda: stage.stored().is_starred)

    await play(session, act, SMALL)
    other.close()


@pytest.mark.parametrize(
    ("pragma", "sql", "why", "remedy"),
    [
        ("PRAGMA max_page_count = 2", "INSERT INTO t SELECT hex(randomblob(90000))", "disk is full", "Make room."),
        ("PRAGMA query_only = ON", "INSERT INTO t VALUES (1)", "must not be written", "Look at their rights."),
    ],
    ids=["full", "read-only"],
)
def test_what_refuses_a_write_is_named_with_what_to_do(
    tmp_path: Path, pragma: str, sql: str, why: str, remedy: str
) -> None:
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    connection.execute("CREATE TABLE t (x)")
    connection.execute(pragma)
    with pytest.raises(StoreError, match=why) as refusal, transaction(connection):
        connection.execute(sql)
    assert refusal.value.remedy == remedy
    assert "what was there before is safe" in str(refusal.value)
    connection.close()


async def test_no_network_is_told_as_that(tmp_path: Path) -> None:
    session = home(tmp_path)
    type(session).steps = (
        SyncEvent(step="failed", source="daily", message="It has a host whose name is not known."),
        SyncEvent(step="failed", source="odd [b]source", message="It has a host whose name is not known."),
        SyncEvent(step="finished"),
    )

    async def act(stage: Stage) -> None:
        await stage.press("R")
        await stage.until(lambda: "is there a network?" in stage.said)
        assert "56 papers" in stage.text  # what is stored is there all the same

    await play(session, act, SMALL)

"""Long work in a process of its own: answers, steps and errors come back whole, and it ends when it should. The process is a real one."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import methodcaller
from pathlib import Path

import pytest

from tracker.errors import NotFoundError
from tracker.models import SyncEvent
from tracker.session import Session
from tracker.tui.apart import Apart, ApartError, Here
from tracker.tui.counting import Asked, drop, fill, find, keep, make


@pytest.fixture
def session(tmp_path: Path) -> Session:
    lines = [
        {"id": f"x:{n}", "source": "s", "title": f"Sparse routing of tokens {n}", "abstract": "Words.", "authors": ["A B"], "venue": "arXiv", "year": 2026, "date": "2026-05-11", "arxiv_id": f"2605.{n:05d}"}
        for n in range(3)
    ]  # fmt: skip
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    session = Session(tmp_path)
    session.import_files([tmp_path / "lines.jsonl"])
    return session


def process_of(session: Session) -> int:
    """A work: the process that does it."""
    return os.getpid() if session.home else 0


def fail(session: Session) -> None:
    raise ZeroDivisionError(f"in {session.home.name} [/nope]")


def fail_oddly(session: Session) -> None:
    raise type("Local", (Exception,), {})(str(session.home.name))


def shout(session: Session) -> str:
    os.write(1, b"a library prints\n")
    return session.home.name


def test_what_is_counted_apart_is_what_is_counted_here(session: Session) -> None:
    room, here = Apart(session), Here(Session(session.home))
    try:
        assert room.run(partial(find, 5)) == here.run(partial(find, 5))
        made = room.run(partial(make, Asked(role="ml-engineer")))
        assert made == here.run(partial(make, Asked(role="ml-engineer")))
        assert made.newest == "2026-W20"
        assert room.run(methodcaller("topic", "sparse routing")).papers
    finally:
        room.close()


def test_one_process_does_one_work_after_the_other_until_none_comes(session: Session) -> None:
    room = Apart(session, idle=0.0)
    try:
        first = room.run(process_of)
        assert first not in {0, os.getpid()}
        assert room._process is not None
        assert room._process.wait(20) == 0  # nobody asked for more at once
        assert room.run(process_of) not in {first, os.getpid()}
    finally:
        room.close()
    steady = Apart(session)
    assert steady.run(process_of) == steady.run(process_of)
    steady.close()
    steady.close()


def test_steps_come_as_they_are_made(session: Session) -> None:
    room = Apart(session)
    try:
        steps = list(room.follow(partial(fill, index=False)))
        assert [step.step for step in steps] == ["stored"]
        assert steps[0].new > 100
        assert session.reader.totals().papers > 100
    finally:
        room.close()


def test_nothing_is_imported_from_the_folder_one_happens_to_be_in(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tracker.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    room = Apart(session)
    try:
        assert room.run(shout) == session.home.name
    finally:
        room.close()


def test_who_stops_listening_does_not_hear_the_rest_as_an_answer_to_something_else(session: Session) -> None:
    room = Apart(session)
    try:
        steps = room.follow(several)
        assert next(steps) == SyncEvent(step="stored", new=0)
        steps.close()  # type: ignore[attr-defined]  # a generator
        assert room.run(shout) == session.home.name
    finally:
        room.close()


def several(session: Session) -> Iterator[SyncEvent]:
    for new in range(3):
        yield SyncEvent(step="stored" if session.home else "failed", new=new)


def test_errors_come_back_as_they_were_with_the_lines_that_led_to_them(session: Session) -> None:
    room = Apart(session)
    try:
        with pytest.raises(NotFoundError) as told:
            room.run(methodcaller("topic", "no such thing"))
        assert told.value.message
        assert told.value.remedy
        with pytest.raises(ZeroDivisionError, match="nope") as unforeseen:
            room.run(fail)
        assert "in fail" in "".join(unforeseen.value.__notes__)
        with pytest.raises(RuntimeError, match="Local"):
            room.run(fail_oddly)
        assert room.run(shout) == session.home.name  # what is printed is no answer
    finally:
        room.close()


def test_a_process_that_is_ended_from_outside_is_told_and_another_one_follows(session: Session) -> None:
    room = Apart(session)
    try:
        with pytest.raises(ApartError, match=r"has ended.*tracker\.log"):
            room.run(end_hard)
        assert room.run(shout) == session.home.name
    finally:
        room.close()


def end_hard(session: Session) -> None:
    os.kill(os.getpid() if session.home else 0, signal.SIGKILL)


def test_each_work_begins_with_what_the_configuration_says_then(session: Session) -> None:
    room = Apart(session)
    try:
        assert room.run(sources) == 0
        (session.home / "feeds.toml").write_text('[[source]]\nkind = "feed"\nurl = "https://e.example/f"\n', "utf-8")
        assert room.run(sources) == 1
    finally:
        room.close()


def sources(session: Session) -> int:
    return len(session.config.sources)


def test_a_search_is_saved_and_forgotten(session: Session) -> None:
    room = Here(session)
    assert room.run(partial(keep, "sparse", "mine")).matches == 3
    assert room.run(partial(drop, "mine")).name == "mine"


def test_two_threads_that_ask_at_once_are_answered_in_turn(session: Session) -> None:
    room = Apart(session)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda number: room.run(partial(echo, number)), range(12)))
        assert found == list(range(12))
    finally:
        room.close()


def echo(number: int, session: Session) -> int:
    return number if session.home else -1


def test_a_room_that_was_left_starts_nothing_any_more(session: Session) -> None:
    room = Apart(session)
    assert room.run(shout) == session.home.name
    room.close()
    with pytest.raises(ApartError):
        room.run(shout)


def test_who_asks_a_process_that_is_just_leaving_is_answered_by_another_one(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Apart(session)
    try:
        first = room.run(process_of)
        leaving = [room._process]
        os.kill(first, signal.SIGKILL)
        monkeypatch.setattr(room, "_running", lambda: leaving.pop() if leaving else None)  # it looks alive still
        assert room.run(process_of) not in {first, os.getpid()}
        assert not leaving
    finally:
        room.close()


def test_long_work_gives_way_to_whoever_reads(session: Session) -> None:
    room = Apart(session)
    try:
        assert room.run(niceness) >= 10
    finally:
        room.close()


def niceness(session: Session) -> int:
    return os.getpriority(os.PRIO_PROCESS, 0) if session.home else -1

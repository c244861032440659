"""Trends over a real store: nothing later is looked at, and what a week costs does not grow with what is stored."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from conftest import NOW, paper, post
from sqlite_utils import Database

from tracker import weekly
from tracker.cli.app import tracker
from tracker.session import Session
from tracker.store import phrases
from tracker.store.connect import open_writer
from tracker.store.schema import migrations
from tracker.times import week_start, weeks_before

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.findings import Trends
    from tracker.store.reader import Reader

WEEK, AFTER = "2026-W20", "2026-05-18"
SUBJECTS = ("graph matching", "speech recognition", "protein folding", "image captioning", "causal discovery")
Rows = list[dict[str, Any]]


def papers(weeks: list[str], first: int = 0, per_week: int = 12) -> Rows:
    """Return papers of weeks; the newest four name sparse widgets too."""
    found = []
    for place, week in enumerate(weeks):
        for number in range(per_week):
            subject = "sparse widgets" if place >= len(weeks) - 4 and number % 2 else SUBJECTS[number % 5]
            row, day = first + place * per_week + number, week_start(week) + timedelta(days=number % 5)
            found.append(paper(row, title=f"On {subject} {row}", abstract=f"We do {subject}.", date=day.isoformat()))
    return found


def account(name: str, first: int, begin: str, count: int, minutes: int) -> Rows:
    """Return one post a day about sparse widgets, `minutes` later on each day."""
    start = week_start(begin)
    return [
        post(
            first + number,
            author=name,
            network="bluesky",
            text=f"Sparse widgets, part {number}",
            created_at=f"{start + timedelta(days=number)}T{8 + number * minutes // 60 % 12:02d}:{number * minutes % 60:02d}:05Z",
        )
        for number in range(count)
    ]


UNTIL = [
    *papers(weeks_before(WEEK, 12)),
    *account("turns-to-a-timer", 1_000, "2026-W19", 10, 47),
    *account("timer-that-wakes-up", 2_000, "2026-W17", 24, 0),
]
LATER = [
    *papers(["2026-W21", "2026-W22"], first=500),
    *account("turns-to-a-timer", 1_500, "2026-W21", 90, 0),
    *account("timer-that-wakes-up", 2_500, "2026-W21", 90, 47),
]


def told(trends: Trends) -> str:
    return json.dumps(asdict(trends), sort_keys=True)


def machines(session: Session) -> set[str]:
    return {author for (author,) in session.writer.execute("SELECT author FROM voices WHERE is_bot")}


def test_trends_of_a_week_are_those_of_a_store_that_ends_with_it(
    tmp_path: Path, session: Session, lines: Callable[..., Path]
) -> None:
    session.import_files([lines(*UNTIL)])
    known_then, as_it_was = machines(session), session.trends(WEEK)
    assert known_then == {"timer-that-wakes-up"}
    assert any("widgets" in topic.label.lower() and topic.networks and topic.bots for topic in as_it_was.topics)
    whole = Session(tmp_path / "whole", clock=lambda: NOW)
    whole.import_files([lines(*UNTIL, *LATER)])
    assert machines(whole) == {"turns-to-a-timer"}
    assert told(whole.trends(WEEK)) == told(as_it_was)
    assert told(whole.trends("2026-W22")) != told(as_it_was)
    page, then = whole.topic("sparse widgets", WEEK), session.topic("sparse widgets", WEEK)
    assert page == then
    whole.close()


def test_as_of_a_day_of_the_week_the_rest_of_it_is_not_there(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(*UNTIL, *LATER)])
    whole_week, on_tuesday = session.trends(WEEK), session.trends(as_of="2026-05-12")
    assert on_tuesday.window == WEEK
    assert whole_week.papers_after - on_tuesday.papers_after == sum(
        "2026-05-12" < str(row.get("date", "")) < AFTER for row in UNTIL
    )
    assert told(session.trends(as_of="2026-05-17")) == told(whole_week)


def test_the_command_takes_a_day_and_refuses_what_is_none(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(*UNTIL)])
    run = partial(CliRunner().invoke, tracker)
    home = ["--home", str(session.home), "trends", "--json"]
    shown = json.loads(run([*home, "--as-of", "2026-05-12"], catch_exceptions=False).stdout)
    assert shown["window"] == WEEK
    assert shown["papers_after"] == session.trends(as_of="2026-05-12").papers_after
    assert "is no day" in run([*home, "--as-of", "soon"]).stderr
    assert run([*home, "--as-of", "2026-05-12", "--week", WEEK]).exit_code == 2


def test_a_week_extracts_its_own_items_and_leaves_the_rest_to_the_index(
    session: Session, lines: Callable[..., Path]
) -> None:
    old = papers(weeks_before("2025-W20", 12), first=5_000)
    session.import_files([lines(*UNTIL, *old)])
    session.trends(WEEK)
    assert len(phrases.awaiting(session.writer)) == len(old)
    for _ in session.bring_level():
        pass
    assert phrases.awaiting(session.writer) == []


def test_an_edit_lets_an_item_wait_again_also_when_it_comes_while_others_are_extracted(
    session: Session, lines: Callable[..., Path]
) -> None:
    session.import_files([lines(paper(1, title="Sparse widgets"))])
    (row,) = phrases.awaiting(session.writer)
    read = session.writer.execute("SELECT text_hash FROM items").fetchone()[0]
    session.import_files([lines(paper(1, title="Dense widgets"))])
    phrases.put(session.writer, [(row, read, phrases.extract_all([("Sparse widgets", "")])[0])])
    assert phrases.awaiting(session.writer) == [row]
    assert list(phrases.extract_pending(session.writer)) == [1]
    assert phrases.awaiting(session.writer) == []
    assert session.writer.execute("SELECT surfaces FROM item_phrases").fetchone()[0].startswith("Dense")
    session.import_files([lines(paper(1, title="Denser widgets"))])
    assert phrases.awaiting(session.writer) == [row]


def test_phrases_that_are_dropped_are_taken_anew_and_those_of_removed_items_are_not(
    session: Session, lines: Callable[..., Path]
) -> None:
    session.import_files([lines(paper(1), paper(2))])
    assert list(phrases.extract_pending(session.writer)) == [2]
    first, second = (row for (row,) in session.writer.execute("SELECT row FROM items ORDER BY row"))
    session.writer.execute("DELETE FROM items WHERE row = ?", [first])
    assert phrases.awaiting(session.writer) == []
    session.writer.execute("DELETE FROM item_phrases")
    assert phrases.awaiting(session.writer) == [second]
    session.writer.execute("DELETE FROM items")
    assert phrases.awaiting(session.writer) == []


class Meter:
    """Counts what SQLite is asked and how far it goes: statements, and steps of its virtual machine."""

    def __init__(self, session: Session) -> None:
        self.statements = self.steps = 0
        for connection in (session.reader.connection, session.writer):
            connection.set_trace_callback(self._asked)
            connection.set_progress_handler(self._gone, 10)

    def _asked(self, _: str) -> None:
        self.statements += 1

    def _gone(self) -> None:
        self.steps += 10


def next_week(session: Session, lines: Callable[..., Path], verb: str) -> Meter:
    """Return what a week costs that comes into a home where the week before it was shown."""
    session.digest("2026-W20")
    session.import_files([lines(*papers(["2026-W21"], first=9_000), *account("voice", 9_500, "2026-W21", 5, 40))])
    meter = Meter(session)
    getattr(session, verb)("2026-W21")
    return meter


@pytest.mark.parametrize("verb", ["trends", "digest"])
def test_the_next_week_costs_what_its_window_holds_and_not_what_is_stored(
    tmp_path: Path, lines: Callable[..., Path], verb: str
) -> None:
    few, many = (Session(tmp_path / name, clock=lambda: NOW) for name in ("few", "many"))
    few.import_files([lines(*UNTIL)])
    old = papers(weeks_before("2025-W40", 50), first=20_000, per_week=40)
    many.import_files([lines(*UNTIL, *old, *account("long-ago", 80_000, "2025-W01", 200, 47))])
    small, large = next_week(few, lines, verb), next_week(many, lines, verb)
    assert large.statements <= small.statements
    assert large.steps < 1.05 * small.steps
    few.close()
    many.close()


def test_a_store_of_before_knows_what_waits_for_its_phrases(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as old:
        migrations.apply(Database(old), stop_before="m011_phrases_awaited")
        for row in (1, 2, 3):
            old.execute(
                "INSERT INTO items (id, kind, title, first_seen, date, origin, lead, title_key, text_hash) VALUES (?, 'paper', '', '', '', '', '', '', 7)",
                [f"url:{row}"],
            )
        old.executemany("INSERT INTO item_phrases VALUES (?, ?, '', '', '')", [(1, 7), (2, 6)])
        old.execute("PRAGMA user_version = 8")
    old.close()
    connection = open_writer(path)
    assert phrases.awaiting(connection) == [2, 3]
    connection.close()


def test_another_role_counts_nothing_again_and_a_change_of_the_store_does(
    session: Session, lines: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks = weeks_before(WEEK, 11)
    session.import_files([lines(*papers([*weeks, WEEK]))])
    counted: list[str] = []
    real = weekly.trends_of_week

    def noted(reader: Reader, week: str, *more: Any) -> Trends:
        counted.append(week)
        return real(reader, week, *more)

    monkeypatch.setattr(weekly, "trends_of_week", noted)
    assert session.digest(WEEK, "ml-engineer").role == "ml-engineer"
    session.mark([1], read=True)
    second = session.digest(WEEK, "ai-engineer")
    few = session.trends(WEEK, limit=1)
    assert counted == [WEEK]
    assert few == real(session.reader, WEEK, 1)
    assert second.role == "ai-engineer"
    session.import_files([lines(*papers([WEEK], first=900))])
    grown = session.digest(WEEK, "ml-engineer")
    assert counted == [WEEK, WEEK]
    fresh = Session(session.home, clock=session.clock)
    assert fresh.digest(WEEK, "ml-engineer") == grown
    fresh.close()

"""The real sync through the real fetchers against the loopback server."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW, post

from tracker.demo import run
from tracker.errors import BusyError, NotFoundError
from tracker.session import Session
from tracker.store import connect
from tracker.sync import Syncer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.demo.server import DemoServer
    from tracker.models import SyncEvent


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    with run.server() as server:
        yield server


@pytest.fixture
def demo_session(tmp_path: Path, demo: DemoServer) -> Iterator[Session]:
    session = run.make_home(tmp_path / "home", demo)
    yield session
    session.close()


def steps(events: list[SyncEvent]) -> Counter[str]:
    return Counter(event.step for event in events)


def test_everything_is_fetched_once_and_papers_are_the_hub(demo_session: Session, demo: DemoServer) -> None:
    events = list(demo_session.sync(index=False))
    assert steps(events)["failed"] == 0
    totals = demo_session.reader.totals()
    assert totals.papers == len(demo.papers) + sum(paper["venue"] != "arXiv" for paper in demo.library)
    assert totals.posts == len(demo.posts)
    assert max(found.people for found in demo_session.reader.discussed("2026-01-01", "2026-06-01", 100)) >= 4
    again = list(demo_session.sync(index=False))
    assert sum(event.new + event.changed for event in again if event.step == "fetched") == 0
    assert demo_session.reader.totals() == totals
    assert {state.state for state in demo_session.reader.source_states()} <= {"ok", "unchanged"}


def test_a_paper_that_is_only_spoken_of_is_fetched_by_id(
    tmp_path: Path, demo: DemoServer, lines: Callable[..., Path]
) -> None:
    known = demo.papers[-1]
    home = tmp_path / "home"
    home.mkdir()
    (home / "feeds.toml").write_text(
        f"""
        [[source]]
        kind = "arxiv"
        name = "off"
        categories = ["cs.LG"]
        base = "{demo.base}"
        enabled = false
        [[source]]
        kind = "feed"
        name = "alive"
        url = "{demo.base}/feed.xml"
        """,
        "utf-8",
    )
    session = Session(home, gap_scale=0.0)
    session.import_files([lines(post(1, text=f"Have you read arXiv:{known.arxiv_id}?"))])
    events = list(session.sync(index=False))
    found = session.reader.item(known.arxiv_id)
    assert found.title == known.title
    assert [sighting.source for sighting in found.sightings] == ["mentioned"]
    assert [line.id for line in session.reader.posts_about(found.row)] == ["x:1"]
    assert any(event.step == "stored" and event.source == "mentioned" for event in events)
    session.close()


def test_a_dead_source_is_said_and_stops_no_other(tmp_path: Path, demo: DemoServer) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "feeds.toml").write_text(
        f"""
        [[source]]
        kind = "feed"
        name = "gone"
        url = "{demo.base}/nothing-here"
        [[source]]
        kind = "feed"
        name = "alive"
        url = "{demo.base}/feed.xml"
        [[source]]
        kind = "nosuchkind"
        name = "odd"
        [[source]]
        kind = "bluesky"
        name = "nobody"
        """,
        "utf-8",
    )
    session = Session(home, clock=lambda: NOW, gap_scale=0.0)
    events = {event.source: event for event in session.sync(index=False) if event.step in {"failed", "fetched"}}
    assert events["alive"].new == 50  # a feed shows its newest entries only
    assert "404" in events["gone"].message
    assert "nosuchkind" in events["odd"].message
    assert "bluesky" in events["odd"].remedy
    assert events["nobody"].step == "failed"
    states = {state.name: state for state in session.reader.source_states()}
    assert states["gone"].failures == 1
    assert states["odd"].state == "off"
    assert states["alive"].state == "ok"
    list(session.sync(["gone"], index=False))
    assert {state.name: state.failures for state in session.reader.source_states()}["gone"] == 2
    session.close()


def test_an_unknown_source_is_an_error(demo_session: Session) -> None:
    with pytest.raises(NotFoundError, match="no source 'nope'"):
        list(demo_session.sync(["nope"]))


def test_a_second_sync_says_who_is_at_work(demo_session: Session) -> None:
    with connect.exclusive(demo_session.folder, "import"), pytest.raises(BusyError, match="'import'"):
        list(demo_session.sync())


def test_a_fetcher_that_breaks_takes_down_its_source_only(
    demo_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.fetch.bluesky.fetcher import BlueskyFetcher

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(BlueskyFetcher, "fetch", broken)
    events = list(demo_session.sync(index=False))
    failed = [event for event in events if event.step == "failed"]
    assert failed
    assert all("ZeroDivisionError" in event.message for event in failed)
    assert demo_session.reader.totals().papers > 700


def test_the_planted_topics_are_found(demo_session: Session) -> None:
    from tracker.demo.stream import PLANTED

    list(demo_session.sync(index=False))
    found = demo_session.trends(run.WEEK)
    rising = {topic.label.lower() for topic in found.topics if topic.state in {"rising", "new"}}
    planted = [topic for topic in PLANTED if topic.kind == "rising"]
    named = [
        topic for topic in planted if any(form.lower().rstrip("s") in label for form in topic.forms for label in rising)
    ]
    assert len(named) >= len(planted) - 1, rising
    new = next(topic for topic in PLANTED if topic.kind == "new")
    assert any(form.lower() in topic.label.lower() for form in new.forms for topic in found.new)
    (fading,) = (topic for topic in PLANTED if topic.kind == "fading")
    assert all(form.lower() not in label for form in fading.forms for label in rising)


def test_what_cannot_be_stored_ends_its_source_only(
    tmp_path: Path, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = run.make_home(tmp_path / "home", demo)
    stored = Syncer._store

    def refuse(self: Syncer, message: Any, progress: Any) -> SyncEvent:
        event = stored(self, message, progress)
        if message.source.name == "icml":
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return event

    monkeypatch.setattr(Syncer, "_store", refuse)
    events = list(session.sync(index=False))
    failed = {event.source for event in events if event.step == "failed"}
    states = {state.name: state for state in session.reader.source_states()}
    assert failed == {"icml"}
    assert states["icml"].items == 0
    assert "cannot be stored" in states["icml"].message
    assert all(state.items for name, state in states.items() if name not in {"icml", "mentioned"})
    monkeypatch.undo()
    again = list(session.sync(["icml"], index=False))
    assert sum(event.new + event.changed for event in again if event.step == "fetched") > 0  # asked anew, whole
    session.close()

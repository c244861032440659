"""A sync in the background: lists grow while somebody reads in them, and the cursor stays on its line of the screen."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from test_tui import LARGE, NOW, SMALL, Stage, StagedSession, home, paper, play, post, rows

from tracker import times
from tracker.models import SyncEvent
from tracker.tui.screens import syncing
from tracker.tui.widgets.line_list import LineList


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)
    monkeypatch.setattr(syncing, "REFRESH_SECONDS", 0.001)


class Fetching(StagedSession):
    """A session whose sync stores items of today, above all others, in two parts; the second waits until it may come."""

    files: tuple[Path, ...] = ()
    gate: threading.Event

    def sync(self, names: Sequence[str] = (), *, index: bool = True) -> Iterator[SyncEvent]:
        yield SyncEvent(step="started", source="daily")
        for number, path in enumerate(self.files):
            if number:
                self.gate.wait(30)
            made = self.import_files([path]).outcome.new
            yield SyncEvent(step="stored", source="daily", new=made, done=1, total=1)
        yield SyncEvent(step="finished")


@pytest.fixture
def session(tmp_path: Path, lines: Callable[..., Path]) -> Fetching:
    home(tmp_path, lines=[*rows(), *(post(number, f"More thoughts, part {number}") for number in range(100, 160))])
    papers = [paper(number, f"Newest of all {number}", date="2026-05-20") for number in range(900, 950)]
    posts = [
        post(number, f"Said just now {number}") | {"created_at": "2026-05-20T09:00:00Z"} for number in range(900, 950)
    ]
    files = (lines(*papers[:25], *posts[:25]), lines(*papers[25:], *posts[25:]))
    kind: Any = type("FetchingNow", (Fetching,), {"files": files, "gate": threading.Event()})
    made: Fetching = kind(tmp_path, clock=lambda: NOW)
    return made


def place(stage: Stage) -> tuple[object, int]:
    """Return the name of the entry at the cursor and its line on the screen."""
    listing = stage.listing
    return listing.key_at(listing.cursor), listing.top_of(listing.cursor) - listing.scroll_offset.y


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(("view", "group"), [("2", ""), ("3", ""), ("2", "source"), ("3", "day")])
async def test_lists_grow_during_a_sync_and_the_cursor_stays(
    session: Fetching, size: tuple[int, int], view: str, group: str
) -> None:
    async def act(stage: Stage) -> None:
        await stage.press(view)
        listing = stage.listing
        assert isinstance(listing, LineList)
        await stage.until(lambda: listing.items > 50)
        before = listing.items
        while stage.main.view.by != group:
            await stage.press("B")
        await stage.until(lambda: bool(listing.heads) is bool(group))
        await stage.press(*("j" * 30))
        at = place(stage)
        stage.main.sync(())
        await stage.until(lambda: listing.items == before + 25)  # while the sync still runs
        assert stage.main.is_syncing
        assert place(stage) == at
        session.gate.set()
        await stage.until(lambda: not stage.main.is_syncing)
        await stage.until(lambda: listing.items == before + 50)
        assert place(stage) == at
        await stage.press("k", "j")
        assert place(stage) == at

    await play(session, act, size)


async def test_what_is_selected_or_read_stays_when_items_come(session: Fetching) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press(*("j" * 10), "v", "j", "j")
        chosen, at = stage.listing.selected_items(), place(stage)
        session.gate.set()
        stage.main.sync(())
        await stage.until(lambda: not stage.main.is_syncing and stage.listing.total() == 106)
        assert stage.listing.selected_items() == chosen
        assert place(stage) == at
        assert "3 selected" in stage.text
        await stage.press("escape", "enter")
        read = stage.pane.document.item
        stage.main.after_change()
        await stage.settle()
        assert stage.pane.document.item is read
        assert stage.main.is_reading

    await play(session, act)


async def test_in_today_in_search_and_in_sources_the_cursor_stays_on_its_entry(session: Fetching) -> None:
    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Most discussed" in stage.text)
        await stage.press(*("j" * 5))
        today = place(stage)[0]
        await stage.press("slash")
        await stage.type("attention")
        await stage.until(lambda: stage.listing.total() > 20)
        await stage.press("enter", *("j" * 15))
        found = place(stage)
        await stage.press("7", "j")
        source = place(stage)
        session.gate.set()
        stage.main.sync(())
        await stage.until(lambda: not stage.main.is_syncing)
        await stage.settle()
        assert place(stage) == source
        await stage.press("4")
        assert place(stage) == found
        await stage.press("1")
        assert "papers, " in stage.text
        assert place(stage)[0] == today

    await play(session, act)

"""Today without a screen: what is shown, in which order, and that one screen holds it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_tui import HOSTILE, LARGE, NOW, SMALL, Stage, home, play, topic
from textual.app import App, ComposeResult

from tracker import times
from tracker.findings import Trends
from tracker.models import Line, SavedSearch, SourceState, Talk
from tracker.roles import Role, shipped
from tracker.store.reader import Discussed
from tracker.tui.cells import Row
from tracker.tui.messages import ViewTarget
from tracker.tui.parts import Part, fitted
from tracker.tui.today import TodayData, gather, today_entries, worth
from tracker.tui.widgets.entry_list import Entry, EntryList


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)


def line(row: int, title: str = "", **more: Any) -> Line:
    known: dict[str, Any] = {
        "row": row,
        "id": f"arxiv:{row}",
        "kind": "paper",
        "title": title or f"Paper {row}",
        "byline": "Lovelace",
        "venue": "arXiv",
        "year": 2026,
        "date": (NOW - timedelta(days=row % 9)).date().isoformat(),
        "origin": "daily",
        "is_read": False,
        "is_starred": False,
    }
    return Line(**(known | more))


def rows_of(entries: list[Entry], width: int = 79) -> list[str]:
    return ["".join(words for words, _ in row) for entry in entries for row in entry.draw(width)]


def full() -> TodayData:
    talk = Talk(people=3, bots=0, posts=4, points=9, networks=("bluesky", "x"), score=1.0)
    hostile = [line(number, title) for number, title in enumerate((*HOSTILE, "e" + "\u0301" * 500, "שלום"))]
    posts = [replace(one, row=one.row + 50, kind="post") for one in hostile]
    search = SavedSearch(name="mine [b]", query="x", saved_at="2026-05-01", matches=9, new=5)
    return TodayData(
        newest=[*hostile, *posts],
        is_whole=True,
        is_first_look=False,
        papers=1_188,
        new_papers=412,
        new_posts=30,
        saved=[(search, hostile)],
        discussed=[Discussed(one, talk) for one in hostile],
        trends=Trends(
            window="W20",
            topics=tuple(topic(f"topic {number}", number) for number in range(9)),
            papers_before=9,
            papers_after=9,
        ),
        sources=[
            SourceState(name=f"odd {number}", kind="feed", state="failing", message="It [fails.") for number in range(3)
        ],
        reader="ML engineer",
    )


def test_everything_that_matters_stands_on_one_small_screen() -> None:
    entries = today_entries(full(), 21, 79)
    drawn = rows_of(entries)
    assert len(drawn) <= 21
    for heading in ("Rising", "Most discussed", "Saved searches", "From those", "New papers", "Sources in trouble"):
        assert any(row.strip().startswith(heading) for row in drawn), heading
    assert any("412 since your last look, sorted for the ML engineer" in row for row in drawn)
    assert any("3 people" in row and "bluesky, x" in row for row in drawn)
    assert all(cell_len(row) <= 79 for row in drawn)
    assert all(entry.target for entry in entries if entry.key is not None)


@given(st.integers(6, 80), st.integers(34, 140), st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_parts_fill_the_screen_and_never_more_than_the_least_needs(height: int, width: int, sizes: list[int]) -> None:
    one = Entry(lambda _: [[("x", "")]])
    parts = [Part("Heading", "", [one] * size, 1, 12) for size in sizes if size]
    drawn = rows_of(fitted(parts, height, width), width)
    assert len(drawn) <= max(height, 2 * len(parts))
    wanted = sum(min(size, 12) + 1 for size in sizes)
    assert len(drawn) >= min(height - len(parts), wanted - sizes.count(0))


def test_topics_of_the_role_come_first_and_chance_does_not_rise() -> None:
    role = shipped()["ml-engineer"]
    trends = Trends(
        window="",
        topics=(topic("cooking", 1), topic("quantization", 2), topic("training", 3, "watch")),
        papers_before=1,
        papers_after=1,
    )
    entries = today_entries(TodayData(trends=trends, interest=role.standing), 30, 79)
    assert [entry.key for entry in entries if entry.key is not None] == [("topic", "t2"), ("topic", "t1")]


def test_what_the_role_reads_what_was_starred_and_what_is_unread_counts_more() -> None:
    role = shipped()["ml-engineer"]
    other = worth(line(1, "Cooking"), role, frozenset())
    assert worth(line(1, "Low-bit quantization"), role, frozenset()) > other
    assert worth(line(1, "Cooking", byline="Known"), role, {"Known"}) > other
    assert worth(line(1, "Quantization", is_read=True), role, frozenset()) < other


def test_only_what_came_since_the_last_look_is_new(tmp_path: Path) -> None:
    session = home(tmp_path)
    nobody = Role(name="", title="")
    data = gather(session.reader, 90, TodayData(), nobody, lambda reader, rows: reader.lines(rows))
    assert data.is_whole
    assert sorted(one.row for one in data.newest) == [91, 92]
    first = gather(session.reader, 0, TodayData(), nobody, lambda reader, rows: reader.lines(rows))
    assert not first.is_whole
    assert len(first.newest) == 92


@pytest.mark.parametrize("size", [SMALL, (100, 30), LARGE])
async def test_every_line_opens_something_and_one_screen_is_enough(tmp_path: Path, size: tuple[int, int]) -> None:
    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Sources in trouble" in stage.text and "Rising" in stage.text)
        listing = stage.listing
        assert listing.virtual_size.height <= listing.size.height
        for _ in range(listing.total()):
            assert listing.target is not None
            await stage.press("j")
        await stage.pilot.resize_terminal(100, 40)
        await stage.settle()
        assert listing.virtual_size.height <= listing.size.height

    await play(home(tmp_path, failing=True), act, size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_each_line_leads_to_what_it_names(tmp_path: Path, size: tuple[int, int]) -> None:
    session = home(tmp_path, failing=True)

    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Sources in trouble" in stage.text and "Rising" in stage.text)
        opened = set()
        for place in [index for index in range(stage.listing.total()) if stage.listing.stops(index)]:
            stage.listing.move_to(place)
            target = stage.listing.target
            await stage.press("enter")
            await stage.until(lambda target=target: stage.main.pane_target == target)  # type: ignore[misc]
            assert stage.main.is_reading
            assert stage.pane.document.blocks
            opened.add(type(target).__name__)
            await stage.press("q")
        assert opened == {"TopicTarget", "ItemTarget", "SourceTarget"}

    await play(session, act, size)


def test_a_notice_of_too_little_history_leads_to_the_trends() -> None:
    trends = Trends(window="W20", topics=(), papers_before=0, papers_after=5, notice="Too little [history].")
    entries = today_entries(replace(full(), trends=trends))
    row = next(entry for entry in entries if "Too little [history]." in rows_of([entry])[0])
    assert row.target == ViewTarget(5)


async def test_the_first_frame_is_laid_out_for_the_width_of_the_screen() -> None:
    widths: list[int] = []

    def draw(width: int) -> list[Row]:
        widths.append(width)
        return [[("x" * width, "")]]

    class Small(App[None]):
        def compose(self) -> ComposeResult:
            yield EntryList()

        def on_mount(self) -> None:
            shown = self.query_one(EntryList)
            assert shown.size.width == 0  # as in the first frame: nothing is measured yet
            shown.show([Entry(draw)])

    async with Small().run_test(size=(80, 24)):
        assert set(widths) == {79}

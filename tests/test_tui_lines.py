"""Papers and posts on the screen: groups whose headings are lines, words in the filter line, one key for unread, starred, hidden."""

from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_tui import LARGE, NOW, SMALL, Stage, StagedSession, home, play
from textual.app import App

from tracker import times
from tracker.models import Hit, Line, Mode
from tracker.query import Filter
from tracker.store import grouping
from tracker.tui.groups import OTHER, by_topic, gathered
from tracker.tui.widgets.line_list import LineList


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from("abc"))))
def test_gathering_loses_nothing_and_keeps_the_order(keyed: list[tuple[int, str]]) -> None:
    found = gathered(keyed)
    assert [name for name, _ in found] == list(dict.fromkeys(name for _, name in keyed))
    assert all(list(own) == [row for row, other in keyed if other == name] for name, own in found)


@pytest.mark.parametrize("by", ["source", "day"])
def test_groups_of_a_store_hold_what_its_order_holds(tmp_path: Path, by: str) -> None:
    reader = home(tmp_path).reader
    state = Filter(kind="paper")
    found = gathered(grouping.keyed(reader.connection, state, by))
    assert sorted(row for _, own in found for row in own) == sorted(reader.order(state))
    for name, own in found:
        assert all((line.origin if by == "source" else line.date[:10]) == name for line in reader.lines(own))


def test_items_stand_in_the_first_topic_that_has_them(tmp_path: Path) -> None:
    session = home(tmp_path)
    trends = session.trends()
    found = dict(by_topic(session.reader, Filter(kind="paper"), None, trends.topics))
    assert list(found) == ["sparse [attention", OTHER]
    assert len(found["sparse [attention"]) == 2
    assert len(found[OTHER]) == 54


def line(row: int) -> Line:
    return Line(
        row=row,
        id=f"i{row}",
        kind="paper",
        title=f"Title {row}",
        byline="",
        venue="",
        year=2026,
        date="2026-05-01",
        origin="",
        is_read=row % 2 == 0,
        is_starred=False,
    )


async def test_headings_are_drawn_and_stepped_over() -> None:
    asked: list[int] = []

    def fetch(wanted: Any) -> list[Line]:
        asked.extend(wanted)
        return [line(row) for row in wanted]

    class Listed(App[None]):
        def compose(self) -> Any:
            yield LineList(fetch)

    app = Listed()
    async with app.run_test(size=SMALL) as pilot:
        shown = app.query_one(LineList)
        shown.show_groups(
            [("漢字 [b]group" * 9, array("q", [1, 2])), ("", array("q", [3])), ("many", array("q", range(4, 90_000)))]
        )
        shown.focus()
        await pilot.pause()
        assert (shown.cursor, shown.items, shown.total()) == (1, 89_999, 90_002)
        assert shown.target_at(0) is None
        for index in (0, 3, 5):
            assert cell_len("".join(words for words, _ in shown.rows_of(index, 79)[0])) <= 79
        assert "unknown" in "".join(words for words, _ in shown.rows_of(3, 79)[0])
        assert "89,996" in "".join(words for words, _ in shown.rows_of(5, 79)[0])
        await pilot.press("j", "j")
        assert shown.cursor == 4  # over the heading
        assert shown.next_unread(1, 9) == 7  # row 5, below the heading
        await pilot.press("j")
        shown.leave_out(4)
        assert shown.heads[2] == ("many", 89_995)
        assert shown.row_at(shown.cursor) == 5
        shown.leave_out(3)
        assert shown.heads[1] == ("", 0)
        await pilot.press("g")
        assert shown.cursor == 1
        assert min(asked) > 0
        assert len(asked) < 128 * 4


class Found(StagedSession):
    """A session whose meaning finds one more paper than its words."""

    is_warm = True

    def search(self, line: str, *, limit: int = 20, mode: Mode = "hybrid", reader: Any = None) -> list[Hit]:
        hits = super().search(line, limit=limit, mode="lexical", reader=reader)
        if mode != "hybrid":
            return hits
        return [*hits, Hit(line=(reader or self.reader).lines([1])[0], score=0.1, why="near")]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_key_goes_through_the_groups(tmp_path: Path, size: tuple[int, int]) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: "56 papers" in stage.text)
        await stage.press("B")
        await stage.until(lambda: "by source, 1 group" in stage.text)
        assert "daily  56" in stage.text
        await stage.press("B")
        await stage.until(lambda: "by topic, 2 groups" in stage.text)
        assert "sparse [attention  2" in stage.text
        assert stage.line.id.startswith("arxiv:")
        await stage.press("B")
        await stage.until(lambda: "by day, 18 groups" in stage.text)
        assert "2026-05-19  " in stage.text
        await stage.press("right_curly_bracket")
        assert stage.line.date == "2026-05-18"
        await stage.press("left_curly_bracket")
        assert stage.line.date == "2026-05-19"
        await stage.press("left_curly_bracket")
        assert "No group in that direction" in stage.said
        before = stage.line.row
        await stage.press("u")
        await stage.until(lambda: "55 papers" in stage.text)
        assert stage.line.row != before
        await stage.press("z")
        await stage.until(lambda: "56 papers" in stage.text)
        await stage.press("q")
        await stage.until(lambda: "56 papers" in stage.text and "group" not in stage.text.splitlines()[1])
        assert stage.main.number == 2

    await play(home(tmp_path), act, size)


async def test_words_in_the_filter_line_search_in_place(tmp_path: Path) -> None:
    home(tmp_path)
    session = Found(tmp_path, clock=lambda: NOW)

    async def act(stage: Stage) -> None:
        await stage.press("2", "f")
        await stage.type("reproducing year:2026")
        await stage.press("enter")
        await stage.until(lambda: stage.listing.total() == 2)  # what meaning found is merged in
        assert "2 papers · reproducing year:2026" in stage.text
        assert "[Re] Reproducing" in stage.text
        await stage.press("B")
        await stage.until(lambda: "by source" in stage.text)
        assert stage.main.view.lines.items == 2
        await stage.press("A")
        assert "A marks a whole list read" in stage.said
        await stage.press("escape")
        await stage.until(lambda: "56 papers" in stage.text)

    await play(session, act)


async def test_one_key_each_for_unread_starred_hidden(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "N", "j", "s", "U")
        await stage.until(lambda: "55 papers · is:unread" in stage.text)
        await stage.press("S")
        await stage.until(lambda: "1 paper · is:unread is:starred" in stage.text)
        await stage.press("U", "S")
        await stage.until(lambda: "56 papers" in stage.text and "is:" not in stage.text)
        await stage.press("j", "u", "H")
        await stage.until(lambda: "1 paper · is:hidden" in stage.text)
        await stage.press("H")
        await stage.until(lambda: "55 papers" in stage.text)
        await stage.press("3", "S")
        await stage.until(lambda: "No starred post" in stage.text)

    await play(home(tmp_path), act, LARGE)

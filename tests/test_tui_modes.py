"""Counts, selection, letters to jump by: keys that change what the next keys mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_tui import LARGE, SMALL, Stage, _fixed_day, browse_into, home, play, session  # noqa: F401 - fixtures

from tracker.tui.keys import ALL_KEYS, counted, labels
from tracker.tui.messages import UrlTarget
from tracker.tui.widgets.bars import BottomBar

if TYPE_CHECKING:
    from pathlib import Path

    from test_tui import StagedSession


def state(stage: Stage) -> str:
    return stage.app.query_one(BottomBar).state


@pytest.mark.parametrize("size", [SMALL, (100, 30), LARGE])
async def test_a_count_repeats_the_motion_after_it(session: StagedSession, size: tuple[int, int]) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2", "0", "1")
        assert state(stage) == "count 1"
        assert "count 1" in stage.text
        assert stage.main.number == 2
        await stage.press("2", "j")
        assert (stage.listing.cursor, state(stage)) == (12, "")
        await stage.press("0", "3", "k")
        assert stage.listing.cursor == 9
        await stage.press("0", "4", "0", "G")
        assert stage.listing.cursor == 39
        await stage.press("0", "7", "g")
        assert stage.listing.cursor == 6
        await stage.press("0", "9", "9", "9", "9", "9", "9", "9", "9", "G")
        assert stage.listing.cursor == 55
        await stage.press("g", "0", "3", "n")
        assert stage.listing.cursor == 3
        await stage.press("0", "2", "p")
        assert stage.listing.cursor == 1

    await play(session, act, size)


async def test_a_count_begins_only_with_its_key_and_esc_or_backspace_take_it_back(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2", "0", "5", "escape")
        assert (state(stage), stage.main.number) == ("", 2)
        await stage.press("j")
        assert stage.listing.cursor == 1
        await stage.press("0", "5", "backspace", "backspace", "3")
        assert stage.main.number == 3
        await stage.press("2", "0", "2", "s")
        assert stage.line.is_starred
        assert state(stage) == ""
        await stage.press("0", "0", "j")
        assert stage.listing.cursor == 2

    await play(session, act)


async def test_counts_in_a_list_with_headings_and_in_the_pane(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Most discussed" in stage.text)
        places = [index for index in range(stage.listing.total()) if stage.listing.stops(index)]
        await stage.press("0", "3", "G")
        assert stage.listing.cursor == places[2]
        await stage.press("2", "enter")
        await stage.until(lambda: "Links" in stage.text)
        await stage.press("0", "2", "tab")
        assert stage.pane.link == 1
        await stage.press("0", "4", "j")
        assert stage.pane.scroll_offset.y == min(4, stage.pane.max_scroll_y)
        await stage.press("0", "1", "G")
        assert stage.pane.scroll_offset.y == 0

    await play(session, act)


@pytest.mark.parametrize(
    ("action", "count", "made"),
    [
        ("step(1)", 5, "step(5)"),
        ("unread(-1)", 3, "unread(-3)"),
        ("edge(1)", 12, "line(12)"),
        ("edge(-1)", 12, "line(12)"),
        ("switch('read')", 3, None),
        ("view(3)", 3, None),
    ],
)
def test_which_actions_take_a_count(action: str, count: int, made: str | None) -> None:
    assert counted(action, count) == made


@pytest.mark.parametrize("count", [0, 1, 26, 27, 51, 52, 200, 676])
def test_no_letters_are_the_beginning_of_others(count: int) -> None:
    made = labels(count)
    assert len(set(made)) == len(made) == count
    assert not [one for one in made for other in made if one != other and other.startswith(one)]


# selection


async def test_what_is_selected_is_marked_at_once_and_undone_as_one(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        def read() -> list[bool]:
            reader = session.new_reader()
            marks = [reader.item(row).marks.is_read for row in rows]
            reader.close()
            return marks

        await stage.press("2", "j")
        await stage.until(lambda: stage.listing.total() == 56)
        rows = list(stage.listing.rows[:6])  # type: ignore[attr-defined]
        await stage.press("j", "N", "k", "v", "0", "3", "j")
        assert state(stage) == "4 selected"
        assert stage.text.count("┃") == 3
        await stage.press("N")
        assert read() == [False, True, True, True, True, False]
        assert state(stage) == ""
        assert "3 items marked read" in stage.said
        await stage.press("z")
        assert read() == [False, False, True, False, False, False]
        await stage.press("Z")
        assert read() == [False, True, True, True, True, False]
        assert "Done again" in stage.said
        await stage.press("v", "k", "N")
        assert read() == [False, True, True, False, False, False]
        await stage.press("z", "z", "z")
        assert not any(read())
        await stage.press("Z", "s", "Z")
        assert "nothing to redo" in stage.said

    await play(session, act)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_hiding_many_and_bringing_them_back(session: StagedSession, size: tuple[int, int]) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2", "j", "v", "j", "j", "u")
        await stage.until(lambda: stage.listing.total() == 53)
        assert "3 items hidden" in stage.said
        await stage.press("z")
        await stage.until(lambda: stage.listing.total() == 56)
        assert stage.listing.cursor == 1
        await stage.press("Z")
        await stage.until(lambda: stage.listing.total() == 53)
        await stage.press("f")
        await stage.type("is:hidden")
        await stage.press("enter")
        await stage.until(lambda: stage.listing.total() == 3)
        await stage.press("v", "G", "u")
        await stage.until(lambda: stage.listing.total() == 0)
        assert "3 items in the lists again" in stage.said
        await stage.press("escape")
        await stage.until(lambda: stage.listing.total() == 56)

    await play(session, act, size)


async def test_tags_of_many_are_added_and_taken_away_and_undone_together(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        def tags() -> list[tuple[str, ...]]:
            reader = session.new_reader()
            found = [reader.item(row).marks.tags for row in rows]
            reader.close()
            return found

        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        rows = list(stage.listing.rows[:3])  # type: ignore[attr-defined]
        await stage.press("t")
        await stage.type("old")
        await stage.press("enter", "v", "G", "g", "j", "j", "v", "g", "v", "j", "j", "t")
        await stage.type("#later -old")
        await stage.press("enter")
        assert tags() == [("later",)] * 3
        await stage.press("z")
        assert tags() == [("old",), (), ()]
        await stage.press("v", "j", "e")
        assert "belongs to one item" in stage.said

    await play(session, act)


async def test_a_selection_ends_with_its_key_with_esc_and_with_the_view(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        for leave in (("v",), ("escape",), ("3", "2")):
            await stage.press("2", "v", "j")
            assert stage.main.is_selecting
            await stage.press(*leave)
            assert not stage.main.is_selecting
            assert state(stage) == ""
            assert stage.app.is_running
        await stage.press("enter", "v")
        assert "selected in a list" in stage.said
        await stage.press("q", "v", "j", "R")
        await stage.settle()
        assert len(stage.listing.selected) == 2

    await play(session, act)


async def test_a_whole_long_list_can_be_selected(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("v", "G", "s")
        assert "56 items starred" in stage.said
        await stage.press("f")
        await stage.type("is:starred")
        await stage.press("enter")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("z", "escape", "f", *["backspace"] * 11)
        await stage.type("is:starred")
        await stage.press("enter")
        await stage.until(lambda: stage.listing.total() == 0)

    await play(session, act)


# letters to jump by


@pytest.mark.parametrize("size", [SMALL, (100, 30), LARGE])
async def test_letters_lead_to_every_line_in_sight(session: StagedSession, size: tuple[int, int]) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("semicolon")
        shown = dict(stage.listing.labels)
        assert len(shown) == min(stage.listing.size.height, 56)
        place, letters = list(shown.items())[-1]
        row = stage.listing.item_at(place)
        assert stage.text.splitlines()[stage.listing.region.y + place][stage.listing.region.x :].startswith(letters)
        await stage.press(*letters)
        await stage.settle()
        assert stage.main.is_reading
        assert stage.line.row == row
        assert not stage.listing.labels
        await stage.press("q", "semicolon", "escape")
        assert (state(stage), stage.main.is_reading, len(stage.listing.labels)) == ("", False, 0)
        await stage.press("semicolon", "0")
        assert state(stage) == ""

    await play(session, act, size)


async def test_letters_lead_to_the_links_of_what_is_read(
    session: StagedSession,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    browse_into(opened, monkeypatch)

    async def act(stage: Stage) -> None:
        await stage.press("2", "G", "enter")
        await stage.until(lambda: "Links" in stage.text)
        await stage.press("semicolon")
        blocks = stage.pane.document.blocks
        letters = {blocks[place].target: letters for place, letters in stage.pane.labels.items()}
        url = next(target for target in letters if isinstance(target, UrlTarget) and "arxiv.org" in target.url)
        await stage.press(*letters[url])
        assert opened == [url.url]
        stage.main.pane.show(type(stage.main.pane.document)(()))
        await stage.press("semicolon")
        assert "no link in sight" in stage.said

    await play(session, act)


async def test_the_mouse_puts_the_letters_away(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2", "semicolon")
        assert stage.listing.labels
        await stage.pilot.click(type(stage.listing), offset=(10, 3))
        await stage.settle()
        assert (stage.listing.cursor, len(stage.listing.labels), state(stage)) == (3, 0, "")
        await stage.press("j")
        assert stage.listing.cursor == 4

    await play(session, act)


async def test_marking_what_is_gone_by_now_does_nothing(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        gone = stage.listing.rows[:2]  # type: ignore[attr-defined]
        session.writer.execute(f"DELETE FROM items WHERE row IN ({gone[0]}, {gone[1]})")
        session.writer.commit()
        for key in ("s", "u", "b"):
            await stage.press("g", "v", "j", key)
        assert stage.app.is_running
        assert not stage.app.desk.marks.undo(lambda _, __: None)

    await play(session, act)


async def test_modes_of_an_empty_home(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "v")
        assert "no line to select" in stage.said
        await stage.press("semicolon")
        assert "no line to jump to" in stage.said
        await stage.press("0", "5", "j", "0", "5", "G", "O", "Y", "vertical_line", "Z")
        assert stage.app.is_running

    await play(home(tmp_path, lines=[]), act)


def test_new_keys_do_not_take_those_of_others() -> None:
    keys = {key.id: key.keys for key in ALL_KEYS}
    assert (keys["count"], keys["jump"], keys["visual"], keys["redo"]) == ("0", "semicolon", "v", "Z")


async def test_letters_typed_before_a_line_is_there_belong_to_it(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.type_fast("/sNug")
        await stage.until(lambda: stage.app.screen.query_one("SearchView Input").value == "sNug")  # type: ignore[attr-defined]
        await stage.press("escape", "escape", "2")
        await stage.type_fast("fis:x")
        await stage.until(lambda: stage.app.screen.query_one("#prompt-input").value == "is:x")  # type: ignore[attr-defined]
        await stage.press("escape")
        totals = stage.app.desk.session.new_reader().totals()
        assert (totals.starred, totals.unread) == (0, totals.papers + totals.posts)

    await play(home(tmp_path), act, SMALL)

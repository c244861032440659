"""Counts, selection, letters to jump by: keys that change what the next keys mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_tui import LARGE, SMALL, Stage, _fixed_day, home, play, session  # noqa: F401 - fixtures
from textual.app import App

from tracker.tui.keys import ALL_KEYS, counted, labels
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

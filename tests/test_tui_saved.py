"""Saved searches in the terminal UI: the section of Today, the key that saves, the palette, what counts as seen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from test_tui import LARGE, NOW, SMALL, Stage, paper, play
from test_tui import home as staged

from tracker import times
from tracker.saved import service as saved

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.session import Session

NAME = "bad [/nope] [b]x"


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)
    monkeypatch.setattr("tracker.tui.views.search.PAUSE_SECONDS", 0.001)


def bring(session: Session, count: int, first: int = 500) -> None:
    """Let new items come in that match, as a sync does."""
    path = session.home / f"more-{first}.jsonl"
    rows = [paper(number, f"Routing [b]robots[/b] [{number}") for number in range(first, first + count)]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    session.import_files([path])
    list(session.saved.look())


def new(session: Any) -> int:
    (search,) = saved.listed(session.new_reader())
    return search.new


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_today_lists_new_matches_and_what_was_shown_is_seen_at_the_next_look(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    session = staged(tmp_path)
    session.saved.save("robots", NAME)
    bring(session, 5)
    assert new(session) == 5

    async def first(stage: Stage) -> None:
        await stage.until(lambda: "Saved searches" in stage.text)
        assert f"{NAME}  5 new" in stage.text
        assert stage.text.count("Routing [b]robots[/b] [50") >= 3
        entries = stage.listing.entries  # type: ignore[attr-defined]
        place = next(n for n, entry in enumerate(entries) if entry.key == ("saved", NAME))
        stage.listing.move_to(place)
        await stage.press("enter")
        await stage.until(lambda: "Routing [b]robots[/b] [504" in stage.pane_text)
        await stage.press("q")
        stage.listing.move_to(place + 1)
        await stage.press("enter")
        assert stage.line.title.startswith("Routing [b]robots[/b]")
        await stage.press("q", "u")
        await stage.until(lambda: f"{NAME}  4 new" in stage.text)

    Stage.pane_text = property(lambda stage: str([block.parts for block in stage.pane.document.blocks]))  # type: ignore[attr-defined]
    await play(session, first, size)
    assert new(session) == 0

    async def second(stage: Stage) -> None:
        await stage.until(lambda: "Rising" in stage.text)
        assert "Saved searches" not in stage.text

    await play(session, second, size)


async def test_matches_that_today_has_not_shown_stay_new(tmp_path: Path) -> None:
    session = staged(tmp_path)
    session.saved.save("robots")

    async def act(stage: Stage) -> None:
        await stage.press("2")
        bring(session, 2)
        stage.main.views[1].reload()
        await stage.settle()

    await play(session, act)
    assert new(session) == 2


async def test_a_key_saves_the_search_that_is_typed_and_the_palette_leads_back_and_forgets(tmp_path: Path) -> None:
    session = staged(tmp_path)

    async def act(stage: Stage) -> None:
        await stage.press("ctrl+s")
        assert "Type a search first" in stage.said
        await stage.press("slash")
        await stage.type("is:unred")
        await stage.press("ctrl+s", "enter")
        await stage.until(lambda: "is:unread" in stage.said)
        await stage.press("slash")
        stage.main.view.box.value = ""
        await stage.type("sparse attention")
        await stage.press("ctrl+s")
        await stage.until(lambda: stage.main.prompt is not None)
        await stage.press("enter")
        await stage.until(lambda: "Saved as 'sparse attention', with 50 close matches" in stage.said)
        await stage.press("1")
        await stage.until(lambda: bool(stage.main.views[1].data.saved))
        await stage.press("colon")
        await stage.until(lambda: stage.app.screen is not stage.main)
        await stage.type("saved search sparse")
        await stage.settle()
        await stage.press("enter")
        await stage.until(lambda: stage.main.number == 4 and stage.main.view.box.value == "sparse attention")
        stage.main.forget_search("sparse attention")
        await stage.until(lambda: "is forgotten" in stage.said)
        await stage.until(lambda: not stage.main.views[1].data.saved)

    await play(session, act)
    assert saved.listed(session.new_reader()) == []

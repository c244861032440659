"""Tab completes names and values of filters, from the store."""

from pathlib import Path

import pytest
from test_tui import NOW, SMALL, Stage, home, paper, play, post
from textual.widgets import Input

from tracker import times
from tracker.query import filter_names, unfinished
from tracker.store import completing
from tracker.tui.widgets.prompt import VALUES, FilterSuggester


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)


LINES = [
    paper(1, "One", venue="NeurIPS", authors=["Ada Lovelace", "Björn Löwe"], categories=["cs.LG"]),
    paper(2, "Two", venue="NeurIPS", authors=["Bo Lovelace"], categories=["cs.LG", "cs.CL"]),
    paper(3, "Three", venue="New 100%_Venue", authors=["Cy Lovell", 'D "Quote" O\'Neill']),
    post(4, "A post"),
]


def test_values_are_found_by_their_first_letters_the_commonest_first(tmp_path: Path) -> None:
    connection = home(tmp_path, lines=LINES).reader.connection
    for field, begun, wanted in (
        ("venue", "ne", ["NeurIPS", "New 100%_Venue"]),
        ("venue", "new 100%_", ["New 100%_Venue"]),
        ("venue", "%", []),
        ("source", "DAI", ["daily"]),
        ("category", "cs.", ["cs.LG", "cs.CL"]),
        ("author", "lov", ["Lovelace", "Lovell"]),
        ("author", "low", ["Löwe"]),
        ("author", "lö", ["Lovelace", "Löwe", "Lovell"]),
        ("author", '" OR authors : "', []),
        ("author", "l", []),
        ("tag", "x", []),
        ("since", "7", []),
    ):
        assert completing.values(connection, field, begun, 5) == wanted, (field, begun)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("Routing ve", "Routing venue:"),
        ("-au", "-author:"),
        ("is:un", "is:unread"),
        ("x sort:n", "x sort:newest"),
        ("venue:neu", "venue:NeurIPS"),
        ("-venue:neu", "-venue:NeurIPS"),
        ('venue:"new y', 'venue:"New York"'),
        ("venue:new", 'venue:"New York"'),
        ("venue:NEURIPS", None),
        ("venue:", None),
        ("words", None),
        ("x ", None),
        ("since:7", None),
        ("x is:", "x is:read"),
        ("-kind:", "-kind:paper"),
    ],
)
async def test_the_last_word_is_completed(typed: str, completed: str | None) -> None:
    async def ask(field: str, begun: str) -> str:
        known = {"venue": ["NeurIPS", "New York"]}.get(field, [])
        return next((value for value in known if value.lower().startswith(begun.lower())), "")

    assert await FilterSuggester(ask).get_suggestion(typed) == completed


async def test_tab_takes_a_venue_and_an_author_in_both_lines(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("slash")
        await stage.type("venue:neu")
        box = stage.app.query_one("#search-line", Input)
        await stage.until(lambda: box._suggestion == "venue:NeurIPS")
        await stage.press("tab")
        assert box.value == "venue:NeurIPS"
        await stage.press("escape", "escape", "escape", "2", "f")
        await stage.type("author:lovel")
        prompt = stage.app.query_one("#prompt-input", Input)
        await stage.until(lambda: prompt._suggestion == "author:Lovelace")
        await stage.press("tab", "enter")
        await stage.until(lambda: "2 papers · author:Lovelace" in stage.text)

    await play(home(tmp_path, lines=LINES), act, SMALL)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("sparse kind:", ("sparse", "kind")),
        ("sparse  -venue:", ("sparse", "venue")),
        ("is:", ("", "is")),
        ("sparse kind:p", ("sparse kind:p", "")),
        ("what is this:", ("what is this:", "")),
        ("a:kind:", ("a:kind:", "")),
        ("sparse kind: ", ("sparse kind:", "")),
        ("", ("", "")),
    ],
)
def test_a_filter_without_its_value_is_set_apart(line: str, asked: tuple[str, str]) -> None:
    assert unfinished(line) == asked


def test_each_filter_says_what_can_follow_it() -> None:
    assert set(VALUES) == set(filter_names())


async def test_hits_stay_while_a_filter_is_being_typed(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("slash")
        await stage.type("one kind")
        await stage.press("colon")
        await stage.until(lambda: "3 hits · by words" in stage.text and "kind: paper, post" in stage.text)
        assert "paper · words" in stage.text
        assert "no value" not in stage.text
        await stage.press("tab")
        assert stage.app.query_one("#search-line", Input).value == "one kind:paper"
        await stage.until(lambda: "3 hits · by words" in stage.text and "kind: paper" not in stage.text)

    await play(home(tmp_path, lines=LINES), act, SMALL)

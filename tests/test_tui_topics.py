"""Charts in cells, the page of a topic, and the view of trends."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_tui import NOW, SMALL, Stage, StagedSession, home, play, topic

from tracker import times
from tracker.errors import NotFoundError
from tracker.findings import Trends
from tracker.pages import Compared, Neighbour, Paper, Post, Ranking, Share, TopicPage, Week, Year
from tracker.tui.cells import Row
from tracker.tui.charts import beside, counted, curve, place_head, place_row, weeks_shown
from tracker.tui.desk import Desk
from tracker.tui.messages import ItemTarget, TopicTarget
from tracker.tui.reading import gather_page
from tracker.tui.rows import spoken_draw
from tracker.tui.topics import page_document
from tracker.tui.views.trends import Found, trend_entries

WEEKS = tuple(f"2026-W{number:02d}" for number in range(9, 21))


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)
    monkeypatch.setattr("tracker.tui.screens.shell.REST_SECONDS", 0.001)


def text_of(rows: list[Row]) -> list[str]:
    return ["".join(words for words, _ in row) for row in rows]


def test_the_interval_of_a_count_is_that_of_a_poisson_mean() -> None:
    assert counted(0) == pytest.approx((0, 0, 3.84), abs=0.01)
    value, low, high = counted(100)
    assert (value, low, high) == pytest.approx((100, 82.2, 121.6), abs=0.1)


def test_a_curve_shows_value_interval_and_gaps() -> None:
    bars = [(10.0, 5.0, 15.0), None, (0.0, 0.0, 3.0), (2.0, 0.0, 40.0)]
    rows = text_of(curve([("papers", "")], bars, WEEKS[:4], 30, "good"))
    assert rows[0] == "papers"
    assert rows[1].startswith("    20┤")  # twice the highest value: the widest interval is cut there
    assert rows[1][-1] == "┆"
    assert rows[-2].startswith("     0┤")
    assert "?" in rows[-2]
    assert [line[10] for line in rows[1:-1]].count("●") == 1
    assert "┬" in "".join(line[10] for line in rows[1:-1])
    assert rows[-1].split() == ["09", "10", "11", "12"]


BAR = st.lists(st.floats(0, 1e6), min_size=3, max_size=3).map(sorted).map(lambda found: (found[1], found[0], found[2]))


@given(st.lists(st.none() | BAR, max_size=12), st.integers(12, 120))
def test_a_curve_keeps_its_width_whatever_it_shows(bars: list[Any], width: int) -> None:
    rows = text_of(curve([("papers", "")], bars, WEEKS[: len(bars)], width, "good"))
    assert all(cell_len(row) <= width for row in rows)
    assert sum(row.count("●") for row in rows) == sum(bar is not None for bar in bars[-(width - 7) :])


def test_charts_stand_side_by_side_where_there_is_room() -> None:
    left, right = [[("aaaa", "")], [("b", "")]], [[("cc", "")]]
    assert text_of(beside(left, right, 9)) == ["aaaa   cc", "b      "]
    assert text_of(beside(left, right, 8)) == ["aaaa", "b", "", "cc"]
    assert text_of(beside(left, [], 80)) == ["aaaa", "b"]


@given(st.text(max_size=80), st.lists(st.none() | st.integers(1, 10), min_size=12, max_size=12), st.integers(34, 140))
def test_a_row_of_places_fills_its_width(label: str, places: list[int | None], width: int) -> None:
    row, head = place_row(label, places, width), place_head(WEEKS, width)
    assert cell_len(text_of([row])[0]) == cell_len(text_of([head])[0]) == width


def test_places_say_how_they_moved() -> None:
    falling, rising = [1] * 8 + [2, 3, 4, 5], [None] * 11 + [3]
    assert "▼4" in text_of([place_row("a", falling, 80)])[0]
    assert "new" in text_of([place_row("a", rising, 80)])[0]
    assert weeks_shown(80, 12) == 12
    assert weeks_shown(50, 12) < 12
    assert text_of([place_row("a", falling, 50)])[0].rstrip().endswith("5")  # the newest weeks stay


def page(**more: Any) -> TopicPage:
    weeks = tuple(
        Week(
            week=week,
            papers=None if number == 3 else number,
            of=100,
            share=None if number == 3 else Share(share=number / 100, low=number / 150, high=number / 60),
            people=number % 4,
            posts=number,
        )
        for number, week in enumerate(WEEKS)
    )
    known: dict[str, Any] = {
        "id": "sparse",
        "label": "sparse [b]attention",
        "aliases": ("Sparse-[/b] 漢字",),
        "as_of": "2026-05-17",
        "papers_in_all": 40,
        "titles_in_all": 12,
        "people_in_all": 3,
        "posts_in_all": 7,
        "compared": Compared(before=4, after=21, ratio=3.4, interval=(2.1, 5.6), p=0.001),
        "notice": "",
        "weeks": weeks,
        "years": (Year(year=2025, papers=3, of=90), Year(year=2026, papers=37, of=400)),
        "first_papers": (
            Paper(id="arxiv:1", title="The $\\alpha$ one [x", byline="Lovelace", date="2025-03-01", url="", people=2),
        ),
        "first_voices": (Post(id="x:1", network="x", author="ann [b]", date="2025-03-02", text="Look [/", url=""),),
        "papers": (Paper(id="arxiv:2", title="Another", byline="Turing", date="2026-05-01", url=""),),
        "posts": (),
        "narrower": (Neighbour(id="block", label="block-sparse [attention]", papers=5, times=12.0),),
        "neighbours": (Neighbour(id="kvcache", label="KV cache", papers=9, times=4.2),),
        "among": 40,
    }
    return TopicPage(**(known | more))


def words_of(document: Any, width: int = 76) -> str:
    return "\n".join("\n".join(text_of(block.rows(width))) for block in document.blocks)


def test_a_page_tells_everything_and_everything_on_it_opens() -> None:
    document = page_document(page(), topic("sparse attention", 1))
    words = words_of(document)
    for said in (
        "sparse [b]attention",
        "Sparse-[/b] 漢字",
        "rising  ×3.4",
        "95 % between 2.1 and 5.6",
        "40 papers, 12 by title",
        "3 people in 7 posts",
        "first seen 2025-03-01",
        "papers of 1,000",
        "people posting",
        "The α one [x",
        "2 people posted",
        "ann [b] on x  Look [/",
        "2025 to 2026",
        "block-sparse [attention]",
        "KV cache  9 papers, ×4.2",
    ):
        assert said in words, said
    targets = [block.target for block in document.blocks if block.target]
    assert targets == [
        ItemTarget("arxiv:1"),
        ItemTarget("x:1"),
        ItemTarget("arxiv:2"),
        TopicTarget("block"),
        TopicTarget("kvcache"),
    ]


@pytest.mark.parametrize("width", [30, 41, 56, 76, 92])
def test_a_page_fits_any_pane(width: int) -> None:
    for block in page_document(page()).blocks:
        assert all(cell_len(row) <= width for row in text_of(block.rows(width)))


def test_a_page_without_people_or_history_says_so() -> None:
    nobody = tuple(Week(week=week, papers=1, of=9, share=None, people=0, posts=0) for week in WEEKS)
    document = page_document(page(people_in_all=0, compared=None, notice="Two weeks are too few.", weeks=nobody))
    words = words_of(document)
    assert "Two weeks are too few." in words
    assert "nobody posted about it" in words
    assert "people posting" not in words


def test_trends_begin_with_places_and_name_what_people_talk_about() -> None:
    rising = tuple(topic(f"topic {number}", number) for number in range(4))
    spoken = topic("only posts", 9, "watch")
    ranked = tuple(Ranking(label=one.label, places=(2, 1, 3)) for one in rising)
    found = Found(
        Trends(
            window="W20", topics=rising, papers_before=9, papers_after=8, weeks=WEEKS[:3], spoken=(spoken,), notice=""
        ),
        ranked,
    )
    entries = trend_entries(found)
    rows = [text_of(entry.draw(79)) for entry in entries]
    assert rows[0][0].strip().startswith("Places")
    assert [entry.target for entry in entries[2:6]] == [TopicTarget.of(one) for one in rising]
    shown = "\n".join(line for entry in rows for line in entry)
    assert "Talked about" in shown
    assert "6 people" in shown
    assert len({entry.key for entry in entries if entry.target}) == 9
    keys = [entry.key for entry in trend_entries(Found(found.trends))]
    assert not any(isinstance(key, tuple) and key[0] == "Places" for key in keys)


@given(st.integers(40, 140))
def test_rows_of_talk_fit(width: int) -> None:
    wide = topic("漢字 " * 40, 1)
    assert all(cell_len(row) <= width for row in text_of(spoken_draw(wide)(width)))


async def test_a_topic_opens_its_page_and_a_neighbour_opens_its_own(tmp_path: Path) -> None:
    class Paged(StagedSession):
        def topic(self, name: str, *_: Any, **__: Any) -> TopicPage:
            return page(label=f"page of {name}")

    home(tmp_path)
    session = Paged(tmp_path, clock=lambda: NOW)

    async def act(stage: Stage) -> None:
        await stage.press("5")
        await stage.until(lambda: stage.listing.target is not None)
        await stage.press("enter")
        await stage.until(lambda: "page of sparse [attention" in stage.text)
        assert "rising" in stage.text
        await stage.press("shift+tab", "enter")
        await stage.until(lambda: "page of kvcache" in stage.text)
        await stage.press("q")
        await stage.until(lambda: "page of sparse [attention" in stage.text)
        await stage.press("q")
        assert not stage.main.is_reading

    await play(session, act, SMALL)


def test_a_name_that_nothing_holds_leads_to_the_phrase_that_is_counted(tmp_path: Path) -> None:
    desk = Desk(home(tmp_path))
    held, unheld = topic("sparse attention", 1), replace(topic("attention unheard", 2), counted="attention")
    for one, label in ((held, "Sparse"), (unheld, "attention")):
        gather = gather_page(TopicTarget.of(one), desk)
        assert gather is not None
        assert label.lower() in words_of(gather(desk.session.reader)).splitlines()[0].lower()
    missing = gather_page(TopicTarget("unheard"), desk)
    assert missing is not None
    with pytest.raises(NotFoundError):
        missing(desk.session.reader)


async def test_a_topic_that_nothing_holds_says_so_in_the_pane(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        stage.main.open(TopicTarget("zzz unheard of"))
        await stage.until(lambda: "zzz unheard of" in stage.text)
        await stage.until(lambda: "Nothing" in stage.text or "nothing" in stage.text or "No " in stage.text)

    await play(home(tmp_path), act, SMALL)


async def test_any_topic_is_opened_by_its_name(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("5", "T")
        await stage.until(lambda: "topic, as papers write it" in stage.text)
        await stage.type("Sparse attention")
        await stage.press("enter")
        await stage.until(lambda: "50 papers, 50 by title" in stage.text)
        await stage.press("q", "T", "escape")
        assert not stage.main.is_reading

    await play(home(tmp_path), act, SMALL)

"""Parts of the terminal face without a screen: cells, documents, the desk."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_tui import home, rows, topic

from tracker.models import Hit, Line, SourceState
from tracker.tui.cells import fit, fit_right, marked, sparkline, steady, wrap
from tracker.tui.desk import Desk
from tracker.tui.documents import item_document
from tracker.tui.forms import address_of
from tracker.tui.keys import ALL_KEYS, MAIN_KEYS, shown, unknown
from tracker.tui.marks import Change, Step
from tracker.tui.messages import ItemTarget, UrlTarget, ViewTarget
from tracker.tui.rows import hit_draw, line_row, topic_draw
from tracker.tui.sources import Coming, heading_draw, source_document, source_draw

WILD = st.text(st.characters(blacklist_categories=["Cs"]), max_size=120) | st.sampled_from(
    ["漢字" * 30, "👩‍💻🇩🇪❤️ code", "e\u0301" * 20, "[b]x[/nope]", "a" * 300, "\u0301\u0302x", ""]
)


@given(WILD, st.integers(0, 100))
def test_a_cell_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    for made in (fit(text, width), fit_right(text, width)):
        assert cell_len(made) == width


@given(st.lists(st.tuples(WILD, st.sampled_from(["", "dim"])), max_size=4), st.integers(4, 80), st.integers(0, 10))
def test_wrapping_loses_no_letter_and_keeps_the_width(parts: list[tuple[str, str]], width: int, indent: int) -> None:
    parts = [(steady(text), role) for text, role in parts]
    made = wrap(parts, width, indent)
    assert all(cell_len("".join(text for text, _ in row)) <= width for row in made)
    assert "".join("".join(text for text, _ in row) for row in made).replace(" ", "") == "".join(
        text for text, _ in parts
    ).replace(" ", "")


def line(title: str) -> Line:
    return Line(
        row=1,
        id="arxiv:1",
        kind="paper",
        title=title,
        byline="Lovelace and Turing",
        venue="NeurIPS",
        year=2025,
        date="2026-05-01",
        origin="daily",
        is_read=False,
        is_starred=True,
        mentions=1234,
    )


@given(WILD, st.integers(30, 200))
def test_a_line_fills_its_row_whatever_its_title(title: str, width: int) -> None:
    assert cell_len("".join(text for text, _ in line_row(line(title), width))) == width


def test_rows_of_all_kinds_fit() -> None:
    state = SourceState(name="odd [b]" * 9, kind="feed", state="failing", message="x" * 300, remedy="y" * 200)

    for draw in (
        topic_draw(topic("label " * 30, 1)),
        source_draw(state),
        hit_draw(Hit(line=line("t" * 200), score=1.0, why="words: " + "w" * 90, snippet="s" * 400)),
    ):
        for width in (40, 79, 130):
            assert all(cell_len("".join(text for text, _ in row)) <= width for row in draw(width))


@given(WILD, st.lists(st.text(min_size=1, max_size=9), max_size=4))
def test_marking_words_changes_no_letter(text: str, words: list[str]) -> None:
    assert "".join(part for part, _ in marked(text, "dim", words)) == text


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Sparse Attention, attic sparsely", ["attention", "sparse"], ["Sparse", "Attention", "sparsely"]),
        ("AI aims at aid for RAGs and rag, dragging", ["ai", "rag"], ["AI", "RAGs", "rag"]),
        ("C++ and [b] x (c++)", ["c++", "[b]"], ["C++", "[b]", "c++"]),
        ("nothing", [], []),
    ],
)
def test_the_words_of_a_query_are_marked_where_they_begin_a_word(text: str, words: list[str], found: list[str]) -> None:
    assert [part for part, role in marked(text, "", words) if role == "found"] == found


def test_a_hit_marks_its_words_in_title_and_sentence() -> None:
    hit = Hit(
        line=line("On routing of experts"),
        score=1.0,
        why="words: routing",
        snippet="We route. Routings win.",
        words=("routing",),
    )
    above, below = hit_draw(hit)(79)
    assert [text for text, role in above if role == "found"] == ["routing"]
    assert [text for text, role in below if role == "found"] == ["Routings"]
    assert {cell_len("".join(text for text, _ in row)) for row in (above, below)} <= {78, 79}


@pytest.mark.parametrize(
    ("values", "bars"),
    [((), ""), ((0, 0), "▁▁"), ((1, None, 8), "▂·█"), ((5,), "█"), ((-1, 4), "▁█")],
)
def test_sparkline(values: tuple[int | None, ...], bars: str) -> None:
    assert sparkline(values) == bars


def test_the_document_of_a_paper_leads_only_to_the_web_and_to_stored_items(tmp_path: Path) -> None:
    session = home(
        tmp_path, lines=[{**rows()[0], "url": "javascript:alert(1)", "pdf_url": "file:///etc/passwd"}, *rows()[1:]]
    )
    reader = session.reader
    item = reader.item("arxiv:2605.00000")
    document = item_document(item, None, reader.posts_about(item.row))
    targets = [block.target for block in document.blocks if block.target]
    assert all(
        isinstance(target, ItemTarget | ViewTarget)
        or (isinstance(target, UrlTarget) and target.url.startswith("https://"))
        for target in targets
    )
    assert not address_of(item) or address_of(item).startswith("https://")
    text = "\n".join("".join(words for words, _ in block.parts) for block in document.blocks)
    assert "Ada Lovelace, Alan Turing, Grace Hopper" in text
    assert "1 post about it" in text
    assert "arxiv:2605.00000" in text


def test_a_source_says_what_helps() -> None:
    document = source_document(
        SourceState(
            name="a", kind="feed", state="login", message="It wants a password.", remedy="Set TOKEN.", failures=3
        ),
        "https://example.org",
    )
    text = "\n".join("".join(words for words, _ in block.parts) for block in document.blocks)
    assert "wants a login" in text
    assert "Set TOKEN." in text
    assert "failures in a row" in text


TEN = datetime(2026, 5, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "opens", "scheduled", "short", "words"),
    [
        ("", True, None, "opening", "when tracker is opened"),
        ("2026-05-20T08:30:00Z", True, None, "opening", "when tracker is opened"),
        ("2026-05-20T09:30:00Z", True, None, "from 10:30", "on opening after 10:30"),
        (
            "2026-05-20T09:30:00Z",
            True,
            TEN + timedelta(hours=21),
            "Thu 07:00",
            "on opening after 10:30, Thu 07:00 by itself",
        ),
        ("", False, TEN + timedelta(hours=5), "15:00", "15:00 by itself"),
        ("2026-05-20T09:30:00Z", False, None, "r or R", "only with r or R"),
    ],
)
def test_it_is_said_when_sources_are_asked_next(
    last: str, opens: bool, scheduled: datetime | None, short: str, words: str
) -> None:
    coming = Coming.of(last, TEN, opens=opens, scheduled=scheduled, per_week={})
    assert (coming.short(TEN), coming.in_words(TEN)) == (short, words)


def test_a_source_is_a_row_under_its_columns_at_every_width() -> None:
    coming = Coming(per_week={"a": 12.4, "b": 0.3}, opens=False)
    states = [
        SourceState(name="a", kind="feed", state="ok", last_ok="2026-05-20T08:00:00Z", items=9_120),
        SourceState(name="b", kind="feed", state="off"),
    ]
    for width in (40, 60, 79, 130):
        drawn = [
            "".join(text for text, _ in draw(width)[0])
            for draw in (heading_draw, *(source_draw(state, "", coming) for state in states))
        ]
        assert len({cell_len(row) for row in drawn}) == 1
        assert ("next" in drawn[0]) is ("r or R" in drawn[1]) is (width >= 76)
        assert "r or R" not in drawn[2]
        assert drawn[1].endswith("9,120 ")
    assert " 12 " in drawn[1]
    assert " 0.3 " in drawn[2]


def test_marks_are_written_in_order_and_undone_in_reverse(tmp_path: Path) -> None:
    session = home(tmp_path)
    desk = Desk(session)
    ended = threading.Semaphore(0)
    problems: list[BaseException | None] = []

    def settle(_: object, error: BaseException | None) -> None:
        problems.append(error)
        ended.release()

    def do(words: str, before: dict[str, object], after: dict[str, object]) -> None:
        desk.marks.do(Step(words, (Change((1,), before, after),)), settle)

    do("starred", {"starred": False}, {"starred": True})
    assert desk.overlay(session.reader.lines([1])[0]).is_starred
    do("starred", {"starred": True}, {"starred": False})
    do("tags", {"tags": ()}, {"tags": ("later",)})
    assert [step.words for step in (desk.marks.undo(settle), desk.marks.undo(settle)) if step] == ["tags", "starred"]
    for _ in range(5):
        assert ended.acquire(timeout=5)
    assert problems == [None] * 5
    marks = session.reader.item(1).marks
    assert marks.is_starred
    assert marks.tags == ()
    assert desk.marks.undo(settle) is not None
    assert desk.marks.undo(settle) is None
    desk.close()
    assert not session.reader.item(1).marks.is_starred


def test_the_last_look_is_kept_and_a_damaged_note_of_it_is_no_harm(tmp_path: Path) -> None:
    session = home(tmp_path)
    desk = Desk(session)
    assert desk.last_row == 0
    desk.newest_row, desk.is_today_seen = 92, True
    desk.close()
    assert Desk(session).last_row == 92
    (tmp_path / "index" / "last-look.json").write_text("[]{", encoding="utf-8")
    assert Desk(session).last_row == 0
    (tmp_path / "index" / "last-look.json").write_text(json.dumps({"row": "x"}), encoding="utf-8")
    assert Desk(session).last_row == 0


def test_keys_have_one_id_each_and_are_named() -> None:
    assert len({key.id for key in ALL_KEYS}) == len(ALL_KEYS)
    keys = [key for entry in MAIN_KEYS for key in entry.keys.split(",")]
    assert len(set(keys)) == len(keys)
    assert shown("search", {}) == "/"
    assert shown("down", {}, first=False) == "j ↓"
    assert shown("star", {"star": "x"}) == "x"
    assert unknown({"star": "x", "fly": "y"}) == ["fly"]

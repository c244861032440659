"""What somebody sees who does not know the program: every moment of doubt of a walk by keys, each with the answer that the screen gives."""

import threading
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from test_tui import NOW, SMALL, Stage, StagedSession, _fixed_day, browse_into, home, paper, play, session, topic  # noqa: F401 - fixtures

from tracker.errors import FetchError
from tracker.findings import Trends
from tracker.models import Hit, Line, SourceState, SyncEvent
from tracker.store import sources
from tracker.text import plural
from tracker.tui import browser
from tracker.tui.rows import hit_draw, line_row, trouble_draw
from tracker.tui.sources import source_draw
from tracker.tui.today import TodayData, today_entries
from tracker.tui.troubles import trouble_entries, troubled
from tracker.tui.views.today import TodayView
from tracker.tui.views.trends import Found, trend_entries
from tracker.tui.widgets import bars
from tracker.tui.widgets.bars import TopBar
from tracker.tui.widgets.entry_list import Entry

MEDIUM = (100, 30)


def words(entries: Sequence[Entry], width: int = 79) -> str:
    """Return what entries show."""
    return "\n".join("".join(text for text, _ in row) for entry in entries for row in entry.draw(width))


def hints(stage: Stage) -> str:
    return stage.text.splitlines()[-1]


# a first sync, and none without a network


async def test_a_home_without_items_shows_how_far_its_first_sync_is(tmp_path: Path) -> None:
    made = home(tmp_path, lines=[])
    may_end = threading.Event()

    def slowly(_: StagedSession, names: Sequence[str] = (), *, index: bool = True) -> Iterator[SyncEvent]:
        del names, index
        yield SyncEvent(step="fetched", source="daily")
        assert may_end.wait(20)
        yield SyncEvent(step="finished")

    type(made).sync = slowly  # type: ignore[method-assign]

    async def act(stage: Stage) -> None:
        await stage.until(lambda: "R fetches what you follow" in stage.text)
        stage.main.sync(())
        await stage.until(lambda: "Fetching what you follow" in stage.text)
        await stage.until(lambda: "sync 1/2" in stage.text.splitlines()[2])
        assert "sync 1/2" in stage.text.splitlines()[0]
        assert "R fetches" not in stage.text
        may_end.set()
        await stage.until(lambda: "R fetches what you follow" in stage.text)
        assert "sync" not in stage.text.splitlines()[0]

    await play(made, act, SMALL)


def test_sources_out_of_reach_are_one_line_and_others_one_each() -> None:
    away = [SourceState(name=f"away {number}", kind="feed", state="unreachable") for number in range(4)]
    gone = SourceState(name="gone", kind="feed", state="gone", message="It left.", remedy="Find its new address.")
    well = SourceState(name="well", kind="feed", state="ok")
    entries = trouble_entries(troubled([*away, gone, well]))
    assert len(entries) == 2
    assert "4 sources cannot be reached  Is there a network? R tries again." in words(entries)
    assert "gone · Find its new address. · It left." in words(entries)
    assert len(trouble_entries(away[:2])) == 2


def test_what_helps_is_read_whole_where_the_address_is_long() -> None:
    message = f"{'long-address.example.org/' * 4}feed.xml has a host whose name is not known."
    state = SourceState(name="a", kind="feed", state="failing", message=message, remedy="Check the network.")
    drawn = " ".join("".join(text for text, _ in row) for row in source_draw(state)(80))
    assert "Check the network." in " ".join(drawn.split())
    assert "failing · Check the network." in "".join(text for text, _ in trouble_draw(state)(80)[0])


@pytest.mark.parametrize(("width", "is_seen"), [(120, True), (80, True), (69, False), (30, False)])
async def test_the_line_of_views_names_at_least_the_one_that_is_shown(
    session: StagedSession,  # noqa: F811
    width: int,
    is_seen: bool,
) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("3")
        top = stage.text.splitlines()[0]
        assert "3 Posts" in top
        assert ("5 Trends" in top) == is_seen
        stage.app.query_one(TopBar).update(failing=75, busy="sync 12/75", brief="⟳16%")
        await stage.settle()
        if width >= 80:
            assert "75" in stage.text.splitlines()[0]
            assert "16%" in stage.text.splitlines()[0] or "12/75" in stage.text.splitlines()[0]

    await play(session, act, (width, 24))


# which keys act now


async def test_the_keys_that_are_named_are_those_that_act(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "f")
        assert "tab complete" in hints(stage)
        assert "venue:NeurIPS" in stage.text  # an example while nothing is typed
        await stage.press("escape")
        assert "B group" in hints(stage)
        await stage.press("t")
        assert "enter done" in hints(stage)
        assert "complete" not in hints(stage)
        await stage.press("escape", "semicolon")
        assert "letters open what stands beside them" in hints(stage)
        await stage.press("escape")
        assert "B group" in hints(stage)
        await stage.press("enter")
        assert "s star" in hints(stage)
        await stage.press("question_mark")
        assert "Keys of the reading pane" in stage.text
        await stage.press("escape", "escape", "7")
        await stage.until(lambda: "2 sources" in stage.text)
        await stage.press("enter")
        assert "r sync it" in hints(stage)
        assert "star" not in hints(stage)
        await stage.press("r")
        await stage.until(lambda: type(stage.app.desk.session).asked == ("odd [b]source",))  # type: ignore[attr-defined]
        await stage.press("escape", "5")
        await stage.until(lambda: "Places" in stage.text)
        await stage.press("enter")
        assert "; letters" in hints(stage)
        await stage.press("escape", "slash")
        assert "leave the line" in hints(stage)

    await play(home(tmp_path, failing=True), act, SMALL)


async def test_a_source_opened_from_today_is_synced_by_the_same_key(tmp_path: Path) -> None:
    made = home(tmp_path, failing=True)

    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Sources in trouble" in stage.text)
        await stage.press("G", "enter", "r")
        await stage.until(lambda: type(made).asked == ("odd [b]source",))

    await play(made, act, SMALL)


async def test_the_page_of_keys_begins_with_all_that_the_view_has(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2", "question_mark")
        own = stage.text.partition("Views")[0]
        assert "esc goes back" in own
        assert all(said in own for said in ("next group", "only starred, or all again", "only hidden, or all again"))

    await play(session, act, SMALL)


async def test_what_was_said_of_one_view_does_not_hide_the_keys_of_the_next(
    session: StagedSession,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("escape")
        assert stage.said == "This is the top; q quits."
        await stage.press("6")
        assert "day or week" in hints(stage)
        stage.main.say("It failed.", "bad")
        await stage.press("7")
        assert stage.said == "It failed."
        read = bars.monotonic() + bars.HOLD_SECONDS
        monkeypatch.setattr(bars, "monotonic", lambda: read)
        await stage.press("6")
        assert stage.said == ""

    await play(session, act, SMALL)


# marks


async def test_marks_made_in_the_list_are_seen_when_the_item_is_opened(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2", "enter", "escape", "s", "t")
        await stage.type("later")
        await stage.press("enter")
        assert stage.said == "Tagged later; z undoes it."
        await stage.press("e")
        await stage.type("why")
        await stage.press("enter")
        assert stage.said == "Noted; z undoes it."
        await stage.press("enter")
        await stage.until(lambda: "starred  #later" in stage.text)
        assert "Note: why" in stage.text
        await stage.press("e", "backspace", "backspace", "backspace", "enter")
        assert stage.said == "The note is gone; z undoes it."

    await play(session, act, SMALL)


async def test_a_prompt_does_not_move_what_is_chosen(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Rising" in stage.text)
        await stage.press("G")
        chosen, count = stage.line.row, stage.listing.total()
        await stage.press("t")
        assert (stage.line.row, stage.listing.total()) == (chosen, count)
        await stage.press("escape")
        assert stage.line.row == chosen

    await play(session, act, SMALL)


async def test_the_cursor_does_not_stand_on_the_empty_line_above_a_heading(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("6")
        await stage.until(lambda: "What [rose" in stage.text)
        await stage.press("j")
        marked = [line for line in stage.text.splitlines() if line.startswith("▌")]
        assert marked
        assert all(line.strip("▌ ") for line in marked)

    await play(session, act, SMALL)


# the browser


async def test_without_a_browser_the_key_that_copies_is_named(
    session: StagedSession,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(using: str | None = None) -> webbrowser.BaseBrowser:
        raise webbrowser.Error(f"could not locate runnable browser {using}")

    async def act(stage: Stage) -> None:
        await stage.press("2")
        monkeypatch.setattr(webbrowser, "get", none)
        await stage.press("o")
        await stage.until(lambda: "no browser here" in stage.said)
        assert "y copies the link" in stage.said
        monkeypatch.setattr(webbrowser, "get", lambda using=None: webbrowser.GenericBrowser("true"))
        await stage.press("j", "o")  # one of text needs the terminal, which a test does not have
        await stage.until(lambda: "no browser here" in stage.said)
        opened: list[str] = []
        browse_into(opened, monkeypatch)
        await stage.press("j", "o")
        await stage.until(lambda: stage.said.startswith("Opened https://"))
        assert len(opened) == 1

    await play(session, act, SMALL)


def test_a_browser_of_text_is_known_from_one_with_a_window() -> None:
    assert browser.is_of_text(webbrowser.GenericBrowser("w3m"))
    assert not browser.is_of_text(webbrowser.BackgroundBrowser("firefox"))
    assert not browser.is_of_text(webbrowser.Chrome("chromium"))


# what is not there


async def test_a_search_over_nothing_says_so(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("slash")
        await stage.type("words")
        await stage.until(lambda: "Nothing is stored yet" in stage.text)
        assert "R fetches what you follow" in stage.text

    await play(home(tmp_path, lines=[]), act, SMALL)


async def test_a_search_without_hits_says_what_to_change(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("slash")
        await stage.type("xyzzyplugh")
        await stage.until(lambda: "Fewer words" in stage.text)

    await play(session, act, SMALL)


def test_too_little_history_says_what_to_do_meanwhile() -> None:
    bare = Trends(window="2026-W20", topics=(), papers_before=0, papers_after=0, notice="Not enough history.")
    assert "R fetches, 2 lists what is there" in words(trend_entries(Found(bare)))


def test_a_topic_that_is_new_does_not_stand_among_those_that_rise() -> None:
    rising, new = topic("attention", 1), topic("agents", 2, "new")
    found = Found(Trends(window="W20", topics=(rising, new), new=(new,), papers_before=9, papers_after=9))
    assert words(trend_entries(found)).count("agents") == 1
    assert words(trend_entries(found)).count("attention") == 1


def test_a_narrow_list_keeps_its_titles_and_leaves_the_venue_to_the_pane() -> None:
    line = Line(
        row=1, id="a", kind="paper", title="Sparse attention in many dimensions", byline="Ada", venue="NeurIPS",
        year=2026, date="2026-05-19", origin="daily", is_read=False, is_starred=False,
    )  # fmt: skip
    narrow, wide = ("".join(text for text, _ in line_row(line, width)) for width in (49, 79))
    assert "Sparse attention in many dimen" in narrow
    assert "NeurIPS" not in narrow
    assert "NeurIPS 26" in wide
    voiced = replace(line, kind="post")
    assert "Ada" in "".join(text for text, _ in line_row(voiced, 49))


async def test_a_story_told_twice_counts_once_wherever_counts_are_shown(tmp_path: Path) -> None:
    told = [
        {"id": f"{place}:1", "source": place, "author": place, "text": "A model that folds proteins is out, with code and weights", "url": f"https://{place}.example.org/1",
         "created_at": "2026-05-19T10:00:00Z", "links": ["https://lab.example.org/folding"], "engagement": {}}
        for place in ("x", "reddit")
    ]  # fmt: skip

    async def act(stage: Stage) -> None:
        await stage.until(lambda: "unread" in stage.text)
        shown = stage.text.splitlines()[1]
        await stage.press("3")
        posts = stage.listing.total()
        assert f"1 paper, {plural(posts, 'post')}, {posts + 1} unread" in shown

    await play(home(tmp_path, lines=[paper(1, "One"), *told]), act, SMALL)


def test_a_first_sync_is_only_told_while_nothing_is_stored() -> None:
    data = TodayData(new_papers=0, new_posts=0, under_way="sync 3/75")
    assert "Fetching what you follow" in words(today_entries(data))
    assert "sync 3/75" in words(today_entries(data))
    assert "Fetching" not in words(today_entries(replace(data, papers=1)))


async def test_the_starter_library_can_be_asked_for_by_name(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("colon")
        await stage.until(lambda: stage.app.screen is not stage.main)
        await stage.type("starter")
        await stage.until(lambda: "Bring the starter library" in stage.text)
        await stage.press("backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace")
        await stage.type("begin a count")
        await stage.until(lambda: "Begin a count: 05j, 012G" in stage.text)

    await play(session, act, MEDIUM)


async def test_the_page_of_a_source_follows_a_sync(tmp_path: Path) -> None:
    made = home(tmp_path, failing=True)

    async def act(stage: Stage) -> None:
        await stage.press("7")
        await stage.until(lambda: "2 sources" in stage.text)
        await stage.press("enter")
        await stage.until(lambda: "feed · failing" in stage.text)
        sources.succeeded(made.writer, "odd [b]source", "feed", {}, "ok", "", "2026-05-20T09:00:00Z")
        stage.main.after_change()
        await stage.until(lambda: "feed · well" in stage.text)
        assert "What helps" not in stage.text

    await play(made, act, SMALL)


async def test_beside_an_empty_list_nothing_is_shown(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: "We study" in stage.text)
        await stage.press("S")
        await stage.until(lambda: "No starred paper" in stage.text)
        assert "We study" not in stage.text
        await stage.press("escape")
        await stage.until(lambda: "We study" in stage.text)

    await play(session, act, MEDIUM)


def test_a_hit_shows_the_sentence_that_matches_also_where_there_is_little_room() -> None:
    line = Line(
        row=1, id="a", kind="paper", title="Sparse attention", byline="Ada", venue="NeurIPS",
        year=2026, date="2026-05-19", origin="daily", is_read=False, is_starred=False,
    )  # fmt: skip
    hit = Hit(
        line=line, score=1.0, why="words: sparse, attention · meaning 0.72", snippet="It skips most of the tokens."
    )
    narrow, wide = ("".join(text for text, _ in hit_draw(hit)(width)[1]) for width in (79, 120))
    assert "words · meaning 0.72 · It skips most of the tokens." in narrow
    assert "words: sparse, attention · meaning 0.72 · It skips most of the tokens." in wide


async def test_what_was_left_and_brought_nothing_is_not_listed(tmp_path: Path) -> None:
    made = home(tmp_path)
    for name in ("left [b]empty", "daily"):
        sources.failed(made.writer, name, "feed", FetchError("It is away.", "Wait."), "2026-05-19T08:00:00Z")
    (tmp_path / "feeds.toml").write_text("[tracker]\n", encoding="utf-8")
    made.forget_config()

    async def act(stage: Stage) -> None:
        await stage.press("7")
        await stage.until(lambda: "not followed" in stage.text)
        assert "daily" in stage.text
        assert "left [b]empty" not in stage.text
        await stage.press("enter")
        await stage.until(lambda: "feed · not followed" in stage.text)
        assert "What helps" not in stage.text

    await play(made, act, SMALL)


def test_what_comes_when_the_user_has_left_ends_nothing() -> None:
    view = TodayView()
    view.know_discussed(())  # it is not on any screen
    assert view.data == TodayData()

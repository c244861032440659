"""The terminal face driven by keys over a real store: what each key does, at both sizes, with hostile titles, failing sources, an empty home."""

import json
import subprocess
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from tracker import times
from tracker.errors import BusyError, FetchError
from tracker.findings import Point, Topic, Trends
from tracker.models import Line, SyncEvent
from tracker.pages import Digest, DigestEntry, DigestSection, Sentence
from tracker.session import Session
from tracker.store import sources
from tracker.tui.app import TrackerApp
from tracker.tui.views.lines import LinesView
from tracker.tui.views.today import TodayView
from tracker.tui.widgets.bars import BottomBar, TopBar
from tracker.tui.widgets.cursor_list import CursorList
from tracker.tui.widgets.line_list import LineList
from tracker.tui.widgets.nav import Nav
from tracker.tui.widgets.reading import ReadingPane

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HOSTILE = (
    "Sampling on the interval [0, 1",
    "[Re] Reproducing",
    "Bad [/nope] [b]x",
    "[@click=app.exit]press[/] me",
    "{markup} $x^2$ \\",
    "漢字の題名 👩‍💻 é ﷽",
)
LETTERS = {"space": " ", "slash": "/", "colon": ":", "question_mark": "?"}
SMALL, LARGE = (80, 24), (140, 45)


def paper(number: int, title: str, **more: object) -> dict[str, object]:
    name = f"2605.{number:05d}"
    return {
        "id": f"arxiv:{name}",
        "source": "daily",
        "title": title,
        "abstract": f"We study {title}. It works well on task {number}.",
        "authors": ["Ada Lovelace", "Alan Turing", "Grace Hopper"],
        "venue": "arXiv",
        "year": 2026,
        "date": f"2026-05-{19 - number % 18:02d}",
        "arxiv_id": name,
        "url": f"https://arxiv.org/abs/{name}",
        "pdf_url": f"https://arxiv.org/pdf/{name}",
        "categories": ["cs.LG"],
        "status": "preprint",
        **more,
    }


def post(number: int, text: str, links: Sequence[str] = ()) -> dict[str, object]:
    return {
        "id": f"x:{number}",
        "source": "x",
        "author": f"voice{number}",
        "text": text,
        "created_at": f"2026-05-{19 - number % 18:02d}T10:00:00Z",
        "url": f"https://x.com/voice{number}/status/{number}",
        "links": list(links),
        "engagement": {"likes": 3},
    }


def rows() -> list[dict[str, object]]:
    papers = [paper(number, title) for number, title in enumerate(HOSTILE)]
    papers += [paper(number, f"Sparse attention in {number} dimensions") for number in range(10, 60)]
    posts = [
        post(number, f"Reading {title} today", [f"https://arxiv.org/abs/2605.{number:05d}"])
        for number, title in enumerate(HOSTILE)
    ]
    posts += [post(number, f"Thoughts on routing, part {number}") for number in range(10, 40)]
    return papers + posts


def topic(label: str, number: int, state: str = "rising") -> Topic:
    return Topic(
        id=f"t{number}",
        label=label,
        phrases=(label, "also [this]"),
        items=("arxiv:2605.00010", "arxiv:2605.00001"),
        before=4,
        after=21,
        z=4.2,
        p=0.001,
        ratio=3.4,
        interval=(2.1, 5.6),
        state=state,
        weekly=(1, 2, None, 3, 5, 9),
        voices_weekly=(0, 1, 0, 2, 4, 6),
        papers_curve=tuple(
            None if week == 2 else Point(share=share, low=share / 2, high=share * 2)
            for week, share in enumerate((0.01 * number, 0.02, 0.0, 0.03, 0.05, 0.09 / max(number, 1)))
        ),
        posts=("x:1",),
    )


class StagedSession(Session):
    """A real session whose trends, digest and sync are given: they belong to others and are slow."""

    steps: tuple[SyncEvent, ...] = ()
    sync_error: Exception | None = None
    bare = False
    asked: tuple[str, ...] | None = None
    trends_error: Exception | None = None

    def trends(self, week: str | None = None, limit: int = 20, reader: Any = None) -> Trends:
        if self.trends_error:
            raise self.trends_error
        if self.bare:
            return Trends(window="", topics=(), papers_before=0, papers_after=0)
        return Trends(
            window="2026-W17 to W20",
            topics=(topic("sparse [attention", 1), topic("[b]routing[/b]", 2)),
            papers_before=400,
            papers_after=210,
            weeks=tuple(f"2026-W{number}" for number in range(15, 21)),
            new=(topic("[Re] agents", 3, "new"),),
            fading=(topic("gans", 4, "fading"),),
        )

    def digest(self, week: str | None = None, role: str | None = None, minutes: int = 0, reader: Any = None) -> Digest:
        if self.bare:
            return Digest(edition="2026-W20", title="Week 20 of 2026", role="ml-engineer", sections=(), references={})
        line = self.new_reader().lines([1])[0]
        entry = DigestEntry(
            title="Bad [/nope] [b]x",
            item="arxiv:2605.00002",
            sentences=(Sentence(text="It [works](http://x) on *one* [0, 1.", items=("arxiv:2605.00002",)),),
            papers=(line,),
        )
        section = DigestSection(
            key="rising",
            heading="What [rose",
            lead=(Sentence(text="Two topics [rose.", items=("arxiv:2605.00010", "arxiv:2605.00001")),),
            entries=(entry,),
        )
        return Digest(
            edition="2026-W20",
            title="Week 20 of 2026 [b], for ML engineers",
            role="ml-engineer",
            sections=(section,),
            references={},
            how=(Sentence(text="Counted, not guessed."),),
        )

    def sync(self, names: Sequence[str] = (), *, index: bool = True) -> Iterator[SyncEvent]:
        type(self).asked = tuple(names)
        if self.sync_error:
            raise self.sync_error
        yield from self.steps

    def meaning(self, reader: Any) -> None:
        """Nothing is embedded."""

    def warm(self) -> None:
        """Load nothing: the words are enough here."""


def home(
    folder: Path, *, lines: Sequence[dict[str, object]] | None = None, toml: str = "", failing: bool = False
) -> StagedSession:
    kind: Any = type("Staged", (StagedSession,), {})
    assert issubclass(kind, StagedSession)
    (folder / "feeds.toml").write_text(
        toml
        or '[[source]]\nkind = "feed"\nname = "daily"\nurl = "https://example.org/feed"\n[[source]]\nkind = "feed"\nname = "odd [b]source"\nurl = "https://example.org/x"\n',
        encoding="utf-8",
    )
    session: StagedSession = kind(folder, clock=lambda: NOW)
    if lines is None or lines:
        path = folder / "lines.jsonl"
        path.write_text("\n".join(json.dumps(row) for row in (rows() if lines is None else lines)), encoding="utf-8")
        session.import_files([path])
    else:
        kind.bare = True
    if failing:
        sources.failed(
            session.writer,
            "odd [b]source",
            "feed",
            FetchError("example.org answers [500", "Try [later]."),
            "2026-05-19T08:00:00Z",
        )
        sources.succeeded(session.writer, "daily", "feed", {}, "ok", "", "2026-05-20T08:00:00Z")
    return session


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)
    monkeypatch.setattr("tracker.tui.screens.shell.REST_SECONDS", 0.001)
    monkeypatch.setattr("tracker.tui.views.search.PAUSE_SECONDS", 0.001)


@pytest.fixture
def session(tmp_path: Path) -> StagedSession:
    return home(tmp_path)


class Noting(webbrowser.BaseBrowser):
    """A browser that only notes what it opens."""

    def __init__(self, opened: list[str]) -> None:
        super().__init__("noting")
        self.opened = opened

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        del new, autoraise
        self.opened.append(url)
        return True


def browse_into(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system have a browser that notes what it opens."""
    monkeypatch.setattr(webbrowser, "get", lambda using=None: Noting(opened))


class Stage:
    """An app on a screen of a size, with what a person at it can see and do."""

    def __init__(self, app: TrackerApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after another; each is handled before the next (the pilot's own `press` waits 100 ms for each)."""
        for key in keys:
            letter = key if len(key) == 1 else LETTERS.get(key)
            self.app.post_message(events.Key(_character_to_key(letter) if letter else key, letter))
            for _ in range(4):
                await self.pilot.pause(0)
        await self.settle()

    async def type_fast(self, keys: str) -> None:
        """Send keys all at once, as somebody who does not wait for the screen."""
        for letter in keys:
            self.app.post_message(events.Key(_character_to_key(letter), letter))
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way: workers, timers that start them, messages."""
        quiet = 0
        for _ in range(10_000):
            quiet = 0 if any(not worker.is_finished for worker in self.app.workers) else quiet + 1
            if quiet == 6:  # a finished worker may post what starts another one
                break
            await self.pilot.pause(0.004)

    async def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(4_000):
            if is_so():
                return
            await self.pilot.pause(0.005)
        raise AssertionError(f"never came about; the screen is\n{self.text}")

    async def type(self, words: str) -> None:
        await self.press(*("space" if letter == " " else letter for letter in words))

    @property
    def main(self) -> Any:
        return self.app.screen_stack[0]

    @property
    def text(self) -> str:
        """The screen as text."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()
        assert all(strip.cell_length == width for strip in lines), "a line is too long or too short"
        assert len(lines) == height
        return "\n".join(strip.text for strip in lines)

    @property
    def listing(self) -> CursorList:
        listing: CursorList = self.main.view.listing
        return listing

    @property
    def line(self) -> Line:
        line: Line = self.main.line
        return line

    @property
    def said(self) -> str:
        return self.app.query_one(BottomBar).message if self.app.screen is self.main else ""

    @property
    def pane(self) -> ReadingPane:
        pane: ReadingPane = self.main.pane
        return pane

    def stored(self) -> Any:
        """The marks of the chosen item as they are on the disk."""
        reader = self.app.desk.session.new_reader()
        marks = reader.item(self.line.row).marks
        reader.close()
        return marks


async def play(
    session: Session, act: Callable[[Stage], Awaitable[None]], size: tuple[int, int] = SMALL, *, sync: bool = False
) -> TrackerApp:
    app = TrackerApp(session, sync_after=timedelta(days=-1) if sync else None)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot)
        await stage.settle()
        await act(stage)
    app.desk.close()
    return app


@pytest.mark.parametrize("size", [SMALL, (100, 30), LARGE])
async def test_hostile_titles_stand_literally_in_every_view(tmp_path: Path, size: tuple[int, int]) -> None:
    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Rising" in stage.text)
        assert "sparse [attention" in stage.text
        assert "[b]routing[/b]" in stage.text
        assert "odd [b]source" in stage.text
        assert "Try [later]." in stage.text
        await stage.press("2")
        assert all(
            title in stage.text
            for title in ("Sampling on the int", "[Re] Reproducing", "Bad [/nope] [b]x", "[@click=app.exit]pre")
        )
        await stage.press("enter")
        assert "We study" in stage.text
        await stage.press("q", "3")
        assert "[Re] R" in stage.text
        await stage.press("j", "j", "enter")
        assert "it mentions" in stage.text
        await stage.press("q", "4")
        await stage.type("reproducing")
        await stage.until(lambda: "[Re] Reproduc" in stage.text)
        await stage.press("escape", "5")
        await stage.until(lambda: "[Re] agents" in stage.text)
        await stage.press("enter")
        await stage.until(lambda: "by title" in stage.text)
        await stage.press("q", "6")
        await stage.until(lambda: "It [works](http://x) on *one* [0, 1." in stage.text)
        await stage.press("7")
        await stage.until(lambda: "answers [500" in stage.text)
        await stage.press("enter")
        assert "Try [later]." in stage.text
        await stage.press("question_mark")
        await stage.press("escape", "colon")
        await stage.until(lambda: stage.app.screen is not stage.main)
        await stage.type("odd")
        await stage.until(lambda: "Sync odd [b]source" in stage.text)

    await play(home(tmp_path, failing=True), act, size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_moving_keys(session: StagedSession, size: tuple[int, int]) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2")
        last = stage.listing.total() - 1
        assert (stage.listing.cursor, last) == (0, 55)
        for keys, place in (
            (("j", "down"), 2),
            (("k",), 1),
            (("up", "up"), 0),
            (("G",), last),
            (("j",), last),
            (("g",), 0),
            (("end",), last),
            (("home",), 0),
        ):
            await stage.press(*keys)
            assert stage.listing.cursor == place, keys
        await stage.press("ctrl+d")
        half = stage.listing.cursor
        assert half == stage.listing.size.height // 2
        await stage.press("pagedown")
        assert stage.listing.cursor > half
        await stage.press("pageup", "ctrl+u")
        assert stage.listing.cursor == 0

    await play(session, act, size)


async def test_enter_opens_and_q_goes_back_and_quits_only_at_the_top(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "j", "j")
        row = stage.line.row
        await stage.press("enter")
        assert stage.pane.display
        assert not stage.listing.region.width
        await stage.press("escape")
        assert stage.line.row == row
        assert not stage.pane.display
        await stage.press("escape")
        assert "q quits" in stage.said
        assert stage.app.is_running
        await stage.press("f")
        await stage.type("is:unread")
        await stage.press("enter")
        await stage.press("q")
        assert stage.app.is_running
        assert stage.main.view.filter_line == ""
        await stage.press("q")

    app = await play(session, act)
    assert app.return_code == 0
    assert not app.is_running


async def test_views_by_number_and_layout_by_width(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        for number, words in (
            (2, "56 papers"),
            (3, "36 posts"),
            (5, "Rising"),
            (6, "Week 20 of 2026 [b]"),
            (7, "2 sources"),
            (1, "56 papers, 36 posts"),
        ):
            await stage.press(str(number))
            await stage.until(lambda words=words: words in stage.text)  # type: ignore[misc]
            assert stage.app.query_one(TopBar).number == number
        assert not stage.pane.display
        assert not stage.app.query_one(Nav).display
        await stage.press("2", "j", "j", "j")
        row = stage.line.row
        for size, panes in (((100, 30), (True, False)), ((140, 45), (True, True)), ((80, 24), (False, False))):
            await stage.pilot.resize_terminal(*size)
            await stage.settle()
            assert (stage.pane.display, stage.app.query_one(Nav).display) == panes
            assert stage.line.row == row
            assert len(stage.text.splitlines()) == size[1]
            if panes[0]:
                assert stage.pane.document.item is not None
                assert stage.pane.document.item.row == row

    await play(session, act)


async def test_the_place_is_kept_when_the_screen_changes_while_reading(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("G", "enter")
        row = stage.line.row
        for size in (LARGE, (60, 20), SMALL):
            await stage.pilot.resize_terminal(*size)
            await stage.settle()
            assert stage.line.row == row
            assert stage.main.is_reading
        await stage.press("q")
        assert stage.listing.cursor == 55
        assert stage.line.row == row

    await play(session, act)


async def test_marks_are_shown_stored_and_undone(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "s")
        assert stage.line.is_starred
        assert stage.stored().is_starred
        assert "★" in stage.text
        await stage.press("N")
        assert stage.line.is_read
        assert stage.stored().is_read
        await stage.press("z")
        assert not stage.line.is_read
        assert not stage.stored().is_read
        assert "Undone" in stage.said
        await stage.press("z", "z")
        assert not stage.line.is_starred
        assert not stage.stored().is_starred
        assert "nothing to undo" in stage.said
        await stage.press("j", "j", "u")
        assert stage.listing.total() == 55
        assert stage.listing.cursor == 2
        await stage.press("z")
        await stage.until(lambda: stage.listing.total() == 56)
        assert stage.listing.cursor == 2
        await stage.press("A")
        await stage.until(lambda: "56 items marked read" in stage.said)
        await stage.press("G")
        assert stage.line.is_read
        assert stage.stored().is_read
        await stage.press("z")
        await stage.settle()
        assert not stage.line.is_read
        assert not stage.stored().is_read

    await play(session, act)


async def test_tags_and_notes(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "t")
        await stage.type("#later [b]old later")
        await stage.press("enter")
        assert stage.stored().tags == ("[b]old", "later")
        await stage.press("e")
        await stage.type("see [0, 1")
        await stage.press("enter")
        assert stage.stored().note == "see [0, 1"
        await stage.press("enter")
        await stage.until(lambda: "see [0, 1" in stage.text)
        assert "#[b]old #later" in stage.text
        await stage.press("e", "x", "escape")
        assert stage.stored().note == "see [0, 1"
        assert stage.main.is_reading
        await stage.press("z")
        await stage.until(lambda: "see [0, 1" not in stage.text)
        await stage.press("z")
        await stage.until(lambda: "#later" not in stage.text)
        assert stage.stored().tags == ()

    await play(session, act)


async def test_unread_keys_and_opening_marks_read(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "j", "N", "k", "n")
        assert stage.listing.cursor == 2
        await stage.press("p", "p")
        assert stage.listing.cursor == 0
        await stage.press("p")
        assert "Nothing unread" in stage.said
        await stage.press("enter")
        await stage.settle()
        assert stage.line.is_read
        await stage.press("n")
        await stage.until(lambda: stage.line is not None and stage.line.row == stage.listing.target.name)  # type: ignore[union-attr]
        assert stage.listing.cursor == 2
        assert stage.main.is_reading

    await play(session, act)


async def test_links_of_an_item_lead_to_its_posts_and_back(
    session: StagedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    browse_into(opened, monkeypatch)

    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.press("f")
        await stage.type("has:mentions")
        await stage.press("enter")
        await stage.until(lambda: stage.listing.total() == len(HOSTILE))
        await stage.press("enter")
        await stage.until(lambda: "1 post about it" in stage.text)
        await stage.press("tab", "enter")
        await stage.until(lambda: "1 paper it mentions" in stage.text)
        assert stage.pane.document.item is not None
        assert stage.pane.document.item.kind == "post"
        await stage.press("o")
        assert opened[-1].startswith("https://x.com/voice")
        await stage.press("q")
        await stage.until(lambda: "1 post about it" in stage.text)
        await stage.press("tab", "tab", "enter")
        assert opened[-1].startswith("https://arxiv.org/")
        await stage.press("q")
        assert not stage.main.is_reading

    await play(session, act)


async def test_copying_and_the_browser(session: StagedSession, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    browse_into(opened, monkeypatch)

    async def act(stage: Stage) -> None:
        await stage.press("2", "j", "y")
        link = stage.app.clipboard
        assert link.startswith("https://arxiv.org/abs/2605.")
        await stage.press("o")
        assert opened == [link]
        await stage.press("b")
        assert stage.app.clipboard.startswith("@misc")
        stage.main.open_address("javascript:alert(1)")
        stage.main.open_address("file:///etc/passwd")
        assert opened == [link]

    await play(session, act)


async def test_filters_in_place(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "f")
        await stage.type("is:unred")
        await stage.press("enter")
        assert "Did you mean is:unread?" in stage.text
        await stage.press("escape", "f")
        await stage.type("reproducing")
        await stage.press("enter")
        await stage.until(lambda: stage.listing.total() == 1)
        assert "[Re] Reproducing" in stage.text
        await stage.press("escape")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("s", "f")
        await stage.type("is:starred")
        await stage.press("enter")
        assert stage.listing.total() == 1
        assert "1 paper · is:starred" in stage.text
        await stage.press("f", *["backspace"] * 12)
        await stage.type("tag:none")
        await stage.press("enter")
        assert "No paper passes tag:none" in stage.text
        await stage.press("escape")
        assert stage.listing.total() == 56

    await play(session, act)


async def test_tab_takes_the_suggested_filter_and_down_leads_to_the_hits(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("slash")
        await stage.type("routing ki")
        box = stage.app.query_one("#search-line", Input)
        await stage.until(lambda: bool(box._suggestion))
        await stage.press("tab")
        assert box.value == "routing kind:"
        assert stage.app.focused is box
        await stage.type("post")
        await stage.until(lambda: "part 10" in stage.text)
        await stage.press("down", "j")
        assert stage.app.focused is stage.listing
        assert stage.listing.cursor == 1

    await play(session, act)


async def test_search_as_you_type(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "slash")
        assert isinstance(stage.app.focused, Input)
        await stage.type("rout")
        await stage.type("ing")
        await stage.until(lambda: "part 10" in stage.text)
        assert "post" in stage.text
        await stage.type(" venu:x")
        await stage.until(lambda: "Did you mean venue:?" in stage.text)
        await stage.press(*["backspace"] * 7)
        await stage.until(lambda: "part 10" in stage.text)
        await stage.press("enter", "j", "j")
        assert stage.listing.cursor == 2
        await stage.press("s")
        assert stage.stored().is_starred
        await stage.press("enter")
        await stage.until(lambda: "Thoughts on routing" in stage.text)
        await stage.press("q", "q")
        assert stage.main.number == 2

    await play(session, act)


async def test_more_like_this_asks_for_the_item(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2", "j")
        name = stage.line.id
        await stage.press("m")
        assert stage.main.view.box.value == f"like:{name}"
        await stage.until(lambda: "Nothing is embedded yet" in stage.text)
        await stage.press("q")
        assert stage.main.number == 2

    await play(session, act)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_empty_home_says_which_key_fills_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async def act(stage: Stage) -> None:
        assert "R fetches what you follow" in stage.text
        for number in "234567":
            await stage.press(number)
            if number == "4":
                await stage.press("escape", "escape")
        for number in "23":
            await stage.press(number)
            assert "R fetches what you follow" in stage.text
            await stage.press(
                "j", "G", "enter", "s", "N", "u", "t", "e", "o", "y", "b", "m", "n", "p", "A", "z", "ctrl+d", "tab"
            )
        await stage.press("7", "r")

    await play(home(tmp_path, lines=[]), act, size)


async def test_a_failing_source_is_seen_from_every_view_with_its_remedy(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        for number in "1235":
            await stage.press(number)
            assert "▲" in stage.text.splitlines()[0]
        await stage.press("7")
        assert "failing" in stage.text
        assert "Try [later]." in stage.text
        assert "2 sources · 1 in trouble" in stage.text

    await play(home(tmp_path, failing=True), act)


async def test_sync_shows_progress_and_reads_the_lists_again(session: StagedSession) -> None:
    kind = type(session)
    kind.steps = (
        SyncEvent(step="started", source="daily"),
        SyncEvent(step="stored", source="daily", new=2, done=1, total=1),
        SyncEvent(step="finished"),
    )

    async def act(stage: Stage) -> None:
        await stage.press("2")
        row = stage.line.row
        path = session.home / "more.jsonl"
        path.write_text(
            "\n".join(json.dumps(paper(number, f"Brand new {number}", date="2026-05-20")) for number in (90, 91)),
            encoding="utf-8",
        )
        kind(session.home, clock=lambda: NOW).import_files([path])
        await stage.press("R")
        await stage.until(lambda: "2 new items" in stage.said)
        await stage.until(lambda: stage.listing.total() == 58)
        assert stage.line.row == row
        assert stage.listing.cursor == 2
        assert kind.asked == ()
        await stage.press("r")
        await stage.until(lambda: kind.asked == ("daily",))
        await stage.until(lambda: not getattr(stage.app.screen, "is_syncing", False))
        await stage.press("7")
        await stage.until(lambda: "2 sources" in stage.text)
        await stage.press("j", "r")
        await stage.until(lambda: kind.asked == ("odd [b]source",))

    await play(session, act)


async def test_another_process_that_syncs_is_told_in_a_sentence(session: StagedSession) -> None:
    type(session).sync_error = BusyError("Another tracker is syncing this home.", "Wait until it is done.")

    async def act(stage: Stage) -> None:
        await stage.until(lambda: "Another tracker is syncing" in stage.said)
        await stage.press("2", "j")
        assert stage.listing.cursor == 1

    await play(session, act, sync=True)


async def test_an_unforeseen_error_goes_to_the_log_and_the_rest_goes_on(session: StagedSession) -> None:
    type(session).trends_error = RuntimeError("boom [/nope]")

    async def act(stage: Stage) -> None:
        await stage.press("5")
        await stage.until(lambda: "Something unexpected happened (RuntimeError)" in stage.text)
        await stage.press("2", "j")
        assert stage.listing.cursor == 1

    await play(session, act)
    assert "boom [/nope]" in session.log_file.read_text(encoding="utf-8")


async def test_new_since_the_last_look(session: StagedSession) -> None:
    async def first(stage: Stage) -> None:
        await stage.until(lambda: stage.app.desk.newest_row > 0)
        assert "56 papers, 36 posts, 92 unread" in stage.text

    async def second(stage: Stage) -> None:
        await stage.until(lambda: "1 new paper, 1 new post since your last look" in stage.text)
        assert "Brand new" in stage.text

    await play(session, first)
    path = session.home / "more.jsonl"
    path.write_text(
        json.dumps(paper(90, "Brand new", date="2019-01-01")) + "\n" + json.dumps(post(90, "A new voice")),
        encoding="utf-8",
    )
    session.import_files([path])
    await play(session, second, LARGE)


async def test_keys_can_be_given_other_names(tmp_path: Path) -> None:
    async def act(stage: Stage) -> None:
        assert "no command called fly" in stage.said
        await stage.press("2", "x")
        assert stage.line.is_starred
        await stage.press("s")
        assert stage.line.is_starred
        await stage.press("question_mark")
        assert "x                 star" in stage.text

    await play(home(tmp_path, toml='[keys]\nstar = "x"\nfly = "y"\n'), act)


async def test_the_evidence_of_a_topic_opens(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("5")
        await stage.until(lambda: stage.listing.target is not None)
        await stage.press("enter")
        await stage.until(lambda: "First papers" in stage.text)
        await stage.press("tab", "enter")
        await stage.until(lambda: "We study Sparse attention in 17 dimensions" in stage.text)
        assert stage.line.id == "arxiv:2605.00017"
        await stage.press("q", "q", "6")
        await stage.until(lambda: stage.listing.target is not None)
        await stage.press("enter")
        await stage.until(lambda: "Two topics [rose." in stage.text)
        await stage.press("tab", "enter")
        await stage.until(lambda: stage.pane.document.item is not None)

    await play(session, act)


async def test_the_mouse(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.pilot.click(TopBar, offset=(12, 0))
        await stage.settle()
        assert stage.main.number == 2
        await stage.pilot.click(LineList, offset=(10, 3))
        await stage.settle()
        assert stage.listing.cursor == 3
        await stage.pilot.click(LineList, offset=(10, 3))
        await stage.settle()
        assert stage.main.is_reading

    await play(session, act)


async def test_only_the_lines_in_sight_are_read(tmp_path: Path) -> None:
    """150,000 rows: a list of numbers; the lines of a block at a time; no widget for a row."""
    asked: list[int] = []

    def fetch(wanted: Sequence[int]) -> list[Line]:
        asked.append(len(wanted))
        return [
            Line(
                row=row,
                id=f"i{row}",
                kind="paper",
                title=f"Title {row}",
                byline="",
                venue="",
                year=2026,
                date="2026-05-01",
                origin="",
                is_read=False,
                is_starred=False,
            )
            for row in wanted
        ]

    class Listed(App[None]):
        def compose(self) -> Any:
            yield LineList(fetch)

    app = Listed()
    async with app.run_test(size=SMALL) as pilot:
        shown = app.query_one(LineList)
        from array import array

        shown.show_rows(array("q", range(150_000)))
        shown.focus()
        await pilot.press("G", "ctrl+u", "k", "g", "ctrl+d")
        assert sum(asked) <= 128 * 4
        shown.move_to(70_000)
        shown.show_rows(array("q", range(5, 150_000)))
        await pilot.pause()
        assert shown.row_at(shown.cursor) == 70_000
        assert len(list(app.query("*"))) < 12


def test_importing_the_terminal_face_loads_nothing_heavy() -> None:
    code = "import sys, tracker.tui.app; print(sorted({'numpy', 'faiss', 'torch', 'httpx', 'feedparser', 'sqlite_utils', 'markdown_it', 'tokenizers'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = found.stdout.strip()
    assert heavy in {"[]", "['markdown_it']"}, heavy  # Textual itself loads markdown_it in some versions


async def test_today_reads_one_page_before_the_first_frame(
    session: StagedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    reader = session.reader

    def spied(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            called.append(name)
            return real(*args)

        return call

    for name in ("order", "lines", "page", "count", "totals", "source_states", "discussed"):
        monkeypatch.setattr(reader, name, spied(name, getattr(reader, name)))

    async def act(stage: Stage) -> None:
        assert isinstance(stage.main.view, TodayView)
        assert not isinstance(stage.main.view, LinesView)

    await play(session, act)
    assert called[0] == "page"
    assert set(called) <= {"page", "lines"}

"""What leaves the terminal UI: pages and PDFs in the browser, copies, programs that are given items, commands of the command line."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from test_tui import Stage, _fixed_day, browse_into, home, paper, play, post, session  # noqa: F401 - fixtures
from textual import events

from tracker.tui import programs
from tracker.tui.app import TrackerApp
from tracker.tui.forms import json_of, markdown_of, pdf_of
from tracker.tui.messages import UrlTarget
from tracker.tui.transcript import text_document

if TYPE_CHECKING:
    from pathlib import Path

    from test_tui import StagedSession
    from textual.pilot import Pilot


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    urls: list[str] = []
    browse_into(urls, monkeypatch)
    return urls


async def test_the_pdf_opens_also_where_only_the_arxiv_id_is_known(tmp_path: Path, opened: list[str]) -> None:
    rows = [
        paper(1, "With one", date="2026-05-19"),
        {**paper(2, "Without", date="2026-05-18"), "pdf_url": ""},
        {**paper(3, "Evil", date="2026-05-17"), "pdf_url": "file:///etc/passwd"},
        post(4, "No paper"),
    ]

    async def act(stage: Stage) -> None:
        await stage.press("2", "O", "j", "O", "j", "O", "3", "O")
        assert opened == [f"https://arxiv.org/pdf/2605.0000{number}" for number in (1, 2, 3)]
        assert "No PDF is known" in stage.said

    await play(home(tmp_path, lines=rows), act)


async def test_many_are_opened_only_after_a_question_and_ten_at_once(
    session: StagedSession,  # noqa: F811
    opened: list[str],
) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("v", "G", "o")
        assert "open 10 pages of 56 in the browser?" in stage.text
        await stage.press("escape")
        assert opened == []
        await stage.press("v", "g", "o", "enter")
        assert len(opened) == 10
        assert "Opened 10 pages" in stage.said

    await play(session, act)


async def test_copies_of_one_and_of_many(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("f")
        await stage.type("is:unread")
        await stage.press("enter", "Y")
        assert stage.app.clipboard.endswith("), Ada Lovelace, Alan Turing, Grace Hopper, arXiv 2026")
        assert "](https://arxiv.org/abs/2605." in stage.app.clipboard
        await stage.press("v", "j", "j", "Y")
        assert len(stage.app.clipboard.splitlines()) == 3
        assert "Copied 3 lines of Markdown" in stage.said
        await stage.press("v", "k", "b")
        assert stage.app.clipboard.count("@misc{") == 2
        assert "Copied 2 BibTeX entries" in stage.said
        await stage.press("v", "j", "y")
        assert [line[:8] for line in stage.app.clipboard.splitlines()] == ["https://"] * 2

    await play(session, act)


def test_a_line_of_markdown_takes_titles_and_addresses_as_text(tmp_path: Path) -> None:
    many = ["First One", "Second [Two]", "Third Three", "Fourth Four"]
    rows = [
        {**paper(1, "Bad [/nope](http://x) `b` *y*"), "authors": many, "url": "https://example.org/a_(b)"},
        {**post(2, "plain words"), "url": ""},
    ]
    reader = home(tmp_path, lines=rows).reader
    made = markdown_of(reader.item("arxiv:2605.00001"))
    assert made.startswith(r"[Bad \[/nope\]")
    assert "](<https://example.org/a_(b)>), First One, Second \\[Two\\], Third Three et al., arXiv 2026" in made
    assert markdown_of(reader.item("x:2")).startswith("plain words, voice2, x")
    assert pdf_of(reader.item("x:2")) == ""
    known = json.loads(json_of(reader.item("arxiv:2605.00001")))
    assert known["title"] == "Bad [/nope](http://x) `b` *y*"
    assert known["authors"] == many
    assert known["marks"]["is_read"] is False
    assert known["sightings"][0]["source"] == "daily"
    assert "row" not in known


PROGRAM = """
import json, pathlib, sys
lines = [json.loads(line) for line in sys.stdin]
pathlib.Path("given.json").write_text(json.dumps([line["id"] for line in lines]))
print("first [b]")
print(f"took {len(lines)} [/nope] " + " ".join(sys.argv[1:]))
sys.exit(int(sys.argv[1]))
"""


async def test_items_are_given_to_a_program_without_a_shell(session: StagedSession) -> None:  # noqa: F811
    (session.home / "program.py").write_text(PROGRAM, "utf-8")

    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        await stage.press("v", "j", "vertical_line")
        assert "give 2 items as JSON lines to" in stage.text
        await stage.type(f"{sys.executable} program.py 0 ")
        stage.main.prompt.query_one("Input").value += "'a b' $(echo no) > x"
        await stage.press("enter")
        await stage.until(lambda: "took 2 [/nope] 0 a b $(echo no) > x" in stage.said)
        ids = json.loads((session.home / "given.json").read_text("utf-8"))
        assert ids == [session.reader.item(row).id for row in stage.listing.rows[:2]]  # type: ignore[attr-defined]
        assert not (session.home / "x").exists()
        await stage.press("vertical_line")
        box = stage.main.prompt.query_one("Input")
        assert box.value.startswith(sys.executable)
        box.value = f"{sys.executable} program.py 3"
        await stage.press("enter")
        await stage.until(lambda: "ended with status 3: took 1" in stage.said)
        await stage.press("vertical_line")
        box.value = "no-such-program-anywhere"
        await stage.press("enter")
        await stage.until(lambda: "cannot be started" in stage.said)
        await stage.press("vertical_line")
        box.value = "open 'quote"
        await stage.press("enter")
        assert "Close the quotes" in stage.text
        await stage.press("escape")
        assert stage.app.is_running

    await play(session, act)


def test_a_program_is_bounded_in_time_and_in_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(programs.ProgramError, match=r"ran longer than 0.2 s and was stopped"):
        programs.run([sys.executable, "-c", "import time; time.sleep(600)"], "", tmp_path, 0.2)
    monkeypatch.setattr(programs, "_MOST_BYTES", 100_000)
    with pytest.raises(programs.ProgramError, match="said more than 100,000 bytes"):
        programs.run([sys.executable, "-c", "while True: print('y' * 1000)"], "", tmp_path)
    monkeypatch.setattr(programs, "SAID_BYTES", 10)
    ended = programs.run(
        [sys.executable, "-c", "import sys; print(sys.stdin.read(3) + 'abcdefghijkl')"], "xy\udc80", tmp_path
    )
    assert (ended.status, ended.last_line) == (0, "defghijkl")


def test_what_a_program_leaves_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "end")
    reading = "open('end').read()"
    code = f"import subprocess, sys; print('done', flush=True); subprocess.Popen([sys.executable, '-c', {reading!r}])"
    assert programs.run([sys.executable, "-c", code], "", tmp_path, 20.0).last_line == "done"
    (tmp_path / "end").write_text("", "utf-8")  # it is still there to be told that it may go


ENDLESS = """import subprocess, sys, time
alive = open("alive", "w")
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[alive.fileno()])
alive.write("begun")
alive.flush()
time.sleep(600)
"""


def has_begun(alive: int) -> bool:
    try:
        return os.read(alive, 10) == b"begun"
    except BlockingIOError:
        return False


@pytest.mark.parametrize("is_left", [False, True])
async def test_esc_or_leaving_ends_a_program_and_what_it_started(session: StagedSession, is_left: bool) -> None:  # noqa: F811
    (session.home / "program.py").write_text(ENDLESS, "utf-8")
    os.mkfifo(session.home / "alive")
    alive = os.open(session.home / "alive", os.O_RDONLY | os.O_NONBLOCK)

    async def give_to(stage: Stage, command: str) -> None:
        await stage.main.action_pipe()
        stage.main.prompt.query_one("Input").value = command
        stage.app.post_message(events.Key("enter", None))

    async def act(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.listing.total() == 56)
        await give_to(stage, f"{sys.executable} program.py")
        await stage.until(lambda: has_begun(alive))
        assert "esc stops it" in stage.said
        assert "⟳" in stage.text.split("\n")[0]
        await give_to(stage, "true")
        await stage.until(lambda: "is still running" in stage.said)
        if not is_left:
            await stage.main.action_back(False)
            await stage.until(lambda: stage.said.endswith("was stopped."))
            assert stage.main.number == 2
            await stage.main.action_back(False)
            assert "This is the top" in stage.said

    await play(session, act)
    os.set_blocking(alive, True)
    assert os.read(alive, 10) == b""  # nobody holds the other end any more
    os.close(alive)


def test_a_program_that_was_stopped_before_it_began_never_begins(tmp_path: Path) -> None:
    running = programs.Running("'touch'")
    running.stop()
    with pytest.raises(programs.ProgramError, match="'touch' was stopped"):
        programs.run(["touch", "made"], "", tmp_path, running=running)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("line", ["", "   ", "'", 'a "b'])
def test_a_command_line_that_is_none_is_refused_in_words(line: str) -> None:
    with pytest.raises(programs.ProgramError, match=r"^(No command was given|The command cannot be read)"):
        programs.words_of(line)


async def run_with_verbs(session: StagedSession, act: object) -> None:  # noqa: F811
    app = TrackerApp(session, verbs={"sources": "Show how each source is doing.", "show": "Show items whole."})
    async with app.run_test(size=(80, 24)) as pilot:
        stage = Stage(app, _pilot(pilot))
        await stage.settle()
        await act(stage)  # type: ignore[operator]
    app.desk.close()


def _pilot(pilot: Pilot[int]) -> Pilot[int]:
    return pilot


async def test_commands_of_the_command_line_run_from_the_palette(session: StagedSession) -> None:  # noqa: F811
    async def act(stage: Stage) -> None:
        await stage.press("colon")
        await stage.until(lambda: stage.app.screen is not stage.main)
        await stage.type("tracker show")
        await stage.until(lambda: "Show items whole" in stage.text)
        await stage.press("enter")
        await stage.until(lambda: stage.main.prompt is not None and stage.main.prompt.display)
        await stage.type("arxiv:2605.00002")
        await stage.press("enter")
        await stage.until(lambda: "tracker show arxiv:2605.00002" in stage.text and "Bad [/nope] [b]x" in stage.text)
        assert stage.main.is_reading
        await stage.press("q")
        await stage.main.action_verb("show")
        await stage.type("no:such")
        await stage.press("enter")
        await stage.until(lambda: "tracker:" in stage.said)
        assert "no:such" in stage.said

    await run_with_verbs(session, act)


def test_a_change_of_feeds_by_a_command_is_known_afterwards(session: StagedSession) -> None:  # noqa: F811
    app = TrackerApp(session)
    assert len(app.desk.session.config.sources) == 2
    (session.home / "feeds.toml").write_text('[[source]]\nkind = "feed"\nurl = "https://example.org/f"\n', "utf-8")
    app.desk.reread()
    assert len(app.desk.session.config.sources) == 1
    app.desk.close()


def test_what_a_command_said_is_text_with_links() -> None:
    document = text_document("tracker [b]", "one\n  two https://example.org/a [/b]\x1b[31m\n")
    assert [block.parts for block in document.blocks[2:]] == [
        [("one", "")],
        [("  two https://example.org/a [/b][31m", "")],
    ]
    assert document.blocks[3].target == UrlTarget("https://example.org/a")

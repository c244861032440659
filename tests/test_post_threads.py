"""Posts that answer each other: stored by names, put in order, shown indented; gaps, rings and hidden posts included."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import post
from hypothesis import given
from hypothesis import strategies as st
from test_cli import tracker
from test_tui import Stage, play
from test_tui import home as stored
from test_tui_documents import words_of

from tracker.fetch.x.posts import Included, archived, record_of
from tracker.hub.threads import in_order, post_address
from tracker.models import Record
from tracker.store import connect
from tracker.store.writer import Writer, record_digest
from tracker.text import digest
from tracker.tui.desk import Desk
from tracker.tui.messages import ItemTarget, UrlTarget
from tracker.tui.reading import gather_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.session import Session

ROOT = "x:1"


def said(number: int, answers: str = "", thread: str = ROOT, **more: Any) -> dict[str, Any]:
    when = f"2026-05-12T10:{number:02d}:00Z"
    fields = {"text": f"Word number {number}", "created_at": when, "answers": answers, "thread": thread}
    return post(number, **{**fields, **more})


def shape(session: Session, name: str) -> list[tuple[int, str]]:
    reader = session.reader
    return [(depth, line.id) for depth, line in reader.thread_of(reader.row_of(name)).posts]


# what services say


@pytest.mark.parametrize(
    ("fields", "answers", "thread"),
    [
        ({"conversation_id": "12"}, "", ""),
        ({"conversation_id": "10", "referenced_tweets": [{"type": "replied_to", "id": "11"}]}, "x:11", "x:10"),
        ({"conversation_id": "12", "referenced_tweets": [{"type": "quoted", "id": "11"}]}, "", ""),
        ({"conversation_id": ["10"], "referenced_tweets": [{"type": "replied_to", "id": "../11"}]}, "", ""),
    ],
)
def test_a_post_of_x_names_what_it_answers_and_where_its_thread_began(
    fields: dict[str, Any], answers: str, thread: str
) -> None:
    record = record_of({"id": "12", "text": "So.", **fields}, Included())
    assert record is not None
    assert (record.answers, record.thread) == (answers, thread)


def test_a_post_of_the_archive_names_what_it_answers() -> None:
    record = archived({"id_str": "12", "full_text": "So.", "in_reply_to_status_id_str": "11"}, "ada")
    assert record is not None
    assert (record.answers, record.thread) == ("x:11", "")


# the order


def test_answers_stand_below_what_they_answer_by_their_dates() -> None:
    answered = {1: None, 2: 1, 3: 1, 4: 2, 5: 3}
    dates = {1: "01", 2: "03", 3: "02", 4: "04", 5: "05"}
    assert in_order(answered, dates) == [(0, 1), (1, 3), (2, 5), (1, 2), (2, 4)]


@given(st.dictionaries(st.integers(1, 12), st.one_of(st.none(), st.integers(1, 14)), max_size=12))
def test_each_post_is_told_once_whatever_answers_whatever(answered: dict[int, int | None]) -> None:
    told = in_order(answered, {})
    assert sorted(row for _, row in told) == sorted(answered)
    place = {row: number for number, (_, row) in enumerate(told)}
    depth = {row: depth for depth, row in told}
    for row, above in answered.items():
        assert depth[row] == 0 or (depth[row] == depth[above or 0] + 1 and place[above or 0] < place[row])


# the store


def test_a_thread_is_the_same_from_each_of_its_posts(session: Session, lines: Callable[..., Path]) -> None:
    told = [said(1, thread=""), said(2, "x:1"), said(3, "x:1"), said(4, "x:2"), post(9)]
    session.import_files([lines(*reversed(told))])  # what comes first is no matter
    expected = [(0, "x:1"), (1, "x:2"), (2, "x:4"), (1, "x:3")]
    for name in ("x:1", "x:2", "x:3", "x:4"):
        assert shape(session, name) == expected
    assert shape(session, "x:9") == []


def test_a_record_without_a_thread_is_the_same_record_as_before_there_were_threads() -> None:
    plain = Record(kind="post", key="x:1", title="One")
    assert record_digest(plain) == digest(repr(plain))
    answers = [Record(kind="post", key="x:1", title="One", answers=name) for name in ("x:2", "x:3")]
    assert len({record_digest(one) for one in (plain, *answers)}) == 3


def test_a_gap_is_told_and_stepped_over(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(said(1, thread=""), said(4, "x:3"), said(5, "x:4"))])
    assert shape(session, "x:5") == [(0, "x:1"), (1, "x:4"), (2, "x:5")]
    reader = session.reader
    assert reader.thread_of(reader.row_of("x:4")).missing == "x:3"
    assert reader.thread_of(reader.row_of("x:5")).missing == ""
    session.import_files([lines(said(3, "x:1"))])
    assert shape(session, "x:5") == [(0, "x:1"), (1, "x:3"), (2, "x:4"), (3, "x:5")]
    assert reader.thread_of(reader.row_of("x:4")).missing == ""


def test_without_the_first_post_its_thread_holds_together_by_its_name(
    session: Session, lines: Callable[..., Path]
) -> None:
    session.import_files([lines(said(2, "x:1"), said(3, "x:1"), said(4, "x:2"))])
    assert shape(session, "x:4") == [(0, "x:2"), (1, "x:4"), (0, "x:3")]
    assert shape(session, "x:3") == shape(session, "x:4")


def test_answers_alone_make_a_thread_where_nothing_names_it(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(said(1, thread=""), said(2, "x:1", ""), said(3, "x:2", ""))])
    assert shape(session, "x:2") == [(0, "x:1"), (1, "x:2"), (2, "x:3")]


def test_a_ring_ends(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(said(1, "x:2", ""), said(2, "x:1", ""), said(3, "x:3", ""))])
    assert shape(session, "x:2") == [(0, "x:1"), (1, "x:2")]
    assert shape(session, "x:3") == []


def test_hidden_posts_are_left_out_but_the_one_asked_for(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(said(1, thread=""), said(2, "x:1"), said(3, "x:1"))])
    session.mark([session.reader.row_of("x:2")], hidden=True)
    assert shape(session, "x:1") == [(0, "x:1"), (1, "x:3")]
    assert shape(session, "x:2") == [(0, "x:1"), (1, "x:2"), (1, "x:3")]


def test_a_thread_outlives_the_merge_of_two_posts(session: Session, lines: Callable[..., Path]) -> None:
    first, again = "mastodon:https://a.example/1", "mastodon-id:a.example/1"
    told = [Record(kind="post", key=name, identifiers=(name,), title=name) for name in (first, again)]
    answer = Record(kind="post", key="m:2", identifiers=("m:2",), title="answer", answers=again)
    session.writer  # noqa: B018 - brings the tables
    Writer(session.writer).apply("s", [*told, answer], "2026-05-12T10:00:00Z")
    both = Record(kind="post", key=first, identifiers=(first, again), title=first, answers="m:0")
    Writer(session.writer).apply("s", [both], "2026-05-12T11:00:00Z")
    assert shape(session, "m:2") == [(0, first), (1, "m:2")]
    assert session.reader.thread_of(session.reader.row_of(first)).missing == "m:0"


def test_an_older_store_learns_threads_of_what_comes_next(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(said(1, thread=""))])
    session.writer.execute("DROP TABLE answers")
    session.writer.execute("DELETE FROM _sqlite_migrations WHERE name = 'm012_threads'")
    session.writer.execute("PRAGMA user_version = 11")
    session.close()
    assert connect.open_writer(session.database).execute("SELECT COUNT(*) FROM answers").fetchone() == (0,)
    session.import_files([lines(said(2, "x:1"))])
    assert shape(session, "x:1") == [(0, "x:1"), (1, "x:2")]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("x:12", "https://x.com/i/status/12"),
        ("bluesky:at://did:plc:abc/app.bsky.feed.post/3k", "https://bsky.app/profile/did:plc:abc/post/3k"),
        ("bluesky:at://did:plc:abc/../../x", ""),
        ("mastodon:javascript:alert(1)", ""),
        ("mastodon:https://a.example/@b/1", "https://a.example/@b/1"),
        ("mastodon-id:a.example/1", ""),
        ("x:12/../y", ""),
    ],
)
def test_a_name_tells_the_address_of_a_post_or_nothing(name: str, address: str) -> None:
    assert post_address(name) == address


# the command line


def test_show_tells_the_thread_in_words_and_as_json(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(said(1, thread=""), said(2, "x:1"), said(3, "x:9", thread=""))])
    shown = tracker("--home", session.home, "show", "x:2").stdout
    assert "Thread:\n  2026-05-12 voice1: Word number 1\n>   2026-05-12 voice2: Word number 2\n" in shown
    assert "it answers x:9, which is not stored" in tracker("--home", session.home, "show", "x:3").stdout
    thread = json.loads(tracker("--home", session.home, "show", "--json", "x:1").stdout)["thread"]
    assert [(one["depth"], one["id"]) for one in thread["posts"]] == [(0, "x:1"), (1, "x:2")]
    assert thread["missing"] == ""


# the pane


def document_of(session: Any, name: str) -> Any:
    gather = gather_document(ItemTarget(name), Desk(session))
    assert gather is not None
    return gather(session.reader)


def test_the_pane_shows_who_answers_whom_and_marks_the_post_itself(tmp_path: Path) -> None:
    deep = [said(number, f"x:{number - 1}", author="ada") for number in range(2, 15)]
    session = stored(
        tmp_path, lines=[said(1, thread="", author="ada"), *deep, said(20, "x:1", text="[b]No[/b] \x1b[31m")]
    )
    document = document_of(session, "x:3")
    drawn = words_of(document)
    assert "Thread of 15 posts" in drawn
    assert "\n  └ ada  Word number 2" in drawn
    assert "\n    ▸ ada  Word number 3" in drawn
    assert "voice20  [b]No[/b]" in drawn
    assert "\x1b" not in drawn
    targets = {block.target for block in document.blocks}
    rows = {name: session.reader.row_of(name) for name in ("x:1", "x:3", "x:20")}
    assert {ItemTarget(rows["x:1"]), ItemTarget(rows["x:20"])} <= targets
    assert ItemTarget(rows["x:3"]) not in targets
    words_of(document, 40)  # the deepest one keeps its room


def test_what_is_answered_and_not_stored_is_a_link(tmp_path: Path) -> None:
    session = stored(tmp_path, lines=[said(4, "x:3", "")])
    document = document_of(session, "x:4")
    assert "It answers a post that is not stored" in words_of(document)
    assert UrlTarget("https://x.com/i/status/3") in {block.target for block in document.blocks}
    (tmp_path / "lone").mkdir()
    lone = stored(tmp_path / "lone", lines=[post(5)])
    assert "Thread" not in words_of(document_of(lone, "x:5"))


async def test_an_answer_opens_with_enter_and_esc_goes_back(tmp_path: Path) -> None:
    session = stored(tmp_path, lines=[said(1, thread=""), said(2, "x:1")])

    async def steps(stage: Stage) -> None:
        await stage.press("3", "j", "enter")  # the older one, which begins the thread
        assert stage.main.pane.document.item.id == "x:1"
        await stage.press("tab", "enter")
        assert stage.main.pane.document.item.id == "x:2"
        await stage.press("escape")
        assert stage.main.pane.document.item.id == "x:1"

    await play(session, steps, size=(80, 24))

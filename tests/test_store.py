from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from conftest import HOSTILE_CONTROLS, HOSTILE_TITLES, paper, post
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.errors import BusyError, NotFoundError, StoreError
from tracker.fetch import jsonlines
from tracker.models import Record
from tracker.query import parse
from tracker.store import connect, vectors
from tracker.store.writer import Outcome, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tracker.session import Session

SEEN = "2026-05-18T09:00:00Z"


def apply(session: Session, *rows: dict, source: str = "listing") -> Outcome:
    """Store rows as one batch of one run of a source."""
    records = [jsonlines.paper(row, row["id"]) if "title" in row else jsonlines.post(row, row["id"]) for row in rows]
    return Writer(session.writer).apply(source, records, SEEN)


def dump(session: Session) -> list[tuple]:
    """Everything that was stored but the log of changes."""
    tables = ("items", "identifiers", "sightings", "mentions", "marks", "tags")
    return [
        row for table in tables for row in sorted(session.writer.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
    ]


def test_a_record_is_stored_once(session: Session) -> None:
    assert apply(session, paper(1), paper(2)).new == 2
    before = dump(session)
    assert apply(session, paper(1), paper(2)).unchanged == 2
    assert dump(session) == before


def test_an_edit_is_taken_and_does_not_make_it_unread(session: Session) -> None:
    apply(session, paper(1))
    session.mark([1], read=True, starred=True, note="mine")
    assert apply(session, paper(1, title="Better title", abstract="New words.")).changed == 1
    item = session.reader.item("arxiv:2605.10001")
    assert (item.title, item.text) == ("Better title", "New words.")
    assert item.marks.is_read
    assert item.marks.is_starred
    assert item.marks.note == "mine"
    assert [line.id for line in session.reader.page(parse("is:unread").filter, 9)] == []
    assert [hit.line.id for hit in session.search("better", mode="lexical")] == [item.id]
    assert session.search("problem", mode="lexical") == []


def test_preprint_and_conference_record_are_one_item(session: Session) -> None:
    apply(session, paper(1, title=r"On Schr\"{o}dinger Bridges", authors=["Ann Bee", "Carl Dee"]))
    conference = {
        "id": "neurips:2025:7",
        "title": "On Schrödinger bridges",
        "authors": ["A. Bee", "C. Dee"],
        "venue": "NeurIPS",
        "year": 2025,
        "status": "Oral",
    }
    assert apply(session, conference, source="neurips").new == 0
    item = session.reader.item("neurips:2025:7")
    assert (item.id, item.venue, item.year, item.status) == ("arxiv:2605.10001", "NeurIPS", 2025, "Oral")
    assert item.date == "2026-05-11"
    assert {sighting.source for sighting in item.sightings} == {"listing", "neurips"}
    assert session.reader.count(parse("venue:NeurIPS").filter) == session.reader.count(parse("venue:arXiv").filter) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"authors": ["Someone Else", "Who Knows"]},
        {"authors": []},
        {"arxiv_id": "2605.20000", "id": "arxiv:2605.20000"},
    ],
)
def test_a_title_alone_joins_nothing(session: Session, other: dict) -> None:
    apply(session, paper(1))
    record = {**paper(1), "id": "icml:2026:1", "arxiv_id": None, "url": "", "venue": "ICML", **other}
    assert apply(session, record, source="icml").new == 1


def test_a_wrong_identifier_at_a_source_glues_nothing(session: Session) -> None:
    apply(session, paper(1))
    wrong = paper(
        2, arxiv_id="2605.10001", id="list:2", url="", authors=["Quite Another"], title="Something else entirely"
    )
    assert apply(session, wrong, source="other").new == 1
    assert session.reader.item("arxiv:2605.10001").title == paper(1)["title"]


def test_items_found_to_be_one_are_merged_with_their_marks(session: Session) -> None:
    apply(
        session,
        {
            **paper(1),
            "id": "list:a",
            "arxiv_id": None,
            "url": "https://openreview.net/forum?id=abcdefghij",
            "authors": ["Ann Bee"],
        },
    )
    apply(session, paper(1, title="A title it had before", authors=["Ann Bee"]), source="other")
    session.mark([1], read=True, note="first")
    session.mark([2], starred=True, note="second")
    session.tag(2, ["to read"])
    apply(session, post(5, links=["https://arxiv.org/abs/2605.10001"]), source="x")
    joining = paper(1, title="A title it had before", authors=["Ann Bee"], openreview_id="abcdefghij", id="list:b")
    assert apply(session, joining, source="third").merged == 1
    item = session.reader.item("arxiv:2605.10001")
    assert item.id == session.reader.item("list:a").id == session.reader.item("list:b").id == "list:a"
    assert item.marks.is_read
    assert item.marks.is_starred
    assert item.marks.note.splitlines() == ["first", "second"]
    assert item.marks.tags == ("to-read",)
    assert len(item.sightings) == 3
    assert [line.id for line in session.reader.posts_about(item.row)] == ["x:5"]
    assert session.reader.totals().papers == 1


def test_a_post_hangs_under_the_paper_even_when_it_came_first(session: Session) -> None:
    apply(
        session,
        post(1, text="Look at arXiv:2605.10001!"),
        post(2, links=["https://huggingface.co/papers/2605.10001"]),
        source="x",
    )
    assert session.reader.item("x:1").mentions[0].identifier == "arxiv:2605.10001"
    apply(session, paper(1))
    item = session.reader.item("arxiv:2605.10001")
    assert {line.id for line in session.reader.posts_about(item.row)} == {"x:1", "x:2"}
    assert session.reader.lines([item.row])[0].mentions == 2
    (found,) = session.reader.discussed("2026-05-01", "2026-06-01", 5)
    assert (found.line.id, found.people, found.posts) == (item.id, 2, 2)


def test_an_update_of_an_unknown_paper_makes_none(session: Session) -> None:
    record = Record(
        kind="paper", key="arxiv:2605.1", identifiers=("arxiv:2605.00001",), title="Replaced", updates_only=True
    )
    assert Writer(session.writer).apply("rss", [record], SEEN).ignored == 1
    assert session.reader.totals().papers == 0


def test_two_entries_of_one_name_in_one_run_do_not_flip_each_run(session: Session) -> None:
    rows = (post(1), post(1, text="Other words for the same post."))
    apply(session, *rows, source="x")
    before = dump(session)
    outcome = apply(session, *rows, source="x")
    assert (outcome.new, outcome.changed) == (0, 0)
    assert dump(session) == before


@given(st.permutations(range(6)))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_items_do_not_depend_on_the_order_of_arrival(
    tmp_path_factory: pytest.TempPathFactory, order: Sequence[int]
) -> None:
    from tracker.session import Session

    rows = [
        paper(1, title="One work", authors=["Ann Bee", "Cy Dee"]),
        {
            "id": "neurips:1",
            "title": "One Work",
            "authors": ["A. Bee", "C. Dee"],
            "venue": "NeurIPS",
            "year": 2025,
            "openreview_id": "abcdefghij",
        },
        {
            "id": "list:1",
            "title": "One work (extended)",
            "authors": ["Ann Bee"],
            "openreview_id": "abcdefghij",
            "arxiv_id": "2605.10001",
        },
        paper(2, title="Another work", authors=["Ann Bee"]),
        post(1, links=["https://arxiv.org/abs/2605.10001"]),
        post(2, text="https://openreview.net/forum?id=abcdefghij is nice"),
    ]
    made = Session(tmp_path_factory.mktemp("order"))
    for number in order:
        apply(made, rows[number], source=f"source{number}")
    ids = {made.reader.item(name).row for name in ("arxiv:2605.10001", "neurips:1", "list:1", "openreview:abcdefghij")}
    assert len(ids) == 1
    assert made.reader.totals().papers == 2
    assert len(made.reader.posts_about(ids.pop())) == 2
    made.close()


def test_hostile_text_is_stored_harmless_and_found(session: Session) -> None:
    rows = [
        paper(n, title=title, abstract=HOSTILE_CONTROLS, authors=[HOSTILE_CONTROLS])
        for n, title in enumerate(HOSTILE_TITLES)
    ]
    apply(session, *rows, paper(99, title=HOSTILE_CONTROLS))
    assert {line.title for line in session.reader.page(parse("").filter, 99)} >= set(HOSTILE_TITLES)
    assert "\x1b" not in repr(dump(session)).replace("\\x1b", "\x1b")
    for query in (
        "[0, 1",
        '"; DROP TABLE items; --',
        "a' OR 1=1",
        "NEAR(",
        "title:x* AND (",
        "\x00",
        "-",
        '"',
        "* ^ :",
    ):
        session.search(query, mode="lexical")
    assert session.reader.totals().papers == len(HOSTILE_TITLES) + 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kind:post", {"x:1"}),
        ("author:author2", {"arxiv:2605.10002"}),
        ('author:"Ada Author1"', {"arxiv:2605.10001"}),
        ("source:x", {"x:1"}),
        ("category:cs.CL", {"arxiv:2605.10002"}),
        ("since:2026-05-12", {"x:1", "arxiv:2605.10002"}),
        ("before:2026-05-12", {"arxiv:2605.10001"}),
        ("year:2026 kind:paper", {"arxiv:2605.10001", "arxiv:2605.10002"}),
        ("is:starred", {"arxiv:2605.10001"}),
        ("tag:Keep", {"arxiv:2605.10001"}),
        ("is:hidden", {"icml:9"}),
        ("has:mentions", {"arxiv:2605.10002", "x:1"}),
        ("has:code", {"arxiv:2605.10001"}),
        ("-kind:post -category:cs.CL", {"arxiv:2605.10001"}),
        ("venue:icml is:hidden", {"icml:9"}),
    ],
)
def test_filters_are_exact(session: Session, line: str, expected: set[str]) -> None:
    apply(
        session,
        paper(1, comment="code at https://github.com/a/b"),
        paper(2, track="cs.CL", date="2026-05-13"),
        {"id": "icml:9", "title": "Old work", "authors": ["Z"], "venue": "ICML", "year": 2012},
    )
    apply(session, post(1, links=["https://arxiv.org/abs/2605.10002"]), source="x")
    session.mark([1], starred=True)
    session.tag(1, ["keep"])
    session.mark([3], hidden=True)
    found = {one.id for one in session.reader.lines(session.reader.order(parse(line).filter))}
    assert found == expected
    assert session.reader.count(parse(line).filter) == len(expected)


def test_nothing_is_stored_of_a_batch_that_fails(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(session, paper(1))
    before = dump(session)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Writer, "_touch", full)
    with pytest.raises(StoreError, match="disk is full"):
        apply(session, paper(2), paper(3))
    assert dump(session) == before


def test_a_newer_database_is_refused_not_damaged(session: Session) -> None:
    apply(session, paper(1))
    session.writer.execute(f"PRAGMA user_version = {connect.VERSION + 1}")
    session.close()
    content = session.database.read_bytes()
    with pytest.raises(StoreError, match="newer tracker"):
        connect.open_writer(session.database)
    with pytest.raises(StoreError, match="newer tracker"):
        connect.open_reader(session.database)
    assert session.database.read_bytes() == content


def test_what_is_no_database_is_said(home: Path) -> None:
    (home / "index").mkdir()
    (home / "index" / "tracker.db").write_bytes(b"this is no database" * 500)
    with pytest.raises(StoreError, match="cannot be"):
        connect.open_reader(home / "index" / "tracker.db")
    with pytest.raises(StoreError, match="cannot be"):
        connect.open_writer(home / "index" / "tracker.db")


def test_the_second_writer_is_told_who_is_first(session: Session) -> None:
    with (
        connect.exclusive(session.folder, "sync"),
        pytest.raises(BusyError, match=r"'sync', process"),
        connect.exclusive(session.folder, "import"),
    ):
        pass


def test_the_change_log_names_what_derived_indexes_must_follow(session: Session) -> None:
    apply(session, paper(1), paper(2))
    start = vectors.last_sequence(session.writer)
    apply(session, paper(1, abstract="Changed."))
    session.mark([2], read=True)
    assert [item for _, item in vectors.changed_since(session.writer, start, 9)] == [1]


def test_unknown_names_are_said(session: Session) -> None:
    with pytest.raises(NotFoundError, match=r"2401\.99999"):
        session.reader.item("arxiv:2401.99999")


def test_bad_lines_are_counted_and_the_rest_goes_in(session: Session, lines: Callable[..., Path]) -> None:
    path = lines(
        paper(1),
        "{broken",
        "[1, 2]",
        '{"title": "no id"}',
        '{"id": "a:1"}',
        paper(2),
        "",
        post(1),
        '{"id": "x:2", "source": "x", "text": ""}',
    )
    report = session.import_files([path])
    assert report.outcome.new == 4
    assert report.bad_count == 4
    assert f"{path.name}, line 2" in report.bad[0]


@pytest.mark.parametrize("end", [b"", b"\xff" * 30_000])
def test_a_damaged_gzip_file_keeps_what_came_before(session: Session, lines: Callable[..., Path], end: bytes) -> None:
    import gzip

    from tracker.errors import TrackerError

    path = lines(*(paper(n, abstract=f"{n * 7919} words " * 40) for n in range(400)))
    packed = gzip.compress(path.read_bytes())
    path.write_bytes(packed[: len(packed) // 2] + end)
    with pytest.raises(TrackerError, match="to its end"):
        session.import_files([path])
    assert session.reader.totals().papers > 50

"""Everything that can go wrong on the way to a source, played against the real command; see the folder `faults`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from faults.answers import feed, item, reply, rss
from faults.documents import DOCUMENTS, LETTERS
from faults.play import Fault, play
from faults.server import FaultServer
from faults.transport import BROKEN, PAUSES, REDIRECTS, SIZES, STATUSES, TRANSPORT

from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAULTS = (*TRANSPORT, *DOCUMENTS)
GOOD = frozenset({"ok", "unchanged"})


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer({}) as running:
        yield running


def by_name(fault: Fault) -> str:
    return fault.name


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 120


@pytest.mark.parametrize("fault", FAULTS, ids=by_name)
def test_what_comes_of_a_fault(fault: Fault, server: FaultServer, tmp_path: Path) -> None:
    server.answers[fault.name] = fault.answers
    played = play(fault, server, tmp_path / "home")
    assert (played.state, played.requests, played.records) == (fault.state, fault.requests, fault.records)
    assert fault.words in played.message
    assert (played.status == 0) == (fault.state in GOOD)
    assert "Traceback" not in played.told
    assert "unexpectedly" not in played.message
    if fault.state not in GOOD:
        assert played.message in played.told  # the user is told, with what to do
        assert played.remedy
        assert played.remedy in played.told


@pytest.mark.parametrize("fault", [fault for fault in LETTERS if fault.name != "utf-7"], ids=by_name)
def test_letters_are_read_whatever_is_said_of_them(fault: Fault, server: FaultServer, tmp_path: Path) -> None:
    assert titles(fault, server, tmp_path) == ["Café – naïve résumé"]


@pytest.mark.parametrize("name", ["billion-laughs", "quadratic-entities", "outside-entity"])
def test_entities_are_not_expanded(name: str, server: FaultServer, tmp_path: Path) -> None:
    fault = next(fault for fault in DOCUMENTS if fault.name == name)
    for title in titles(fault, server, tmp_path):
        assert "root:" not in title
        assert "haha" not in title
        assert "aaaa" not in title


def test_control_characters_are_taken_out(server: FaultServer, tmp_path: Path) -> None:
    fault = next(fault for fault in DOCUMENTS if fault.name == "control-characters")
    assert all(title.isprintable() for title in titles(fault, server, tmp_path))


def titles(fault: Fault, server: FaultServer, tmp_path: Path) -> list[str]:
    server.answers[fault.name] = fault.answers
    server.requests.pop(fault.name, None)
    play(fault, server, tmp_path / "home")
    session = Session(tmp_path / "home")
    found = session.reader.connection.execute("SELECT title FROM items ORDER BY row").fetchall()
    session.close()
    return [title for (title,) in found]


@pytest.mark.parametrize("name", ["changing-title", "changing-guid", "http-to-https", "no-guid-no-link"])
def test_what_was_read_stays_read(name: str, server: FaultServer, tmp_path: Path) -> None:
    fault = next(fault for fault in DOCUMENTS if fault.name == name)
    for place, answer in enumerate(fault.answers):
        server.answers[f"{name}-read"] = (answer,)
        once = Fault(name=f"{name}-read", answers=(answer,), state="ok")
        assert play(once, server, tmp_path / "home").records == fault.records
        session = Session(tmp_path / "home")
        rows = [row for (row,) in session.reader.connection.execute("SELECT row FROM items")]
        if place == 0:
            session.mark(rows, read=True)
        unread = session.reader.connection.execute(
            "SELECT COUNT(*) FROM items LEFT JOIN marks ON marks.item = items.row WHERE marks.read_at IS NULL"
        ).fetchone()
        session.close()
        assert unread == (0,)


def test_a_cut_feed_is_asked_for_whole_again(server: FaultServer, tmp_path: Path) -> None:
    """Its ETag is not kept: the next answer would be 304, and what was cut off would never come."""
    whole = feed(5)
    server.answers["cut-once"] = (reply(200, whole[:-120], ETag='"1"'), reply(200, whole, ETag='"1"'), reply(304))
    fault = Fault(name="cut-once", answers=(), state="")
    outcomes = [play(fault, server, tmp_path / "home") for _ in range(3)]
    assert [(played.state, played.records) for played in outcomes] == [("failing", 4), ("ok", 5), ("unchanged", 5)]


def test_what_came_before_a_failure_is_not_lost_by_it(server: FaultServer, tmp_path: Path) -> None:
    answers = (reply(200, feed(2), ETag='"1"'), reply(500), reply(200, rss(item(3)), ETag='"2"'))
    server.answers["between"] = (answers[0], answers[1], answers[1], answers[1], answers[2])
    fault = Fault(name="between", answers=(), state="")
    outcomes = [play(fault, server, tmp_path / "home") for _ in range(3)]
    assert [(played.state, played.records) for played in outcomes] == [("ok", 2), ("failing", 2), ("ok", 3)]


@pytest.mark.parametrize("kind", ["arxiv", "conference"])
@pytest.mark.parametrize(
    "fault",
    [
        fault
        for fault in (*STATUSES, *PAUSES, *BROKEN, *REDIRECTS, *SIZES)
        if fault.state not in GOOD
        and fault.name not in {"drip", "hang", "asked-again-too-soon", "gzip-cut", "status-304"}
    ],
    ids=by_name,
)
def test_other_kinds_say_so_too(fault: Fault, kind: str, server: FaultServer, tmp_path: Path) -> None:
    options = {"arxiv": {"categories": ["cs.LG"]}, "conference": {"venue": "ICLR", "years": [2026]}}[kind]
    server.answers[fault.name] = fault.answers
    server.requests.pop(fault.name, None)
    played = play(fault, server, tmp_path / "home", kind, **options)
    assert played.status == 1
    assert played.records == 0
    assert played.state not in GOOD
    assert "unexpectedly" not in played.message


KINDS: dict[str, dict[str, Any]] = {
    "bluesky": {"actor": "someone.bsky.social"},
    "hackernews": {"domain": "arxiv.org"},
    "hf_daily": {},
    "lemmy": {"community": "machinelearning@lemmy.example"},
    "mastodon": {"account": "someone@social.example"},
    "reddit": {"subreddit": "MachineLearning"},
    "youtube": {"channel": "UC0000000000000000000000"},
}
TELLING = (
    "status-404",
    "status-500",
    "status-503",
    "short-body",
    "to-private",
    "gzip-bomb",
    "web-page",
    "picture",
    "empty",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.name in TELLING], ids=by_name)
def test_no_kind_takes_a_fault_for_an_answer(fault: Fault, kind: str, server: FaultServer, tmp_path: Path) -> None:
    server.answers[fault.name] = fault.answers
    server.requests.pop(fault.name, None)
    played = play(fault, server, tmp_path / "home", kind, **KINDS[kind])
    assert (played.status, played.records) == (1, 0)
    assert played.state not in GOOD
    assert played.message in played.told
    assert "unexpectedly" not in played.message

"""The page of a conference as text, Markdown, JSON and calendar: from the answer of a site to a file, with hostile texts in all."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from conftest import HOSTILE_CONTROLS, HOSTILE_TITLES, NOW
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from tracker.cli.app import tracker as group
from tracker.conference_page import Wish
from tracker.errors import TrackerError
from tracker.fetch.conference import site
from tracker.fetch.conference.venues import VENUES, Edition
from tracker.forms.conference import to_markdown, to_text
from tracker.forms.icalendar import to_calendar
from tracker.forms.outside import plain
from tracker.forms.slots import slot_in_words
from tracker.models import Record, Slot
from tracker.pages import ConferencePage, Entry, Paper
from tracker.store import editions
from tracker.store.schema import migrations
from tracker.store.writer import Writer

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tracker.session import Session

EMPTY = ConferencePage(
    venue="NeurIPS", year=2025, role="", reader="", topic="", decision="", papers=1, papers_in_all=1, authors=1, people=0, posts=0,
    discussed=0, decisions=(), accepted=0, submitted=0, against=None, papers_before=0, papers_after=1, moved=(), fading=(),
    largest=(), notice="", lens=frozenset(), known=(), ranked=(), reasoned=1, outside=0, days=None, hints=(),
)  # fmt: skip
STARTS = "2025-12-03T11:00:00-08:00"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def shown(number: int, **fields: Any) -> dict[str, Any]:
    """An entry in the list of a site."""
    return {
        "id": number,
        "uid": f"u{number}",
        "name": f"Gates and routes, part {number}",
        "authors": [{"fullname": f"Ada Example{number}"}],
        "abstract": "About gates.",
        "decision": "Accept (oral)",
        "eventtype": "Poster",
        "session": "Poster Session 1",
        "room_name": "Hall C; level 2",
        "poster_position": f"#{number}",
        "starttime": STARTS,
        "endtime": "2025-12-03T14:00:00-08:00",
        "paper_url": f"https://openreview.net/forum?id=Forum{number:05d}",
        **fields,
    }


def store(session: Session, *entries: dict[str, Any]) -> None:
    records, problems = site.parse(entries, Edition(venue=VENUES["neurips"], year=2025), {})
    assert not problems
    Writer(session.writer).apply("neurips-2025", records, "2025-11-01T00:00:00Z")


def page_of(session: Session, **wish: Any) -> ConferencePage:
    return session.conference("neurips", 2025, Wish(**{**wish, "role": session.role(wish.get("role", "ai-engineer"))}))


def parsed(calendar: str) -> list[dict[str, str]]:
    """Read a calendar as RFC 5545 has it: unfold, split at the first colon, undo the escapes; return its events."""
    assert calendar.endswith("\r\n")
    assert "\n" not in calendar.replace("\r\n", "")
    for line in calendar.split("\r\n"):
        assert len(line.encode()) <= 75
    lines = calendar.replace("\r\n ", "").split("\r\n")[:-1]
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    events: list[dict[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        assert colon
        assert re.fullmatch(r"[A-Z-]+", name), line
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and name not in {"BEGIN", "END"}:
            assert name not in events[-1], line
            if name in {"SUMMARY", "LOCATION", "DESCRIPTION"}:
                assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), line
                value = re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), value)
            events[-1][name] = value
    return events


# slots


def test_an_oral_and_its_poster_become_two_events(session: Session) -> None:
    oral = shown(1, uid="u1", id=900, eventtype="Oral", session="Oral Session 2B", room_name="Hall A", poster_position=None,
                 starttime="2025-12-02T10:00:00-08:00", endtime=None)  # fmt: skip
    store(session, shown(1), oral)
    poster, talk = sorted(
        parsed(to_calendar(page_of(session), "2025-11-20T09:00:00Z")), key=lambda one: one["SUMMARY"], reverse=True
    )
    assert poster == {
        "UID": poster["UID"],
        "DTSTAMP": "20251120T090000Z",
        "DTSTART": "20251203T190000Z",
        "DTEND": "20251203T220000Z",
        "SUMMARY": "Poster: Gates and routes, part 1",
        "LOCATION": "Hall C; level 2, #1, Poster Session 1",
        "DESCRIPTION": poster["DESCRIPTION"],
        "URL": "https://openreview.net/forum?id=Forum00001",
    }
    assert poster["DESCRIPTION"].splitlines() == [
        "Example1",
        "Poster, Wed 3 Dec 2025 11:00\u201314:00, Poster Session 1, Hall C; level 2, #1",
        "an oral",
        "https://openreview.net/forum?id=Forum00001",
    ]
    assert (talk["SUMMARY"], talk["DTSTART"], "DTEND" in talk) == (
        "Oral: Gates and routes, part 1",
        "20251202T180000Z",
        False,
    )
    assert talk["UID"] != poster["UID"]


def test_an_event_keeps_its_name_when_its_time_changes(session: Session) -> None:
    store(session, shown(1), shown(2))
    before = parsed(to_calendar(page_of(session), "2025-11-20T09:00:00Z"))
    store(session, shown(1, starttime="2025-12-04T09:00:00-08:00", endtime=None), shown(2))
    after = parsed(to_calendar(page_of(session), "2025-11-21T09:00:00Z"))
    assert {one["UID"] for one in before} == {one["UID"] for one in after}
    assert {one["DTSTART"] for one in after} == {"20251204T170000Z", "20251203T190000Z"}


def test_times_without_a_zone_float_and_nonsense_is_no_time(session: Session) -> None:
    store(
        session,
        shown(1, starttime="2025-12-03T11:00:00", endtime="2025-12-03T14:00:00-08:00"),
        shown(2, starttime="soon"),
        shown(3, starttime="2025-12-03"),
        shown(4, starttime=None, endtime=STARTS),
        shown(5, starttime="9999-12-03T11:00:00"),
        shown(6, starttime=17),
        shown(7, endtime="2025-12-09T14:00:00-08:00"),
    )
    events = {one["SUMMARY"][-1]: one for one in parsed(to_calendar(page_of(session), "2025-11-20T09:00:00Z"))}
    assert events.keys() == {"1", "7"}
    assert (events["1"]["DTSTART"], "DTEND" in events["1"]) == ("20251203T110000", False)
    assert (events["7"]["DTSTART"], "DTEND" in events["7"]) == ("20251203T190000Z", False)
    assert page_of(session).days == ("2025-12-03", "2025-12-03")


def test_slots_survive_a_merge_and_a_reading_without_news(session: Session) -> None:
    store(session, shown(1))
    store(session, shown(1))
    preprint = Record(
        kind="paper", key="arxiv:2511.00001", identifiers=("arxiv:2511.00001",), title="Routes", venue="arXiv"
    )
    both = replace(preprint, key="list:1", identifiers=("arxiv:2511.00001", "openreview:Forum00001"))
    for source, record in (("arxiv", preprint), ("list", both)):
        Writer(session.writer).apply(source, [record], "2025-11-02T00:00:00Z")
    assert session.reader.row_of("arxiv:2511.00001") == session.reader.row_of("openreview:Forum00001")
    (entry,) = page_of(session).ranked
    assert [slot_in_words(slot) for slot in entry.slots] == [
        "Poster, Wed 3 Dec 2025 11:00\u201314:00, Poster Session 1, Hall C; level 2, #1"
    ]


def test_an_older_store_gets_slots_with_the_next_reading(tmp_path: Path) -> None:
    database = Database(tmp_path / "old.db")
    migrations.apply(database, stop_before="m010_slots_of_conferences")
    for url in ("https://neurips.cc/static/virtual/data/neurips-2025-orals-posters.json", "https://example.org/feed"):
        database.execute("INSERT INTO validators (url, etag) VALUES (?, 'x')", [url])
    database.execute(
        "INSERT INTO items (id, kind, title, first_seen, date, origin, lead, title_key, text_hash) VALUES ('a', 'paper', 't', '', '', '', '', '', 1)"
    )
    database.execute(
        "INSERT INTO sightings (source, key, item, venue, year, first_seen, last_seen, digest) VALUES ('s', 'k', 1, 'NeurIPS', 2025, '', '', 1)"
    )
    migrations.apply(database)
    assert [url for (url,) in database.execute("SELECT url FROM validators")] == ["https://example.org/feed"]
    assert [one.slots for one in editions.shown(database.conn, "neurips", 2025)] == [()]  # type: ignore[arg-type]


# hostile texts


@pytest.mark.parametrize(
    "title", [*HOSTILE_TITLES, HOSTILE_CONTROLS, "Fine\\nBEGIN:VEVENT; a, b\\", "\u00e9" * 300, "\U0001f600" * 60]
)
def test_hostile_texts_stay_texts_in_every_form(session: Session, title: str) -> None:
    room = f"Room {title}"[:90]
    store(session, shown(1, name=title, room_name=room, authors=[{"fullname": f"Eve {title}"[:90]}]))
    session.writer.execute("UPDATE items SET title = ?", [title])  # as a store of a program without our care
    session.mark([1], starred=True)
    page = page_of(session)
    text, rich, calendar = to_text(page, 80), to_markdown(page), to_calendar(page, "2025-11-20T09:00:00Z")
    for form in (text, rich, calendar.replace("\r\n", "\n")):
        assert not CONTROL.search(form)
    (event,) = parsed(calendar)
    assert event.keys() == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "URL"}
    assert event["SUMMARY"].startswith("Poster: ")
    if title in HOSTILE_TITLES:
        assert event["SUMMARY"] == f"Poster: {plain(title)}"
        assert " ".join(plain(title).split()) in " ".join(text.split())
        assert not re.search(r"(?<!\\)[<>|`](?!\(?<?https)", re.sub(r"\(<https[^>]*>\)", "", rich))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_keeps_to_its_columns(session: Session, width: int) -> None:
    store(
        session,
        *(
            shown(n, name=f"A long title about gates and routes and much else that fills a line, number {n}")
            for n in range(40)
        ),
    )
    text = to_text(page_of(session), width)
    assert all(len(line) <= width or "https://" in line for line in text.splitlines())
    assert "40 papers by 40 authors" in text
    assert "They are shown on Wed 3 Dec 2025." in text


def test_the_plan_goes_by_day_and_time(session: Session) -> None:
    later, none = shown(2, starttime="2025-12-04T09:00:00-08:00", endtime=None), shown(3, starttime=None)
    earlier = shown(4, starttime="2025-12-03T09:30:00-08:00", room_name=None, poster_position=None)
    store(session, shown(1), later, none, earlier)
    page = page_of(session)
    number = {one.paper.title[-1]: place for place, one in enumerate(page.ranked, 1)}
    told = to_text(page, 100).split("Your plan\n")[1].splitlines()
    assert [line.strip() for line in told if line][2:] == [
        "Wed 3 Dec 2025",
        f"- 09:30\u201314:00, Poster, Poster Session 1: {number['4']}. Gates and routes, part 4",
        f"- 11:00\u201314:00, Poster, Hall C; level 2, #1: {number['1']}. Gates and routes, part 1",
        "Thu 4 Dec 2025",
        f"- 09:00, Poster, Hall C; level 2, #2: {number['2']}. Gates and routes, part 2",
    ]


def test_one_of_everything_is_told_in_the_singular(session: Session) -> None:
    store(session, shown(1))
    text = " ".join(to_text(page_of(session), 100).split())
    assert "1 paper by 1 author. It is shown on Wed 3 Dec 2025." in text
    assert "1 paper with a reason to read it as an AI engineer." in text
    assert "1 oral." in text


TITLES = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(title=TITLES, place=TITLES)
def test_any_text_comes_back_from_a_calendar_as_it_is_shown(title: str, place: str) -> None:
    slot = Slot(starts="2025-12-03T11:00-08:00", form="Poster", place=place)
    paper = Paper(id="openreview:a", title=title, byline="", date="2025", url="")
    entry = Entry(paper=paper, decision="", track="", slots=(slot, slot))
    events = parsed(to_calendar(replace(EMPTY, ranked=(entry,)), "2025-11-20T09:00:00Z"))
    assert len({one["UID"] for one in events}) == 2
    for event in events:
        assert event["SUMMARY"] == plain(f"Poster: {title}")
        assert event.get("LOCATION", "") == plain(place)


# the command


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--home", str(home), "conference", *words])


def test_the_command_prints_and_writes_each_form(session: Session, tmp_path: Path) -> None:
    store(session, shown(1), shown(2, starttime=None))
    assert run(session.home, "nips", "2025").stdout.startswith("NeurIPS 2025 for an ML engineer\n")
    assert run(session.home, "neurips", "--format", "md", "--role", "ai-engineer").stdout.startswith(
        "# NeurIPS 2025 for an AI engineer\n"
    )
    told = json.loads(run(session.home, "neurips:2025", "--json", "--decision", "oral").stdout)
    assert [one["paper"]["id"] for one in told["ranked"]] == ["openreview:Forum00001", "openreview:Forum00002"]
    assert told["ranked"][0]["slots"][0]["starts"] == "2025-12-03T11:00-08:00"
    done = run(session.home, "neurips", "2025", "--format", "ical")
    assert done.exit_code == 0
    assert len(parsed(done.stdout_bytes.decode())) == 1
    assert "1 ranked paper left out: no time is stored for it." in done.stderr
    path = tmp_path / "plan.ics"
    for _ in range(2):
        assert run(session.home, "neurips", "--format", "ical", "--output", str(path)).exit_code == 0
        assert len(parsed(path.read_bytes().decode())) == 1


@pytest.mark.parametrize("words", [["--format", "ical"], ["--format", "md"], [], ["--json"]])
def test_a_file_of_another_kind_is_left_as_it_is(session: Session, tmp_path: Path, words: list[str]) -> None:
    store(session, shown(1))
    path = tmp_path / "README.md"
    path.write_text("# My own notes\n", "utf-8")
    done = run(session.home, "neurips", *words, "--output", str(path))
    assert isinstance(done.exception, TrackerError)
    assert "is there already and is no" in str(done.exception)
    assert path.read_text("utf-8") == "# My own notes\n"
    fresh = tmp_path / "fresh"
    for _ in range(2):
        assert run(session.home, "neurips", *words, "--output", str(fresh)).exit_code == 0


def test_without_times_there_is_a_list_instead_of_a_calendar(session: Session, tmp_path: Path) -> None:
    store(session, shown(1, starttime=None))
    path = tmp_path / "plan.ics"
    done = run(session.home, "neurips", "--format", "ical", "--output", str(path))
    assert done.exit_code == 1
    assert "No times are stored" in done.stderr
    assert "1. [Gates and routes, part 1](<https://openreview.net/forum?id=Forum00001>)" in done.stdout
    assert not path.exists()


def test_the_clock_of_the_session_stamps_the_calendar(session: Session) -> None:
    store(session, shown(1))
    (event,) = parsed(to_calendar(page_of(session), session.now()))
    assert datetime.strptime(event["DTSTAMP"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) == NOW

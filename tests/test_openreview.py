"""OpenReview over the loopback interface: the login, pages, where a sync goes on, what is never told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from json_service import Answer, Asked, serving

from tracker.config import Source
from tracker.errors import ConfigError, FetchError
from tracker.fetch.openreview import api as openreview_api
from tracker.fetch.openreview import fetcher as openreview
from tracker.fetch.openreview.fetcher import OpenReviewFetcher
from tracker.fetch.openreview.notes import Place, place_of, status_of
from tracker.http import HttpClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from json_service import Service

    from tracker.ports import Batch

VENUE = "ICLR.cc/2026/Conference"
WORD = "p4ss-w0rd"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpClient]:
    monkeypatch.setenv("TRACKER_OPENREVIEW_USERNAME", "me@example.org")
    monkeypatch.setenv("TRACKER_OPENREVIEW_PASSWORD", WORD)
    monkeypatch.setattr(openreview_api, "PAGE_SIZE", 10)
    with HttpClient(gap_scale=0.0) as made:
        yield made


def note(number: int, changed: int = 1_000, decision: str = "Poster") -> dict[str, Any]:
    name = f"Forum{number:05d}"
    content = {"title": {"value": f"Paper {number}"}, "venue": {"value": f"ICLR 2026 {decision}"}}
    return {"id": name, "forum": name, "tmdate": changed, "content": content}


class Notes:
    """The service: notes that it sorts and cuts into pages as it is asked to, for those who are logged in."""

    def __init__(self, *notes: dict[str, Any]) -> None:
        self.notes = list(notes)
        self.refuses: dict[int, Answer] = {}
        self.pages = 0

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == "/login":
            return Answer({"token": "secret-token"}) if asked.body["password"] == WORD else Answer({}, 401)
        assert asked.headers["authorization"] == "Bearer secret-token"
        self.pages += 1
        if self.pages in self.refuses:
            return self.refuses[self.pages]
        query = asked.query
        start, notes = int(query.get("offset", 0)), sorted(self.notes, key=lambda one: one["id"])
        if query["sort"] == "tmdate:desc":
            notes = sorted(notes, key=lambda one: -one["tmdate"])
        elif "after" in query:
            notes = [one for one in notes if one["id"] > query["after"]]
        return Answer({"notes": notes[start : start + int(query["limit"])]})


def fetched(
    service: Service, client: HttpClient, cursor: Mapping[str, Any] | None = None, **options: Any
) -> Iterator[Batch]:
    source = Source(kind="openreview", name="o", options={"venue": VENUE, **options}, base=service.base)
    OpenReviewFetcher().check(source)
    return OpenReviewFetcher().fetch(source, cursor or {}, client)


def test_the_first_sync_reads_all_and_later_ones_what_was_changed(client: HttpClient) -> None:
    notes = Notes(*(note(n) for n in range(25)))
    with serving(notes) as service:
        batches = list(fetched(service, client))
        assert [len(batch.records) for batch in batches] == [10, 10, 5]
        assert batches[0].cursor == {"api": 2, "newest": 1_000, "after": "Forum00009"}
        assert batches[-1].cursor == {"api": 2, "newest": 1_000}
        assert {asked.query.get("content.venueid") for asked in service.asked if asked.path == "/notes"} == {VENUE}
        (none,) = fetched(service, client, batches[-1].cursor)
        assert (none.records, none.cursor) == ([], {"api": 2, "newest": 1_000})
        notes.notes[3] = note(3, 2_000, "Oral")  # created long ago, decided now
        notes.notes += [note(n, 1_500) for n in range(30, 41)]
        later = list(fetched(service, client, none.cursor))
        assert [len(batch.records) for batch in later] == [10, 2]
        assert (later[0].records[0].key, later[0].records[0].status) == ("openreview:Forum00003", "Oral")
        assert [batch.cursor["newest"] for batch in later] == [1_000, 2_000]  # nothing is claimed before it is there


def test_a_first_sync_that_is_too_long_goes_on_with_the_next(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openreview, "PAGES", 2)
    notes = Notes(*(note(n, 1_000 + n) for n in range(25)))
    with serving(notes) as service:
        first = list(fetched(service, client))
        assert first[-1].cursor == {"api": 2, "newest": 1_009, "after": "Forum00019"}
        (rest,) = fetched(service, client, first[-1].cursor)
    assert [record.key for record in rest.records] == [f"openreview:Forum{n:05d}" for n in range(20, 25)]
    assert rest.cursor == {"api": 2, "newest": 1_009}  # what was changed since the first page is looked at again


def test_a_first_sync_goes_on_in_the_interface_where_it_began(client: HttpClient) -> None:
    with serving(Notes(note(1), note(2))) as service:
        (batch,) = fetched(service, client, {"api": 1, "newest": 1_000, "after": "Forum00001"})
    assert [record.key for record in batch.records] == ["openreview:Forum00002"]
    assert batch.cursor == {"api": 1, "newest": 1_000}


def test_old_venues_are_found_in_the_first_interface(client: HttpClient) -> None:
    asked = []

    def empty_then_full(one: Asked) -> Answer:
        asked.append(one)
        notes = [note(1)] if sum(seen.path == "/notes" for seen in asked) == 2 else []
        return Answer({"token": "t", "notes": notes})

    with serving(empty_then_full) as service:
        (batch,) = fetched(service, client)
    assert batch.cursor == {"api": 1, "newest": 1_000}
    with serving(Notes()) as service:
        with pytest.raises(FetchError, match=r"no accepted papers under 'ICLR\.cc/2026/Conference'"):
            list(fetched(service, client, api=1))
        assert service.paths == ["/login", "/notes"]


def test_a_limit_keeps_what_came_and_says_for_how_long(client: HttpClient) -> None:
    notes = Notes(*(note(n) for n in range(25)))
    reset = (datetime.now(UTC) + timedelta(minutes=45)).isoformat()
    notes.refuses[2] = Answer({"name": "RateLimitError", "details": {"resetTime": reset}}, 429)
    with serving(notes) as service:
        batches = fetched(service, client)
        assert len(next(batches).records) == 10
        with pytest.raises(FetchError, match=r"RateLimitError\), for 45 min") as caught:
            next(batches)
    assert caught.value.state == "slowed"
    assert caught.value.retry_after == pytest.approx(2_700, abs=60)


def test_the_login_stays_secret(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Notes(note(1))) as service:
        batches = list(fetched(service, client))
        told = json.dumps([dict(batch.cursor) for batch in batches]) + repr(batches)
        assert WORD not in told + repr([asked.query for asked in service.asked])
        assert "secret-token" not in told + repr([asked.query for asked in service.asked])
        assert service.asked[0].body == {"id": "me@example.org", "password": WORD}
        monkeypatch.setenv("TRACKER_OPENREVIEW_PASSWORD", "other-word")
        with pytest.raises(FetchError, match="refuses the login") as caught:
            list(fetched(service, client))
    assert "other-word" not in str(caught.value)
    assert caught.value.state == "login"


@pytest.mark.parametrize("moment", [None, "soon", "2020-01-01", "2020-01-01T00:00:00Z", -1, float("1e300"), {}, True])
def test_reset_times_that_say_nothing(moment: object) -> None:
    assert openreview_api._seconds(moment) in {None, 86_400.0}


@pytest.mark.parametrize(
    ("venue", "place"),
    [
        ("NeurIPS.cc/2025/Conference", Place("NeurIPS", 2025, "")),
        ("NIPS.cc/2018/Workshop/CDNNRIA", Place("NeurIPS", 2018, "Workshop CDNNRIA")),
        ("NeurIPS.cc/2025/Datasets_and_Benchmarks_Track", Place("NeurIPS", 2025, "Datasets and Benchmarks Track")),
        ("aistats.org/AISTATS/2025/Conference", Place("AISTATS", 2025, "")),
        ("TMLR", Place("TMLR", None, "")),
    ],
)
def test_what_a_venue_id_says(venue: str, place: Place) -> None:
    assert place_of(venue) == place


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("ICML 2025 spotlightposter", "Spotlight"),
        ("NeurIPS 2022 Accept", "accepted"),
        ("ICLR 2026 Conference Withdrawn Submission", "withdrawn"),
        ("Submitted to ICLR 2026", "submitted"),
        ("", ""),
    ],
)
def test_decisions(words: str, status: str) -> None:
    assert status_of(words) == status


@pytest.mark.parametrize(
    ("text", "venue"),
    [
        ("openreview:ICLR.cc/2026/Conference", "ICLR.cc/2026/Conference"),
        ("https://openreview.net/group?id=NeurIPS.cc/2025/Conference#tab-accept-oral", "NeurIPS.cc/2025/Conference"),
        ("https://openreview.net/venue?id=colmweb.org/COLM/2025/Conference", "colmweb.org/COLM/2025/Conference"),
        ("https://openreview.net/group?id=ICLR.cc", None),
        ("https://openreview.net/forum?id=AbCdEf1234", None),
        ("https://openreview.net/group?id=~Ada_Example1", None),
        ("https://example.org/group?id=NeurIPS.cc/2025/Conference", None),
        ("openreview:AbCdEf1234", None),
        ("openreview:a/../b c", None),
        ("https://[openreview.net/group?id=a/b", None),
    ],
)
def test_what_is_recognised(text: str, venue: str | None) -> None:
    assert OpenReviewFetcher().recognise(text) == ({"venue": venue} if venue else None)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "needs venue"),
        ({"venue": "a b"}, "no venue id"),
        ({"venue": VENUE, "api": 3}, "from 1 to 2"),
        ({"venue": VENUE, "username": "x"}, "no option"),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        OpenReviewFetcher().check(Source(kind="openreview", name="o", options=options))

"""History and missed days from an archive on the loopback interface, with faults in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from archive import Archive, Kept

from tracker.config import Source
from tracker.errors import FetchError
from tracker.fetch.arxiv import history as arxiv_history
from tracker.fetch.arxiv import oai as arxiv_oai
from tracker.fetch.arxiv.fetcher import ArxivFetcher
from tracker.http import HttpClient
from tracker.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.models import Record
    from tracker.ports import Batch
    from tracker.session import Session

TODAY = "2026-06-10"
FIRST = date(2026, 4, 1)
PAPERS = [Kept(f"2604.{90_000 + n}", (FIRST + timedelta(days=n // 5)).isoformat()) for n in range(250)]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.times.now", lambda: datetime(2026, 6, 10, 12, tzinfo=UTC))


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive(list(PAPERS), today=TODAY) as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(waits: list[float]) -> Iterator[HttpClient]:
    with HttpClient(gap_scale=0.0, sleep=waits.append) as made:
        yield made


def source(archive: Archive, **options: Any) -> Source:
    made = Source(kind="arxiv", name="x", options={"categories": ["cs.LG"], "via": "oai"} | options, base=archive.base)
    ArxivFetcher().check(made)
    return made


def fetched(archive: Archive, client: HttpClient, cursor: dict[str, Any] | None = None, **options: Any) -> list[Batch]:
    return list(ArxivFetcher().fetch(source(archive, **options), cursor or {}, client))


def records(batches: list[Batch]) -> list[Record]:
    return [record for batch in batches for record in batch.records]


def keys(batches: list[Batch]) -> list[str]:
    return [record.key for record in records(batches)]


ALL = [f"arxiv:{paper.name}" for paper in PAPERS]


def test_history_comes_page_by_page_and_then_rests(archive: Archive, client: HttpClient) -> None:
    batches = fetched(archive, client, since="2026-04-01")
    assert [len(batch.records) for batch in batches] == [100, 100, 50]
    assert keys(batches) == ALL
    assert not any(record.updates_only for record in records(batches))
    history = {"since": "2026-04-01", "sets": ["cs:cs:LG"], "from": TODAY, "done": True}
    assert batches[-1].cursor == {"history": history}
    archive.kept.append(Kept("2606.90000", TODAY))
    assert keys(fetched(archive, client, dict(batches[-1].cursor), since="2026-04-01")) == ["arxiv:2606.90000"]
    assert archive.requests[-1]["from"] == TODAY


@pytest.mark.parametrize("pages", [1, 2])
def test_a_run_that_breaks_off_goes_on_at_its_place(archive: Archive, client: HttpClient, pages: int) -> None:
    run = ArxivFetcher().fetch(source(archive, since="2026-04-01"), {}, client)
    before = [next(run) for _ in range(pages)]
    after = fetched(archive, client, dict(before[-1].cursor), since="2026-04-01")
    assert keys([*before, *after]) == ALL
    assert len(archive.requests) == 3


def test_a_forgotten_place_means_the_stretch_anew(archive: Archive, client: HttpClient) -> None:
    archive.faults = ["", "expired"]
    batches = fetched(archive, client, since="2026-04-01")
    assert keys(batches) == ALL[:100] + ALL
    assert ["resumptionToken" in query for query in archive.requests] == [False, True, False, True, True]


def test_a_place_that_is_always_forgotten_comes_to_an_end(
    archive: Archive, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv_history, "PAGES", 5)
    archive.faults = ["", "expired"] + ["", "expired"] * arxiv_history.PAGES
    batches = fetched(archive, client, since="2026-04-01")
    assert len(archive.requests) <= 2 * arxiv_history.PAGES
    assert "the next sync goes on" in batches[-1].problems[0]


def test_being_sent_away_for_a_while_is_waited_out(archive: Archive, client: HttpClient, waits: list[float]) -> None:
    archive.faults = ["busy", "", "busy", "busy"]
    assert keys(fetched(archive, client, since="2026-04-01")) == ALL
    assert sum(6 < wait <= 7 for wait in waits) == 3


def test_an_archive_that_is_busy_for_good_is_left_alone(archive: Archive, client: HttpClient) -> None:
    archive.faults = ["busy"] * 20
    with pytest.raises(FetchError) as caught:
        fetched(archive, client, since="2026-04-01")
    assert caught.value.state == "slowed"
    assert len(archive.requests) == arxiv_oai.PATIENCE + 1


def test_a_connection_that_breaks_is_tried_again(archive: Archive, client: HttpClient) -> None:
    archive.faults = ["", "cut connection", "", "cut connection"]
    assert keys(fetched(archive, client, since="2026-04-01")) == ALL


def test_a_page_that_breaks_off_keeps_its_whole_records_and_its_place(archive: Archive, client: HttpClient) -> None:
    archive.faults = ["", "cut page"]
    run = ArxivFetcher().fetch(source(archive, since="2026-04-01"), {}, client)
    got = [next(run), next(run)]
    with pytest.raises(FetchError, match="breaks off"):
        next(run)
    assert 10 < len(got[1].records) < 100
    assert got[1].cursor == got[0].cursor
    again = fetched(archive, client, dict(got[1].cursor), since="2026-04-01")
    assert keys([got[0], *again]) == ALL


def test_long_history_is_asked_for_in_stretches(archive: Archive, client: HttpClient) -> None:
    batches = fetched(archive, client, since="2025-09-01")
    spans = [(query["from"], query.get("until")) for query in archive.requests if "from" in query]
    assert spans == [
        ("2025-09-01", "2025-11-29"),
        ("2025-11-30", "2026-02-27"),
        ("2026-02-28", "2026-05-28"),
        ("2026-05-29", None),
    ]
    assert keys(batches) == ALL
    assert batches[-1].cursor["history"]["from"] == TODAY


def test_a_run_reads_so_many_pages_and_says_that_there_are_more(
    archive: Archive, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv_history, "PAGES", 2)
    batches = fetched(archive, client, since="2026-04-01")
    assert keys(batches) == ALL[:200]
    assert batches[-1].problems == ["All changes before 2026-04-01 are read; the next sync goes on."]
    assert keys(fetched(archive, client, dict(batches[-1].cursor), since="2026-04-01")) == ALL[200:]


def test_categories_are_sets_and_what_is_asked_for_anew_is_read_from_the_start(
    archive: Archive, client: HttpClient
) -> None:
    archive.kept = [
        Kept("2606.90001", "2026-06-01", categories="cs.LG stat.ML"),
        Kept("2606.90002", "2026-06-02", categories="math.OC stat.ML"),
        Kept("2606.90003", "2026-06-03", categories="physics.optics"),
    ]
    one = fetched(archive, client, since="2026-06-01")
    assert keys(one) == ["arxiv:2606.90001"]
    both = fetched(archive, client, dict(one[-1].cursor), since="2026-06-01", categories=["cs.LG", "stat.ML"])
    assert keys(both) == ["arxiv:2606.90001", "arxiv:2606.90001", "arxiv:2606.90002"]
    assert [query["set"] for query in archive.requests] == ["cs:cs:LG", "cs:cs:LG", "stat:stat:ML"]
    assert fetched(archive, client, dict(both[-1].cursor), since="2026-06-05")[0].records == []
    assert archive.requests[-1]["from"] == TODAY  # a later day asks for no more than is there
    fetched(archive, client, dict(both[-1].cursor), since="2026-05-01")
    assert archive.requests[-1]["from"] == "2026-05-01"


def test_without_a_day_a_week_is_read_and_older_papers_are_updates(archive: Archive, client: HttpClient) -> None:
    archive.kept = [Kept("2606.90001", TODAY), Kept("2401.90001", TODAY, created="2024-01-02")]
    found = records(fetched(archive, client))
    assert archive.requests[0]["from"] == "2026-06-03"
    assert [record.updates_only for record in found] == [True, False]


def test_a_clock_of_the_future_is_not_believed(archive: Archive, client: HttpClient) -> None:
    archive.today = "2031-01-01"
    assert fetched(archive, client, since="2026-04-01")[-1].cursor["history"]["from"] == TODAY


@pytest.mark.parametrize(
    "history",
    [None, 3, {"from": 3}, {"from": "2026-02-31", "sets": ["cs:cs:LG"]}, {"from": "2026-04-01", "sets": "cs:cs:LG"}],
)
def test_a_state_that_makes_no_sense_is_begun_anew(archive: Archive, client: HttpClient, history: object) -> None:
    assert keys(fetched(archive, client, {"history": history}, since="2026-04-01")) == ALL


def test_an_answer_to_another_question_is_no_empty_list(archive: Archive) -> None:
    with pytest.raises(FetchError, match="no list of records"):
        arxiv_oai.parse(archive._page("<Identify/>").encode())
    assert arxiv_oai.parse(archive._page("<ListRecords/>").encode()).records == []


def test_missed_days_are_filled_up_to_the_present(archive: Archive, client: HttpClient) -> None:
    archive.kept = [
        Kept("2604.90001", "2026-04-20"),
        Kept("2605.90001", "2026-05-28"),
        Kept("2605.90002", TODAY, created="2026-05-28"),  # changed once more since
        Kept("2605.90003", "2026-05-29", created="2024-01-02"),
    ]
    batches = list(ArxivFetcher().fill(source(archive, via="rss"), date(2026, 5, 28), date(2026, 5, 29), client))
    assert {record.key: record.updates_only for record in records(batches)} == {
        "arxiv:2605.90001": False,
        "arxiv:2605.90002": False,
        "arxiv:2605.90003": True,
    }
    assert archive.requests[0]["from"] == "2026-05-27"
    assert "until" not in archive.requests[0]


HEAD = """<rss version="2.0"><channel><title>cs.LG</title><pubDate>Wed, 10 Jun 2026 00:00:00 -0400</pubDate>
<item><title>Whole</title><guid>oai:arXiv.org:2606.90009v1</guid></item>"""
WHOLE, CUT = f"{HEAD}</channel></rss>", f"{HEAD}<item><title>Broken"


def test_a_first_list_that_is_cut_is_filled_and_then_claimed(archive: Archive, client: HttpClient) -> None:
    archive.kept, archive.listing = [Kept("2606.90008", TODAY)], CUT
    batches = fetched(archive, client, via="rss")
    assert keys(batches) == ["arxiv:2606.90009", "arxiv:2606.90008"]
    assert batches[0].cursor == {"day": "2026-06-09", "listed": TODAY, "is_cut": True}
    assert batches[-1].cursor == {"day": TODAY, "listed": TODAY}


def test_a_cut_list_whose_day_was_not_filled_is_filled_later(archive: Archive, client: HttpClient) -> None:
    archive.kept = [Kept("2606.90008", TODAY)]
    archive.listing = CUT
    first = next(iter(ArxivFetcher().fetch(source(archive, via="rss"), {"day": "2026-06-09"}, client)))
    again = fetched(archive, client, dict(first.cursor), via="rss")  # the list itself is 304 now
    assert keys(again) == ["arxiv:2606.90008"]
    assert again[-1].cursor == {"day": TODAY, "listed": TODAY}
    archive.listing = WHOLE.replace("10 Jun", "11 Jun")
    later = fetched(archive, client, dict(first.cursor), via="rss")
    assert archive.requests[-1]["from"] == "2026-06-09"
    assert later[-1].cursor == {"day": "2026-06-11", "listed": "2026-06-11"}


def test_the_daily_list_comes_first_and_history_once(archive: Archive, client: HttpClient) -> None:
    archive.listing = WHOLE
    run = ArxivFetcher().fetch(source(archive, via="rss", since="2026-04-01"), {}, client)
    before = [next(run), next(run)]
    assert keys(before) == ["arxiv:2606.90009", *ALL[:100]]
    after = fetched(archive, client, dict(before[-1].cursor), via="rss", since="2026-04-01")
    assert keys(after) == ALL[100:]
    history = {"since": "2026-04-01", "sets": ["cs:cs:LG"], "from": TODAY, "done": True}
    assert after[-1].cursor == {"day": TODAY, "listed": TODAY, "history": history}
    assert fetched(archive, client, dict(after[-1].cursor), via="rss", since="2026-04-01") == []
    assert len(archive.requests) == 3


def test_withdrawn_and_deleted_papers_are_marked_in_the_store(archive: Archive, home: Path, session: Session) -> None:
    (home / "feeds.toml").write_text(
        f"""
        [[source]]
        kind = "arxiv"
        name = "archive"
        categories = ["cs.LG"]
        via = "oai"
        since = 2026-06-01
        base = "{archive.base}"
        """,
        "utf-8",
    )
    names = ("2606.90001", "2606.90002", "2606.90003")
    archive.kept = [Kept(name, "2026-06-09") for name in names]
    list(session.sync(index=False))
    archive.kept = [
        Kept(names[0], TODAY, created="2026-06-09", comments="This paper has been withdrawn by the author"),
        Kept(names[1], TODAY, is_deleted=True),
        Kept("2606.90004", TODAY, is_deleted=True),
        Kept(names[2], "2026-06-09"),
    ]
    events = [event for event in session.sync(index=False) if event.step == "fetched"]
    assert [(event.new, event.changed) for event in events] == [(0, 2)]
    items = [session.reader.item(f"arxiv:{name}") for name in names]
    assert [item.status for item in items] == ["withdrawn", "withdrawn", "preprint"]
    assert items[1].title == "Paper 2606.90002 on gates"


def test_an_accepted_paper_keeps_its_status_when_the_preprint_is_withdrawn(session: Session) -> None:
    preprint = Kept("2606.90001", TODAY, title="Gates", comments="This paper has been withdrawn by the authors")
    (withdrawn,) = arxiv_oai.parse(
        Archive([preprint]).answer({"verb": "GetRecord", "identifier": preprint.name}).encode()
    ).records
    accepted = replace(withdrawn, key="x:1", identifiers=("x:1",), venue="NeurIPS", status="Oral", comment="")
    writer = Writer(session.writer)
    writer.apply("archive", [replace(withdrawn, status="preprint", comment="")], "2026-06-09")
    writer.apply("conference", [accepted], "2026-06-09")
    writer.apply("other", [withdrawn], "2026-06-10")
    item = session.reader.item(withdrawn.key)
    assert (item.venue, item.status) == ("NeurIPS", "Oral")

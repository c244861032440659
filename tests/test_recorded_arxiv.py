"""Recorded answers of arXiv, where they are at hand: each through its parser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from test_recorded import PAPERS, RECORDED, Recorded, data, sound

from tracker.errors import FetchError
from tracker.fetch.arxiv import api as arxiv_api
from tracker.fetch.arxiv import oai as arxiv_oai
from tracker.fetch.arxiv import rss as arxiv_rss

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.models import Record

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not part of this checkout")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix != ".md")


def api_records(status: int, body: bytes) -> list[Record]:
    entries = body.count(b"<entry>")
    found = [
        arxiv_api.record_of(result)
        for result in arxiv_api.results("all:x", max(entries, 1), Recorded([(status, body)]))
    ]
    assert None not in found
    return [record for record in found if record]


def whole(record: Record) -> None:
    sound(record)
    assert record.categories
    assert record.track == record.categories[0]
    assert record.authors
    assert record.text
    assert record.published
    assert record.year == int(record.published[:4])
    assert record.status == "preprint"


def test_query_answers() -> None:
    refused = total = 0
    for path in files(RECORDED / "arxiv-api"):
        answer = json.loads(path.read_bytes())
        if answer["status_code"] != 200:
            with pytest.raises(arxiv_api.RefusedError, match="arXiv refuses the query"):
                api_records(answer["status_code"], answer["body"].encode())
            refused += 1
            continue
        found = api_records(answer["status_code"], answer["body"].encode())
        assert len(found) == answer["body"].count("<entry>")
        total += len(found)
        for record in found:
            whole(record)
            assert record.version
    assert (refused, total) == (1, 190)


def test_query_files() -> None:
    total = 0
    for path in files(PAPERS / "arxiv_atom"):
        body = data(path)
        if b"/api/errors#" in body:
            with pytest.raises(FetchError, match="incorrect id format"):
                api_records(400, body)
        else:
            found = api_records(200, body)
            assert len(found) == body.count(b"<entry>")
            total += len(found)
    assert total == 190


def test_answers_to_a_list_of_ids() -> None:
    total = 0
    for path in files(PAPERS / "arxiv_atom"):
        if path.name.startswith("id_") and "id_abc" not in path.name:
            found = arxiv_api.papers(["2401.00001", "2401.00002"], Recorded([(200, data(path))]))
            assert len(found) == data(path).count(b"<entry>")
            total += len(found)
    assert total == 5  # one paper does not exist
    with pytest.raises(arxiv_api.RefusedError):
        arxiv_api.papers(["abc"], Recorded([(400, data(next((PAPERS / "arxiv_atom").glob("id_abc*"))))]))


@pytest.mark.parametrize("folder", [RECORDED / "arxiv-oai", PAPERS / "arxiv_oai"], ids=["recorded", "papers"])
def test_archive_answers(folder: Path) -> None:
    counts = {}
    for path in files(folder):
        page = arxiv_oai.parse(data(path))
        assert page.problems == []
        assert not page.is_cut
        assert page.answered
        for record in page.records:
            whole(record)
            assert record.version is None
        assert len({record.key for record in page.records}) == len(page.records)
        assert len(page.records) == data(path).count(b"<record>")
        counts[path.stem] = len(page.records)
    assert len(counts) == 13
    assert sum(counts.values()) == 15
    assert counts["arxiv-physics-hep-th"] == 3


def test_an_archive_answer_cut_anywhere_is_told_or_keeps_its_whole_records() -> None:
    body = data(PAPERS / "arxiv_oai" / "arxiv-physics-hep-th.xml")
    whole_records = {record.key: record for record in arxiv_oai.parse(body).records}
    kept = set()
    for end in range(0, len(body) - 20, 97):
        try:
            page = arxiv_oai.parse(body[:end])
        except FetchError:
            continue
        assert page.is_cut
        assert page.token == ""
        kept.add(len(page.records))
        assert all(whole_records[record.key] == record for record in page.records)
    assert kept == {0, 1, 2}


def test_lists() -> None:
    counts = {}
    for path in files(PAPERS / "arxiv_rss"):
        listing = arxiv_rss.parse(path.read_bytes())
        for record in listing.records:
            sound(record)
            assert record.announced == listing.day or not record.announced
            assert "Announce Type" not in record.text
        counts[path.name] = (len(listing.records), listing.day, listing.is_cut)
    assert counts == {
        "hepml_arxiv_rss.xml": (1, "2026-07-19", False),
        "rss_real_head_2025-09-18.xml": (0, "2025-09-18", True),
        "rss_synthetic_sorades.xml": (2, "2023-01-30", False),
    }

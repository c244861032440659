"""Recorded answers of venues and citation services, where they are at hand: what each brings, what is left out and why."""

from __future__ import annotations

import gzip
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tracker.errors import FetchError
from tracker.fetch import openalex
from tracker.fetch import semanticscholar as s2
from tracker.fetch.conference import bibtex as bibtex_reader
from tracker.fetch.conference import neurips as proceedings_neurips
from tracker.fetch.conference import pmlr as proceedings_pmlr
from tracker.fetch.conference.venues import VENUES, Edition, Venue
from tracker.fetch.openreview import notes as openreview_notes
from tracker.identity import doi, is_web_address, paper_identifiers
from tracker.text import clean_line, title_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.models import Record

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
RECORDED, PAPERS = SHARED / "recorded", SHARED / "papers" / "recorded"
if not PAPERS.is_dir():
    pytest.skip("the recorded answers are not part of this checkout", allow_module_level=True)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
CPAL = Edition(venue=Venue(name="CPAL"), year=2025)


def data(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def sound(record: Record) -> None:
    assert record.kind == "paper"
    assert record.title
    assert record.identifiers
    assert not any(CONTROL.search(text) for text in (record.title, record.text, record.tldr, *record.authors))
    assert all(is_web_address(link) for link in filter(None, [record.url, record.pdf_url]))


def exchanges(path: Path) -> Iterator[tuple[str, int, Any]]:
    """(address, status, body) of a file of recorded exchanges: a list of them, or a cassette in YAML."""
    if path.suffix == ".json":
        for one in json.loads(path.read_bytes()):
            yield one["request"]["url"], one["response"]["status"], one["response"]["body"]
        return
    yaml = pytest.importorskip("yaml")
    for one in yaml.safe_load(data(path))["interactions"]:
        answer = one["response"]  # newer cassettes have `content` and `status_code`
        body = answer["content"] if "content" in answer else answer["body"]["string"]
        status = answer["status_code"] if "status_code" in answer else answer["status"]["code"]
        raw = body.encode() if isinstance(body, str) else body
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        try:
            yield one["request"]["uri"], status, json.loads(raw)
        except ValueError:
            yield one["request"]["uri"], status, raw.decode("utf-8", "replace")


def within(value: Any, key: str) -> Iterator[dict[str, Any]]:
    """Every object anywhere in an answer that has a key."""
    if isinstance(value, dict):
        if key in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from within(one, key)


def test_pmlr_bibliographies() -> None:
    for path in (PAPERS / "pmlr" / "v280_CPAL25.bib.gz", RECORDED / "pmlr" / "v280-CPAL25.bib"):
        records, problems = proceedings_pmlr.parse(data(path), 280, CPAL)
        assert (len(records), problems) == (55, [])
        for record in records:
            sound(record)
            assert len(record.text) > 400
            assert record.authors
            assert record.identifiers[0].startswith("openreview:")


def test_pmlr_pages_say_what_the_bibliography_says() -> None:
    yaml = pytest.importorskip("yaml")
    records, _ = proceedings_pmlr.parse(data(RECORDED / "pmlr" / "v280-CPAL25.bib"), 280, CPAL)
    known = {record.identifiers[0]: record for record in records}
    pages = sorted((RECORDED / "pmlr").glob("*.md")) + sorted((PAPERS / "pmlr").glob("2025*.md"))
    for page in pages:
        head = yaml.safe_load(page.read_text("utf-8").split("\n---\n")[0])
        record = known[f"openreview:{head['openreview']}"]
        assert title_key(record.title) == title_key(head["title"])
        assert record.authors == tuple(f"{one['given']} {one['family']}" for one in head["author"])
    assert len(pages) == 39 + 18


def test_dblp_bibliographies() -> None:
    counts = {}
    for path in sorted((PAPERS / "dblp_bib").glob("*.json")):
        text = "\n".join("".join(lines) for lines in json.loads(path.read_bytes()).values())
        entries, broken = bibtex_reader.read(text)
        for entry in entries:
            words = (bibtex_reader.plain(entry.fields["title"]), *bibtex_reader.people(entry.fields["author"]))
            assert len(words) > 1
            assert not re.search(r"[{}\\~]|^$", "".join(words))
        counts[path.name] = (len(entries), broken)
    assert set(counts.values()) == {(40, 0)}
    assert len(counts) == 6


def named(author: dict[str, Any]) -> str:
    return f"{author['given_name']} {author['family_name']}".strip()


def row(paper: dict[str, Any]) -> str:
    """A paper as a row of the list of a year, which is the way that its title and people come today."""
    people = ", ".join(map(named, paper["authors"]))
    page = f"/paper_files/paper/{paper['url'].split('/')[4]}/hash/{paper['hash']}-Abstract.html"
    link = f'<a title="paper title" href="{page}">{html.escape(paper["title"])}</a>'
    return f"<li>{link} <i>{html.escape(people)}</i></li>"


def test_neurips_titles_and_people_survive_the_list_of_a_year() -> None:
    total = 0
    for path in sorted((PAPERS / "neurips_metadata").glob("*.json")):
        papers, year = json.loads(path.read_bytes()), int(path.name.split("_")[1])
        rows = "".join(map(row, papers))
        records = proceedings_neurips.parse(rows.encode(), Edition(venue=VENUES["neurips"], year=year))
        assert [record.title for record in records] == [clean_line(paper["title"]) for paper in papers]
        assert [len(record.authors) for record in records] == [
            len(list(filter(None, map(named, paper["authors"])))) for paper in papers
        ]
        for record, paper in zip(records, papers, strict=True):
            sound(record)
            assert record.identifiers[0] == f"neurips-hash:{year}/{paper['hash']}"
        total += len(records)
    assert total == 240


def test_openreview_notes() -> None:
    found = []
    for path in (PAPERS / "openreview_v1" / "notes_0.json", PAPERS / "openreview_v1" / "notes_1.json.gz"):
        records, problems = openreview_notes.parse(json.loads(data(path))["notes"], "NIPS.cc/2018/Workshop/CDNNRIA")
        assert problems == []
        found += records
    assert [(record.key, record.venue, record.year, record.track) for record in found] == [
        (f"openreview:{forum}", "NeurIPS", 2018, "Workshop CDNNRIA") for forum in ("HkghWScuoQ", "r1eLk2mKiX")
    ]
    assert [bool(record.tldr) for record in found] == [False, True]
    for record in found:
        sound(record)
        assert record.text
        assert record.authors
        assert record.published == "2018-10-20T11:44:03Z" or record.published[:4] == "2018"
        assert record.pdf_url.startswith("https://openreview.net/pdf/")


def test_the_example_of_openreview_s_own_documents() -> None:
    text = (PAPERS / "openreview_v2_docs" / "reference__api-v2__entities__note__fields.md").read_text("utf-8")
    note = json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])
    (record,), _ = openreview_notes.parse([note], note["content"]["venueid"]["value"])
    assert (record.key, record.title, record.venue, record.year) == ("openreview:or2023", "Title", "OpenReview", 2023)


def cited(folder: Path) -> tuple[int, int, int]:
    """(records, without a title, without an id) of every paper in the answers of Semantic Scholar in a folder."""
    records = untitled = unnamed = 0
    for path in sorted(folder.iterdir()):
        if path.suffix == ".md":
            continue
        plain = path.name == "semantic_scholar_transformer.json"
        answers = [("semanticscholar.org", 200, json.loads(data(path)))] if plain else exchanges(path)
        for paper in (
            one for url, _, body in answers if "semanticscholar.org" in url for one in within(body, "paperId")
        ):
            record = s2.record_of(paper, "doi:10.1000/asked")
            if record is None:
                unnamed += paper["paperId"] is None
                untitled += paper["paperId"] is not None
                assert paper["paperId"] is None or not paper.get("title")
                continue
            sound(record)
            assert record.updates_only
            assert record.identifiers[0] == "doi:10.1000/asked"
            assert record.engagement.get("citations") == paper.get("citationCount")
            records += 1
    return records, untitled, unnamed


def test_semantic_scholar_papers() -> None:
    assert cited(RECORDED / "semanticscholar") == (4_569, 6_471, 23)
    assert cited(PAPERS / "semantic_scholar") == (1_714, 417, 23)


def test_semantic_scholar_batches() -> None:
    for path in (
        RECORDED / "semanticscholar" / "test_get_papers_return_not_found.json",
        PAPERS / "semantic_scholar" / "test_get_papers_return_not_found.yaml",
    ):
        ((_, _, body),) = exchanges(path)
        names = ["s2:211530585", "s2:470667", "doi:10.2139/ssrn.2250500", "s2:0f40b1f08821e22e859c6050916cec3667778613"]
        records, problems = s2.parse(json.dumps(body).encode(), names)
        assert problems == []
        assert [record.identifiers[0] for record in records] == names[1:]
        assert records[0].identifiers == (
            "s2:470667",
            "doi:10.2139/ssrn.288970",
            "s2:c31c87c591a25c64fbaa82e8ac6a81831b6ac7ce",
        )
        known = {paper["paperId"]: paper for paper in body if paper}
        for record in records:
            paper = known[record.key.removeprefix("s2:")]
            assert record.engagement == {
                "citations": paper["citationCount"],
                "influential citations": paper["influentialCitationCount"],
            }


def test_openalex_works() -> None:
    records, rejected, errors = [], [], 0
    for path in sorted((PAPERS / "openalex").iterdir()):
        if path.suffix == ".md":
            continue
        answers = (
            [("api.openalex.org", 200, json.loads(path.read_bytes()))] if path.suffix == ".json" else exchanges(path)
        )
        for body in (body for url, _, body in answers if "api.openalex.org" in url):
            if not isinstance(body, dict):
                with pytest.raises(FetchError, match="not JSON"):
                    openalex.parse(body.encode(), [])
                errors += 1
                continue
            works = body.get("results", [body])
            names = [name for work in works if (name := doi(str(work.get("doi"))))]
            found, problems = openalex.parse(json.dumps({"results": works}).encode(), names)
            records += found
            rejected += [path.stem] * (len(works) - len(found))
            assert bool(problems) == (len(works) > len(found))
    for record in records:
        sound(record)
        assert record.updates_only
        assert record.engagement["citations"] >= 0
    assert (len(records), errors) == (11, 1)
    assert sum(bool(record.text) for record in records) == 8
    assert {name for name in rejected if "publication" in name} == {"openalex-publication-multiple"}
    assert all(name.startswith(("openalex-", "everwhy", "test_does")) for name in rejected)


def test_names_in_an_answer_of_dblp() -> None:
    hits = json.loads((PAPERS / "dblp" / "dblp_2026.json").read_bytes())["result"]["hits"]["hit"]
    names = [paper_identifiers(doi_name=hit["info"]["doi"], urls=[hit["info"]["ee"]]) for hit in hits]
    assert names == [("doi:10.1109/dac18074.2021.9586227",)]

"""Semantic Scholar and OpenAlex over the loopback interface: what is asked, what is sent with it, what comes of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from json_service import Answer, Asked, serving

from tracker.errors import FetchError
from tracker.fetch import openalex, semanticscholar
from tracker.fetch.openalex import OpenAlex
from tracker.fetch.semanticscholar import SemanticScholar
from tracker.http import HttpClient
from tracker.models import Record
from tracker.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.ports import Enricher
    from tracker.session import Session

NUMBER = "0123456789abcdef0123456789abcdef01234567"
PAPER = {
    "paperId": NUMBER,
    "corpusId": 77,
    "externalIds": {"ArXiv": "2605.10001", "DOI": "10.1000/XYZ", "CorpusId": 77},
    "title": "Gates and  Routes",
    "authors": [{"authorId": "1", "name": "Ada Example"}, {"name": None}],
    "citationCount": 12,
    "influentialCitationCount": 0,
    "tldr": {"model": "tldr@v2.0.0", "text": "Written by a machine."},
}
WORK = {
    "id": "https://openalex.org/W42",
    "doi": "https://doi.org/10.48550/arXiv.2605.10001",
    "title": "Gates &amp; <i>Routes</i>",
    "authorships": [{"author": {"display_name": "Ada Example"}}, {"author": None}],
    "cited_by_count": 12,
    "abstract_inverted_index": {"We": [0], "route": [1, 3], "and": [2]},
}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpClient]:
    for name in ("SEMANTICSCHOLAR", "OPENALEX"):
        monkeypatch.delenv(f"TRACKER_{name}_KEY", raising=False)
    with HttpClient(gap_scale=0.0) as made:
        yield made


def test_semantic_scholar_is_asked_500_at_once_in_its_own_spelling(client: HttpClient) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer([PAPER if name == "ARXIV:2605.10001" else None for name in asked.body["ids"]])

    names = ["arxiv:2605.10001", "arxiv:2605.10001", "url:example.org", "openreview:AbCdEf1234"]
    names += [f"doi:10.1000/{n}" for n in range(600)]
    with serving(answer) as service:
        batches = list(SemanticScholar(service.base).lookup(names, client))
    assert [len(asked.body["ids"]) for asked in service.asked] == [500, 101]
    assert {(asked.method, asked.path) for asked in service.asked} == {("POST", "/graph/v1/paper/batch")}
    assert "x-api-key" not in service.asked[0].headers
    assert [len(batch.records) for batch in batches] == [1, 0]
    assert batches[0].records[0] == Record(
        kind="paper",
        key=f"s2:{NUMBER}",
        identifiers=("arxiv:2605.10001", "doi:10.1000/xyz", f"s2:{NUMBER}", "s2:77"),
        title="Gates and Routes",
        authors=("Ada Example",),
        engagement={"citations": 12.0, "influential citations": 0.0},
        updates_only=True,
    )


def test_openalex_is_asked_50_at_once_by_doi(client: HttpClient) -> None:
    names = ["arxiv:2605.10001", *(f"doi:10.1000/{n}" for n in range(60)), "doi:10.1000/a|b", "s2:77"]
    with serving(lambda _: Answer({"results": [WORK]})) as service:
        first, second = OpenAlex(service.base).lookup(names, client)
    filters = [asked.query["filter"].removeprefix("doi:").split("|") for asked in service.asked]
    assert [len(one) for one in filters] == [50, 11]
    assert filters[0][0] == "10.48550/arxiv.2605.10001"
    assert "api_key" not in service.asked[0].query
    assert first.records[0] == Record(
        kind="paper",
        key="openalex:W42",
        identifiers=("arxiv:2605.10001", "openalex:W42"),
        title="Gates & Routes",
        text="We route and route",
        authors=("Ada Example",),
        engagement={"citations": 12.0},
        updates_only=True,
    )
    assert second.records == []
    assert second.problems == ["1 work of OpenAlex left out: no title, no id, or a DOI that was not asked for."]


@pytest.mark.parametrize("kind", [SemanticScholar, OpenAlex])
def test_what_is_learned_goes_to_the_known_paper_only(
    kind: type[SemanticScholar | OpenAlex], client: HttpClient, session: Session
) -> None:
    ours = Record(
        kind="paper", key="arxiv:2605.10001", identifiers=("arxiv:2605.10001",), title="Gates and Routes", text="Ours."
    )
    writer = Writer(session.writer)
    assert writer.apply("listing", [ours], "2026-05-18T09:00:00Z").new == 1
    known: Any = {SemanticScholar: [PAPER], OpenAlex: {"results": [WORK]}}[kind]
    with serving(lambda _: Answer(known)) as service:
        (batch,) = kind(service.base).lookup(["arxiv:2605.10001"], client)
    stranger = Record(kind="paper", key="x:1", identifiers=("doi:10.1000/other",), title="Unknown", updates_only=True)
    assert writer.apply(kind.kind, [*batch.records, stranger], "2026-05-18T10:00:00Z").new == 0
    item = session.reader.item("arxiv:2605.10001")
    assert (item.title, item.text, item.tldr, item.venue) == ("Gates and Routes", "Ours.", "", "")
    assert [sighting.engagement.get("citations") for sighting in item.sightings] == [None, 12.0]


@pytest.mark.parametrize(
    ("enricher", "variable", "status", "state", "words"),
    [
        (
            SemanticScholar,
            "",
            429,
            "slowed",
            "pool that everybody without a key shares .* free key into TRACKER_SEMANTIC",
        ),
        (SemanticScholar, "SEMANTICSCHOLAR", 429, "slowed", r"the key is used up \(429\)\. Try again later\."),
        (SemanticScholar, "SEMANTICSCHOLAR", 403, "login", "refuses the key"),
        (SemanticScholar, "", 403, "login", "wants a key"),
        (SemanticScholar, "", 400, "failing", "400"),
        (OpenAlex, "", 429, "slowed", r"used up \(429\), for 5 h\. A free key has ten times as much"),
        (OpenAlex, "OPENALEX", 429, "slowed", "It is given anew every day"),
        (OpenAlex, "OPENALEX", 401, "login", "refuses the key"),
        (OpenAlex, "", 404, "failing", "was not found"),
    ],
)
def test_refusals_in_words(
    enricher: type[SemanticScholar | OpenAlex],
    variable: str,
    status: int,
    state: str,
    words: str,
    client: HttpClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if variable:
        monkeypatch.setenv(f"TRACKER_{variable}_KEY", "k3y")
    with serving(lambda _: Answer({"error": "x"}, status, {"retry-after": "18000"})) as service:
        asks: Enricher = enricher(service.base)
        with pytest.raises(FetchError, match=words) as caught:
            list(asks.lookup(["arxiv:2605.10001"], client))
    assert caught.value.state == state
    assert caught.value.retry_after == (18_000 if status == 429 else None)
    assert "k3y" not in str(caught.value)
    sent = {**service.asked[0].headers, **service.asked[0].query}
    assert (sent.get("x-api-key") or sent.get("api_key")) == ("k3y" if variable else None)


def test_names_that_nobody_has_are_no_failure(client: HttpClient) -> None:
    with serving(lambda _: Answer({"error": "No valid paper ids given"}, 400)) as service:
        assert list(SemanticScholar(service.base).lookup(["arxiv:2605.10001"], client)) == []
    with serving(lambda _: Answer()) as service:
        assert list(SemanticScholar(service.base).lookup(["url:example.org", "arxiv:"], client)) == []
        assert list(OpenAlex(service.base).lookup(["url:example.org", "openreview:AbCdEf1234"], client)) == []
        assert service.asked == []


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"message": "ok"}', "another shape"),
        (b"[null, null]", "another shape"),
        (b"[null]", 0),
        (b"[7]", 0),
        (json.dumps([PAPER | {"title": None}]).encode(), 0),
        (json.dumps([PAPER | {"paperId": "../x"}]).encode(), 0),
        (json.dumps([PAPER | {"externalIds": [], "authors": {}, "citationCount": "12", "corpusId": True}]).encode(), 1),
        (json.dumps([PAPER | {"citationCount": True}]).encode(), 1),
        (json.dumps([PAPER | {"citationCount": -1, "influentialCitationCount": 1.5}]).encode(), 1),
    ],
)
def test_odd_answers_of_semantic_scholar(body: bytes, outcome: int | str) -> None:
    if isinstance(outcome, str):
        with pytest.raises(FetchError, match=outcome):
            semanticscholar.parse(body, ["doi:10.1000/xyz"])
        return
    records, problems = semanticscholar.parse(body, ["doi:10.1000/xyz"])
    assert len(records) == outcome
    assert len(problems) == (outcome == 0 and body != b"[null]")
    assert all("citations" not in record.engagement for record in records)
    assert all(record.identifiers[0] == "doi:10.1000/xyz" for record in records)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"abstract_inverted_index": None}, ""),
        ({"abstract_inverted_index": {"a": [10**12, -1, "x", None], "b": 3, "c": [5]}}, "c"),
        ({"abstract_inverted_index": ["a"], "authorships": 3, "cited_by_count": "many"}, ""),
        ({"doi": None}, None),
        ({"doi": "https://doi.org/10.1000/not-asked"}, None),
        ({"id": "https://example.org/W42"}, None),
        ({"title": {"a": 1}}, None),
    ],
)
def test_odd_works_of_openalex(changes: dict[str, Any], text: str | None) -> None:
    records, problems = openalex.parse(json.dumps({"results": [WORK | changes, 7]}).encode(), ["arxiv:2605.10001"])
    assert [record.text for record in records] == ([] if text is None else [text])
    assert len(problems) == 1
    with pytest.raises(FetchError, match="another shape"):
        openalex.parse(b'{"results": {}}', [])

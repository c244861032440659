"""Conferences over the loopback interface: which way is taken, how far one sync goes, where the next one goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from json_service import MISSING, Answer, Asked, serving

from tracker.config import Source
from tracker.errors import ConfigError, FetchError
from tracker.fetch.conference import bibtex as bibtex_reader
from tracker.fetch.conference import fetcher as conference
from tracker.fetch.conference import neurips as proceedings_neurips
from tracker.fetch.conference.fetcher import ConferenceFetcher
from tracker.fetch.conference.venues import VENUES
from tracker.http import HttpClient
from tracker.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from json_service import Service

    from tracker.ports import Batch
    from tracker.session import Session

SITE = {
    "id": 7,
    "uid": "u7",
    "name": "Gates and Routes",
    "authors": [{"fullname": "Ada Example"}, {"fullname": "Bo Černý"}],
    "abstract": "From the site.",
    "eventtype": "Poster",
}
VOLUME = rb"""@InProceedings{pmlr-v202-example23a,
 title = {Gates and {R}outes}, author = {Example, Ada and {\v{C}}ern{\'y}, Bo}, year = {2023},
 url = {https://proceedings.mlr.press/v202/example23a.html}, abstract = {From the volume.}}"""


def hashed(number: int) -> str:
    return f"{number:032x}"


def listed(*numbers: int) -> Answer:
    papers = "".join(
        f'<li><a title="paper title" href="/paper_files/paper/2019/hash/{hashed(n)}-Abstract.html">Paper {n}</a> <i>Ada Example</i></li>'
        for n in numbers
    )
    return Answer(f"<ul>{papers}</ul>".encode())


def proceedings(asked: Asked) -> Answer:
    """Proceedings of 2019 with 50 papers; the page of the fourth is missing."""
    if asked.path == "/paper_files/paper/2019":
        return listed(*range(50))
    if "/hash/" in asked.path and hashed(3) not in asked.path:
        return Answer(f"<h4>Abstract</h4><p>About {asked.path[-10:]}</p>".encode())
    return MISSING


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient(gap_scale=0.0) as made:
        yield made


@pytest.fixture(autouse=True)
def _no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_OPENREVIEW_USERNAME", raising=False)


def fetched(
    service: Service, client: HttpClient, venue: str, years: list[int], cursor: Mapping[str, Any] | None = None
) -> list[Batch]:
    source = Source(kind="conference", name="c", options={"venue": venue, "years": years}, base=service.base)
    ConferenceFetcher().check(source)
    return list(ConferenceFetcher().fetch(source, cursor or {}, client))


def test_abstracts_of_proceedings_come_some_a_sync(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proceedings_neurips, "PAGES", 30)
    with serving(proceedings) as service:
        first = fetched(service, client, "NeurIPS", [2019])
        assert [len(batch.records) for batch in first] == [50, 19, 10]
        assert [batch.cursor["2019"]["abstracts"] for batch in first] == [0, 20, 30]
        assert not any(record.text for record in first[0].records)
        assert all(record.text.startswith("About ") for batch in first[1:] for record in batch.records)
        said = [problem for batch in first for problem in batch.problems]
        assert said == [
            "NeurIPS 2019 has no list on its site; it is read from the proceedings.",
            "1 page of NeurIPS 2019 without an abstract.",
            "20 abstracts of NeurIPS 2019 are still to be read, 30 a sync.",
        ]
        assert sum("/hash/" in path for path in service.paths) == 30
        second = fetched(service, client, "NeurIPS", [2019], first[-1].cursor)
        assert [len(batch.records) for batch in second] == [20]
        assert second[-1].cursor == {"2019": {"way": "proceedings", "papers": 50, "abstracts": 50}}
        asked = len(service.asked)
        assert fetched(service, client, "NeurIPS", [2019], second[-1].cursor) == []
        assert len(service.asked) == asked  # what is whole is not asked for again


def test_an_interrupted_reading_keeps_what_came(client: HttpClient) -> None:
    def broken(asked: Asked) -> Answer:
        if hashed(25) in asked.path:
            return Answer(b"", 403)
        return proceedings(asked)

    with serving(broken) as service:
        source = Source(kind="conference", name="c", options={"venue": "NeurIPS", "years": [2019]}, base=service.base)
        batches = ConferenceFetcher().fetch(source, {}, client)
        assert [len(next(batches).records) for _ in range(2)] == [50, 19]
        with pytest.raises(FetchError) as caught:
            next(batches)
    assert caught.value.state == "login"


def test_a_volume_is_read_once(client: HttpClient) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.path != "/v202/assets/bib/bibliography.bib":
            return MISSING
        return (
            Answer(b"", 304) if asked.headers.get("if-none-match") == '"1"' else Answer(VOLUME, headers={"etag": '"1"'})
        )

    with serving(answer) as service:
        (batch,) = fetched(service, client, "ICML", [2023])
        assert [(r.title, r.text, r.authors) for r in batch.records] == [
            ("Gates and Routes", "From the volume.", ("Ada Example", "Bo Černý"))
        ]
        assert batch.records[0].identifiers[0] == "pmlr:v202/example23a"
        assert "it is read from the Proceedings of Machine Learning Research" in batch.problems[0]
        assert fetched(service, client, "ICML", [2023], batch.cursor) == []


def test_the_site_comes_before_the_proceedings_and_other_failures_end_there(client: HttpClient) -> None:
    given = {"status": 200}

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("-orals-posters.json"):
            return Answer({"results": [SITE]}, given["status"])
        return Answer(VOLUME)

    with serving(answer) as service:
        (batch,) = fetched(service, client, "ICML", [2023])
        assert batch.records[0].text == "From the site."
        assert batch.cursor == {"2023": 1}
        given["status"] = 403
        with pytest.raises(FetchError) as caught:
            fetched(service, client, "ICML", [2023])
        assert caught.value.state == "login"
        assert not any("bibliography" in path for path in service.paths)


def test_abstracts_that_are_not_out_are_waited_for(client: HttpClient) -> None:
    out: dict[str, Any] = {}

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("-orals-posters.json"):
            if asked.headers.get("if-none-match"):
                return Answer(b"", 304)
            return Answer({"results": [SITE | {"abstract": None}]}, headers={"etag": '"1"'})
        return Answer(out) if out and asked.path.endswith("-abstracts.json") else MISSING

    with serving(answer) as service:
        (batch,) = fetched(service, client, "ECCV", [2026])
        assert batch.problems == ["The abstracts of ECCV 2026 are not out yet."]
        assert (batch.records[0].text, batch.cursor) == ("", {"2026": {"papers": 1}})
        out["7"] = "Here <i>now</i>."
        (batch,) = fetched(service, client, "ECCV", [2026], batch.cursor)
        assert (batch.records[0].text, batch.cursor, batch.problems) == ("Here now.", {"2026": 1}, [])
        assert fetched(service, client, "ECCV", [2026], batch.cursor) == []  # 304 again


def openreview(asked: Asked) -> Answer:
    if asked.path == "/login":
        return Answer({"token": "t"})
    if asked.path == "/notes" and asked.query["content.venueid"] == "ICLR.cc/2027/Conference":
        content = {"title": {"value": "Gates and Routes"}, "venue": {"value": "ICLR 2027 Oral"}}
        return Answer({"notes": [{"id": "AbCdEf1234", "forum": "AbCdEf1234", "tmdate": 5, "content": content}]})
    return Answer({"notes": []}) if asked.path == "/notes" else MISSING


def test_openreview_is_the_last_way_and_wants_a_login(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(openreview) as service:
        with pytest.raises(FetchError, match="With a login for OpenReview it is looked for there too"):
            fetched(service, client, "ICLR", [2027])
        assert "/login" not in service.paths
        monkeypatch.setenv("TRACKER_OPENREVIEW_USERNAME", "me")
        monkeypatch.setenv("TRACKER_OPENREVIEW_PASSWORD", "word")
        (batch,) = fetched(service, client, "ICLR", [2027])
        assert (batch.records[0].key, batch.records[0].status) == ("openreview:AbCdEf1234", "Oral")
        assert batch.cursor == {"2027": {"api": 2, "newest": 5}}
        assert batch.problems == ["ICLR 2027 has no list on its site; it is read from OpenReview."]
        with pytest.raises(FetchError, match=r"ICLR 2028 has no list of papers yet \(404\)\. It appears"):
            fetched(service, client, "ICLR", [2028])


def test_a_paper_of_the_site_and_of_the_volume_is_one(client: HttpClient, session: Session) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(VOLUME) if asked.path.endswith(".bib") else Answer({"results": [SITE]})

    with serving(lambda asked: MISSING if asked.path.endswith(".json") else answer(asked)) as service:
        (volume,) = fetched(service, client, "ICML", [2023])
    with serving(answer) as service:
        (site,) = fetched(service, client, "ICML", [2023])
    writer = Writer(session.writer)
    assert writer.apply("icml", volume.records, "2026-01-01T00:00:00Z").new == 1
    assert writer.apply("icml", site.records, "2026-01-02T00:00:00Z").new == 0
    item = session.reader.item("pmlr:v202/example23a")
    assert {"pmlr:v202/example23a", "icml:2023:u7"} <= set(item.identifiers)
    assert item.text == "From the volume."


@pytest.mark.parametrize(
    ("text", "venue", "year"),
    [
        ("neurips:2025", "NeurIPS", 2025),
        (" ICML:2026 ", "ICML", 2026),
        ("mlsys:2024", "MLSys", 2024),
        ("https://neurips.cc/virtual/2025/papers.html?filter=titles", "NeurIPS", 2025),
        ("https://www.iclr.cc/virtual/2026", "ICLR", 2026),
        ("https://icml.cc/Conferences/2026/", "ICML", 2026),
        ("https://virtual.aistats.org/virtual/2025/index.html", "AISTATS", 2025),
        ("https://proceedings.neurips.cc/paper_files/paper/2019", "NeurIPS", 2019),
        ("https://proceedings.mlr.press/v202/", "ICML", 2023),
    ],
)
def test_what_people_paste_is_recognised(text: str, venue: str, year: int) -> None:
    known = ConferenceFetcher().recognise(text)
    assert known == {"venue": venue, "years": [year]}
    ConferenceFetcher().check(Source(kind="conference", name="c", options=known))


@pytest.mark.parametrize(
    "text",
    [
        "neurips",
        "neurips:25",
        "neurips:1950",
        "kdd:2025",
        "https://neurips.cc/",
        "https://neurips.cc/virtual/2025/poster/117",
        "https://example.org/virtual/2025",
        "https://proceedings.mlr.press/v280/",
        "https://proceedings.mlr.press/v202/chen23a.html",
        "https://proceedings.neurips.cc/paper_files/paper/2019/hash/0a113ef6b61820daa5611c870ed8d5ee-Abstract.html",
        "https://[neurips.cc/virtual/2025",
        "",
    ],
)
def test_nothing_else_is_claimed(text: str) -> None:
    assert ConferenceFetcher().recognise(text) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"venue": "KDD", "years": 2025}, "no conference that can be read. Known: NeurIPS"),
        ({"venue": "KDD", "site": "kdd.org", "years": 2025}, "no http or https address"),
        ({"venue": "../x", "site": "https://kdd.org", "years": 2025}, "no conference"),
        ({"venue": "ICML", "years": [True]}, "no year"),
    ],
)
def test_wrong_options_are_told(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        ConferenceFetcher().check(Source(kind="conference", name="c", options=given))


def test_no_volume_belongs_to_two_editions() -> None:
    volumes = [volume for venue in VENUES.values() for volume in venue.volumes.values()]
    assert len(volumes) == len(set(volumes))
    assert list(conference.WAYS) == [
        "site",
        "the proceedings",
        "the Proceedings of Machine Learning Research",
        "OpenReview",
    ]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Ada Example and Bo Example", ("Ada Example", "Bo Example")),
        ("Example, Ada and\n  van der Bo, Jr., Cy", ("Ada Example", "Cy van der Bo Jr.")),
        (r"{\v{S}}{\'\i}p, Bo and G{\"o}del, K.", ("Bo Šíp", "K. Gödel")),
        (r"Bo{\v s}kovi{\'c}, Ann and {\L}o{\'s}, J and {\O}re, {\AA}se", ("Ann Bošković", "J Łoś", "Åse Øre")),
        ("{Barnes and Noble, Inc.} and others", ("Barnes and Noble, Inc.",)),
        ("", ()),
    ],
)
def test_people_of_bibtex(field: str, names: tuple[str, ...]) -> None:
    assert bibtex_reader.people(field) == names


@pytest.mark.parametrize(
    ("text", "titles", "broken"),
    [
        ("", [], 0),
        ("no entry @here{x}", [], 0),
        ("@misc{a, title = {One}}\n@misc{b, title = {Never ends, year = {1}\n@misc{c, title = 2}", ["One", "2"], 1),
        ('@misc{a, title = {A {"}b{"} } # "c{"}d" # 1}', ['A "b" c"d1'], 0),
        ("@misc{a, title = {A\n text = {b}}}", [], 1),
        ("@misc(a, title = {One})", ["One"], 0),
        ("@misc{, title = {No key}}", ["No key"], 0),
        ("@misc{a}\n@misc{b,}\n@misc", [], 2),
    ],
)
def test_bibtex_entries(text: str, titles: list[str], broken: int) -> None:
    entries, lost = bibtex_reader.read(text)
    assert [bibtex_reader.plain(entry.fields["title"]) for entry in entries] == titles
    assert lost == broken

"""Papers by id, and what a person may write for something to follow at arXiv."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from archive import Archive, Kept
from test_fetchers import Paper

from tracker.config import Source
from tracker.demo import answers
from tracker.demo.answers import Answer
from tracker.demo.server import DemoServer
from tracker.errors import ConfigError, FetchError
from tracker.fetch.arxiv import lookup as arxiv_lookup
from tracker.fetch.arxiv.fetcher import ArxivFetcher, since
from tracker.fetch.arxiv.lookup import ArxivLookup
from tracker.fetch.arxiv.names import set_of
from tracker.fetch.arxiv.paper import is_withdrawn
from tracker.fetch.arxiv.rss import LONGEST, parse
from tracker.fetch.arxiv.search import query_of
from tracker.http import HttpClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAPERS = [Paper(f"2609.{90_000 + n}", f"Paper {n}", date(2026, 9, 18) - timedelta(days=n // 10)) for n in range(250)]
NAMES = [f"arxiv:{paper.arxiv_id}" for paper in PAPERS]


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(papers=PAPERS) as running:
        yield running


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient(gap_scale=0.0, sleep=lambda _: None) as made:
        yield made


def found(base: str, names: list[str], client: HttpClient) -> list[str]:
    return [record.key for batch in ArxivLookup(base).lookup(names, client) for record in batch.records]


def asked(server: DemoServer) -> list[int]:
    return [len(parse_qs(urlsplit(path).query)["id_list"][0].split(",")) for path in server.requests]


def test_papers_come_by_the_hundred(server: DemoServer, client: HttpClient) -> None:
    assert sorted(found(server.base, [*NAMES, NAMES[0]], client)) == sorted(NAMES)
    assert asked(server) == [100, 100, 50]


def test_a_record_is_whole(server: DemoServer, client: HttpClient) -> None:
    (batch,) = ArxivLookup(server.base).lookup(NAMES[:1], client)
    (record,) = batch.records
    assert (record.title, record.authors, record.version) == ("Paper 0", ("Ada Example", "Bo Example"), 1)
    assert record.text == "We study a < b & gates."
    assert not record.updates_only


def test_other_names_are_passed_over_and_unknown_papers_are_missing(server: DemoServer, client: HttpClient) -> None:
    assert found(server.base, ["doi:10.1/x", "arxiv:nonsense", "openreview:AbCdEf1234"], client) == []
    assert server.requests == []
    assert sorted(found(server.base, ["arxiv:2501.00001", *NAMES[:3]], client)) == NAMES[:3]


def test_fewer_papers_than_the_service_counts_end_the_batch(
    server: DemoServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = answers.arxiv_query(PAPERS[:2], {}).body.replace(b"totalResults>2<", b"totalResults>3<")
    monkeypatch.setattr(server, "answer", lambda *_: Answer(200, answers.ATOM, body))
    assert found(server.base, ["arxiv:2501.00001", *NAMES[:2]], client) == NAMES[:2]
    assert len(server.requests) == 1


def refusing(bad: set[str], server: DemoServer) -> Any:
    def answer(_path: str, query: Mapping[str, str]) -> Answer:
        wanted = query["id_list"].split(",")
        wrong = [name for name in wanted if name in bad]
        return answers._arxiv_error(f"incorrect id format for {wrong[0]}") if wrong else real("/api/query", query)

    real = server.answer
    return answer


def test_one_bad_id_costs_only_itself(server: DemoServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "answer", refusing({PAPERS[37].arxiv_id}, server))
    assert sorted(found(server.base, NAMES[:100], client)) == sorted(NAMES[:37] + NAMES[38:100])
    assert len(server.requests) <= 2 * 7 + 1


def test_many_bad_ids_come_to_an_end(server: DemoServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "answer", refusing({paper.arxiv_id for paper in PAPERS}, server))
    assert found(server.base, NAMES[:100], client) == []
    assert len(server.requests) <= 2 * arxiv_lookup.HALVINGS + 2


def test_a_few_papers_come_from_the_archive_where_the_query_api_does_not_answer(client: HttpClient) -> None:
    kept = [Kept(f"2606.{90_000 + n}", "2026-06-09") for n in range(arxiv_lookup.FEW + 1)]
    kept[1] = Kept(kept[1].name, "2026-06-09", is_deleted=True)
    with Archive(kept) as archive:
        names = [f"arxiv:{one.name}" for one in kept]
        few = found(archive.base, ["arxiv:2501.00001", *names[:3]], client)
        assert few == [names[0], names[2]]
        assert {query["verb"] for query in archive.requests} == {"GetRecord"}
        with pytest.raises(FetchError, match="404"):
            found(archive.base, names, client)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("cs.LG", {"categories": ["cs.LG"]}),
        (" cond-mat.dis-nn ", {"categories": ["cond-mat.dis-nn"]}),
        ("arxiv:cs.LG", {"categories": ["cs.LG"]}),
        ("arXiv: cs.lg+STAT.ml", {"categories": ["cs.LG", "stat.ML"]}),
        ("arxiv:hep-th", {"categories": ["hep-th"]}),
        ('arxiv:"graph networks"', {"query": 'all:"graph networks"'}),
        ('arxiv:"ti:gates AND cat:cs.LG"', {"query": "ti:gates AND cat:cs.LG"}),
        ("arxiv:ti:gates AND cat:cs.LG", {"query": "ti:gates AND cat:cs.LG"}),
        ("arxiv:(ti:gates OR abs:gates)", {"query": "(ti:gates OR abs:gates)"}),
        ("arxiv:au:del_maestro", {"authors": ["del maestro"]}),
        ('arxiv:au:"Ada Example"', {"authors": ["Ada Example"]}),
        ("https://arxiv.org/list/cs.LG/recent", {"categories": ["cs.LG"]}),
        ("https://www.arxiv.org/list/hep-th/new?skip=0&show=50", {"categories": ["hep-th"]}),
        ("https://rss.arxiv.org/rss/cs.LG+stat.ML", {"categories": ["cs.LG", "stat.ML"]}),
        ("http://rss.arxiv.org/atom/cs.LG%2Bcs.CL", {"categories": ["cs.LG", "cs.CL"]}),
        ("http://export.arxiv.org/rss/cs", {"categories": ["cs"]}),
        ("http://export.arxiv.org/api/query?search_query=all:gates&start=0", {"query": "all:gates"}),
        ("cs.lg", None),
        ("cs.ai", None),
        ("cs", None),
        ("stat", None),
        ("gates", None),
        ("arxiv:", None),
        ("arxiv:gates", None),
        ('arxiv:""', None),
        ("arxiv:cs.LG+cs.XX", None),
        ("arxiv:2401.01234", None),
        ('arxiv:"2401.01234"', None),
        ("2401.01234", None),
        ("https://arxiv.org/abs/2401.01234", None),
        ("https://arxiv.org/list/nonsense/recent", None),
        ("https://arxiv.org/list", None),
        ("https://arxiv.org.example.org/list/cs.LG/recent", None),
        ("https://example.org/list/cs.LG/recent", None),
        ("https://[::1/list/cs.LG", None),
        ("", None),
    ],
)
def test_what_is_recognised(text: str, options: dict[str, Any] | None) -> None:
    assert ArxivFetcher().recognise(text) == options
    if options:
        ArxivFetcher().check(Source(kind="arxiv", name="x", options=options))


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs.LG", "cs:cs:LG"),
        ("stat.ML", "stat:stat:ML"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
        ("hep-th", "physics:hep-th"),
        ("cond-mat.dis-nn", "physics:cond-mat:dis-nn"),
        ("physics.optics", "physics:physics:optics"),
        ("nlin.CD", "physics:nlin:CD"),
        ("cs", "cs:cs"),
    ],
)
def test_categories_have_sets(category: str, name: str) -> None:
    assert set_of(category) == name


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({"authors": ["Ada Example"]}, 'au:"Ada Example"'),
        ({"authors": ["del_maestro", 'B") OR cat:cs.LG']}, 'au:"del maestro" OR au:"B OR cat:cs.LG"'),
        ({"categories": ["cs.LG"], "authors": ["A B"]}, '(cat:cs.LG) AND (au:"A B")'),
        (
            {"categories": ["cs.LG"], "authors": ["A B", "C"], "query": "ti:x OR ti:y"},
            '(cat:cs.LG) AND (au:"A B" OR au:"C") AND (ti:x OR ti:y)',
        ),
    ],
)
def test_authors_are_asked_for_by_name(options: dict[str, Any], query: str) -> None:
    assert query_of(Source(kind="arxiv", name="x", options=options)) == query


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"authors": ["A B"], "via": "oai"}, "cannot be read via oai"),
        ({"query": "all:x", "via": "atom"}, "cannot be read via atom"),
        ({"query": "all:x", "since": "2024-01-01"}, "since needs categories"),
        ({"categories": ["cs.LG"], "via": "api", "since": "2024-01-01"}, "since needs categories"),
        ({"categories": ["cs.LG"], "since": "2024"}, "since must be a day"),
        ({"categories": ["cs.LG"], "since": "2999-01-01"}, "since must be a day"),
        ({"categories": ["cs.LG"], "since": 2024}, "since must be a day"),
        ({"categories": ["cs.LG"], "since": datetime(2024, 1, 1, tzinfo=UTC)}, "since must be a day"),
        ({"categories": ["cs.LG"], "via": "ftp"}, "via must be one of rss, atom, oai, api"),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        ArxivFetcher().check(Source(kind="arxiv", name="x", options=options))


@pytest.mark.parametrize("given", ["2024-05-01", date(2024, 5, 1)])
def test_a_day_may_be_a_text_or_a_date(given: object) -> None:
    assert since(Source(kind="arxiv", name="x", options={"since": given})) == date(2024, 5, 1)


@pytest.mark.parametrize(
    ("comment", "abstract", "answer"),
    [
        ("This paper has been withdrawn by the author due to a crucial error", "", True),
        ("12 pages; withdrawn by arXiv administrators", "", True),
        ("Paper withdrawn", "", True),
        ("Withdrawn.", "", True),
        ("", "This paper has been withdrawn by the authors.", True),
        ("", "Withdrawn by the author due to an error.", True),
        ("Supersedes arXiv:0000.00000, which has been withdrawn", "", False),
        ("Withdrawn from the conference", "", False),
        ("Accepted at a workshop (withdrawn before presentation)", "", False),
        ("", "We study papers that have been withdrawn by their authors.", False),
        ("", "Forces are withdrawn. This paper has been long.", False),
    ],
)
def test_what_a_withdrawn_paper_says(comment: str, abstract: str, answer: bool) -> None:
    assert is_withdrawn(comment, abstract) is answer


def test_a_list_of_the_greatest_length_is_taken_for_cut() -> None:
    item = "<item><title>T</title><guid>oai:arXiv.org:2609.{:05d}v1</guid></item>"
    for count in (LONGEST - 1, LONGEST):
        items = "".join(item.format(n) for n in range(count))
        listing = parse(f"<rss><channel>{items}</channel></rss>".encode())
        assert (len(listing.records), listing.is_cut) == (count, count == LONGEST)

"""Figures of ranking against hand calculations and a second way of counting; test sets read, asked and judged for real."""

from __future__ import annotations

import gzip
import json
import math
import random
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from conftest import paper
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli.app import tracker
from tracker.errors import TrackerError
from tracker.evaluation import TestSet, evaluate, fill
from tracker.evaluation.metrics import bootstrap, difference, figures
from tracker.evaluation.run import ask, known_rows, score
from tracker.session import Session
from tracker.store import vectors

if TYPE_CHECKING:
    from pathlib import Path

CORPUS = [
    ("d1", "Residual networks", "Very deep convolutional networks label photographs."),
    ("d2", "Translation with attention", "Sentences are translated between languages."),
    ("d3", "Self-play", "An agent learns chess without games of humans."),
    ("d4", "Recommending films", "Which movies people will like is predicted from their ratings."),
    ("d5", "Self-play", "An agent learns poker without games of humans."),
    ("d6", "", "Only a text: proteins fold in silico."),
]
QUERIES = [
    ("q1", "convolutional networks for photographs"),
    ("q2", "cinema suggestions"),
    ("q3", 'kind:post -chess "agent'),
    ("q4", "nobody judged this"),
]
QRELS = [("q1", "d1", 1), ("q2", "d4", 1), ("q2", "d2", 0), ("q3", "d3", 2), ("q3", "d5", 1), ("q3", "gone", 1)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "set", CORPUS, QUERIES, QRELS)


def write(folder: Path, corpus: Any, queries: Any, qrels: Any) -> Path:
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": name, "title": title, "text": text, "metadata": {}} for name, title, text in corpus]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    rows = [{"_id": name, "text": text} for name, text in queries]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    judgements = "query-id\tcorpus-id\tscore\n" + "".join("\t".join(map(str, row)) + "\n" for row in qrels)
    (folder / "qrels" / "test.tsv").write_text(judgements, "utf-8")
    return folder


# arithmetic


def test_figures_are_those_counted_by_hand() -> None:
    found = figures(["a", "x", "b"], {"a": 1, "b": 3, "c": 2, "x": 0})
    assert found["MRR@10"] == 1
    assert found["recall@10"] == pytest.approx(2 / 3)
    best = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
    assert found["nDCG@10"] == pytest.approx((1 / math.log2(2) + 3 / math.log2(4)) / best)


def test_what_lies_below_ten_does_not_count() -> None:
    ranked = [f"x{n}" for n in range(10)] + ["a"]
    assert set(figures(ranked, {"a": 1}).values()) == {0.0}
    assert figures(ranked[1:], {"a": 1}) == {
        "MRR@10": pytest.approx(0.1),
        "recall@10": 1,
        "nDCG@10": pytest.approx(1 / math.log2(11)),
    }


def test_nothing_found_or_nothing_right_is_nothing() -> None:
    assert set(figures([], {"a": 1}).values()) == {0.0}
    assert set(figures(["a"], {"a": 0}).values()) == {0.0}


@given(st.permutations(list(range(14))), st.dictionaries(st.integers(0, 13), st.integers(1, 4), min_size=1))
def test_figures_stay_in_their_bounds_and_the_best_order_is_the_best(ranked: list[int], gains: dict[int, int]) -> None:
    found = figures(ranked, gains)
    assert all(0 <= value <= 1 + 1e-12 for value in found.values())
    best = figures(sorted(ranked, key=lambda name: -gains.get(name, 0)), gains)
    assert all(best[name] >= value - 1e-12 for name, value in found.items())
    assert best["nDCG@10"] == pytest.approx(1)


def test_the_interval_is_that_of_the_normal_law_and_is_repeated() -> None:
    chance = random.Random(1)
    values = [chance.gauss(0.5, 0.2) for _ in range(2_000)]
    found = bootstrap(values)
    mean = sum(values) / len(values)
    width = 1.96 * math.sqrt(sum((value - mean) ** 2 for value in values)) / len(values)
    assert found.mean == pytest.approx(mean)
    assert (found.low, found.high) == pytest.approx((mean - width, mean + width), abs=0.1 * width)
    assert bootstrap(values) == found
    assert bootstrap(values, seed=1) != found


def test_differences_are_paired() -> None:
    chance = random.Random(2)
    base = [chance.random() for _ in range(300)]
    better = [value + 0.01 for value in base]
    found = difference(better, base)
    assert found.low == pytest.approx(0.01)
    assert found.high == pytest.approx(0.01)
    assert bootstrap(better).low < bootstrap(base).mean
    with pytest.raises(ValueError):
        difference([1.0], [])
    with pytest.raises(ValueError, match="no mean"):
        bootstrap([])


# files


def test_only_queries_with_a_right_answer_are_asked(folder: Path) -> None:
    found = TestSet.read(folder)
    assert list(found.queries) == ["q1", "q2", "q3"]
    assert found.judgements["q2"] == {"d4": 1, "d2": 0}
    assert [document.name for document in found.documents()] == [name for name, *_ in CORPUS]
    assert found.bad_lines == 0


def test_packed_files_other_splits_and_bad_lines(folder: Path) -> None:
    corpus = folder / "corpus.jsonl"
    content = (
        corpus.read_bytes()
        + b'{"_id": "d1", "text": "again"}\n[1]\nnonsense\n\n{"title": "no name"}\n{"_id": "empty"}\n'
    )
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(content))
    corpus.unlink()
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "dev.tsv")
    with (folder / "qrels" / "dev.tsv").open("a") as file:
        file.write("q1\td2\nq1\td2\tmuch\nq1\td2\tnan\nq1\td2\t1e999\n\n")
    found = TestSet.read(folder, "dev")
    assert len(list(found.documents())) == len(CORPUS)
    assert found.bad_lines == 9
    (folder / "qrels" / "dev.tsv").rename(folder / "qrels.tsv")
    assert TestSet.read(folder).judgements == found.judgements


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    done = CliRunner().invoke(tracker, ["eval", str(folder)], standalone_mode=False)
    assert isinstance(done.exception, TrackerError)
    assert name in done.exception.message
    assert str(folder) in done.exception.message


@pytest.mark.parametrize(
    "content", [b"", b"query-id\tcorpus-id\tscore\n", b"q1\td1\t0\n", b"\xff\x00\t\t\n", b"nobody\td1\t1\n"]
)
def test_judgements_without_a_right_answer_are_refused(folder: Path, content: bytes) -> None:
    (folder / "qrels" / "test.tsv").write_bytes(content)
    with pytest.raises(TrackerError, match="No query"):
        TestSet.read(folder)


@pytest.mark.parametrize("end", [b"", b"\xff" * 30])
def test_a_file_damaged_in_its_packing_is_an_error_in_words(folder: Path, end: bytes) -> None:
    packed = gzip.compress((folder / "queries.jsonl").read_bytes() * 50)
    (folder / "queries.jsonl").write_bytes(packed[:40] + end + packed[40 + len(end) : -20])
    with pytest.raises(TrackerError, match="cannot be read to its end"):
        TestSet.read(folder)


# the whole


def test_every_document_is_an_item_and_every_query_is_words(folder: Path, session: Session) -> None:
    test_set = TestSet.read(folder)
    list(fill(session, test_set))
    assert session.reader.totals().papers == len(CORPUS)  # two of them have one title
    rows = known_rows(session, test_set)
    assert len(set(rows.values())) == 5
    lexical = list(ask(session, test_set, "lexical"))
    assert set(lexical[2]) == {rows["d3"], rows["d5"]}  # neither its colon nor its minus filters
    report = evaluate(session, test_set)
    assert (report.queries, report.documents, report.judgements, report.missing) == (3, 6, 6, 1)
    assert report.modes["semantic"]["MRR@10"].mean == 1
    assert report.modes["lexical"]["MRR@10"].mean < 1  # no word of q2 is in d4
    one = report.differences["hybrid - lexical"]["MRR@10"]
    assert one.mean == pytest.approx(report.modes["hybrid"]["MRR@10"].mean - report.modes["lexical"]["MRR@10"].mean)


def test_documents_that_became_one_item_count_as_one(folder: Path) -> None:
    found = score(TestSet.read(folder), [[1], [4], [3]], {"d1": 1, "d4": 4, "d2": 2, "d3": 3, "d5": 3})
    assert found["MRR@10"] == [1, 1, 1]
    assert found["recall@10"] == [1, 1, 0.5]  # 'gone' is missing, d3 and d5 are one


def test_what_nobody_judged_is_left_out_of_the_answers(folder: Path) -> None:
    (folder / "judged.txt").write_text("d1\nd4\nd3\nd5\n")
    rows = {"d1": 1, "d2": 2, "d3": 3, "d4": 4, "d5": 5}
    answers = [[2, 1], [6, 4], [1, 3, 5]]
    assert score(TestSet.read(folder), answers, rows)["MRR@10"] == [1, 1, 0.5]
    (folder / "judged.txt").unlink()
    assert score(TestSet.read(folder), answers, rows)["MRR@10"] == [0.5, 0.5, 0.5]


def test_the_command_prints_the_same_twice_and_keeps_what_it_embedded(folder: Path, home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(tracker, ["--home", str(home), "eval", str(folder), "--keep", str(kept), *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    first = run()
    assert "1 judged document not in the corpus" in first
    with Session(kept).reader.connection as connection:
        before = vectors.last_sequence(connection)
        assert run() == first
        assert vectors.last_sequence(connection) == before
    shown = json.loads(run("--json"))
    assert shown["modes"]["semantic"]["MRR@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert shown["differences"].keys() == {"hybrid - lexical", "hybrid - semantic"}
    assert not (home / "index").exists()


def test_a_home_with_other_items_is_refused(folder: Path, session: Session, lines: Any) -> None:
    session.import_files([lines(paper(1))])
    with pytest.raises(TrackerError, match="would hold 7 items, the corpus 6"):
        list(fill(session, TestSet.read(folder)))
    assert session.reader.totals().papers == 1

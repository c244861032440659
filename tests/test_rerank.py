"""Reranking with a real, tiny cross-encoder of random weights, made here."""

from __future__ import annotations

import json
import logging
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from conftest import paper

from tracker import config
from tracker.cli.app import tracker
from tracker.embed import weights
from tracker.embed.rerank import CrossEncoderReranker
from tracker.errors import ConfigError, ModelError
from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.models import Hit, Mode

PAPERS = 12
QUERY = "problem 7 on graphs"


def make(folder: Path, labels: int = 1) -> Path:
    """Two layers of BERT with random weights, large enough that scores differ, and the tokenizer of the default model."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    spec = find_spec(weights.PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    torch.manual_seed(5)
    shape = BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=labels,
        initializer_range=1.0,
    )
    BertForSequenceClassification(shape).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(Path(spec.submodule_search_locations[0]) / "model")).save_pretrained(folder)
    CrossEncoder(str(folder), local_files_only=True)  # it is one
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("models") / "tiny-judge")


@pytest.fixture
def ask(home: Path, lines: Callable[..., Path]) -> Iterator[Callable[..., list[Hit]]]:
    """Ask as a new process would, with a reranker or without."""
    made: list[Session] = []
    first = Session(home)
    first.import_files([lines(*(paper(n) for n in range(PAPERS)))])
    list(first.bring_level())
    made.append(first)

    def search(
        reranker: Path | str = "", line: str = QUERY, mode: Mode = "hybrid", limit: int = PAPERS, rerank: int = 5
    ) -> list[Hit]:
        configure(home, reranker, rerank)
        made.append(Session(home))
        return made[-1].search(line, mode=mode, limit=limit)

    yield search
    for session in made:
        session.close()


def configure(home: Path, reranker: Path | str, rerank: int = 5) -> None:
    (home / "feeds.toml").write_text(f"[search]\nreranker = {json.dumps(str(reranker))}\nrerank = {rerank}\n", "utf-8")


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_the_first_hits_stand_in_the_order_of_the_model(ask: Callable[..., list[Hit]], model: Path, mode: str) -> None:
    from sentence_transformers import CrossEncoder
    from torch.nn import Sigmoid

    plain, hits = ask(mode=mode), ask(model, mode=mode)
    first = [hit.line.row for hit in plain[:5]]
    texts = [f"{paper(row - 1)['title']}\n{paper(row - 1)['abstract']}" for row in first]
    judge = CrossEncoder(str(model), local_files_only=True)
    scores = judge.predict([(QUERY, text) for text in texts], activation_fn=Sigmoid())
    expected = sorted(zip(scores.tolist(), first, strict=True), key=lambda pair: -pair[0])
    assert [hit.line.row for hit in hits[:5]] == [row for _, row in expected]
    assert [hit.line.row for hit in hits[:5]] != first
    assert [hit.score for hit in hits[:5]] == pytest.approx(
        [score for score, _ in expected], abs=0.02
    )  # products in bf16 where the processor has it
    assert all(hit.why.startswith(f"reranked {hit.score:.2f} · ") for hit in hits[:5])
    assert [(hit.line.row, hit.why) for hit in hits[5:]] == [(hit.line.row, hit.why) for hit in plain[5:]]


def test_a_short_list_is_chosen_from_all_that_are_reranked(ask: Callable[..., list[Hit]], model: Path) -> None:
    assert ask(model, limit=2) == ask(model, limit=5)[:2]


@pytest.mark.parametrize(
    ("line", "mode"),
    [(QUERY, "lexical"), ("like:2605.10003", "hybrid"), ("kind:paper", "hybrid"), (f"{QUERY} sort:newest", "hybrid")],
)
def test_what_has_no_question_or_wants_no_model_is_left_alone(
    ask: Callable[..., list[Hit]], model: Path, line: str, mode: str
) -> None:
    assert ask(model, line=line, mode=mode) == ask(line=line, mode=mode)


def test_nothing_found_is_nothing_reranked(ask: Callable[..., list[Hit]], model: Path) -> None:
    assert ask(model, line="graphs venue:ICML") == []


@pytest.mark.parametrize("what", ["a name", "an empty folder", "three labels"])
def test_a_reranker_that_cannot_serve_is_said_once_and_search_goes_on(
    ask: Callable[..., list[Hit]], home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    place: Path | str = "nobody/no-such-reranker"
    if what == "an empty folder":
        place = tmp_path / "empty"
        place.mkdir()
    elif what == "three labels":
        place = make(tmp_path / "three", labels=3)
    plain = ask()
    configure(home, place)
    session = Session(home)
    with caplog.at_level(logging.WARNING, "tracker"):
        assert session.search(QUERY, limit=PAPERS) == plain
        assert session.search(QUERY, limit=PAPERS) == plain
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert Path(str(place)).name in record.getMessage()
    session.close()


def test_only_indexing_may_ask_the_hub_and_it_says_when_it_cannot(
    ask: Callable[..., list[Hit]], home: Path, model: Path
) -> None:
    configure(home, "nobody/no-such-reranker")
    done = CliRunner().invoke(tracker, ["--home", str(home), "index"])
    assert done.exit_code == 0
    assert "The reranker nobody/no-such-reranker cannot be loaded" in done.stderr
    doctor = CliRunner().invoke(tracker, ["--home", str(home), "doctor"])
    assert doctor.exit_code == 1
    assert "✗ The reranker nobody/no-such-reranker" in doctor.stdout
    configure(home, model)
    assert "reranker" not in CliRunner().invoke(tracker, ["--home", str(home), "index"]).stderr
    assert "tiny-judge, reads the first 5 hits" in CliRunner().invoke(tracker, ["--home", str(home), "doctor"]).stdout


def test_no_text_is_too_odd(model: Path) -> None:
    judge = CrossEncoderReranker(str(model), 5)
    scores = judge.score("half \ud800 a surrogate", ["", "\udfff", "a" * 100_000, "naïve 日本語", "\x00"])
    assert scores.shape == (5,)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_building_one_loads_nothing_and_a_missing_one_is_explained() -> None:
    judge = CrossEncoderReranker("nobody/no-such-reranker", 5)
    assert (judge.name, judge.depth) == ("nobody/no-such-reranker", 5)
    for use in (judge.fetch, lambda: judge.score("a", ["b"])):
        with pytest.raises(ModelError, match="nobody/no-such-reranker"):
            use()


@pytest.mark.parametrize("value", [0, 1_001, True, "ten", 2.5])
def test_a_depth_that_makes_no_sense_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(ConfigError, match="rerank"):
        config.parse({"search": {"rerank": value}}, tmp_path)
    with pytest.raises(ConfigError, match="reranker"):
        config.parse({"search": {"reranker": 3}}, tmp_path)


def test_without_one_nothing_of_it_is_loaded(ask: Callable[..., list[Hit]], home: Path) -> None:
    ask()
    session = Session(home)
    session.search(QUERY)
    assert session.reranker is None
    session.close()

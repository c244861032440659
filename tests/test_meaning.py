"""Switching from one model to another: two real models, the default one and one made from its files."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from conftest import paper

from tracker import indexing
from tracker.cli.app import tracker
from tracker.embed import weights
from tracker.embed.known import KnownModels
from tracker.errors import ModelError, TrackerError
from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAPERS = 24
OLD = f"{weights.NAME}@{weights.TOKENS}"
PROMPTS = {"query": "question: ", "document": "paper: "}
QUERY = "problem 7 on graphs"


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default model with another pooling (mean and maximum: 768 numbers) and prompts."""
    spec = find_spec(weights.PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = tmp_path_factory.mktemp("models") / "wide"
    source = Path(spec.submodule_search_locations[0]) / "model"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(weights.WEIGHTS))
    (folder / weights.WEIGHTS).symlink_to(source / weights.WEIGHTS)
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({**json.loads(pooling.read_text()), "pooling_mode_max_tokens": True}))
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": PROMPTS}))
    return folder


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with papers embedded by the default model."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "rows.jsonl").write_text("".join(json.dumps(paper(n)) + "\n" for n in range(PAPERS)), "utf-8")
    session = Session(folder / "home")
    session.import_files([folder / "rows.jsonl"])
    list(session.bring_level())
    session.close()
    return folder / "home"


@pytest.fixture
def filled(home: Path, template: Path) -> Path:
    """A copy of that home."""
    shutil.copytree(template, home, dirs_exist_ok=True)
    return home


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Session]]:
    """Open sessions as new processes would, closed at the end."""
    made: list[Session] = []

    def open_home(home: Path) -> Session:
        made.append(Session(home))
        return made[-1]

    yield open_home
    for session in made:
        session.close()


def configure(home: Path, model: Path | str) -> None:
    (home / "feeds.toml").write_text(f"[embedding]\nmodel = {json.dumps(str(model))}\n", "utf-8")


def ids(session: Session, line: str = QUERY, limit: int = PAPERS) -> list[str]:
    return [hit.line.id for hit in session.search(line, mode="semantic", limit=limit)]


def answering(session: Session) -> str:
    return session.model_standing(session.reader).answering


def embed_some(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the configured model embed a part, then stop as an interrupt would."""
    monkeypatch.setattr(indexing, "CHUNK", 5)
    events = session.bring_level()
    for event in events:
        if event.step == "embedding" and event.done:
            break
    events.close()  # type: ignore[attr-defined]
    monkeypatch.undo()


def test_the_old_model_answers_until_the_new_one_has_embedded_as_many(
    filled: Path, other: Path, opened: Callable[[Path], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ids(opened(filled))
    configure(filled, other)
    fresh = opened(filled)
    assert ids(fresh) == before
    assert fresh.index(fresh.reader).model == OLD
    embed_some(fresh, monkeypatch)
    running = opened(filled)  # a process that goes on while another one embeds
    for session in (fresh, running):
        standing = session.model_standing(session.reader)
        assert (standing.answering, standing.done, standing.total) == (OLD, 5, PAPERS)
        assert ids(session) == before

    worker = opened(filled)
    steps = [event for event in worker.bring_level() if event.step in {"model", "embedding"}]
    assert (steps[1].done, steps[1].total) == (0, PAPERS - 5)  # it goes on where it stopped
    assert steps[0].message == f"{OLD} answers until {worker.embedder.name} has embedded as many items."
    assert steps[-1].message == f"{worker.embedder.name} answers from now on."
    for session in (fresh, running, worker, opened(filled)):
        assert answering(session) == worker.embedder.name
        assert session.index(session.reader).dimension == 768
        assert set(ids(session)) == set(before)


def test_prompts_of_the_model_are_used(filled: Path, other: Path, opened: Callable[[Path], Session]) -> None:
    import numpy as np
    from sentence_transformers import SentenceTransformer

    configure(filled, other)
    session = opened(filled)
    list(session.bring_level())
    (hit,) = session.search(QUERY, mode="semantic", limit=1)
    item = session.reader.item(hit.line.id)
    model = SentenceTransformer(str(other), device="cpu", local_files_only=True)
    question, bare = model.encode([PROMPTS["query"] + QUERY, QUERY], normalize_embeddings=True)
    document = model.encode(PROMPTS["document"] + f"{item.title}\n{item.text}", normalize_embeddings=True)
    assert session.embedder.encode_query(QUERY) @ question > 0.999
    assert session.embedder.encode_query(QUERY) @ bare < 0.999
    stored = session.index(session.reader).vectors(np.array([hit.line.row]))[0]
    assert stored @ document > 0.999
    assert hit.score == pytest.approx(float(question @ document), abs=0.01)


def test_new_items_are_found_by_word_while_the_old_model_answers(
    filled: Path, other: Path, opened: Callable[[Path], Session], lines: Callable[..., Path]
) -> None:
    configure(filled, other)
    session = opened(filled)
    ids(session)
    session.import_files([lines(paper(77, title="Zebrafish heartbeat"), paper(1, title="Edited beyond recognition"))])
    assert len(ids(session)) == PAPERS - 1  # the edited one has no vector of its new words
    assert session.search("zebrafish")[0].line.id == "arxiv:2605.10077"
    assert answering(session) == OLD
    list(session.bring_level())
    assert len(ids(session, limit=99)) == PAPERS + 1


def test_going_back_costs_nothing_when_nothing_is_new(
    filled: Path, other: Path, opened: Callable[[Path], Session], lines: Callable[..., Path]
) -> None:
    configure(filled, other)
    there = opened(filled)
    list(there.bring_level())
    configure(filled, "default")
    back = opened(filled)
    assert answering(back) == OLD  # it covers as much
    assert not [event for event in back.bring_level() if event.step == "embedding"]
    configure(filled, other)
    again = opened(filled)
    again.import_files([lines(paper(77))])
    list(again.bring_level())
    configure(filled, "default")
    behind = opened(filled)
    assert answering(behind) == there.embedder.name
    list(behind.bring_level())
    assert answering(behind) == OLD


@pytest.mark.parametrize("what", ["gone", "trained again", "unremembered"])
def test_an_old_model_that_cannot_be_loaded_leaves_the_answer_to_the_new_one(
    filled: Path,
    other: Path,
    tmp_path: Path,
    opened: Callable[[Path], Session],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(other, folder, symlinks=True)
    configure(filled, folder)
    list(opened(filled).bring_level())
    session = opened(filled)
    session.prune_models()
    configure(filled, "default")
    embed_some(opened(filled), monkeypatch)
    assert answering(opened(filled)).startswith("mine@")
    if what == "gone":
        shutil.rmtree(folder)
    elif what == "trained again":
        (folder / "README.md").write_text("trained again")
    else:
        (filled / "index" / "models.json").unlink()
    last = opened(filled)
    assert answering(last) == OLD
    assert len(ids(last)) == 5
    list(last.bring_level())
    assert len(ids(last)) == PAPERS


def test_a_new_model_that_is_nowhere_stops_the_embedding_and_not_the_search(
    filled: Path, opened: Callable[[Path], Session]
) -> None:
    before = ids(opened(filled))
    configure(filled, "nobody/no-such-model")
    session = opened(filled)
    assert ids(session) == before
    with pytest.raises(ModelError, match="nobody/no-such-model"):
        list(session.bring_level())
    assert ids(session) == before
    told = CliRunner().invoke(tracker, ["--home", str(filled), "doctor"])
    assert told.exit_code == 1
    assert f"It has embedded 0 of {PAPERS} items; until then {OLD} answers." in told.stdout


def test_before_anything_is_embedded_a_missing_model_stops_no_search_by_words(
    home: Path, opened: Callable[[Path], Session], lines: Callable[..., Path]
) -> None:
    configure(home, "nobody/no-such-model")
    session = opened(home)
    session.import_files([lines(paper(1))])
    assert [hit.line.id for hit in session.search("graph networks")] == ["arxiv:2605.10001"]
    with pytest.raises(TrackerError, match="Nothing is embedded"):
        ids(session)


def test_a_kill_while_the_new_model_embeds_loses_at_most_a_chunk(
    filled: Path, other: Path, opened: Callable[[Path], Session]
) -> None:
    before = ids(opened(filled))
    configure(filled, other)
    script = (
        "import sys; from pathlib import Path; from tracker import indexing; from tracker.session import Session\n"
        "indexing.CHUNK = 2\n"
        "list(Session(Path(sys.argv[1])).bring_level())"
    )
    watcher = opened(filled)
    process = subprocess.Popen([sys.executable, "-c", script, str(filled)])
    while process.poll() is None and watcher.reader.totals().vectors < PAPERS + 4:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    after = opened(filled)
    standing = after.model_standing(after.reader)
    assert 4 <= standing.done < PAPERS
    assert standing.answering == OLD
    assert ids(after) == before
    (first, *_) = [event for event in after.bring_level() if event.step == "embedding"]
    assert first.total == PAPERS - standing.done
    assert answering(after) == after.embedder.name
    assert set(ids(after)) == set(before)


def test_threads_that_ask_at_once_build_one_index(
    filled: Path, opened: Callable[[Path], Session], caplog: pytest.LogCaptureFixture
) -> None:
    expected = ids(opened(filled))
    session = opened(filled)
    shutil.rmtree(session.config.vectors)
    start = threading.Barrier(4)

    def ask(_: int) -> list[str]:
        reader = session.new_reader()
        start.wait()
        try:
            return [hit.line.id for hit in session.search(QUERY, limit=PAPERS, reader=reader)]
        finally:
            reader.close()

    with caplog.at_level("INFO", "tracker"), ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [expected] * 4
    assert [record.message for record in caplog.records if "index" in record.message] == [
        f"vector index rebuilt: there is no index of {OLD}"
    ]


def test_old_vectors_go_only_when_that_is_asked_for(filled: Path, other: Path) -> None:
    configure(filled, other)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(tracker, ["--home", str(filled), *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    assert f"has embedded 0 of {PAPERS} items; until then {OLD} answers" in run("doctor")
    told = run("index")
    assert f"{OLD} answers until wide@" in told
    assert "answers from now on" in told
    assert len(list((filled / "index" / "vectors").iterdir())) == 2
    assert OLD not in run("doctor")
    session = Session(filled)
    assert session.reader.totals().vectors == 2 * PAPERS
    assert f"Dropped {PAPERS} vectors of other models." in run("index", "--prune")
    assert "Dropped 0 vectors" in run("index", "--prune")
    assert session.reader.totals().vectors == PAPERS
    assert [folder.name[:5] for folder in (filled / "index" / "vectors").iterdir()] == ["wide-"]
    assert len(ids(session)) == PAPERS
    session.close()


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"answering": 1}', '{"answering": "x", "settings": []}'])
def test_a_spoilt_note_is_no_note(filled: Path, other: Path, text: str, opened: Callable[[Path], Session]) -> None:
    note = filled / "index" / "models.json"
    assert KnownModels.read(note) == KnownModels(OLD, {OLD: "default"})
    note.write_text(text)
    assert KnownModels.read(note) == KnownModels()
    configure(filled, other)
    assert answering(opened(filled)) == OLD

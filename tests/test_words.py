"""Search by words with the real index of words: what becomes a term, filters, changes, damage, other processes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from conftest import NOW, paper

from tracker.errors import DamagedError, StoreError
from tracker.fulltext import index as fulltext
from tracker.fulltext import index_folder, open_index
from tracker.fulltext.analysis import terms
from tracker.fulltext.opening import new_index
from tracker.models import Document
from tracker.query import parse
from tracker.rank import closeness
from tracker.search.wording import Wording
from tracker.session import Session
from tracker.store import lexical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.fulltext.index import WordIndex

TEXTS = {
    1: ("Learning C++ with language models", "GPT-4 writes C++ and C# code.", "Yann LeCun"),
    2: ("Programming in C", "The language C is old. GPT models are not.", "Dennis Ritchie"),
    3: (r"Naïve \alpha-divergence and Schr\"odinger bridges", "Diffusion on manifolds.", "Ana Müller"),
    4: ("深度学习的优化方法", "我们研究深度神经网络的训练。", "王伟"),
    5: ("Обучение с подкреплением", "Новый метод обучения.", "Иван Петров"),
    6: ("Diffusion policies for robots", "Robots learn diffusion policies from human video.", "Ana Müller"),
}


def document(row: int) -> Document:
    title, text, authors = TEXTS[row]
    return Document(row, title, text, authors, "", "")


@pytest.fixture
def index(tmp_path: Path) -> WordIndex:
    made = new_index(tmp_path / "words")
    made.change([document(row) for row in TEXTS], sequence=7)
    return made


def put(path: Path, content: bytes) -> None:
    """Put another file in the place of one: one that is mapped must not be cut under whoever reads it."""
    path.unlink()
    path.write_bytes(content)


def rows(index: WordIndex, line: str, k: int = 10, allowed: list[int] | None = None) -> list[int]:
    return [row for row, _ in index.search(parse(line), k, allowed)]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("C++", 1),
        ("c#", 1),
        ("GPT-4", 1),
        ("naive", 3),
        ("Schrödinger", 3),
        ("α divergence", 3),
        ("alpha-divergence", 3),
        ("muller robots", 6),
        ("LeCun", 1),
        ("深度学习", 4),
        ("神经网络", 4),
        ("ОБУЧЕНИЕ", 5),
        ("diffusoin policies for robtos", 6),
        ("manifo", 3),
        ("programing", 2),
    ],
)
def test_what_people_type_finds_its_item_first(index: WordIndex, line: str, first: int) -> None:
    assert rows(index, line)[:1] == [first]


def test_signs_of_languages_are_terms_and_other_signs_are_not() -> None:
    assert terms("C++, C# and C") == ["cplusplus", "csharp", "and", "c"]
    assert terms("x++y a#1 #tag") == ["x", "y", "a", "1", "tag"]


def test_a_rare_word_beside_a_common_one_is_taken_for_its_misspelling(tmp_path: Path) -> None:
    made = new_index(tmp_path / "words")
    many = [Document(n, f"Transformers number {n}", "", "", "", "") for n in range(1, 80)]
    made.change(
        [*many, Document(100, "A transfomer", "", "", "", ""), Document(101, "Translation", "", "", "", "")], sequence=1
    )
    found = rows(made, "transfomers", 200)
    assert found[0] == 100
    assert len(found) == 80
    assert rows(made, "translation", 200) == [101]


def test_phrases_are_required_and_unwanted_words_left_out(index: WordIndex) -> None:
    assert rows(index, '"human video"') == [6]
    assert rows(index, '"video human"') == []
    assert rows(index, 'robots "diffusion on manifolds"') == [3]
    assert rows(index, "diffusion -manifolds") == [6]
    assert rows(index, "-manifolds") == []
    assert rows(index, '"深度神经网络"') == [4]


def test_a_filter_is_exact_whether_its_rows_are_named_or_picked(
    index: WordIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [row for row in rows(index, "diffusion language") if row in {2, 3}]
    assert len(expected) == 2
    assert rows(index, "diffusion language", 10, [2, 3, 4]) == expected
    monkeypatch.setattr("tracker.fulltext.index._FEW", 0)
    assert rows(index, "diffusion language", 10, [2, 3, 4]) == expected
    assert rows(index, "diffusion language", 1, [2, 3, 4]) == expected[:1]
    assert rows(index, "diffusion language", 10, []) == []


def test_scores_of_chosen_rows_are_those_of_the_search(index: WordIndex) -> None:
    query = parse("diffusion policies")
    found = dict(index.search(query, 10))
    assert index.scores(query, [6, 3, 5]) == pytest.approx({row: found[row] for row in (6, 3)})


def test_an_index_is_read_again_with_its_changes(index: WordIndex, tmp_path: Path) -> None:
    index.change([Document(6, "Cooking pasta", "Boil water.", "", "", "")], [6, 2], sequence=9)
    again = open_index(tmp_path / "words")
    assert again is not None
    assert again.sequence == 9
    assert (rows(again, "pasta"), rows(again, "policies"), rows(again, "old"), len(again)) == ([6], [], [], 5)


@pytest.mark.parametrize("part", ["idx", "term", "pos", "fast", "fieldnorm", "store"])
@pytest.mark.parametrize("damage", ["deleted", "truncated", "one byte", "empty"])
def test_a_changed_file_is_noticed(index: WordIndex, tmp_path: Path, part: str, damage: str) -> None:
    assert len(index) == 6
    (path,) = (tmp_path / "words").glob(f"*.{part}")
    content = path.read_bytes()
    if damage == "deleted":
        path.unlink()
    elif damage == "truncated":
        put(path, content[:-10])
    elif damage == "empty":
        put(path, b"")
    else:
        put(path, bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(DamagedError):
        open_index(tmp_path / "words")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"version": 1}', '{"version": 0, "library": "", "sequence": 1}']
)
def test_a_manifest_that_is_none_is_noticed(index: WordIndex, tmp_path: Path, text: str) -> None:
    (tmp_path / "words" / "manifest.json").write_text(text)
    with pytest.raises(DamagedError):
        open_index(tmp_path / "words")


def test_without_a_manifest_there_is_no_index(index: WordIndex, tmp_path: Path) -> None:
    (tmp_path / "words" / "manifest.json").unlink()
    assert open_index(tmp_path / "words") is None
    assert open_index(tmp_path / "nowhere") is None


def test_while_another_process_writes_nothing_is_changed_and_reading_goes_on(index: WordIndex, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from tracker.fulltext import open_index\n"
        "held = open_index(pathlib.Path(sys.argv[1]))._inner.writer(heap_size=15_000_000, num_threads=1)\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "words")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        assert index.change([], [6], sequence=8) is False
        assert rows(index, "policies") == [6]
        other.communicate("")
    assert index.change([], [6], sequence=8) is True
    assert rows(index, "policies") == []


def test_what_is_written_while_an_index_is_read_again_is_not_missed(
    index: WordIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_index(tmp_path / "words")
    assert other is not None

    def noted(folder: Path) -> int:
        monkeypatch.undo()
        index.change([], [6], sequence=8)
        return fulltext.noted(folder)

    monkeypatch.setattr(fulltext, "noted", noted)
    other.refresh()
    assert (other.sequence, rows(other, "policies")) == (8, [])


@contextmanager
def full_disk() -> Iterator[None]:
    """No file grows beyond 64 bytes."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_an_error_of_the_system_and_costs_nothing(index: WordIndex, tmp_path: Path) -> None:
    with full_disk(), pytest.raises(OSError):
        index.change([], [6], sequence=8)
    kept = open_index(tmp_path / "words")
    assert kept is not None
    assert (kept.sequence, rows(kept, "policies")) == (7, [6])
    assert index.change([], [6], sequence=8)
    assert rows(index, "policies") == []


def test_doctor_reads_every_file(session: Session, lines: Callable[..., Path]) -> None:
    assert "not built" in session.describe_words()
    session.import_files([lines(paper(1), paper(2))])
    list(session.bring_level())
    assert session.describe_words().startswith("2 items, ")
    (path,) = words_of(session).glob("*.store")
    put(path, b"x" + path.read_bytes()[1:])
    with pytest.raises(StoreError, match="tracker index"):
        session.describe_words()


# in a home


def words_of(session: Session) -> Path:
    return index_folder(session.folder)


def found(session: Session, line: str) -> list[str]:
    return [hit.line.id for hit in session.search(line, mode="lexical")]


def test_search_takes_the_index_of_words_and_falls_back_to_the_store(
    session: Session, lines: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    session.import_files([lines(paper(1, title="Graph learning"), paper(2, title="Cooking pasta"))])
    assert not words_of(session).exists()
    assert found(session, "pasta") == ["arxiv:2605.10002"]
    list(session.bring_level())
    monkeypatch.setattr(lexical, "search", lambda *_: pytest.fail("the index of words was not asked"))
    assert found(session, "pasta") == ["arxiv:2605.10002"]


def test_few_changes_are_followed_by_the_search_and_many_wait_for_the_next_indexing(
    session: Session, lines: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    session.import_files([lines(paper(1, title="Graph learning"))])
    list(session.bring_level())
    session.import_files([lines(paper(1, title="Cooking pasta"), paper(2, title="Quantum pasta"))])
    assert sorted(found(session, "pasta")) == ["arxiv:2605.10001", "arxiv:2605.10002"]
    held = open_index(words_of(session))
    assert held is not None
    level = held.sequence
    monkeypatch.setattr("tracker.search.wording.AT_ONCE", 1)
    session.import_files([lines(paper(3, title="Slow pasta"), paper(4, title="Fast pasta"))])
    assert len(found(session, "pasta")) == 4  # from the store
    held.refresh()
    assert held.sequence == level
    list(session.bring_level())
    held.refresh()
    assert held.sequence > level
    assert len(found(session, "pasta")) == 4


@pytest.mark.parametrize("damage", ["files", "manifest", "folder"])
def test_a_damaged_index_serves_nobody_and_is_built_again(
    session: Session, lines: Callable[..., Path], damage: str
) -> None:
    session.import_files([lines(paper(1, title="Graph learning"), paper(2, title="Cooking pasta"))])
    list(session.bring_level())
    folder = words_of(session)
    if damage == "files":
        for path in folder.glob("*.idx"):
            put(path, path.read_bytes()[:-4] + b"\0\0\0\0")
    elif damage == "manifest":
        (folder / "manifest.json").write_text('{"version": 1, "library": "other", "sequence": 1}')
    else:
        for path in folder.iterdir():
            path.unlink()
    fresh = Session(session.home, clock=lambda: NOW)
    assert found(fresh, "pasta") == ["arxiv:2605.10002"]
    list(fresh.bring_level())
    rebuilt = open_index(folder)
    assert rebuilt is not None
    assert len(rebuilt) == 2


def test_the_index_is_built_anew_when_that_is_asked_for(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(paper(1, title="Graph learning"))])
    list(session.bring_level())
    before = {path.name for path in words_of(session).glob("*.store")}
    session.rebuild_index()
    assert open_index(words_of(session)) is None
    list(session.bring_level())
    assert {path.name for path in words_of(session).glob("*.store")}.isdisjoint(before)
    assert found(session, "graph") == ["arxiv:2605.10001"]


def test_while_the_disk_is_full_the_store_serves_and_the_index_stays(
    session: Session, lines: Callable[..., Path]
) -> None:
    session.import_files([lines(paper(1, title="Graph learning"))])
    list(session.bring_level())
    session.import_files([lines(paper(2, title="Cooking pasta"))])
    wording = Wording(session.folder)
    with full_disk():
        assert found(session, "pasta") == ["arxiv:2605.10002"]
        with pytest.raises(OSError):
            wording.bring_level(session.reader.connection)
    assert open_index(words_of(session)) is not None
    assert wording.bring_level(session.reader.connection) == 2


def test_while_another_process_is_at_the_changes_the_store_serves(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(paper(1, title="Graph learning"))])
    list(session.bring_level())
    session.import_files([lines(paper(2, title="Cooking pasta"))])
    other = open_index(words_of(session))
    assert other is not None
    held = other._inner.writer(heap_size=15_000_000, num_threads=1)
    assert found(session, "pasta") == ["arxiv:2605.10002"]
    del held
    assert Wording(session.folder).index(session.reader.connection) is not None


def test_a_restored_backup_of_the_store_is_older_than_its_index(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(paper(1, title="Graph learning"))])
    list(session.bring_level())
    manifest = words_of(session) / "manifest.json"
    table = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**table, "sequence": 10**9}))
    fresh = Session(session.home, clock=lambda: NOW)
    assert found(fresh, "graph") == ["arxiv:2605.10001"]
    list(fresh.bring_level())
    assert json.loads(manifest.read_text())["sequence"] < 10**9


def test_a_store_restored_and_grown_again_is_indexed_anew(
    session: Session, lines: Callable[..., Path], tmp_path: Path
) -> None:
    session.import_files([lines(*(paper(n, title=f"Graph learning {n}") for n in range(3)))])
    list(session.bring_level())
    with sqlite3.connect(tmp_path / "backup.db") as copy:
        session.reader.connection.backup(copy)
    session.import_files([lines(*(paper(n, title=f"Cooking pasta {n}") for n in range(10, 15)))])
    list(session.bring_level())
    assert len(found(session, "pasta")) == 5
    session.close()
    for path in session.folder.glob("tracker.db*"):
        path.unlink()
    (tmp_path / "backup.db").rename(session.database)
    restored = Session(session.home, clock=lambda: NOW)
    restored.import_files([lines(*(paper(n, title=f"Quantum codes {n}") for n in range(20, 30)))])
    list(restored.bring_level())
    for mode in ("lexical", "semantic"):
        assert len(restored.search("quantum codes", mode=mode, limit=10)) == 10
        assert all("quantum" in hit.line.title.lower() for hit in restored.search("quantum codes", mode=mode, limit=10))
    assert found(restored, "pasta") == []


def test_filters_of_every_width_keep_exactly_what_passes(
    session: Session, lines: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.search.searcher.CANDIDATES", 5)
    papers = [paper(n, title=f"Graph study {n}", track="cs.CL" if n % 10 == 0 else "cs.LG") for n in range(60)]
    session.import_files([lines(*papers)])
    list(session.bring_level())
    for line, count in (
        ("graph", 60),
        ("graph category:cs.LG", 54),
        ("graph category:cs.CL", 6),
        ("graph category:cs.RO", 0),
    ):
        for mode in ("lexical", "semantic", "hybrid"):
            assert len(session.search(line, limit=100, mode=mode)) == count, (line, mode)  # type: ignore[arg-type]
            assert len(session.search(line, limit=4, mode=mode)) == min(count, 4), (line, mode)  # type: ignore[arg-type]


def test_words_that_stand_together_are_closer() -> None:
    rarity = {"robot": 2.0, "learning": 1.0, "policy": 3.0}
    asked = ["robot", "learning", "policy"]
    assert closeness(asked, ["robot", "x", "learning"], rarity) == pytest.approx(3 / 6)
    assert closeness(asked, ["robot", *["x"] * 9, "learning", "policy"], rarity) == pytest.approx(4 / 6)
    assert closeness(asked, ["x"], rarity) == 0
    assert closeness(["a", "a"], ["a", "a"], {"a": 1.0}) == 0

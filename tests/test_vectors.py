"""The vector index against brute force, and every way in which its files can be wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.vectors import IndexState, Opened, generation, layered, new_index, open_index
from tracker.vectors.opening import index_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.ports import VectorIndex

MODEL = "some-model"
DIMENSION = 16
MANY = 2_000


def unit(count: int, seed: int = 0, dimension: int = DIMENSION) -> np.ndarray:
    """Random rows of length 1, already rounded to float16 so that the index holds exactly them."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def numbers(*ids: int) -> np.ndarray:
    return np.asarray(ids, dtype=np.int64)


def brute_force(known: dict[int, np.ndarray], vector: np.ndarray, k: int, allowed: set[int] | None) -> list[float]:
    return sorted(
        (float(row @ vector) for key, row in known.items() if allowed is None or key in allowed), reverse=True
    )[:k]


def reopened(folder: Path) -> VectorIndex:
    opened = open_index(folder, MODEL, DIMENSION)
    assert opened.state is IndexState.OK, opened.reason
    assert opened.index is not None
    return opened.index


@pytest.fixture(autouse=True)
def each_change_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of files want one for every change; those of when it pays say so."""
    monkeypatch.setattr(layered, "_FOLLOWED", 0)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with an index of 2,000 vectors, ids 1, 3, 5 …, at change 77."""
    index = new_index(tmp_path, MODEL, DIMENSION)
    index.add(np.arange(1, 2 * MANY, 2), unit(MANY))
    index.sequence = 77
    index.save()
    return tmp_path


@pytest.fixture
def index(saved: Path) -> VectorIndex:
    return reopened(saved)


def data_file(folder: Path) -> Path:
    (path,) = (folder / f"{MODEL}-{DIMENSION}").glob("*.faiss")
    return path


def manifest_file(folder: Path) -> Path:
    return folder / f"{MODEL}-{DIMENSION}" / "manifest.json"


# search


def test_what_was_saved_is_what_is_opened(index: VectorIndex) -> None:
    assert (len(index), index.sequence, index.model, index.dimension) == (MANY, 77, MODEL, DIMENSION)
    ids, scores = index.search(unit(MANY)[10], 5)
    assert (ids.dtype, scores.dtype) == (np.int64, np.float32)
    assert ids[0] == 21
    assert scores[0] == pytest.approx(1, abs=1e-3)
    assert list(scores) == sorted(scores, reverse=True)


@pytest.mark.parametrize("share", [1.0, 0.9, 0.5, 0.1, 0.01, 0.001, 0.0005])
@pytest.mark.parametrize("k", [1, 20, 5_000])
def test_a_filter_is_kept_exactly_and_never_gives_fewer(index: VectorIndex, share: float, k: int) -> None:
    everything, rows = np.arange(1, 2 * MANY, 2), unit(MANY)
    allowed = np.random.default_rng(5).choice(everything, max(1, int(MANY * share)), replace=False)
    vector = unit(1, seed=9)[0]
    ids, scores = index.search(vector, k, allowed)
    expected = brute_force(dict(zip(everything.tolist(), rows, strict=True)), vector, k, set(allowed.tolist()))
    assert scores == pytest.approx(expected, abs=1e-5)
    assert len(set(ids.tolist())) == len(ids) == min(k, len(allowed))
    assert set(ids.tolist()) <= set(allowed.tolist())


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (numbers(), 0), (numbers(2, 4, 6), 0), (numbers(-1, 0), 0), (numbers(1, 1, 1), 1), (numbers(1, 3, 2**40), 2), (numbers(2**62), 0),
        (numbers(-5, 3), 1), (np.asarray([3, 5], dtype=np.int32), 2), (np.arange(100_000), 9),
    ],
)  # fmt: skip
def test_odd_filters(index: VectorIndex, allowed: np.ndarray, expected: int) -> None:
    ids, scores = index.search(unit(1)[0], 9, allowed)
    assert len(ids) == len(scores) == expected


@pytest.mark.parametrize("k", [0, -3])
def test_nothing_asked_nothing_found(index: VectorIndex, k: int) -> None:
    assert len(index.search(unit(1)[0], k)[0]) == 0


def test_equal_scores_come_in_the_order_of_ids(tmp_path: Path) -> None:
    index = new_index(tmp_path, MODEL, DIMENSION)
    index.add(numbers(9, 2, 7, 4), np.repeat(unit(1), 4, axis=0))
    assert index.search(unit(1)[0], 4)[0].tolist() == [2, 4, 7, 9]


def test_an_empty_index_answers(tmp_path: Path) -> None:
    index = new_index(tmp_path, MODEL, DIMENSION)
    assert len(index) == 0
    assert len(index.search(unit(1)[0], 5)[0]) == 0
    assert index.vectors(numbers(1, 2)).shape == (0, DIMENSION)
    index.remove(numbers(1))
    index.add(numbers(), unit(0))
    index.save()
    assert len(reopened(tmp_path)) == 0


# changing


def test_an_id_added_again_is_replaced(index: VectorIndex) -> None:
    fresh = unit(2, seed=3)
    index.add(numbers(1, 3), fresh)
    assert len(index) == MANY
    ids, _ = index.search(fresh[0], 3)
    assert ids.tolist().count(1) == 1
    assert ids[0] == 1
    assert np.array_equal(index.vectors(numbers(1, 3)), fresh)


def test_of_an_id_given_twice_the_last_counts(index: VectorIndex) -> None:
    rows = unit(3, seed=4)
    index.add(numbers(2, 2, 4), rows)
    assert len(index) == MANY + 2
    assert np.array_equal(index.vectors(numbers(2, 4)), rows[1:])


def test_vectors_come_in_the_order_asked_for_without_the_unknown(index: VectorIndex) -> None:
    assert np.array_equal(index.vectors(numbers(7, 2, 1)), unit(MANY)[[3, 0]])


@pytest.mark.parametrize(
    ("ids", "matrix"),
    [
        (numbers(1), unit(2)),
        (numbers(1), unit(1, dimension=3)),
        (numbers(-1), unit(1)),
        (numbers(1), unit(1) * np.nan),
        (numbers(1), unit(1) * 1e6 + 1e6),
    ],
)
def test_what_would_spoil_the_index_is_refused(index: VectorIndex, ids: np.ndarray, matrix: np.ndarray) -> None:
    with pytest.raises(ValueError):
        index.add(ids, matrix)
    assert len(index) == MANY


def test_a_changed_index_does_not_change_its_file(saved: Path, index: VectorIndex) -> None:
    index.remove(np.arange(1, 100))
    index.add(numbers(2), unit(1))
    assert len(index) == MANY - 49
    assert len(reopened(saved)) == MANY


def test_an_index_can_be_changed_after_another_process_replaced_its_file(saved: Path, index: VectorIndex) -> None:
    other = reopened(saved)
    other.remove(numbers(1))
    other.save()
    index.remove(numbers(3))
    assert len(index) == MANY - 1
    assert index.search(unit(MANY)[0], 1)[0].tolist() == [1]


def test_threads_may_search_while_one_changes(index: VectorIndex) -> None:
    stop, failures = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            ids, _ = index.search(unit(1)[0], 20)
            if len(set(ids.tolist())) != 20:
                failures.append(ids)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for n in range(30):
        index.add(np.arange(n, n + 100), unit(100, seed=n))
        index.remove(np.arange(n, n + 50))
    stop.set()
    for asker in askers:
        asker.join()
    assert not failures


steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.integers(0, 30), max_size=12), st.integers(0, 999)),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 40), max_size=12), st.just(0)),
        st.tuples(st.just("search"), st.one_of(st.none(), st.lists(st.integers(-2, 2**33), max_size=3), st.lists(st.integers(0, 40), max_size=30)), st.integers(0, 40)),
        st.tuples(st.just("reopen"), st.just([]), st.just(0)),
    ),
    max_size=20,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_it_behaves_as_a_dictionary_that_is_searched_by_brute_force(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    index, known = new_index(folder, MODEL, DIMENSION), {}
    for number, (step, ids, value) in enumerate(steps):
        if step == "add":
            rows = unit(len(ids), seed=value)
            index.add(numbers(*ids), rows)
            known |= dict(zip(ids, rows, strict=True))
        elif step == "remove":
            index.remove(numbers(*ids))
            known = {key: row for key, row in known.items() if key not in ids}
        elif step == "search":
            vector = unit(1, seed=value)[0]
            found, scores = index.search(vector, value, None if ids is None else numbers(*ids))
            assert scores == pytest.approx(
                brute_force(known, vector, value, None if ids is None else set(ids)), abs=1e-5
            )
            assert [float(known[key] @ vector) for key in found.tolist()] == pytest.approx(scores.tolist(), abs=1e-5)
        else:
            index.sequence = number
            index.save()
            index = reopened(folder)
            assert index.sequence == number
        assert len(index) == len(known)
    assert np.array_equal(index.vectors(numbers(*known)), np.reshape([*known.values()], (-1, DIMENSION)))
    shutil.rmtree(folder)


# files


def test_saving_replaces_the_generation_and_leaves_nothing_else(saved: Path, index: VectorIndex) -> None:
    before = data_file(saved)
    index.save()
    assert data_file(saved) == before  # nothing changed, nothing written
    (before.parent / "manifest.json.0123abcd.tmp").write_text("left by a killed writer")
    (before.parent / "vectors-0123456789abcdef.faiss").write_text("left by a killed writer")
    index.remove(numbers(1))
    index.save()
    assert data_file(saved) != before
    assert {path.name for path in before.parent.iterdir()} == {data_file(saved).name, "manifest.json", "verified.json"}
    assert len(reopened(saved)) == MANY - 1


def test_a_change_of_sequence_alone_is_saved(saved: Path, index: VectorIndex) -> None:
    index.sequence = 78
    index.save()
    assert reopened(saved).sequence == 78


def test_strangers_in_the_folder_are_left_alone(saved: Path, index: VectorIndex) -> None:
    stranger = data_file(saved).parent / "notes.txt"
    stranger.write_text("mine")
    index.remove(numbers(1))
    index.save()
    assert stranger.read_text() == "mine"


def test_nothing_there_is_missing(tmp_path: Path) -> None:
    assert open_index(tmp_path / "none", MODEL, DIMENSION) == Opened(
        None, IndexState.MISSING, f"there is no index of {MODEL}"
    )


def zeros(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(bytes(1024))


def one_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 4
    path.write_bytes(data)


def cut(share: float) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def random_bytes(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(path.stat().st_size))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "cut to half": cut(0.5),
    "cut to a byte less": lambda path: os.truncate(path, path.stat().st_size - 1),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "zeros in the middle": zeros,
    "one bit": one_bit,
    "random": random_bytes,
    "text": lambda path: path.write_text("hello"),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_data_is_noticed_and_rebuilt(saved: Path, damage: str) -> None:
    DAMAGES[damage](data_file(saved))
    opened = open_index(saved, MODEL, DIMENSION)
    assert (opened.index, opened.state) == (None, IndexState.DAMAGED)
    assert opened.reason
    if damage == "a folder":
        data_file(saved).rmdir()
    index = new_index(saved, MODEL, DIMENSION)
    index.add(numbers(5), unit(1))
    index.save()
    assert len(reopened(saved)) == 1


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_manifest_is_noticed(saved: Path, damage: str) -> None:
    DAMAGES[damage](manifest_file(saved))
    opened = open_index(saved, MODEL, DIMENSION)
    assert opened.index is None
    assert opened.state is (IndexState.MISSING if damage == "missing" else IndexState.DAMAGED)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_note_of_the_last_check_costs_a_check(saved: Path, damage: str) -> None:
    DAMAGES[damage](data_file(saved).with_name("verified.json"))
    assert len(reopened(saved)) == MANY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"x"',
        "3",
        "{}",
        '{"format": 2}',
        "[" * 100_000,
        "\x00\xff",
        '{"format": 2, "file": "../../x"}',
        '{"format": []}',
    ],
)
def test_a_manifest_of_nonsense_is_noticed(saved: Path, text: str) -> None:
    manifest_file(saved).write_text(text)
    assert open_index(saved, MODEL, DIMENSION).state is IndexState.DAMAGED


@pytest.mark.parametrize(
    "change",
    [
        {"format": 1},
        {"model": "other"},
        {"dimension": 17},
        {"count": MANY - 1},
        {"sequence": 78},
        {"kind": "HNSW"},
        {"library": "99.0"},
        {"file": "../x"},
        {"bytes": 3},
        {"new": 1},
    ],
)
@pytest.mark.parametrize("sealed", [False, True])
def test_a_manifest_that_says_something_else_is_noticed(saved: Path, change: dict[str, Any], sealed: bool) -> None:
    """Sealed: written so by another program version, or of another index; not: a character changed."""
    table = json.loads(manifest_file(saved).read_text()) | change
    if sealed:
        table["check"] = generation._seal(table)
    manifest_file(saved).write_text(json.dumps(table))
    opened = open_index(saved, MODEL, DIMENSION)
    if sealed and change == {"sequence": 78}:
        assert opened.state is IndexState.OK  # that is what saving a new sequence does
    else:
        assert opened.state is IndexState.DAMAGED, change
        assert opened.reason


def test_the_index_of_another_model_under_this_name_is_noticed(saved: Path) -> None:
    shutil.copytree(saved / f"{MODEL}-{DIMENSION}", saved / f"other-{DIMENSION}")
    opened = open_index(saved, "other", DIMENSION)
    assert opened.state is IndexState.DAMAGED
    assert MODEL in opened.reason


def test_a_copy_is_checked_once_and_opened(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[Path] = []
    digest = generation.digest
    monkeypatch.setattr(generation, "digest", lambda path: hashed.append(path) or digest(path))
    reopened(saved)
    assert hashed == []  # just saved, so known
    shutil.copytree(saved, tmp_path / "copy")
    reopened(tmp_path / "copy")
    reopened(tmp_path / "copy")
    assert len(hashed) == 1
    assert open_index(saved, MODEL, DIMENSION, thorough=True).state is IndexState.OK
    assert len(hashed) == 2


def unsampled(path: Path) -> None:
    """Change a byte that no sample covers."""
    data = bytearray(path.read_bytes())
    starts = [(len(data) - 4096) * n // 15 for n in range(16)]
    data[next(n for n in range(len(data)) if not any(start <= n < start + 4096 for start in starts))] ^= 1
    path.write_bytes(data)


def middle(path: Path) -> None:
    """Zero the middle half: header and ids stay, so FAISS would read it without a word."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 4] + bytes(len(data) // 2) + data[len(data) // 4 + len(data) // 2 :])


def test_damage_with_the_old_time_set_back_is_noticed(saved: Path) -> None:
    path = data_file(saved)
    stat = path.stat()
    unsampled(path)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert open_index(saved, MODEL, DIMENSION).state is IndexState.DAMAGED


@pytest.mark.parametrize(("damage", "at_once"), [(middle, IndexState.DAMAGED), (unsampled, IndexState.OK)])
def test_damage_below_the_file_system(saved: Path, damage: Callable[[Path], None], at_once: IndexState) -> None:
    """Samples find it at once when it is wide, a thorough check always."""
    path = data_file(saved)
    damage(path)
    generation.remember(path, json.loads(manifest_file(saved).read_text())["digest"])  # as if no time had changed
    assert open_index(saved, MODEL, DIMENSION).state is at_once
    assert open_index(saved, MODEL, DIMENSION, thorough=True).state is IndexState.DAMAGED


def test_a_full_disk_leaves_the_old_generation(
    saved: Path, index: VectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device", str(path))

    before = data_file(saved)
    index.remove(numbers(1))
    with monkeypatch.context() as patch:
        patch.setattr(generation, "replace_file", full)
        with pytest.raises(OSError, match="No space"):
            index.save()
    assert data_file(saved) == before
    assert len(reopened(saved)) == MANY
    index.save()
    assert len(reopened(saved)) == MANY - 1


def test_a_folder_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    index = new_index(tmp_path / "file", MODEL, DIMENSION)
    assert open_index(tmp_path / "file", MODEL, DIMENSION).index is None
    with pytest.raises(OSError):
        index.save()


KILLED = """
import os, signal, sys
import numpy as np
from pathlib import Path
from tracker.vectors import generation, open_index
from tracker.vectors.generation import Manifest
index = open_index(Path(sys.argv[1]), "some-model", 16).index
index.remove(np.arange(500))
index.sequence = 78
harmless = iter(range({calls}))
def die(*args, **options):
    if next(harmless, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
setattr({place}, die)
index.save()
"""


@pytest.mark.parametrize(
    ("place", "calls", "after"),
    [
        ('generation, "remove_others"', 0, 77),
        ('generation, "flush"', 0, 77),
        ('generation, "remember"', 0, 77),
        ('Manifest, "write"', 0, 77),
        ('generation, "remove_others"', 1, 78),
    ],
)
def test_a_kill_between_data_and_manifest_leaves_one_whole_index(
    saved: Path, place: str, calls: int, after: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED.format(place=place, calls=calls), str(saved)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    index = reopened(saved)
    assert (index.sequence, len(index)) == (after, MANY if after == 77 else MANY - 250)
    index.sequence = 79
    index.save()
    assert data_file(saved).exists()  # exactly one: what the killed writer left is gone


def test_a_writer_that_replaces_the_data_while_it_is_opened(
    saved: Path, index: VectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = generation.verify
    index.remove(numbers(1))

    def late(*args: Any, **options: Any) -> None:
        index.save()  # the manifest was read; now its data goes
        verify(*args, **options)

    monkeypatch.setattr("tracker.vectors.opening.verify", late)
    assert len(reopened(saved)) == MANY - 1


@pytest.mark.parametrize(
    "model",
    [
        "all-MiniLM-L6-v2",
        "org/model",
        "org-model",
        "..",
        "",
        "a b",
        "модель",
        "mine@0a1b",
        "x" * 10,
        "C:\\x",
        "con/../../x",
    ],
)
def test_every_model_has_a_folder_of_its_own_inside(tmp_path: Path, model: str) -> None:
    folder = index_folder(tmp_path, model, 384)
    assert folder.parent == tmp_path
    assert folder.name.endswith("-384")
    others = {
        index_folder(tmp_path, other, 384)
        for other in ("all-MiniLM-L6-v2", "org/model", "org-model", "..", "")
        if other != model
    }
    assert folder not in others


# what gets loaded


def test_search_in_the_index_loads_no_torch(saved: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tracker.vectors import open_index\n"
        "assert open_index(Path(sys.argv[1]), 'none', 16).index is None\n"
        "assert not {'numpy', 'faiss'} & set(sys.modules)\n"
        "import numpy as np\n"
        "index = open_index(Path(sys.argv[1]), 'some-model', 16).index\n"
        "assert len(index.search(np.ones(16, dtype=np.float32), 3)[0]) == 3\n"
        "print(*sorted({'torch', 'transformers', 'sentence_transformers', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(saved)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr

"""The layers of the vector index and its kind for very many vectors, beside brute force."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tracker import indexing
from tracker.session import Session
from tracker.store import vectors
from tracker.vectors import IndexState, inverted, kinds, layered, new_index, open_index
from tracker.vectors.selecting import Allowed, positions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.ports import VectorIndex

MODEL = "some-model"
DIMENSION = 32
MANY = 6_000
CLUSTERS = 60


def clustered(count: int, seed: int = 0) -> np.ndarray:
    """Rows of length 1 in clusters, as texts are."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((CLUSTERS, DIMENSION))
    rows = centres[rng.integers(0, CLUSTERS, count)] + 0.5 * rng.standard_normal((count, DIMENSION))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def best(matrix: np.ndarray, ids: np.ndarray, vector: np.ndarray, k: int) -> list[int]:
    return ids[np.argsort(-(matrix @ vector), kind="stable")[:k]].tolist()


def recall(index: VectorIndex, matrix: np.ndarray, ids: np.ndarray, allowed: np.ndarray | None = None) -> float:
    """The share of the first 20 of an exact scan that is found, over 30 questions that are no documents."""
    inside = np.ones(len(ids), dtype=bool) if allowed is None else np.isin(ids, allowed)
    shares = []
    for vector in clustered(30, seed=7):
        expected = best(matrix[inside], ids[inside], vector, 20)
        found = index.search(vector, 20, allowed)[0].tolist()
        assert len(found) == len(expected)
        shares.append(len(set(found) & set(expected)) / len(expected))
    return float(np.mean(shares))


def reopened(folder: Path) -> layered.LayeredIndex:
    opened = open_index(folder, MODEL, DIMENSION)
    assert opened.state is IndexState.OK, opened.reason
    assert isinstance(opened.index, layered.LayeredIndex)
    return opened.index


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*/vectors-*.faiss")}


def filled(folder: Path, count: int = MANY) -> layered.LayeredIndex:
    """A saved index of ids 1, 3, 5 … at change 5, opened again."""
    index = new_index(folder, MODEL, DIMENSION)
    index.add(np.arange(1, 2 * count, 2), clustered(count))
    index.sequence = 5
    index.save()
    return reopened(folder)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 1,000 vectors were more than an exact scan is for, and a filter of 100 no narrow one."""
    monkeypatch.setattr(kinds, "FLAT_LIMIT", 1_000)
    monkeypatch.setattr(inverted, "PROBES", 40)
    monkeypatch.setattr(inverted, "_GATHERED", 50)


# layers


def test_few_changes_are_not_written_and_many_are(tmp_path: Path) -> None:
    index, before = filled(tmp_path), files(tmp_path)
    index.add(np.arange(2, 500, 2), clustered(249, seed=1))
    index.sequence = 6
    index.save()
    assert files(tmp_path) == before
    assert (reopened(tmp_path).sequence, len(reopened(tmp_path))) == (5, MANY)  # the change log has the rest
    index.add(np.arange(500, 700, 2), clustered(100, seed=2))
    index.sequence = 7
    index.save()
    assert files(tmp_path) != before
    assert (reopened(tmp_path).sequence, len(reopened(tmp_path))) == (7, MANY + 349)


def test_changes_that_touch_no_vector_move_the_sequence_only(tmp_path: Path) -> None:
    index, before = filled(tmp_path), files(tmp_path)
    index.remove(np.arange(0, 2 * MANY, 2))  # none of them is there
    index.sequence = 9
    index.save()
    assert files(tmp_path) == before
    assert (reopened(tmp_path).sequence, len(reopened(tmp_path))) == (9, MANY)


def test_a_change_leaves_the_file_mapped(tmp_path: Path) -> None:
    index = filled(tmp_path)
    mapped = index._base
    index.add(np.asarray([3, 4]), clustered(2, seed=1))
    index.remove(np.asarray([5]))
    assert index._base is mapped
    assert (len(mapped), len(index._recent), len(index)) == (MANY - 2, 2, MANY)


def test_both_layers_are_merged_exactly(tmp_path: Path) -> None:
    index = filled(tmp_path)
    ids, matrix = np.arange(1, 2 * MANY, 2), clustered(MANY)
    fresh = clustered(300, seed=3)
    index.add(np.arange(0, 600, 2), fresh)
    index.add(ids[:500], clustered(500, seed=4))
    index.remove(ids[500:900])
    ids = np.concatenate([np.arange(0, 600, 2), ids[:500], ids[900:]])
    matrix = np.concatenate([fresh, clustered(500, seed=4), matrix[900:]])
    assert recall(index, matrix, ids) == 1
    for share in (0.5, 0.1, 0.01):
        allowed = np.random.default_rng(2).choice(ids, int(len(ids) * share), replace=False)
        assert recall(index, matrix, ids, allowed) == 1
    some = np.asarray([4, 1, 1001, 2 * MANY - 1, 1])
    expected = [matrix[np.flatnonzero(ids == one)[0]] for one in some if one in ids]
    assert np.array_equal(index.vectors(some), np.reshape(expected, (-1, DIMENSION)))


def test_the_best_may_all_have_been_removed(tmp_path: Path) -> None:
    index = filled(tmp_path)
    vector = clustered(1, seed=8)[0]
    order = index.search(vector, MANY)[0]
    index.remove(order[:3_000])
    assert index.search(vector, 20)[0].tolist() == order[3_000:3_020].tolist()


# many vectors


@pytest.mark.usefixtures("large")
def test_many_vectors_get_an_inverted_file_that_finds_nearly_all(tmp_path: Path) -> None:
    index, ids, matrix = filled(tmp_path), np.arange(1, 2 * MANY, 2), clustered(MANY)
    assert "approximate (IVF128,SQ8)" in index.describe()
    assert recall(index, matrix, ids) >= 0.95
    assert np.abs(index.vectors(ids[[7, 3]]) - matrix[[7, 3]]).max() < 0.01


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("share", [1.0, 0.5, 0.2, 0.1, 0.04, 0.01, 0.002, 0.0])
def test_filters_on_an_inverted_file(tmp_path: Path, share: float) -> None:
    index, ids, matrix = filled(tmp_path), np.arange(1, 2 * MANY, 2), clustered(MANY)
    allowed = np.random.default_rng(2).choice(ids, max(1, int(MANY * share)), replace=False)
    assert recall(index, matrix, ids, allowed) >= 0.95
    for k in (1, len(allowed), MANY):
        found, scores = index.search(matrix[0], k, allowed)
        assert len(set(found.tolist())) == len(found) == min(k, len(allowed))
        assert set(found.tolist()) <= set(allowed.tolist())
        assert list(scores) == sorted(scores, reverse=True)


@pytest.mark.usefixtures("large")
def test_a_filter_that_leaves_what_is_far_away_still_gives_k(tmp_path: Path) -> None:
    index, ids, matrix = filled(tmp_path), np.arange(1, 2 * MANY, 2), clustered(MANY)
    vector = matrix[0]
    allowed = ids[np.argsort(matrix @ vector)[: MANY // 2]]
    assert len(index.search(vector, 500, allowed)[0]) == 500


@pytest.mark.usefixtures("large")
def test_an_inverted_file_is_changed_saved_and_keeps_its_clusters(tmp_path: Path) -> None:
    index, ids, matrix = filled(tmp_path), np.arange(1, 2 * MANY, 2), clustered(MANY)
    centres = index._base.rows.inner.quantizer.reconstruct_n(0, 128)
    index.remove(ids[:400])
    index.add(np.arange(0, 800, 2), clustered(400, seed=5))
    ids, matrix = (
        np.concatenate([np.arange(0, 800, 2), ids[400:]]),
        np.concatenate([clustered(400, seed=5), matrix[400:]]),
    )
    assert recall(index, matrix, ids) >= 0.95
    before = index.vectors(ids)
    index.sequence = 6
    index.save()
    again = reopened(tmp_path)
    assert (len(again), again.sequence) == (MANY, 6)
    assert np.array_equal(again._base.rows.inner.quantizer.reconstruct_n(0, 128), centres)
    assert np.array_equal(again.vectors(ids)[400:], before[400:])  # copied, not encoded anew
    assert recall(again, matrix, ids) >= 0.95
    assert recall(index, matrix, ids) >= 0.95  # goes on with the new file


@pytest.mark.usefixtures("large")
def test_an_index_that_grows_gets_clusters_and_later_more_of_them(tmp_path: Path) -> None:
    index = filled(tmp_path, 900)
    assert "exact" in index.describe()
    for first, last, lists in ((900, 2_000, 64), (2_000, 9_000, 256)):
        index.add(np.arange(2 * first + 1, 2 * last, 2), clustered(9_000)[first:last])
        index.save()
        assert f"IVF{lists}," in reopened(tmp_path).describe()
    some = np.arange(1, 18_000, 2)
    assert len(index) == 9_000
    assert np.abs(index.vectors(some) - np.concatenate([clustered(900), clustered(9_000)[900:]])).max() < 0.02


@pytest.mark.usefixtures("large")
def test_an_inverted_file_with_a_byte_changed_is_noticed(tmp_path: Path) -> None:
    filled(tmp_path)
    (path,) = tmp_path.glob("*/vectors-*.faiss")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert open_index(tmp_path, MODEL, DIMENSION).state is IndexState.DAMAGED


def test_a_file_that_the_disk_cut_short_is_never_announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, before = filled(tmp_path), files(tmp_path)
    write = kinds.write

    def cut(base: object, path: Path) -> None:
        write(base, path)  # type: ignore[arg-type]
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size - 5_000)

    monkeypatch.setattr(kinds, "write", cut)
    index.remove(np.arange(2_000))
    with pytest.raises(OSError, match="not written whole"):
        index.save()
    assert files(tmp_path) == before
    assert len(reopened(tmp_path)) == MANY


@pytest.mark.parametrize("count", [0, 1, 300, 200_001, 524_000, 1_000_000, 3_000_000])
def test_the_number_of_lists_is_a_power_of_two_near_twice_the_root(count: int) -> None:
    lists = inverted.lists_for(count)
    assert lists.bit_count() == 1
    assert lists <= 2 or math.sqrt(0.5) <= lists / (2 * math.sqrt(count)) <= math.sqrt(2)


# beside the store


@pytest.fixture
def store(home: Path) -> Iterator[sqlite3.Connection]:
    """A store of 500 items with a vector each, the log of their changes at the end."""
    session = Session(home)
    connection = session.writer
    model = vectors.register(connection, MODEL, DIMENSION)
    sql = "INSERT INTO items (id, kind, title, first_seen, date, origin, lead, title_key, text_hash) VALUES (?, 'paper', ?, '', '', '', '', '', ?)"
    connection.executemany(sql, [(f"t:{row}", f"paper {row}", row) for row in range(1, 501)])
    halves = clustered(500).astype(np.float16)
    vectors.put(connection, model, [(row, halves[row - 1].tobytes()) for row in range(1, 501)])
    yield connection
    session.close()


def test_what_is_followed_again_is_what_was_built(store: sqlite3.Connection, tmp_path: Path) -> None:
    index = new_index(tmp_path, MODEL, DIMENSION)
    indexing.build(store, index)
    index.save()
    store.execute("DELETE FROM items WHERE row <= 10")
    store.execute("UPDATE items SET text_hash = 500, text = 'edited' WHERE row = 11")
    store.execute("UPDATE items SET text_hash = -1, text = 'edited' WHERE row = 12")  # has no vector yet
    assert indexing.follow(store, index) == 12
    before = files(tmp_path)
    index.save()
    assert files(tmp_path) == before  # 12 of 500 are too few
    for one in (index, reopened(tmp_path)):
        indexing.follow(store, one)
        assert len(one) == 489
        assert np.array_equal(one.vectors(np.asarray([12, 11, 1, 500])), clustered(500)[[499, 499]])
        assert one.sequence == vectors.last_sequence(store)


def test_recall_is_measured_against_the_store(store: sqlite3.Connection, tmp_path: Path) -> None:
    index = new_index(tmp_path, MODEL, DIMENSION)
    assert indexing.measure(store, index) == indexing.Measured(1.0, 0.0, 0)
    indexing.build(store, index)
    measured = indexing.measure(store, index, 30)
    assert (measured.recall, measured.questions) == (1.0, 30)
    index.remove(np.arange(1, 501, 2))
    assert 0.3 < indexing.measure(store, index, 30).recall < 0.7


def test_a_rebuild_happens_beside_the_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(home)
    model = vectors.register(session.writer, session.embedder.name, 384)
    sql = "INSERT INTO items (id, kind, title, first_seen, date, origin, lead, title_key, text_hash) VALUES ('t:1', 'paper', '', '', '', '', '', '', 1)"
    session.writer.execute(sql)
    vectors.put(session.writer, model, [(1, np.ones(384, dtype=np.float16).tobytes())])
    assert len(session.index(session.reader)) == 1
    before, seen = files(home / "index" / "vectors"), []
    write = kinds.write
    monkeypatch.setattr(kinds, "write", lambda *args: (seen.append(files(home / "index" / "vectors")), write(*args)))
    assert session.rebuild_index() == 1
    assert seen == [before]
    assert len(files(home / "index" / "vectors") - before) == 1
    session.close()


# selecting


@pytest.mark.parametrize("top", [50, 5_000, 2**40])
@pytest.mark.parametrize("wanted", [[], [0], [7, 3, 3, -1, 2**50], [*range(0, 4_000, 3)], [2**41, 3]])
@pytest.mark.parametrize("ascending", [True, False])
def test_a_mask_says_which_ids_are_allowed(top: int, wanted: list[int], ascending: bool) -> None:
    ids = np.unique(np.random.default_rng(1).integers(0, top, 400))
    if not ascending:
        ids = ids[::-1].copy()
    mask = Allowed(np.asarray(wanted, dtype=np.int64)).mask(ids, ascending=ascending)
    assert ids[mask].tolist() == [one for one in ids.tolist() if one in set(wanted)]


def test_positions_come_in_the_order_asked_for() -> None:
    assert positions(np.asarray([2, 4, 9]), np.asarray([9, 3, 2, 10, -1])).tolist() == [2, 0]
    assert positions(np.empty(0, dtype=np.int64), np.asarray([1])).tolist() == []

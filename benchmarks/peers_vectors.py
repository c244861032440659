"""Other libraries beside the vector index, where they are installed: usearch, and sqlite-vec through apsw."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.ports import FloatArray, IntArray

FIRST = 20
MOST = 100_000
"""usearch builds its graph at some 1,000 vectors a second and core; sqlite-vec scans 1,000 vectors a millisecond."""


def lines(halves: np.ndarray, questions: FloatArray, recall: Callable[[list[IntArray]], float]) -> Iterator[str]:
    """Yield a line for each library, or why there is none."""
    for name, measure in (("usearch (graph, int8)", _usearch), ("sqlite-vec (scan)", _sqlite_vec)):
        if len(halves) > MOST:
            yield f"{name}: left out above {MOST:,}"
            continue
        try:
            built, taken, found = measure(halves, questions)
        except (ImportError, RuntimeError) as error:
            yield f"{name}: not measured: {error}"
        else:
            yield f"{name}: built in {built:.1f} s CPU, p50 {np.median(taken) * 1e3:.2f} ms, recall@20 {recall(found):.4f}"


def _usearch(halves: np.ndarray, questions: FloatArray) -> tuple[float, list[float], list[IntArray]]:
    library = importlib.import_module("usearch.index")
    index = library.Index(ndim=halves.shape[1], metric="ip", dtype="i8")
    begin = time.process_time()
    index.add(np.arange(len(halves)), halves.astype(np.float32), threads=1)
    built = time.process_time() - begin
    return built, *_asked(lambda question: np.asarray(index.search(question, FIRST).keys, dtype=np.int64), questions)


def _sqlite_vec(halves: np.ndarray, questions: FloatArray) -> tuple[float, list[float], list[IntArray]]:
    apsw, sqlite_vec = importlib.import_module("apsw"), importlib.import_module("sqlite_vec")
    connection = apsw.Connection(":memory:")  # the sqlite3 module of many Pythons loads no extensions
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.execute(f"CREATE VIRTUAL TABLE found USING vec0(vector float[{halves.shape[1]}] distance_metric=cosine)")
    begin = time.process_time()
    with connection:
        rows = ((number, row.astype(np.float32).tobytes()) for number, row in enumerate(halves))
        connection.executemany("INSERT INTO found (rowid, vector) VALUES (?, ?)", rows)
    built = time.process_time() - begin
    sql = f"SELECT rowid FROM found WHERE vector MATCH ? AND k = {FIRST}"

    def ask(question: FloatArray) -> IntArray:
        return np.asarray([row for (row,) in connection.execute(sql, [question.tobytes()])], dtype=np.int64)

    return built, *_asked(ask, questions)


def _asked(ask: Callable[[FloatArray], IntArray], questions: FloatArray) -> tuple[list[float], list[IntArray]]:
    taken, found = [], []
    for question in questions:
        begin = time.process_time()
        found.append(ask(question))
        taken.append(time.process_time() - begin)
    return taken, found

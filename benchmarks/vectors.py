"""The vector index at several sizes: `python -m benchmarks.vectors [--real FILE.npy] [--questions FILE.npy] [COUNT …]`.

FILE holds vectors of real texts, a row each; sizes beyond it are reached by recombining them. Without one, clusters are made up.
Questions are vectors of real questions; without them, documents recombined once more, which are easier to answer.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.embed import pin_threads

pin_threads()

import numpy as np  # noqa: E402 - after the threads are pinned

from benchmarks import peers_vectors  # noqa: E402
from benchmarks.machine import cost, describe  # noqa: E402
from benchmarks.recombine import clustered, recombined  # noqa: E402
from tracker.vectors import new_index, open_index  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.ports import FloatArray, IntArray, VectorIndex

COUNTS = (10_000, 100_000, 1_000_000)
FIRST = 20
SHARES = (1.0, 0.5, 0.2, 0.1, 0.01, 0.001, 0.0)
BLOCK = 20_000
START = "from tracker.embed import pin_threads; pin_threads(); import numpy as np; from pathlib import Path; from tracker.vectors import open_index"
ASK = (
    START
    + "\nindex = open_index(Path({folder!r}), 'bench', {dimension}).index\nfor row in np.random.default_rng(0).standard_normal(({times}, {dimension}), dtype=np.float32): index.search(row, 20)"
)


def milliseconds(call: Callable[[], object], repeats: int = 9) -> float:
    """Return the median CPU time of a call."""
    taken = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        taken.append(time.process_time() - begin)
    return float(np.median(taken) * 1e3)


def bandwidth() -> float:
    """Return the GB a second that one core reads from memory."""
    data = np.ones(32_000_000, dtype=np.float64)
    return data.nbytes / 1e6 / min(milliseconds(data.sum, 1) for _ in range(5))


def exact(halves: np.ndarray, questions: FloatArray) -> FloatArray:
    """Return the score of every vector (questions, count)."""
    blocks = [questions @ halves[start : start + BLOCK].astype(np.float32).T for start in range(0, len(halves), BLOCK)]
    return np.hstack(blocks)


def recall(found: list[IntArray], scores: FloatArray, allowed: IntArray | None = None) -> float:
    """Return the share of the exact first 20 that was found."""
    shares = []
    for ids, row in zip(found, scores, strict=True):
        kept = row if allowed is None else row[allowed]
        least = np.sort(kept)[-min(FIRST, len(kept))]
        shares.append((row[ids] >= least - 1e-6).sum() / min(FIRST, len(kept)))
    return float(np.mean(shares))


def build(halves: np.ndarray, folder: Path) -> None:
    """Print what it takes to fill and save an index."""
    index, begin, wall = new_index(folder, "bench", halves.shape[1]), time.process_time(), time.perf_counter()
    for start in range(0, len(halves), BLOCK):
        block = halves[start : start + BLOCK].astype(np.float32)
        index.add(np.arange(start, start + len(block)), block)
    filled = time.process_time() - begin
    index.sequence = 1
    index.save()
    print(f"  in memory {filled:.1f} s CPU; saved: {time.process_time() - begin - filled:.1f} s CPU, "
          f"{time.perf_counter() - wall:.1f} s wall in all; {index.describe()}")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  peak of memory while building, with the vectors it was given: {peak} MB")


def warm(index: VectorIndex, halves: np.ndarray, questions: FloatArray, speed: float) -> FloatArray:
    """Print times and recall without a filter, beside numpy and the limit; return the exact scores."""
    taken, found = [], []
    for question in questions:
        begin = time.process_time()
        found.append(index.search(question, FIRST)[0])
        taken.append((time.process_time() - begin) * 1e3)
    scores = exact(halves, questions)
    limit = halves.nbytes / 1e6 / speed
    print(f"  warm: p50 {np.median(taken):.2f} ms, p95 {np.percentile(taken, 95):.2f} ms, recall@20 {recall(found, scores):.4f}; "
          f"reading every float16 once at {speed:.0f} GB/s: {limit:.2f} ms")  # fmt: skip
    return scores


def filters(index: VectorIndex, matrix: FloatArray, questions: FloatArray, scores: FloatArray) -> None:
    """Print search under filters of several widths, beside numpy over the rows that they leave."""
    for share in SHARES:
        kept = max(1, int(len(matrix) * share))
        allowed = np.sort(np.random.default_rng(2).choice(len(matrix), kept, replace=False))
        times = []
        found = []
        for question in questions[:15]:
            begin = time.process_time()
            found.append(index.search(question, FIRST, allowed)[0])
            times.append((time.process_time() - begin) * 1e3)
        assert all(len(ids) == min(FIRST, kept) and np.isin(ids, allowed).all() for ids in found)
        repeats = 1 if kept > 200_000 else 5
        theirs = milliseconds(lambda allowed=allowed: np.argsort(-(matrix[allowed] @ questions[0])), repeats)
        print(f"  {kept:>9,} allowed: {np.median(times):7.2f} ms, recall@20 {recall(found, scores[:15], allowed):.4f}; numpy {theirs:8.2f} ms")  # fmt: skip


def changes(index: VectorIndex, halves: np.ndarray, questions: FloatArray) -> None:
    """Print what following a thousand changes costs, and a search after them."""
    ids = np.random.default_rng(3).choice(len(halves), 1_000, replace=False)
    rows = halves[ids].astype(np.float32)
    print(f"  first change {milliseconds(lambda: index.remove(ids[:1]), 1):.2f} ms, 1,000 replaced {milliseconds(lambda: index.add(ids, rows), 1):.1f} ms, "
          f"search after that {milliseconds(lambda: index.search(questions[0], FIRST)):.2f} ms")  # fmt: skip


def figures(halves: np.ndarray, questions: FloatArray, folder: Path, speed: float) -> None:
    """Print all figures for one size."""
    dimension = halves.shape[1]
    print(f"{len(halves):,} vectors of {dimension}")
    build(halves, folder)
    print(f"  cold: only numpy      {cost([sys.executable, '-c', START], 3)}")
    for words, times in (("cold: open and search", 1), ("the same, 300 times  ", 300)):
        print(f"  {words} {cost([sys.executable, '-c', ASK.format(folder=str(folder), dimension=dimension, times=times)], 3)}")  # fmt: skip
    print(f"  open {milliseconds(lambda: open_index(folder, 'bench', dimension)):.2f} ms, with all hashed "
          f"{milliseconds(lambda: open_index(folder, 'bench', dimension, thorough=True), 1):.0f} ms")  # fmt: skip
    index = open_index(folder, "bench", dimension).index
    assert index is not None
    scores = warm(index, halves, questions, speed)
    filters(index, halves.astype(np.float32), questions, scores)
    changes(index, halves, questions)
    for line in peers_vectors.lines(halves, questions, lambda found: recall(found, scores)):
        print(f"  {line}")


def main() -> None:
    """Print the figures of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("counts", type=int, nargs="*", default=COUNTS)
    chosen = parser.parse_args()
    speed = bandwidth()
    print(f"{describe()}; one core reads {speed:.1f} GB/s; times are of CPU")
    real = np.load(chosen.real) if chosen.real else clustered(10_000)
    source = recombined(real, max(*chosen.counts, len(real)))
    questions = np.load(chosen.questions)[:100].astype(np.float32) if chosen.questions else recombined(real, len(real) + 100, 5)[-100:].astype(np.float32)  # fmt: skip
    for count in chosen.counts:
        with tempfile.TemporaryDirectory() as folder:
            figures(source[:count], questions, Path(folder), speed)


if __name__ == "__main__":
    main()

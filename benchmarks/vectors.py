"""The vector index: cold and warm search, filters beside numpy, changes and files: `python -m benchmarks.vectors [COUNT …]`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.embed import pin_threads

pin_threads()

import numpy as np  # noqa: E402 - after the threads are pinned

from benchmarks.machine import cost, describe  # noqa: E402
from tracker.vectors import new_index, open_index  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.ports import FloatArray, VectorIndex

COUNTS = ("10000", "100000")
DIMENSION = 384
SHARES = (1.0, 0.5, 0.1, 0.01, 0.001, 0.0)
START = "from tracker.embed import pin_threads; pin_threads(); import numpy as np; from pathlib import Path; from tracker.vectors import open_index"
COLD = f"{START}\nopen_index(Path({{folder!r}}), 'bench', {DIMENSION}).index.search(np.ones({DIMENSION}, dtype=np.float32), 20)"


def rows(count: int) -> FloatArray:
    """Return random rows of length 1."""
    made = np.random.default_rng(0).standard_normal((count, DIMENSION), dtype=np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def milliseconds(call: Callable[[], object], repeats: int = 15) -> float:
    """Return the median time of a call."""
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begin)
    return float(np.median(taken) * 1e3)


def filters(index: VectorIndex, matrix: FloatArray) -> None:
    """Print search under filters of several widths, beside a product with the gathered float32 rows."""
    vector = rows(1)[0]
    print(
        f"  warm, no filter       {milliseconds(lambda: index.search(vector, 20)):8.2f} ms   numpy {milliseconds(lambda: np.argpartition(-(matrix @ vector), 20)):8.2f} ms"
    )
    for share in SHARES:
        kept = max(1, int(len(matrix) * share))
        allowed = np.sort(np.random.default_rng(2).choice(len(matrix), kept, replace=False))
        ours = milliseconds(lambda allowed=allowed: index.search(vector, 20, allowed))
        theirs = milliseconds(lambda allowed=allowed: np.argsort(-(matrix[allowed] @ vector))[:20])
        print(f"  {kept:>7,} allowed       {ours:8.2f} ms   numpy {theirs:8.2f} ms")


def changes(index: VectorIndex, matrix: FloatArray) -> None:
    """Print what following a thousand changes costs."""
    ids = np.random.default_rng(3).choice(len(matrix), 1_000, replace=False)
    print(
        f"  first change          {milliseconds(lambda: index.remove(ids[:1]), 1):8.1f} ms   (brings the file into memory)"
    )
    print(f"  add 1,000, all known  {milliseconds(lambda: index.add(ids, matrix[ids]), 3):8.1f} ms")
    index.sequence += 1
    print(f"  save                  {milliseconds(index.save, 1):8.1f} ms")


def figures(count: int, folder: Path) -> None:
    """Print all figures for one size."""
    matrix = rows(count)
    index = new_index(folder, "bench", DIMENSION)
    print(
        f"{count:,} vectors\n  build                 {milliseconds(lambda: index.add(np.arange(count), matrix), 1):8.1f} ms"
    )
    index.save()
    print(f"  cold: only numpy      {cost([sys.executable, '-c', START])}")
    print(f"  cold: open and search {cost([sys.executable, '-c', COLD.format(folder=str(folder))])}")
    print(f"  open                  {milliseconds(lambda: open_index(folder, 'bench', DIMENSION)):8.1f} ms", end="   ")
    print(f"with all hashed {milliseconds(lambda: open_index(folder, 'bench', DIMENSION, thorough=True), 3):8.1f} ms")
    opened = open_index(folder, "bench", DIMENSION).index
    assert opened is not None
    filters(opened, matrix)
    changes(opened, matrix)


def main(*counts: str) -> None:
    """Print the figures of each size."""
    print(describe())
    for count in counts or COUNTS:
        with tempfile.TemporaryDirectory() as folder:
            figures(int(count), Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])

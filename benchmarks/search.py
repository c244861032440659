"""Search on a home, cold and warm, with filters of every width: `python -m benchmarks.search HOME [QUERIES.txt]`.

Queries are lines of a file, else titles (short questions) and sentences (long ones) of items of the home itself. CPU milliseconds
of the one thread that searches; what other work on the machine does to wall time is left out. Make homes with `benchmarks.enlarge`.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.embed import pin_threads

pin_threads()

import numpy as np  # noqa: E402 - after the threads are pinned

from benchmarks.machine import cost, describe  # noqa: E402
from benchmarks.vectors import bandwidth  # noqa: E402
from tracker.session import Session  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.models import Mode

TRACKER = [sys.executable, "-m", "tracker"]
LIMIT = 20
ASKED = 60
FILTERS = ("", "kind:paper", "year:2026", "venue:NeurIPS", "venue:NeurIPS year:2023", "is:starred")


def questions(session: Session, path: str | None) -> dict[str, list[str]]:
    """Return short and long questions."""
    if path:
        lines = Path(path).read_text("utf-8").splitlines()
        return {"short": [x for x in lines if len(x.split()) <= 4][:ASKED], "long": [x for x in lines if len(x.split()) > 12][:ASKED]}  # fmt: skip
    rng = random.Random(4)
    rows = [rng.randrange(1, session.reader.totals().papers) for _ in range(4 * ASKED)]
    texts = [text for text in session.reader.texts(rows).values() if text[1].count(". ") > 2]
    plain = str.maketrans(dict.fromkeys('":()-', " "))
    short = [" ".join(title.translate(plain).split()[:3]) for title, _ in texts[:ASKED]]
    long = [text.split(". ")[1].translate(plain)[:300] for _, text in texts[:ASKED]]
    return {"short": short, "long": long}


def timed(call: Callable[[str], object], asked: list[str]) -> np.ndarray:
    """Return CPU milliseconds of each call."""
    taken = []
    for line in asked:
        begin = time.thread_time()
        call(line)
        taken.append((time.thread_time() - begin) * 1e3)
    return np.asarray(taken)


def row(name: str, taken: np.ndarray) -> None:
    """Print one line."""
    print(f"  {name:34} p50 {np.median(taken):7.1f}   p95 {np.percentile(taken, 95):7.1f}   worst {taken.max():7.1f} ms", flush=True)  # fmt: skip


def warm(session: Session, asked: dict[str, list[str]]) -> None:
    """Print what a question costs in each mode, and the parts of it."""
    modes: tuple[Mode, ...] = ("lexical", "semantic", "hybrid")
    index = session.index(session.reader)
    for kind, lines in asked.items():
        for mode in modes:
            session.search(lines[0], limit=LIMIT, mode=mode)
            row(f"{mode}, {kind}", timed(lambda line, mode=mode: session.search(line, limit=LIMIT, mode=mode), lines))
        row(f"encoding alone, {kind}", timed(session.embedder.encode_query, lines))
        vectors = {line: session.embedder.encode_query(line) for line in lines}
        row(f"300 nearest vectors alone, {kind}", timed(lambda line, v=vectors: index.search(v[line], 300), lines))


def filtered(session: Session, lines: list[str]) -> None:
    """Print what a question costs under filters, first asked and asked again."""
    session.mark([1], starred=True)
    for text in FILTERS:
        share = session.reader.count(session.parse(text).filter)
        name = f"{text or 'no filter'} ({share:,})"
        row(name, timed(lambda line, text=text: session.search(f"{line} {text}", limit=LIMIT), lines[:20]))
    session.mark([1], starred=False)


def own() -> float:
    """Return the MB of memory that hold no file, where the system says so."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1e3


def main(home: str, path: str | None = None) -> None:
    """Print all figures of a home."""
    print(describe())
    session = Session(Path(home))
    totals = session.reader.totals()
    print(f"{totals.papers + totals.posts:,} items, {totals.vectors:,} vectors")
    for words in (
        ["--help"],
        ["search", "--mode", "lexical", "graph neural networks"],
        ["search", "graph neural networks"],
    ):
        print(f"  cold: {' '.join(words):45} {cost([*TRACKER, '--home', home, *words])}")
    print(f"  cold: {'bare Python':45} {cost([sys.executable, '-c', 'pass'])}")
    session.warm()
    asked = questions(session, path)
    warm(session, asked)
    filtered(session, asked["long"])
    bytes_read = 2 * 384 * totals.vectors
    print(
        f"  limit: reading {bytes_read / 1e6:,.0f} MB of float16 vectors once takes {bytes_read / bandwidth() / 1e6:.1f} ms"
    )
    print(
        f"  largest resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB, {own():,.0f} MB of it now no mapped file"
    )
    session.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])

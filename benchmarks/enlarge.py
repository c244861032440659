"""A home of any size from a real one, to measure search on: `python -m benchmarks.enlarge HOME TARGET COUNT`.

Items are copied in a mixed order; where they do not suffice, two of one kind are recombined: sentences of both by turns, half of
each title. Every item gets a vector: its own where it has one, else a real one moved among its neighbours (`recombine`).
Run `tracker --home TARGET index` after it.
"""

from __future__ import annotations

import random
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.recombine import recombined
from tracker.config import DATABASE
from tracker.embed import open_embedder
from tracker.store.connect import open_reader, open_writer, transaction
from tracker.text import digest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

DIMENSION = 384
_BLOCK = 5_000
_LARGEST_POOL = 200_000


def enlarge(source: Path, target: Path, count: int, seed: int = 5) -> None:
    """Write `count` items with vectors into a new home; text hashes are new ones, so that nothing is taken for embedded twice."""
    with closing(open_reader(source / DATABASE)) as real, closing(open_writer(target / DATABASE)) as made:
        columns = [name for _, name, *_ in real.execute("PRAGMA table_info(items)") if name != "row"]
        pool = _pool(real, columns, seed)
        vectors = recombined(_vectors(real), count, seed)
        made.execute("INSERT INTO models (model, name, dimension) VALUES (1, ?, ?)", [open_embedder().name, DIMENSION])
        made.commit()
        items = _items(pool, columns, count, seed)
        for start in range(0, count, _BLOCK):
            some = [next(items) for _ in range(min(_BLOCK, count - start))]
            with transaction(made):
                _store(made, some, columns, start)
                hashes = [item["text_hash"] for item in some]
                made.executemany(
                    "INSERT INTO vectors (model, text_hash, vector) VALUES (1, ?, ?)",
                    [(key, vectors[start + n].tobytes()) for n, key in enumerate(hashes)],
                )


def _pool(real: sqlite3.Connection, columns: list[str], seed: int) -> list[dict[str, Any]]:
    found = real.execute(f"SELECT {', '.join(columns)} FROM items LIMIT ?", [_LARGEST_POOL])
    pool = [dict(zip(columns, values, strict=True)) for values in found]
    random.Random(seed).shuffle(pool)
    return pool


def _vectors(real: sqlite3.Connection) -> np.ndarray:
    blobs = [blob for (blob,) in real.execute("SELECT vector FROM vectors WHERE length(vector) = ?", [2 * DIMENSION])]
    return np.frombuffer(b"".join(blobs), dtype=np.float16).reshape(-1, DIMENSION)


def _items(pool: list[dict[str, Any]], columns: list[str], count: int, seed: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(seed)
    by_kind = {kind: [item for item in pool if item["kind"] == kind] for kind in ("paper", "post")}
    for number in range(count):
        item = pool[number % len(pool)]
        if number >= len(pool):
            item = _mixed(item, rng.choice(by_kind[item["kind"]]))
        name = f"bench:{number}"
        yield {**{column: item[column] for column in columns}, "id": name, "text_hash": digest(name), "story": None}


def _mixed(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    mine, theirs = one["text"].split(". "), other["text"].split(". ")
    sentences = [(mine if n % 2 == 0 else theirs)[n % len(mine if n % 2 == 0 else theirs)] for n in range(len(mine))]
    head, tail = one["title"].split(), other["title"].split()
    title = " ".join([*head[: (len(head) + 1) // 2], *tail[len(tail) // 2 :]])
    return {**one, "title": title, "text": ". ".join(sentences)}


def _store(made: sqlite3.Connection, items: list[dict[str, Any]], columns: list[str], start: int) -> None:
    rows = range(start + 1, start + 1 + len(items))
    made.executemany(
        f"INSERT INTO items (row, {', '.join(columns)}) VALUES ({', '.join('?' * (len(columns) + 1))})",
        [(row, *item.values()) for row, item in zip(rows, items, strict=True)],
    )
    made.executemany("INSERT INTO identifiers (identifier, item) VALUES (?, ?)", [(item["id"], row) for row, item in zip(rows, items, strict=True)])  # fmt: skip
    made.executemany(
        "INSERT INTO sightings (source, key, item, venue, year, first_seen, last_seen, digest) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        [
            (item["origin"], item["id"], row, item["venue"], item["year"], item["first_seen"], item["first_seen"])
            for row, item in zip(rows, items, strict=True)
        ],
    )


if __name__ == "__main__":
    enlarge(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))

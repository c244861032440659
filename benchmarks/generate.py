"""Writes N made-up papers and posts as JSON lines: `python -m benchmarks.generate 100000 FILE`."""

from __future__ import annotations

import json
import random
import sys
from datetime import date, timedelta
from pathlib import Path

from tracker.demo import stream

_SHARE_OF_POSTS = 5
_FIRST_DAY = date(2023, 1, 2)


def write(path: Path, count: int, seed: int = 11) -> None:
    """Write `count` papers, and a post about every fifth; words come from the demo weeks, recombined."""
    material = stream.papers()
    rng = random.Random(seed)
    words = [paper.abstract.split(". ") for paper in material]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            one, other = rng.choice(material), rng.choice(material)
            day = _FIRST_DAY + timedelta(days=number * 1_200 // count)
            sentences = [rng.choice(parts) for parts in rng.choices(words, k=6)]
            name = f"{day:%y%m}.{number % 100_000:05d}"
            row = {
                "id": f"bench:{number}", "source": "bench", "title": f"{one.title} and {other.title} {number}", "abstract": ". ".join(sentences),
                "authors": list(one.authors), "venue": "arXiv", "year": day.year, "date": day.isoformat(), "arxiv_id": name, "track": one.category,
            }  # fmt: skip
            file.write(json.dumps(row) + "\n")
            if number % _SHARE_OF_POSTS == 0:
                post = {
                    "id": f"benchpost:{number}",
                    "source": "x",
                    "author": f"voice{number % 997}",
                    "text": f"Reading {one.title}",
                    "created_at": day.isoformat(),
                    "links": [f"https://arxiv.org/abs/{name}"],
                }
                file.write(json.dumps(post) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))

"""What the digest costs on real papers and posts: `python -m benchmarks.trends.speed FILE … [--papers 80000] [--posts 40000]`.

FILE are JSON lines as `tracker import` takes them, plain or gzipped. What is dated in the newest week of papers or later comes in
second (2,000 papers and 1,000 posts of it), all else first; neither is indexed before its digest is asked for. Processes are cold.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from benchmarks.machine import cost, describe, once
from tracker.times import week_of, week_of_text, week_start

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACKER = [sys.executable, "-m", "tracker"]
NEXT = {"paper": 2_000, "post": 1_000}


def lines(paths: list[Path]) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, date, line) of all lines of files."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                yield "post" if "created_at" in row else "paper", row.get("created_at") or row.get("date") or "", line


def newest_week(paths: list[Path]) -> str:
    """Return the ISO week of the newest paper."""
    return week_of_text(max(date for kind, date, _ in lines(paths) if kind == "paper" and len(date) >= 10)) or ""


def split(
    paths: list[Path], monday: str, most: dict[str, int], first: TextIO, then: TextIO
) -> tuple[Counter[str], Counter[str]]:
    """Write what comes in first and what comes in next, no more than so many of each kind; return how many that are."""
    before, after = Counter[str](), Counter[str]()
    for kind, date, line in lines(paths):
        count, limit, file = (after, NEXT, then) if date >= monday else (before, most, first)
        if count[kind] < limit[kind]:
            count[kind] += 1
            file.write(line)
    return before, after


def main() -> None:
    """Print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--papers", type=int, default=80_000)
    parser.add_argument("--posts", type=int, default=40_000)
    options = parser.parse_args()
    print(describe())
    week = newest_week(options.files)
    monday = week_start(week)
    last = week_of(monday - timedelta(weeks=1))
    with tempfile.TemporaryDirectory() as folder:
        home, first, then = Path(folder), Path(folder) / "first.jsonl", Path(folder) / "next.jsonl"
        most = {"paper": options.papers, "post": options.posts}
        with first.open("w", encoding="utf-8") as one, then.open("w", encoding="utf-8") as other:
            before, after = split(options.files, monday.isoformat(), most, one, other)
        verbs = [*TRACKER, "--home", str(home)]
        for what, command in (
            (f"import of {before['paper']:,} papers, {before['post']:,} posts", ["import", "--no-index", str(first)]),
            (f"first run: digest of {last}", ["digest", "--week", last, "--format", "json"]),
            (f"import of {after['paper']:,} papers, {after['post']:,} posts", ["import", "--no-index", str(then)]),
            (f"next week: digest of {week}", ["digest", "--week", week, "--format", "json"]),
        ):
            print(f"{what:42} {once([*verbs, *command])}")
        for words in (["digest", "--format", "json"], ["trends"], ["topic", "language", "model"]):
            print(f"{'again: ' + ' '.join(words)[:34]:42} {cost([*verbs, *words], 3)}")


if __name__ == "__main__":
    main()

"""Cold costs of whole commands on a home: `python -m benchmarks.commands HOME [WEEK]`; without a home, one is generated."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import generate
from benchmarks.machine import cost, describe

TRACKER = [sys.executable, "-m", "tracker"]
ITEMS = 20_000


def main(home: str | None = None, week: str | None = None) -> None:
    """Print a line for each command."""
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        if home is None:
            home = folder
            _fill(Path(folder))
        weeks = ["--week", week] if week else []
        print(f"{'bare Python':34} {cost([sys.executable, '-c', 'pass'])}")
        for words in (
            ["--help"], ["search", "--mode", "lexical", "graph neural networks"], ["search", "graph neural networks"],
            ["search", "graph neural networks venue:arXiv since:2026-01-01"], ["sources"], ["trends", *weeks], ["digest", *weeks],
        ):  # fmt: skip
            print(
                f"{'tracker ' + ' '.join(words)[:26]:34} {cost([*TRACKER, '--home', home, *words] if words != ['--help'] else [*TRACKER, *words])}"
            )


def _fill(folder: Path) -> None:
    path = folder / "items.jsonl"
    generate.write(path, ITEMS)
    begin = time.perf_counter()
    subprocess.run(
        [*TRACKER, "--home", str(folder), "import", "--no-index", str(path)], check=True, stdout=subprocess.DEVNULL
    )
    print(f"import of {ITEMS:,} papers and their posts: {time.perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    main(*sys.argv[1:3])

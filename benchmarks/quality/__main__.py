"""`python -m benchmarks.quality DIR … [--keep FOLDER]`: test sets in BEIR's form, each mode beside plain bm25.

Sets whose corpora are the same share one kept home.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from benchmarks.quality.bm25 import Bm25
from tracker.cli.evaluate import filled_home, print_table
from tracker.evaluation import TestSet
from tracker.evaluation.run import MODES, ask, differences, estimates, known_rows, score
from tracker.session import Session
from tracker.threads import pin_threads


def compare(folder: Path, own: Session, keep: Path | None) -> None:
    test_set = TestSet.read(folder)
    digest = hashlib.file_digest((folder / "corpus.jsonl").open("rb"), "sha256").hexdigest()[:12]
    baseline = Bm25(test_set.documents())
    found = {"bm25": score(test_set, baseline.ask(test_set.queries.values()), baseline.rows)}
    with filled_home(own, test_set, keep / digest if keep else None) as session:
        rows = known_rows(session, test_set)
        found |= {mode: score(test_set, ask(session, test_set, mode), rows) for mode in MODES}
    print(f"{folder.name}: {len(test_set.queries):,} queries, {len(baseline.rows):,} documents")
    print_table({name: estimates(figures) for name, figures in found.items()}, "{:.3f}")
    others = {f"hybrid - {name}": differences(found["hybrid"], found[name]) for name in found if name != "hybrid"}
    print_table(others, "{:+.3f}")
    print()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--home", type=Path, default=Path(), help="whose feeds.toml names the models")
    parser.add_argument("--keep", type=Path, help="where homes with embedded corpora stay for the next run")
    options = parser.parse_args()
    pin_threads()
    own = Session(options.home.absolute())
    for folder in options.folders:
        compare(folder, own, options.keep)


if __name__ == "__main__":
    main()

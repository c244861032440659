#!/usr/bin/env python3
"""Rising topics of editions against author keywords, without the command line: editions.py YARDSTICK DATA [--abstracts] [--show].

YARDSTICK is the script whose `truth`, `score` and `tokens` judge; DATA holds papers with conf (or venue), year, title,
keywords and perhaps abstract.
"""

import argparse
import collections
import gzip
import importlib.util
import json
import pathlib
import sys
import time
import types
from typing import Any

from tracker.topics import Document, extract
from tracker.trends import editions

PAIRS = "ICLR:2018-2020,ICLR:2019-2021,ICLR:2018-2021,ICLR:2018+2019-2020+2021"


def load(path: pathlib.Path) -> types.ModuleType:
    """Import the yardstick from its file."""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location("yardstick", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(
    path: pathlib.Path, yardstick: types.ModuleType, *, abstracts: bool
) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Return the papers of each edition with folded keywords and their document."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = collections.defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            paper = json.loads(line)
            folded = {" ".join(yardstick.tokens(keyword)) for keyword in paper.get("keywords") or []}
            paper["id"], paper["folded"] = f"paper:{number}", sorted(name for name in folded if 0 < len(name) < 60)
            phrases = extract(paper["title"], (paper.get("abstract") or "") if abstracts else "")
            paper["document"] = Document(
                row=number, id=paper["id"], stratum="", date=str(paper["year"]), phrases=phrases
            )
            found[(paper.get("conf") or paper["venue"]).upper(), int(paper["year"])].append(paper)
    return found


def main() -> None:
    """Print the figures of each pair and their mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("yardstick", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--pairs", default=PAIRS)
    parser.add_argument("--abstracts", action="store_true")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    yardstick = load(options.yardstick)
    papers = read(options.data, yardstick, abstracts=options.abstracts)
    scores = []
    for pair in options.pairs.split(","):
        venue, span = pair.split(":")
        before, after = (
            [one for year in years.split("+") for one in papers[venue.upper(), int(year)]] for years in span.split("-")
        )
        start = time.perf_counter()
        topics = editions([one["document"] for one in before], [one["document"] for one in after]).topics
        seconds = time.perf_counter() - start
        told = [{"label": one.label, "phrases": list(one.phrases), "items": list(one.items)} for one in topics]
        scores.append(yardstick.score(told, after, *yardstick.truth(before, after), show=options.show))
        print(pair, {name: round(value, 2) for name, value in scores[-1].items()}, f"{seconds:.2f} s", flush=True)
    print("mean", {name: round(sum(one[name] for one in scores) / len(scores), 3) for name in scores[0]})


if __name__ == "__main__":
    main()

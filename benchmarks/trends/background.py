#!/usr/bin/env python3
"""Count the phrases of past editions for tracker/trends/background.npz: background.py OUT PAPERS... [--since YEAR].

PAPERS are gzipped JSON lines with title, abstract and year. Phrases of 3 titles and 8 papers are kept, and single words of 8
papers; of each its 64-bit key and three counts, no text.
"""

import argparse
import pathlib

import numpy as np

from benchmarks.trends.weeks import lines
from tracker.topics import FLAGS, TITLE_UNITS, Keys, bare, extract, phrase_key

LEAST_PAPERS = 8
LEAST_TITLES = 3


def counted(elements: list[Keys], keys: Keys) -> Keys:
    """Return how often each key stands among the elements."""
    found, counts = np.unique(np.concatenate(elements), return_counts=True)
    places = np.minimum(np.searchsorted(found, keys), len(found) - 1)
    return np.where(found[places] == keys, counts[places], 0)


def main() -> None:
    """Write the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("papers", nargs="+", type=pathlib.Path)
    parser.add_argument("--since", type=int, default=2023)
    options = parser.parse_args()
    bodies, titles, words = [], [], set[int]()
    for one in lines(options.papers):
        if int(str(one["year"])) >= options.since and one.get("abstract"):
            found = extract(str(one["title"]), str(one["abstract"]))
            bodies.append(found.body)
            titles.append(bare(found.title))
            words.update(str(one["abstract"]).lower().split())
    held = [bare(body) for body in bodies]
    keys, papers = np.unique(np.concatenate(held), return_counts=True)
    single = np.isin(keys, [phrase_key(word) for word in words if word.isalpha()])
    kept = (papers >= LEAST_PAPERS) & (single | (counted(titles, keys) >= LEAST_TITLES))
    keys, papers = keys[kept], papers[kept]
    whole = counted([bare(body[(body & FLAGS) == FLAGS]) for body in bodies], keys)
    small = {"papers": papers, "titles": counted(titles, keys), "whole": whole}
    counts = {name: array.astype(np.uint16) for name, array in small.items()}
    np.savez_compressed(options.out, keys=keys, total=np.array(len(bodies)), **counts)
    print(
        f"{len(keys)} phrases of up to {TITLE_UNITS} units in {len(bodies)} papers, {options.out.stat().st_size / 1000:.0f} kB"
    )


if __name__ == "__main__":
    main()

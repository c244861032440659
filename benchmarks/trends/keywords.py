#!/usr/bin/env python3
"""Stand-ins for author keywords where a venue publishes none: keywords.py VOCABULARY OUT PAPERS...

Each paper gets the five keywords of VOCABULARY (one a line) that weigh most in its title and abstract: how often they stand
there × log(papers / papers with it). OUT is read by editions.py. Abstracts give the keywords, so editions.py must see titles only.
"""

import argparse
import collections
import gzip
import json
import math
import pathlib
import re

from benchmarks.trends.weeks import lines
from tracker.topics import singular

KEYWORDS = 5
LONGEST = 4
_WORDS = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """Return the words of a text in the singular."""
    return [singular(word) for word in _WORDS.findall(text.lower())]


def main() -> None:
    """Write the papers with title, year, venue and keywords."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vocabulary", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("papers", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    known = {" ".join(words(line)) for line in options.vocabulary.read_text(encoding="utf-8").splitlines()} - {""}
    papers, found = [one for one in lines(options.papers) if one.get("abstract")], []
    for one in papers:
        text = words(f"{one['title']} . {one['abstract']}")
        spans = (" ".join(text[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(text) - n + 1))
        found.append(collections.Counter(span for span in spans if span in known))
    holders = collections.Counter(keyword for one in found for keyword in one)
    with gzip.open(options.out, "wt", encoding="utf-8") as file:
        for paper, counts in zip(papers, found, strict=True):
            weight = {one: count * math.log(len(papers) / holders[one]) for one, count in counts.items()}
            best = sorted(weight, key=lambda one: (-weight[one], one))[:KEYWORDS]
            row = {"title": paper["title"], "venue": paper["venue"], "year": paper["year"], "keywords": best}
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()

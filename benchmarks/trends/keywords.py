#!/usr/bin/env python3
"""Stand-ins for author keywords where a venue publishes none: keywords.py VOCABULARY OUT PAPERS... --learn PAPERS...

Each paper gets the three keywords of VOCABULARY (one a line) that weigh most: how often they stand in its abstract and three times
its title × log(papers / papers with it) × how often authors who use the words also give them as a keyword, learnt from papers
that have keywords. Of keywords within each other the longest counts. OUT is read by editions.py. Abstracts give the keywords, so
editions.py must see titles only. Learnt on NeurIPS 2021, such stand-ins name 23 of the 31 keywords that rose from ICLR 2018 to 2021.
"""

import argparse
import collections
import gzip
import json
import math
import pathlib
import re
from collections.abc import Iterator

from benchmarks.trends.weeks import lines
from tracker.topics import singular
from tracker.words import ACRONYMS

KEYWORDS = 3
LONGEST = 5
OF_TITLE = 3
CAUTION = 3
"""So many papers of the average rate are added to those of a keyword."""
_WORDS = re.compile(r"[a-z0-9]+")
_PARTS = re.compile(r"[.,:;!?()]+(?:\s|$)|\s\(")


def words(text: str) -> list[str]:
    """Return the words of a text in the singular, acronyms in full."""
    found = (singular(word) for word in _WORDS.findall(text.lower()))
    return [part for word in found for part in ACRONYMS.get(word, word).split()]


def spans(text: str, known: set[str]) -> Iterator[str]:
    """Yield the known keywords of a text from left to right, the longest at each place."""
    for part in _PARTS.split(text):
        found, place = words(part), 0
        while place < len(found):
            longest = (" ".join(found[place : place + size]) for size in range(LONGEST, 0, -1))
            keyword = next((one for one in longest if one in known), "")
            place += max(len(keyword.split()), 1)
            if keyword:
                yield keyword


def counts(paper: dict[str, object], known: set[str]) -> collections.Counter[str]:
    """Return how much of the text of a paper each known keyword takes."""
    found = collections.Counter(spans(str(paper["abstract"]), known))
    for keyword in spans(str(paper["title"]), known):
        found[keyword] += OF_TITLE
    return found


def rates(papers: list[dict[str, object]], known: set[str]) -> tuple[dict[str, float], float]:
    """Return for each keyword in which share of the papers that hold its words the authors give it, and the average."""
    held, given = collections.Counter[str](), collections.Counter[str]()
    for one in papers:
        keywords = one["keywords"]
        told = {" ".join(words(keyword)) for keyword in keywords} if isinstance(keywords, list) else set()
        held.update(counts(one, known).keys())
        given.update(counts(one, known).keys() & told)
    average = given.total() / max(held.total(), 1)
    return {one: (given[one] + CAUTION * average) / (held[one] + CAUTION) for one in held}, average


def main() -> None:
    """Write the papers with title, year, venue and keywords."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vocabulary", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("papers", nargs="+", type=pathlib.Path)
    parser.add_argument("--learn", nargs="+", type=pathlib.Path, required=True)
    options = parser.parse_args()
    known = {" ".join(words(line)) for line in options.vocabulary.read_text(encoding="utf-8").splitlines()} - {""}
    rate, average = rates([one for one in lines(options.learn) if one.get("keywords") and one.get("abstract")], known)
    papers = [one for one in lines(options.papers) if one.get("abstract")]
    found = [counts(one, known) for one in papers]
    holders = collections.Counter(keyword for one in found for keyword in one)
    with gzip.open(options.out, "wt", encoding="utf-8") as file:
        for paper, held in zip(papers, found, strict=True):
            weight = {
                one: count * math.log(len(papers) / holders[one]) * rate.get(one, average)
                for one, count in held.items()
            }
            best = sorted(weight, key=lambda one: (-weight[one], one))[:KEYWORDS]
            row = {"title": paper["title"], "venue": paper["venue"], "year": paper["year"], "keywords": best}
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()

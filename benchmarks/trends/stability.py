#!/usr/bin/env python3
"""How steady topics are: stability.py PAPERS... [--week 2026-W20] [--more 200] [--weeks 20] [--show].

Prints whether shuffled papers and another hash seed give the same bytes, which share of the labels stays when so many papers
more come in, and for the weeks before how many topics go on: under their id, or found again by `follow`. --show lists each id
that was seen in several weeks with the names that it went by and what its papers share, to be read.
"""

import argparse
import collections
import dataclasses
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys

from benchmarks.trends.weeks import papers_of
from tracker.findings import Topic, Trends
from tracker.times import week_of_text, weeks_before
from tracker.topics import Document
from tracker.trends import WEEKS, follow, weekly


def told(trends: Trends) -> str:
    """Return a digest of all that trends say."""
    return hashlib.sha256(json.dumps(dataclasses.asdict(trends), sort_keys=True).encode()).hexdigest()


def of_week(papers: list[Document], week: str) -> Trends:
    """Return the trends of a week without looking ahead."""
    window = set(weeks_before(week, WEEKS))
    return weekly([one for one in papers if week_of_text(one.date) in window], [], week)


def more(papers: list[Document], week: str, count: int) -> tuple[float, float]:
    """Return the share of labels kept when `count` papers of the last week come in late: of all, and of those said to rise.

    Both are means of five draws.
    """
    window = set(weeks_before(week, WEEKS))
    inside = [one for one in papers if week_of_text(one.date) in window]
    last = [one for one in inside if week_of_text(one.date) == week]
    whole, kept = labels_of(weekly(inside, [], week)), [0.0, 0.0]
    for seed in range(5):
        late = {one.id for one in random.Random(seed).sample(last, count)}
        earlier = labels_of(weekly([one for one in inside if one.id not in late], [], week))
        for place, (old, new) in enumerate(zip(earlier, whole, strict=True)):
            kept[place] += len(old & new) / max(len(old), 1) / 5 if old else 0.2
    return kept[0], kept[1]


def labels_of(trends: Trends) -> tuple[set[str], set[str]]:
    """Return the labels of all topics, and of those that are said to rise."""
    return {one.label for one in trends.topics}, {one.label for one in trends.topics if one.state != "watch"}


def over_weeks(papers: list[Document], week: str, count: int, *, show: bool) -> None:
    """Print how topics go on from week to week."""
    earlier: tuple[Topic, ...] = ()
    same, followed, asked = 0, 0, 0
    seen: dict[str, list[tuple[str, Topic]]] = collections.defaultdict(list)
    for name in weeks_before(week, count):
        topics = of_week(papers, name).topics
        found = follow(earlier, topics)
        asked += len(topics) if earlier else 0
        same += sum(new == old for new, old in found.items())
        followed += sum(new != old for new, old in found.items())
        for new, old in found.items():
            if show and new != old:
                print(f"  {name} {new} continues {old}")
        for one in topics:
            seen[one.id].append((name, one))
        earlier = topics
    print(
        f"{count} weeks, {len(seen)} ids; of a week's topics {same / max(asked, 1):.2f} stood in the week before, {followed / max(asked, 1):.2f} were followed"
    )
    for identifier, times in sorted(seen.items()):
        if show and len(times) > 1:
            labels = dict.fromkeys(one.label for _, one in times)
            words = [" ".join(one.phrases[1:4]) for _, one in (times[0], times[-1])]
            print(
                f"  {identifier} {times[0][0]}..{times[-1][0]} {len(times)}x: {' | '.join(labels)} [{words[0]}] [{words[1]}]"
            )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("papers", nargs="+", type=pathlib.Path)
    parser.add_argument("--week", default="2026-W20")
    parser.add_argument("--more", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=20)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--only-told", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    window = set(weeks_before(options.week, WEEKS + options.weeks))
    papers = [one for one in papers_of(options.papers) if week_of_text(one.date) in window]
    first = told(of_week(papers, options.week))
    if options.only_told:
        print(first)
        return
    shuffled = told(of_week(random.Random(1).sample(papers, len(papers)), options.week))
    print("shuffled:", "same bytes" if shuffled == first else "DIFFERENT")
    command = [sys.executable, "-m", "benchmarks.trends.stability", *map(str, options.papers), "--only-told"]
    command += ["--week", options.week, "--weeks", str(options.weeks)]
    other = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, check=True, text=True
    )
    print("another hash seed:", "same bytes" if other.stdout.strip() == first else "DIFFERENT")
    kept, claimed = more(papers, options.week, options.more)
    print(f"labels kept with {options.more} papers more: {kept:.2f}, of those said to rise {claimed:.2f}")
    over_weeks(papers, options.week, options.weeks, show=options.show)


if __name__ == "__main__":
    main()

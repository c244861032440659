#!/usr/bin/env python3
"""How well roles put topics in order: roles.py PAPERS... [--show].

Beside this file, role_grades.tsv holds what one reader, who knew the roles, found each topic of eight weeks worth to each role: 0 not
mine, 1 near, 2 mine. Prints nDCG@10 of a week's graded topics in the order of the role and in that of strength alone, as means over
weeks: those in whose sight the shipped roles were written, and those that came after.
"""

import argparse
import csv
import math
import pathlib

from benchmarks.trends.weeks import papers_of
from tracker.findings import Topic
from tracker.roles import Role, shipped
from tracker.times import week_of_text, weeks_before
from tracker.trends import WEEKS, weekly

GRADES = pathlib.Path(__file__).with_name("role_grades.tsv")
DEPTH = 10


def gain(grades: list[int]) -> float:
    """Return the discounted gain of grades in their order (Järvelin and Kekäläinen, 2002)."""
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:DEPTH]))


def ndcg(grades: list[int]) -> float:
    """Return the gain as a share of the best there is; 1 where nothing is worth anything."""
    best = gain(sorted(grades, reverse=True))
    return gain(grades) / best if best else 1.0


def judged(role: Role, weeks: dict[str, list[Topic]], grades: dict[str, int], *, show: bool) -> tuple[float, float]:
    """Return the mean nDCG of weeks in the order of strength, and in that of the role."""
    plain, ordered = 0.0, 0.0
    for week, topics in weeks.items():
        graded = [topic for topic in topics if topic.id in grades]
        ranked = sorted(graded, key=lambda topic: -role.standing(topic))
        plain += ndcg([grades[topic.id] for topic in graded]) / len(weeks)
        ordered += ndcg([grades[topic.id] for topic in ranked]) / len(weeks)
        if show:
            print(f"  {week} {role.name}: {' | '.join(f'{topic.label} {grades[topic.id]}' for topic in ranked)}")
    return plain, ordered


def main() -> None:
    """Print the figures of each role."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("papers", nargs="+", type=pathlib.Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    with GRADES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    papers = papers_of(options.papers)
    for chosen in ("seen", "unseen"):
        weeks = {}
        for week in sorted({row["week"] for row in rows if row["set"] == chosen}):
            window = set(weeks_before(week, WEEKS))
            found = weekly([one for one in papers if week_of_text(one.date) in window], [], week).topics
            weeks[week] = sorted(found, key=lambda topic: -topic.z)
        for name, role in shipped().items():
            grades = {row["topic"]: int(row[name]) for row in rows}
            plain, ordered = judged(role, weeks, grades, show=options.show)
            print(f"{chosen:6} {name:16} nDCG@{DEPTH} by strength {plain:.2f}, in the order of the role {ordered:.2f}")


if __name__ == "__main__":
    main()

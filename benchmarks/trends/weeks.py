#!/usr/bin/env python3
"""Weekly risers, read and judged: weeks.py VOCABULARY PAPERS... [--weeks 2026-W17,...] [--posts FILE...] [--show].

Lasting: four weeks later the topic's share is still above the one it rose from (z > 1.645 within strata, ratio >= 1.2).
Topical: its words are those of an author keyword in VOCABULARY (one a line). Both over as many as were asked for.
"""

import argparse
import gzip
import json
import pathlib
import time
from collections.abc import Iterator

import numpy as np

from tracker.times import week_of_text, weeks_before
from tracker.topics import Document, extract, phrase_key, units
from tracker.trends import contingency, weekly
from tracker.trends.tally import table

LIMIT = 20
HORIZON = 4


def lines(paths: list[pathlib.Path]) -> Iterator[dict[str, object]]:
    """Yield the objects of gzipped files of JSON lines."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from map(json.loads, file)


def papers_of(paths: list[pathlib.Path]) -> list[Document]:
    """Return the dated papers of files, each id once."""
    found: dict[str, Document] = {}
    for number, one in enumerate(lines(paths)):
        categories = one.get("categories")
        first = categories[0] if isinstance(categories, list) and categories else ""
        name = str(one["id"])
        if one.get("date") and name not in found:
            phrases = extract(str(one["title"]), str(one.get("abstract") or ""))
            found[name] = Document(
                row=number,
                id=name,
                stratum=f"{one['source']}\x1f{one.get('track') or first}",
                date=str(one["date"]),
                phrases=phrases,
                author=json.dumps(one.get("authors") or []),
            )
    return list(found.values())


def posts_of(paths: list[pathlib.Path]) -> list[Document]:
    """Return the posts of files; the papers they name are not resolved here."""
    found: dict[str, Document] = {}
    for number, one in enumerate(lines(paths)):
        phrases = extract("", str(one.get("text") or ""))
        found[str(one["id"])] = Document(
            row=-number,
            id=str(one["id"]),
            stratum=str(one["source"]),
            date=str(one["created_at"] or ""),
            phrases=phrases,
            author=str(one.get("author") or ""),
        )
    return list(found.values())


class Judge:
    """Knows what came later, and what authors call things."""

    def __init__(self, documents: list[Document], vocabulary: pathlib.Path) -> None:
        self._documents = sorted(documents, key=lambda one: one.id)
        self._weeks = np.array([week_of_text(one.date) or "" for one in self._documents])
        self._strata = np.unique([one.stratum for one in self._documents], return_inverse=True)[1].astype(np.intp)
        self._table = table(self._documents, 3)
        self._known = {
            " ".join(sorted(set(units(line)))) for line in vocabulary.read_text(encoding="utf-8").splitlines()
        }

    def topical(self, label: str) -> bool:
        """Return whether authors use the label as a keyword."""
        return " ".join(sorted(set(units(label)))) in self._known

    def lasting(self, label: str, week: str, reference: list[str]) -> bool:
        """Return whether the share stays above that of the reference weeks in the four weeks after `week`."""
        later = [one for one in sorted(set(self._weeks)) if one > week][:HORIZON]
        before, after = np.isin(self._weeks, reference), np.isin(self._weeks, later)
        row = int(np.searchsorted(self._table.keys, phrase_key(label)))
        if row >= len(self._table.keys) or self._table.keys[row] != phrase_key(label):
            return False
        holders, width = self._table.holders(row), int(self._strata.max()) + 1
        counts = [
            np.bincount(self._strata[holders[side[holders]]], minlength=width)[None].astype(float)
            for side in (before, after)
        ]
        totals = [np.bincount(self._strata[side], minlength=width).astype(float) for side in (before, after)]
        change = contingency.compare(*counts, *totals)
        return bool(change.z[0] > 1.645 and change.ratio[0] >= 1.2)


def main() -> None:
    """Print the lists of each week and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vocabulary", type=pathlib.Path)
    parser.add_argument("papers", nargs="+", type=pathlib.Path)
    parser.add_argument("--posts", nargs="*", type=pathlib.Path, default=[])
    parser.add_argument("--weeks", default="2026-W17,2026-W18,2026-W19,2026-W20")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    start = time.process_time()
    documents, posts = papers_of(options.papers), posts_of(options.posts)
    print(
        f"{len(documents)} papers, {len(posts)} posts, phrases {1000 * (time.process_time() - start) / max(len(documents) + len(posts), 1):.2f} ms each"
    )
    judge, totals, earlier = Judge(documents, options.vocabulary), np.zeros(4), set[str]()
    weeks = options.weeks.split(",")
    for week in weeks:
        window = set(weeks_before(week, 12))
        inside = [one for one in documents if week_of_text(one.date) in window]
        begun = time.perf_counter()
        trends = weekly(inside, posts, week, limit=LIMIT)
        seconds = time.perf_counter() - begun
        reference = weeks_before(week, 12)[:8]
        names = [one.phrases[0] for one in trends.topics]
        marks = [(judge.lasting(name, week, reference), judge.topical(name)) for name in names]
        ids = {one.id for one in trends.topics}
        figures = (
            np.array(
                [sum(a for a, _ in marks), sum(b for _, b in marks), sum(a and b for a, b in marks), len(ids & earlier)]
            )
            / LIMIT
        )
        totals, earlier = totals + figures, ids
        print(
            f"{week} {len(inside)} papers {seconds:.2f} s lasting {figures[0]:.2f} topical {figures[1]:.2f} both {figures[2]:.2f} kept {figures[3]:.2f} {trends.notice}"
        )
        if options.show:
            for name, topics in (("rising", trends.topics), ("new", trends.new), ("fading", trends.fading)):
                for one in topics:
                    print(
                        f"  {name:6} {one.state:6} {one.label[:44]:44} z {one.z:5.1f} x{one.ratio:.1f} ({one.interval[0]:.1f}-{one.interval[1]:.1f}) {one.before:4d} > {one.after:4d} "
                        f"{sum(one.voices_weekly):3d} people {' / '.join(one.phrases[1:5])}"
                    )
    mean = totals / np.array([len(weeks)] * 3 + [max(len(weeks) - 1, 1)])
    named = zip(("lasting", "topical", "both", "kept"), mean, strict=True)
    print("mean", " ".join(f"{name} {value:.2f}" for name, value in named))


if __name__ == "__main__":
    main()

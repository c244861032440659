"""Two test sets of one corpus in BEIR's form: `python -m benchmarks.quality.dev_sets SHARED OUT`.

SHARED holds real papers (`data/papers`), the ids of those to take and one-sentence summaries by their authors
(`checks/retrieval`). In `OUT/summaries` the paper of a summary is its one right answer. In `OUT/keywords` the papers
that carry a keyword are right, among those that carry any: only these are judged; keywords are not in the corpus.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.text import title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILES = ("neurips", "icml", "iclr", "other_venues")
KEYWORDS = 150
LEAST_PAPERS, MOST_PAPERS = 3, 60
SEED = 7


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def papers_of(shared: Path) -> list[dict[str, Any]]:
    wanted = set((shared / "checks" / "retrieval" / "corpus_ids.txt").read_text("utf-8").split("\n"))
    return [
        row for name in FILES for row in rows(shared / "data" / "papers" / f"{name}.jsonl.gz") if row["id"] in wanted
    ]


def distinct(papers: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """One record a paper, with the keywords of all its records, and the id that stands for each id.

    A few papers are there twice, under two ids; two equal documents of which one is right would measure nothing.
    """
    known: dict[str, dict[str, Any]] = {}
    stands_for = {}
    for paper in papers:
        named = (title_key(paper["title"]), paper.get("arxiv_id"), paper.get("openreview_id"))
        names = [name for name in named if name]
        first = next((known[name] for name in names if name in known), {**paper, "keywords": []})
        first["keywords"] += [word for word in paper["keywords"] if word not in first["keywords"]]
        stands_for[paper["id"]] = first["id"]
        known |= {name: known.get(name, first) for name in names}
    return list({paper["id"]: paper for paper in known.values()}.values()), stands_for


def keyword_queries(papers: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Keywords of 3 to 60 papers, drawn with a seed, with the ids of their papers."""
    carrying: dict[str, dict[str, None]] = defaultdict(dict)
    for paper in papers:
        for keyword in paper["keywords"]:
            if len(keyword) > 3:
                carrying[keyword.lower()][paper["id"]] = None
    common = sorted(word for word, ids in carrying.items() if LEAST_PAPERS <= len(ids) <= MOST_PAPERS)
    drawn = random.Random(SEED).sample(common, min(KEYWORDS, len(common)))
    return {word: list(carrying[word]) for word in drawn}


def write_set(folder: Path, papers: Iterable[dict[str, Any]], queries: dict[str, tuple[str, list[str]]]) -> None:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as out:
        for paper in papers:
            out.write(json.dumps({"_id": paper["id"], "title": paper["title"], "text": paper["abstract"]}) + "\n")
    with (folder / "queries.jsonl").open("w", encoding="utf-8") as out:
        for name, (text, _) in queries.items():
            out.write(json.dumps({"_id": name, "text": " ".join(text.split())}) + "\n")
    with (folder / "qrels" / "test.tsv").open("w", encoding="utf-8") as out:
        out.write("query-id\tcorpus-id\tscore\n")
        for name, (_, right) in queries.items():
            out.writelines(f"{name}\t{paper}\t1\n" for paper in right)


def main(shared: Path, target: Path) -> None:
    papers, stands_for = distinct(papers_of(shared))
    summaries = rows(shared / "checks" / "retrieval" / "queries.jsonl")
    write_set(
        target / "summaries",
        papers,
        {f"summary-{n}": (row["text"], [stands_for[row["relevant"]]]) for n, row in enumerate(summaries)},
    )
    words = keyword_queries(papers)
    write_set(target / "keywords", papers, {f"keyword-{n}": (word, words[word]) for n, word in enumerate(words)})
    judged = "".join(paper["id"] + "\n" for paper in papers if paper["keywords"])
    (target / "keywords" / "judged.txt").write_text(judged, "utf-8")
    print(f"{len(papers):,} papers, {len(words)} keywords: {target / 'summaries'}, {target / 'keywords'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

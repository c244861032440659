"""The sentence chosen for a paper against its authors' own summary: ROUGE-1 and ROUGE-L (F1 of stems), beside simple choices.

    python -m benchmarks.trends.sentences iclr2018_tldr.jsonl.gz

The file holds `title`, `abstract` and `tldr` a line.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING

from tracker.summarize.extractive import contribution, sentences
from tracker.topics import singular

if TYPE_CHECKING:
    from collections.abc import Callable


def stems(text: str) -> list[str]:
    return [singular(word) for word in re.findall(r"[a-z0-9]+", text.lower())]


def f1(common: int, said: int, wanted: int) -> float:
    return 2 * common / (said + wanted) if said + wanted else 0.0


def rouge_1(said: list[str], wanted: list[str]) -> float:
    return f1((Counter(said) & Counter(wanted)).total(), len(said), len(wanted))


def rouge_l(said: list[str], wanted: list[str]) -> float:
    """F1 of the longest common subsequence (Lin, 2004)."""
    row = [0] * (len(wanted) + 1)
    for word in said:
        before = 0
        for place, other in enumerate(wanted, 1):
            before, row[place] = row[place], before + 1 if word == other else max(row[place], row[place - 1])
    return f1(row[-1], len(said), len(wanted))


def main() -> None:
    with gzip.open(sys.argv[1], "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row.get("tldr") and row.get("abstract")]
    chance = random.Random(1)
    choices: dict[str, Callable[[dict[str, str]], str]] = {
        "tracker": lambda row: contribution(row["title"], row["abstract"]),
        "first sentence": lambda row: sentences(row["abstract"])[0],
        "title": lambda row: row["title"],
        "by chance": lambda row: chance.choice(sentences(row["abstract"])),
        "the best there is": lambda row: max(
            sentences(row["abstract"]), key=lambda one: rouge_l(stems(one), stems(row["tldr"]))
        ),
    }
    print(f"{len(rows)} papers          ROUGE-1  ROUGE-L")
    for name, choose in choices.items():
        pairs = [(stems(choose(row)), stems(row["tldr"])) for row in rows]
        one, longest = (sum(score(*pair) for pair in pairs) / len(pairs) for score in (rouge_1, rouge_l))
        print(f"{name:22} {one:7.3f}  {longest:7.3f}")


if __name__ == "__main__":
    main()

"""What the citation check lets through: authors' one-line summaries against their own abstract, against another paper's, and turned.

    python -m benchmarks.trends.citation_check iclr2018_tldr.jsonl.gz

The file holds `title`, `abstract` and `tldr` a line. The other paper is, of all in the file, the one that shares most of
the summary's words.
"""

import gzip
import json
import math
import sys

from tracker.summarize.checking import _content, objection
from tracker.summarize.extractive import sentences

TURNS = (
    (" is ", " is not "),
    (" are ", " are not "),
    (" can ", " cannot "),
    ("We propose", "We do not propose"),
    ("We show", "We do not show"),
)


def claim(text: str) -> str:
    return f"{text.strip().rstrip('.')} [1]."


def passed(claims: list[tuple[str, str]], threshold: float) -> float:
    return sum(not objection(claim(text), {1: source}, threshold) for text, source in claims) / len(claims)


def main() -> None:
    with gzip.open(sys.argv[1], "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row.get("tldr") and row.get("abstract")]
    rows = [row for row in rows if len(sentences(row["tldr"])) == 1]
    sources = [f"{row['title']}. {row['abstract']}" for row in rows]
    words = [_content(source) for source in sources]

    def other(place: int) -> str:
        said = _content(rows[place]["tldr"])
        nearest = max(
            (one for one in range(len(rows)) if one != place),
            key=lambda one: len(said & words[one]) / math.sqrt(len(words[one]) + 1),
        )
        return sources[nearest]

    texts = [row["tldr"] for row in rows]
    turned = [
        (text.replace(*turn, 1), source)
        for text, source in zip(texts, sources, strict=True)
        for turn in TURNS
        if turn[0] in text
    ]
    kinds = {
        "true, the authors' summary": list(zip(texts, sources, strict=True)),
        "true, a sentence of the abstract": [
            (said, source)
            for row, source in zip(rows, sources, strict=True)
            for said in sentences(row["abstract"])[1:2]
        ],
        "false, cited to the other paper": [(text, other(place)) for place, text in enumerate(texts)],
        "false, turned into its contrary": turned,
    }
    for name, claims in kinds.items():
        print(f"{name:34} {len(claims):5}", *(f"{passed(claims, threshold / 10):.2f}" for threshold in range(5, 10)))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Does a digest name what an editor tagged: ainews.py TAGS HOME [--weeks ...] [--texts DIR] [--bertopic FILE] [--misses].

TAGS are gzipped JSON lines with `issue_date`, `topics`, `companies` and `models`; nothing of it may be in HOME. Of each kind the ten
tags of most days are asked for in each week; those that tie for the last places share these. A tag is named by a line of words that
holds all of its words, or its letters as a run of words (`huggingface`, Hugging Face). Words compare without case, plural and
hyphens, letters and numbers apart (`qwen-3.5`, Qwen3.5), acronyms spelt out, a company without its last `ai` or `labs`.

Strict are labels alone: topics that rise, new names, and what is talked about. Lenient is all that the digest prints. Beside them as
many words or pairs of words of the week's titles and posts, and topics of BERTopic: `--texts` writes what it is to read,
`ainews_bertopic.py` makes FILE of it.
"""

import argparse
import json
import pathlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.trends.tags import KINDS, REFERENCE, Lines, Tag, tags_of
from benchmarks.trends.word_lists import Text, WordLists, texts_of
from tracker.findings import Topic
from tracker.forms.text import to_text
from tracker.pages import Digest
from tracker.session import Session
from tracker.times import weeks_before

LEAST_PEOPLE = 4
STEADY = 2.0
JUDGED = "2025-W47,2025-W50,2026-W02,2026-W05,2026-W08,2026-W11,2026-W14,2026-W17,2026-W20,2026-W23"


def labels(topics: Iterable[Topic]) -> list[str]:
    return [one.label for one in topics if one.state != "watch"]


def printed(digest: Digest) -> Iterator[str]:
    """Yield all lines of a digest as text."""
    yield from to_text(digest, 10_000).splitlines()


def why_missed(tag: Tag, texts: Sequence[Text], held: Lines, past: Sequence[tuple[int, int]]) -> str:
    """Say in a word why nothing names a tag: past holds for each week before (people who named it, all people)."""
    named = [texts[place] for place in held.naming(tag)]
    people = {one.voice for one in named if not one.is_paper}
    everybody = len({one.voice for one in texts if not one.is_paper})
    if not named:
        return "in no text"
    if len(people) < LEAST_PEOPLE:
        return "too few people"
    before = sum(count for count, _ in past) / max(sum(total for _, total in past), 1)
    return "named every week" if len(people) / everybody < STEADY * before else "counted"


def write_texts(session: Session, weeks: Sequence[str], folder: pathlib.Path) -> None:
    """Write the words and vectors of each week for BERTopic."""
    folder.mkdir(parents=True, exist_ok=True)
    for week in weeks:
        texts = [one.words for one in texts_of(session, week)]
        np.save(folder / f"{week}.npy", session.embedder.encode_documents(texts))
        (folder / f"{week}.json").write_text(json.dumps(texts), encoding="utf-8")
        print(f"{week}: {len(texts)} texts")


class Past:
    """How many people named a tag in earlier weeks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, tuple[list[Text], Lines]] = {}

    @staticmethod
    def weeks(week: str) -> list[str]:
        return weeks_before(week, REFERENCE + 1)[:-1]

    def people(self, week: str, tag: Tag) -> tuple[int, int]:
        if week not in self._known:
            posts = [one for one in texts_of(self._session, week) if not one.is_paper]
            self._known[week] = posts, Lines(one.words for one in posts)
        posts, held = self._known[week]
        return len({posts[place].voice for place in held.naming(tag)}), len({one.voice for one in posts})


class Score:
    """Which share of the tags each way names, and why the digest misses the others."""

    def __init__(self) -> None:
        self._asked: Counter[tuple[str, bool]] = Counter()
        self._named: Counter[tuple[str, str, bool]] = Counter()
        self._missed: Counter[tuple[str, str]] = Counter()

    def add(self, tag: Tag, ways: dict[str, Lines]) -> None:
        self._asked[tag.kind, tag.is_new] += tag.weight
        for way, held in ways.items():
            self._named[way, tag.kind, tag.is_new] += tag.weight * bool(held.naming(tag))

    def miss(self, tag: Tag, why: str) -> None:
        self._missed[tag.kind, why] += tag.weight

    def show(self) -> None:
        for title, ages in (("all tags", (False, True)), ("tags of no week before", (True,))):
            sizes = [sum(self._asked[kind, age] for age in ages) for kind in KINDS]
            print(f"\n{title:32}" + "".join(f"{kind:>11}" for kind in KINDS) + f"{'all':>8}")
            for way in dict.fromkeys(way for way, _, _ in self._named):
                hits = [sum(self._named[way, kind, age] for age in ages) for kind in KINDS]
                shares = "".join(f"{hit / max(size, 1):11.2f}" for hit, size in zip(hits, sizes, strict=True))
                print(f"{way:32}{shares}{sum(hits) / max(sum(sizes), 1):8.2f}")
        for kind in KINDS:
            size = self._asked[kind, False] + self._asked[kind, True]
            reasons = [(why, weight) for (of, why), weight in self._missed.most_common() if of == kind]
            print(f"missed {kind}: " + ", ".join(f"{why} {weight / size:.2f}" for why, weight in reasons))


class Bench:
    """Everything that names things in a week."""

    def __init__(self, session: Session, clusters: dict[str, list[dict[str, Any]]]) -> None:
        self._session, self._clusters = session, clusters
        self._counted, self._counted_posts = WordLists(session), WordLists(session, posts_alone=True)

    def ways(self, week: str) -> dict[str, list[str]]:
        """Return for each way of naming its lines; word lists and clusters have as many names as the digest with its talk."""
        found, made = self._session.trends(week), self._session.digest(week)
        strict, spoken = labels((*found.topics, *found.new)), labels(found.spoken)
        names = len(strict) + len(spoken)
        topics = self._clusters.get(week, [])[:names]
        print(f"{week}: {len(strict)} names, talked about {', '.join(spoken)}", flush=True)
        return {
            "digest": strict,
            "digest, talked about": [*strict, *spoken],
            "talked about alone": spoken,
            "frequent words": self._counted.frequent(week, names),
            "risen words": self._counted.risen(week, names),
            "frequent words of posts": self._counted_posts.frequent(week, names),
            "risen words of posts": self._counted_posts.risen(week, names),
            "BERTopic": [one["label"] for one in topics],
            "digest, all that it prints": list(printed(made)),
            "BERTopic, lenient": [line for one in topics for line in one["lines"]],
            "all that was posted": [one.words for one in texts_of(self._session, week) if not one.is_paper],
        }


def main() -> None:
    """Print the share of tags that each way names, by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tags", type=pathlib.Path)
    parser.add_argument("home", type=pathlib.Path)
    parser.add_argument("--weeks", default=JUDGED)
    parser.add_argument("--texts", type=pathlib.Path)
    parser.add_argument("--bertopic", type=pathlib.Path)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    session, weeks = Session(options.home), options.weeks.split(",")
    if options.texts:
        write_texts(session, weeks, options.texts)
        return
    clusters = json.loads(options.bertopic.read_text("utf-8")) if options.bertopic else {}
    bench, past, tags, score = Bench(session, clusters), Past(session), tags_of(options.tags), Score()
    for week in weeks:
        ways = {way: Lines(given) for way, given in bench.ways(week).items()}
        texts = texts_of(session, week)
        everything = Lines(one.words for one in texts)
        for tag in tags[week]:
            score.add(tag, ways)
            if not ways["digest, talked about"].naming(tag):
                why = why_missed(tag, texts, everything, [past.people(one, tag) for one in past.weeks(week)])
                score.miss(tag, why)
                if options.misses:
                    print(f"    {tag.kind:9} {tag.name:32} {why}")
    score.show()


if __name__ == "__main__":
    main()

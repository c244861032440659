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
import itertools
import json
import pathlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from benchmarks.trends.tags import KINDS, Lines, Tag, tags_of
from tracker.models import Digest, Topic, Trends
from tracker.session import Session
from tracker.times import week_start, weeks_before
from tracker.trends import contingency
from tracker.words import STOP_WORDS

REFERENCE = 8
LEAST_PEOPLE = 4
STEADY = 2.0
JUDGED = "2025-W47,2025-W50,2026-W02,2026-W05,2026-W08,2026-W11,2026-W14,2026-W17,2026-W20,2026-W23"
_WRITTEN = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Text:
    """An item of a week: a paper's title, or a post's words and who wrote them."""

    words: str
    voice: str
    is_paper: bool


def texts_of(session: Session, week: str) -> list[Text]:
    """Return the titles of the papers of a week and its posts."""
    since, before = week_start(week).isoformat(), (week_start(week) + timedelta(weeks=1)).isoformat()
    rows = session.reader.connection.execute(
        "SELECT kind, title, text, network || ' ' || CASE author WHEN '' THEN id ELSE author END FROM items"
        " WHERE date >= ? AND date < ? ORDER BY id",
        (since, before),
    )
    return [
        Text(title if kind == "paper" else text or title, voice, kind == "paper") for kind, title, text, voice in rows
    ]


def terms(text: str) -> set[str]:
    """Return the words and pairs of words of a text that are no stop words."""
    written = [word.lower() for word in _WRITTEN.findall(text)]
    plain = [word if word not in STOP_WORDS and not word.isdigit() else "" for word in written]
    pairs = (f"{a} {b}" for a, b in itertools.pairwise(plain) if a and b)
    return {word for word in plain if word} | set(pairs)


class WordLists:
    """What counting words names: the most frequent ones, and those that rose most."""

    def __init__(self, session: Session, *, posts_alone: bool = False) -> None:
        self._session, self._posts_alone = session, posts_alone
        self._known: dict[str, tuple[Counter[str], int]] = {}

    def _count(self, week: str) -> tuple[Counter[str], int]:
        if week not in self._known:
            texts = [one for one in texts_of(self._session, week) if not (self._posts_alone and one.is_paper)]
            counts: Counter[str] = Counter()
            for one in texts:
                counts.update(terms(one.words))
            self._known[week] = counts, len(texts)
        return self._known[week]

    def frequent(self, week: str, count: int) -> list[str]:
        return [term for term, _ in self._count(week)[0].most_common(count)]

    def risen(self, week: str, count: int) -> list[str]:
        """Return the terms whose share of items rose most surely against the eight weeks before."""
        now, total = self._count(week)
        past = [self._count(one) for one in weeks_before(week, REFERENCE + 1)[:-1]]
        names = [term for term, held in now.items() if held >= LEAST_PEOPLE]
        before = np.array([[float(sum(counts[term] for counts, _ in past))] for term in names])
        after = np.array([[float(now[term])] for term in names])
        sides = np.array([float(sum(size for _, size in past))]), np.array([float(total)])
        z = contingency.compare(before, after, *sides).z
        return [names[place] for place in np.argsort(-z, kind="stable")[:count]]


def labels(topics: Iterable[Topic]) -> list[str]:
    return [one.label for one in topics if one.state != "watch"]


def printed(digest: Digest) -> Iterator[str]:
    """Yield all lines of words of a digest."""
    yield from (line.title for line in digest.references.values())
    for section in digest.sections:
        yield from (sentence.text for sentence in section.lead)
        for entry in section.entries:
            yield from (
                entry.title,
                *(sentence.text for sentence in entry.sentences),
                *(line.title for line in entry.papers),
            )
            yield from entry.topic.phrases if entry.topic else ()


def shown(session: Session, found: Trends) -> Iterator[str]:
    """Yield what is printed of the names people talk about: all their forms, and the titles of their three newest posts."""
    for topic in found.spoken:
        yield from topic.phrases
        yield from (session.reader.item(name).title for name in topic.posts[:3])


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

    def people(self, week: str, tag: Tag) -> tuple[int, int]:
        if week not in self._known:
            posts = [one for one in texts_of(self._session, week) if not one.is_paper]
            self._known[week] = posts, Lines(one.words for one in posts)
        posts, held = self._known[week]
        return len({posts[place].voice for place in held.naming(tag)}), len({one.voice for one in posts})


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
    tags, past = tags_of(options.tags), Past(session)
    counted, counted_posts = WordLists(session), WordLists(session, posts_alone=True)
    clusters = json.loads(options.bertopic.read_text("utf-8")) if options.bertopic else {}
    named: dict[tuple[str, str], float] = defaultdict(float)
    asked: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for week in weeks:
        found, made = session.trends(week), session.digest(week)
        strict = labels((*found.topics, *found.new))
        spoken = labels(found.spoken)
        lenient = [*printed(made), *strict]
        names = len(strict) + len(spoken)
        topics = clusters.get(week, [])[:names]
        ways = {
            "digest": strict,
            "digest, talked about": [*strict, *spoken],
            "talked about alone": spoken,
            "frequent words": counted.frequent(week, names),
            "risen words": counted.risen(week, names),
            "frequent words of posts": counted_posts.frequent(week, names),
            "risen words of posts": counted_posts.risen(week, names),
            "BERTopic": [one["label"] for one in topics],
            "digest, lenient": lenient,
            "digest, talked about, lenient": [*lenient, *spoken, *shown(session, found)],
            "BERTopic, lenient": [line for one in topics for line in one["lines"]],
        }
        texts = texts_of(session, week)
        ways["all that was posted"] = [one.words for one in texts if not one.is_paper]
        print(f"{week}: {len(strict)} names, talked about {', '.join(spoken)}", flush=True)
        held, everything = {way: Lines(given) for way, given in ways.items()}, Lines(one.words for one in texts)
        for tag in tags[week]:
            asked[tag.kind] += tag.weight
            for way, one in held.items():
                named[way, tag.kind] += tag.weight * bool(one.naming(tag))
            if not held["digest, talked about"].naming(tag):
                earlier = [past.people(one, tag) for one in weeks_before(week, REFERENCE + 1)[:-1]]
                why = why_missed(tag, texts, everything, earlier)
                reasons[tag.kind][why] += tag.weight
                if options.misses:
                    print(f"    {tag.kind:9} {tag.name:32} {why}")
    print(f"{'':32}" + "".join(f"{kind:>11}" for kind in KINDS) + f"{'all':>8}")
    for way in ways:
        shares = [named[way, kind] / asked[kind] for kind in KINDS]
        total = sum(named[way, kind] for kind in KINDS) / sum(asked.values())
        print(f"{way:32}" + "".join(f"{share:11.2f}" for share in shares) + f"{total:8.2f}")
    for kind in KINDS:
        print(
            f"missed {kind}: "
            + ", ".join(f"{why} {weight / asked[kind]:.2f}" for why, weight in reasons[kind].most_common())
        )


if __name__ == "__main__":
    main()

"""Every sentence of a digest traced: its words found in what it cites, its figures counted anew from the texts in the store."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tracker.demo import run, stream
from tracker.digest.words import NUMBERS
from tracker.latex import readable
from tracker.session import Session
from tracker.text import clean_line, clean_text
from tracker.times import week_of_text, week_start, weeks_before
from tracker.topics import bare, extract, phrase_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.findings import Topic
    from tracker.pages import Digest, Sentence

WEEK = run.WEEK
ROLES = ("data-scientist", "ml-engineer", "ai-engineer")


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A home of twelve made-up weeks, with the posts about them."""
    folder = tmp_path_factory.mktemp("traced")
    written = stream.papers(last_week=WEEK)
    rows = [
        {
            "id": f"arxiv:{one.arxiv_id}", "source": "arxiv", "title": one.title, "abstract": one.abstract, "authors": list(one.authors), "venue": "arXiv",
            "year": one.announced.year, "date": one.announced.isoformat(), "arxiv_id": one.arxiv_id, "track": one.category,
        }
        for one in written
    ] + [
        {"id": f"bluesky:{one.key}", "source": "bluesky", "author": one.author, "text": one.text, "created_at": one.created.isoformat(), "links": list(one.links)}
        for one in stream.posts(written)
    ]  # fmt: skip
    path = folder / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    session = Session(folder, clock=run.moment)
    session.import_files([path])
    session.saved.save("diffusion")
    list(session.saved.look())
    yield session
    session.close()


def said(digest: Digest) -> Iterator[tuple[str, Topic | None, Sentence]]:
    """(part, topic, sentence) of all of it."""
    for section in digest.sections:
        for sentence in section.lead:
            yield section.key, None, sentence
        for entry in section.entries:
            for sentence in entry.sentences:
                yield section.key, entry.topic, sentence
    for sentence in digest.how:
        yield "how", None, sentence


def numbers(text: str) -> list[float]:
    """The numbers of a sentence, in digits and in words; `one in ten` and the like are none."""
    text = re.sub(r"the (last four weeks|eight (weeks )?before)|in four weeks|1 a week", "", text)
    digits = [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]
    return digits + [float(NUMBERS.index(word)) for word in re.findall(r"[a-z]+", text.lower()) if word in NUMBERS[1:]]


@pytest.fixture(scope="module")
def digests(weeks: Session) -> list[Digest]:
    """Three weeks for three roles, and two days."""
    made = [weeks.digest(week, role) for week in weeks_before(WEEK, 3) for role in ROLES]
    return [*made, weeks.brief("2026-05-13", "ai-engineer"), weeks.brief("2026-05-12", "")]


def test_there_is_something_to_trace(digests: list[Digest]) -> None:
    kinds = {(part, sentence.kind) for digest in digests for part, _, sentence in said(digest)}
    assert {("rising", "counted"), ("rising", "quoted"), ("discussed", "quoted"), ("saved", "counted")} <= kinds
    assert all(sentence.items for one in digests for part, topic, sentence in said(one) if topic is not None)


def test_quoted_words_are_those_of_the_item_cited(weeks: Session, digests: list[Digest]) -> None:
    for digest in digests:
        for _, _, sentence in said(digest):
            if sentence.kind == "quoted":
                (name,) = sentence.items
                item = weeks.reader.item(name)
                between = re.search("“(.*)”$", sentence.text)
                words = between[1] if between else sentence.text
                source = clean_line(readable(f"{item.tldr} {item.text}"), 60_000).replace("“", "‘").replace("”", "’")
                assert words.rstrip("…") in source, (name, words)


def test_every_number_of_a_sentence_is_a_figure_of_it(digests: list[Digest]) -> None:
    for digest in digests:
        for part, topic, sentence in said(digest):
            if sentence.kind == "counted":
                text = sentence.text.replace(topic.label, "") if topic else sentence.text
                if part in ("more", "new", "rising") and topic is None:
                    text = text.split(":")[0]
                known = {round(float(value), 3) for value in sentence.figures.values()}
                assert set(numbers(text)) <= known | ({1.0} if part == "more" else set()) | named(part, text), (
                    part,
                    text,
                    known,
                )


def named(part: str, text: str) -> set[float]:
    """In `Six more: …` the number counts the names that follow; that is looked at by itself."""
    return set(numbers(text)) if part == "more" else set()


def rows(connection: sqlite3.Connection, kind: str, since: str, before: str) -> list[tuple[str, str, str, str, str]]:
    found = connection.execute(
        "SELECT id, title, text, date, network || ':' || author FROM items WHERE kind = ? AND date >= ? AND date < ?",
        [kind, since, before],
    )
    return found.fetchall()


def test_what_came_in_is_counted_anew(weeks: Session, digests: list[Digest]) -> None:
    connection = weeks.reader.connection
    for digest in digests:
        first = digest.edition if "W" not in digest.edition else week_start(digest.edition).isoformat()
        before = next_day(digest.ends)
        head = digest.sections[0].lead[0].figures
        posts = rows(connection, "post", first, before)
        assert head["papers"] == len(rows(connection, "paper", first, before))
        assert (head["posts"], head["people"]) == (len(posts), len({who for *_, who in posts}))


def next_day(day: str) -> str:
    from tracker.times import shifted

    return shifted(day, 1)


def test_papers_and_people_of_topics_are_counted_anew(weeks: Session, digests: list[Digest]) -> None:
    connection = weeks.reader.connection
    checked = 0
    for digest in (one for one in digests if "W" in one.edition):
        window = weeks_before(digest.edition, 12)
        since, before = week_start(window[0]).isoformat(), next_day(digest.ends)
        recent = (week_start(digest.edition) - timedelta(weeks=3)).isoformat()
        papers = [
            (name, day, set(map(int, bare(extract(title, text).body))))
            for name, title, text, day, _ in rows(connection, "paper", since, before)
        ]
        posts = [
            (name, week_of_text(day), who, set(map(int, bare(extract("", text).body))))
            for name, _, text, day, who in rows(connection, "post", since, before)
        ]
        links = set(connection.execute("SELECT items.id, identifier FROM mentions JOIN items ON items.row = post"))
        for part, topic, sentence in said(digest):
            if topic is None or sentence.kind != "counted" or part not in ("rising", "new"):
                continue
            forms = {phrase_key(form) for form in (topic.counted or topic.label, *topic.phrases, *topic.aliases)} - {0}
            if "papers" in sentence.figures:
                counted = {
                    (
                        sum(day >= recent for _, day, held in papers if key in held),
                        sum(day < recent for _, day, held in papers if key in held),
                    )
                    for key in forms
                }
                assert (sentence.figures["papers"], sentence.figures["papers_before"]) in counted, (
                    topic.label,
                    counted,
                )
                assert set(sentence.items) <= {name for name, day, held in papers if day >= recent and held & forms}
                assert len(sentence.items) == min(sentence.figures["papers"], 200)
                checked += 1
            if "people_a_week" in sentence.figures:
                holding = {name for name, _, held in papers if held & forms}
                heard: dict[str, set[str]] = {}
                for name, week, who, held in posts:
                    if held & forms or any((name, paper) in links for paper in holding):
                        heard.setdefault(week or "", set()).add(who)
                assert sentence.figures["people_a_week"] == max(len(heard.get(week, ())) for week in window[-4:])
                checked += 1
    assert checked > 10


def test_who_discussed_a_paper_is_counted_anew(weeks: Session, digests: list[Digest]) -> None:
    connection = weeks.reader.connection
    checked = 0
    for digest in digests:
        first = digest.edition if "W" not in digest.edition else week_start(digest.edition).isoformat()
        for section in digest.sections:
            for entry in section.entries if section.key == "discussed" else ():
                posts = connection.execute(
                    "SELECT DISTINCT posts.id, posts.author FROM identifiers JOIN mentions USING (identifier) JOIN items posts ON posts.row = post"
                    " JOIN items papers ON papers.row = identifiers.item WHERE papers.id = ? AND posts.date >= ? AND posts.date < ?",
                    [entry.item, first, next_day(digest.ends)],
                ).fetchall()
                counted = entry.sentences[0].figures
                assert (counted["people"], counted["posts"]) == (len({who for _, who in posts}), len(posts))
                checked += 1
    assert checked


def test_the_names_of_a_list_are_as_many_as_it_says(digests: list[Digest]) -> None:
    for digest in digests:
        for part, _, sentence in said(digest):
            if part == "more":
                head, _, listed = sentence.text.partition(": ")
                assert numbers(head) == [len(re.split(r", | and ", listed))], sentence.text


def test_the_same_week_is_the_same_bytes_whatever_comes_later(weeks: Session, tmp_path: Path) -> None:
    from tracker.forms.data import to_dict

    week = weeks_before(WEEK, 3)[0]
    before = next_day((week_start(week) + timedelta(days=6)).isoformat())
    kept = [
        json.loads(line)
        for line in (weeks.home / "rows.jsonl").read_text("utf-8").splitlines()
        if (json.loads(line).get("date") or json.loads(line).get("created_at")) < before
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, kept)), "utf-8")
    session = Session(tmp_path / "cut", clock=run.moment)
    session.import_files([path])
    session.saved.save("diffusion")
    list(session.saved.look())
    for role in ROLES:
        told = [json.dumps(to_dict(one.digest(week, role))) for one in (weeks, session)]
        assert told[0] == told[1]
    session.close()


def test_nothing_in_a_digest_is_made_up(digests: list[Digest]) -> None:
    """Every sentence is of a kind that another test here looks at."""
    for digest in digests:
        for part, _, sentence in said(digest):
            assert sentence.kind in ("quoted", "counted", "note")
            assert sentence.kind != "note" or part in ("how", "counts", "recommended", "rising")
            assert clean_text(sentence.text) == sentence.text

"""The demo: the starter library holds to the record, and the made-up stream is labelled, repeatable and as planted."""

import datetime as dt
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tracker.demo import stream

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "papers"
KEYS = (
    "id source title abstract authors venue year date arxiv_id doi openreview_id url pdf_url keywords track status"
).split()

Row = Mapping[str, Any]


def library() -> list[Row]:
    text = resources.files("tracker.demo").joinpath("starter.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def letters(title: str) -> str:
    return re.sub(r"[^a-z0-9]", "", title.lower())


def runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def last_names(authors: Sequence[str]) -> set[str]:
    return {name.split()[-1].lower() for name in authors if name.split()}


def weekly(topic: stream.PlantedTopic, papers: Sequence[stream.DemoPaper]) -> list[int]:
    mondays = sorted({paper.announced - dt.timedelta(days=paper.announced.weekday()) for paper in papers})
    hits = [paper for paper in papers if any(form.lower() in paper.title.lower() for form in topic.forms)]
    return [sum(0 <= (paper.announced - monday).days < 7 for paper in hits) for monday in mondays]


def test_library_is_valid() -> None:
    rows = library()
    assert len(rows) >= 220
    assert len({row["id"] for row in rows}) == len({letters(row["title"]) for row in rows}) == len(rows)
    for row in rows:
        assert list(row) == KEYS
        assert row["source"] == "starter"
        assert row["date"] is None
        assert row["doi"] is None
        assert 2012 <= row["year"] <= 2025
        assert row["venue"] in {"NeurIPS", "ICML", "ICLR", "arXiv"}
        assert row["status"] == ("preprint" if row["venue"] == "arXiv" else "accepted")
        assert row["track"] in {None, "main"}
        assert 1 <= len(row["authors"]) <= 20
        assert 2 <= len(row["keywords"]) <= 5
        assert row["url"].startswith(("https://", "http://"))
        assert 20 <= len(row["abstract"].split()) <= 45, row["title"]
        assert len(re.findall(r"[.?!](?:\s|$)", row["abstract"])) in {1, 2}, row["abstract"]


def test_library_identifiers_agree() -> None:
    for row in library():
        if row["arxiv_id"] is None:
            assert row["id"].startswith("starter:")
            continue
        assert row["id"] == f"arxiv:{row['arxiv_id']}"
        assert re.fullmatch(r"\d{4}\.\d{4,5}", row["arxiv_id"])
        assert (len(row["arxiv_id"]) == 10) == (row["arxiv_id"] >= "1501"), "numbers have five digits from 2015 on"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the conference records are not beside this checkout")
def test_library_agrees_with_the_record() -> None:
    wanted = {(letters(row["title"]), row["venue"], row["year"]): row for row in library()}
    found: dict[tuple[str, str, int], list[Row]] = {}
    for path in sorted(
        [*SHARED.glob("arxiv_2025-*.gz"), *(SHARED / f"{v}.jsonl.gz" for v in ("iclr", "icml", "neurips"))]
    ):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                key = (letters(record["title"]), record["venue"], record["year"])
                if key in wanted:
                    found.setdefault(key, []).append(record)
    assert {wanted[key]["title"] for key in wanted.keys() - found.keys()} == set()
    for key, records in found.items():
        row, names = wanted[key], last_names(wanted[key]["authors"])
        assert any(len(names & last_names(record["authors"])) * 2 >= len(names) for record in records), row["title"]
        for record in records:
            assert not runs(row["abstract"]) & runs(record["abstract"]), row["title"]
            assert record["arxiv_id"] in {None, row["arxiv_id"]}


def test_stream_is_repeatable() -> None:
    code = "from tracker.demo.stream import papers, posts; p = papers(); print(ascii((p, posts(p))))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(stream.__file__).parents[2],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
    papers = stream.papers()
    assert outputs.pop().decode().strip() == ascii((papers, stream.posts(papers)))
    assert stream.papers(seed=8) != papers


def test_papers_are_labelled_and_well_formed() -> None:
    papers = stream.papers()
    assert len(papers) == 720
    assert len({paper.arxiv_id for paper in papers}) == len({paper.title for paper in papers}) == len(papers)
    assert papers == sorted(papers, key=lambda paper: (paper.announced, paper.arxiv_id))
    assert papers[-1].announced.isocalendar()[:2] == (2026, 20)
    for paper in papers:
        assert re.fullmatch(rf"{paper.announced:%y%m}\.99\d{{3}}", paper.arxiv_id)
        assert paper.announced.weekday() < 5
        assert paper.authors[-1] == stream.GENERATOR
        assert paper.abstract.endswith(stream.LABEL)
        assert paper.categories[0] == paper.category
        assert not set("{}") & set(paper.title + paper.abstract)


def test_planted_topics_take_their_course() -> None:
    papers = stream.papers()
    for topic in stream.PLANTED:
        counts = weekly(topic, papers)
        assert counts == list(topic.curve)
        before, after = sum(counts[:8]) / 8, sum(counts[8:]) / 4
        if topic.kind == "rising":
            assert after > 2.5 * before > 0
        elif topic.kind == "new":
            assert sum(counts[:10]) == 0
            assert sum(counts[10:]) >= 6
        else:
            assert after < before / 2.5
    assert [topic.kind for topic in stream.PLANTED] == ["rising"] * 4 + ["new", "fading"]


def test_steady_themes_keep_their_share() -> None:
    papers = stream.papers()
    for name in ("graph neural network", "federated learning", "machine translation", "tabular data"):
        topic = stream.PlantedTopic(name, "steady", (name, name.replace(" data", "-data")), ())
        counts = weekly(topic, papers)
        assert max(counts) - min(counts) <= 3
        assert abs(sum(counts[8:]) / 4 - sum(counts[:8]) / 8) < 0.7


def test_posts_are_by_invented_people_about_demo_papers() -> None:
    papers = stream.papers()
    posts = stream.posts(papers)
    known = {f"https://arxiv.org/abs/{paper.arxiv_id}" for paper in papers}
    named = {match for post in posts for match in re.findall(r"arXiv:(\S+\d)", post.text)}
    assert len({post.key for post in posts}) == len({post.text for post in posts}) == len(posts) == 125
    assert posts == sorted(posts, key=lambda post: post.created)
    assert len(named) >= 10
    assert named <= {paper.arxiv_id for paper in papers}
    assert sum(not post.links for post in posts) >= 24
    announced = {f"https://arxiv.org/abs/{paper.arxiv_id}": paper.announced for paper in papers}
    for post in posts:
        assert post.author.endswith(".demo.example")
        assert len(post.text) < 300
        assert set(post.links) <= known
        assert post.created.utcoffset() == dt.timedelta(0)
        assert all(announced[link] <= post.created.date() for link in post.links)


def test_one_riser_is_widely_discussed() -> None:
    papers = stream.papers()
    talk: dict[str, set[str]] = {}
    for post in stream.posts(papers):
        for link in post.links:
            talk.setdefault(link, set()).add(post.author)
    link = max(talk, key=lambda link: len(talk[link]))
    paper = next(paper for paper in papers if link.endswith(paper.arxiv_id))
    assert len(talk[link]) >= 4
    assert paper.announced.isocalendar()[:2] == (2026, 18)
    assert any(form in paper.title.lower() for topic in stream.PLANTED[:4] for form in topic.forms)


def test_other_sizes_work() -> None:
    papers = stream.papers("2026-W01", weeks=15, per_week=7, seed=3)
    assert len(papers) == 105
    assert papers[-1].announced.isocalendar()[:2] == (2026, 1)
    assert stream.posts(papers[-14:])
    assert stream.papers(weeks=0) == []
    assert stream.posts([]) == []
    with pytest.raises(ValueError, match="too many papers in 2026"):
        stream.papers(weeks=5, per_week=400)

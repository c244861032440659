"""The command line as a user runs it: output, errors in one line, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import HOSTILE_CONTROLS, HOSTILE_TITLES, paper, post

from tracker import config
from tracker import home as homes
from tracker.cli.verbs import VERBS
from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable


def tracker(*words: str | Path, status: int = 0, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tracker", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        input=stdin,
        env=environment,
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def filled(home: Path, lines: Callable[..., Path]) -> Path:
    rows = [paper(1), paper(2, title="Planning with world models"), post(1, links=["https://arxiv.org/abs/2605.10002"])]
    tracker("--home", home, "import", "--no-index", lines(*rows))
    return home


def test_the_first_page_of_help_names_every_verb() -> None:
    out = tracker("--help").stdout
    assert all(f"  {verb} " in out for verb in VERBS)
    for verb in VERBS:
        assert tracker(verb, "--help").stdout.startswith("Usage: ")


def test_importing_twice_changes_nothing(home: Path, lines: Callable[..., Path]) -> None:
    path = lines(paper(1), post(1))
    assert "2 new" in tracker("--home", home, "import", "--no-index", path).stdout
    assert "0 new, 0 changed, 2 unchanged" in tracker("--home", home, "import", "--no-index", path).stdout


def test_a_bad_line_is_named_and_makes_the_status_1(home: Path, lines: Callable[..., Path]) -> None:
    done = tracker("--home", home, "import", "--no-index", lines(paper(1), "{"), status=1)
    assert "1 new" in done.stdout
    assert "line 2: no JSON" in done.stderr


def test_search_prints_json_for_programs(filled: Path) -> None:
    found = json.loads(tracker("--home", filled, "search", "--json", "--mode", "lexical", "world models").stdout)
    assert found["query"] == "world models"
    assert found["hits"][0]["id"] == "arxiv:2605.10002"
    assert {"id", "kind", "title", "score", "why"} <= found["hits"][0].keys()


def test_many_queries_in_one_process(filled: Path) -> None:
    done = tracker(
        "--home", filled, "search", "--json", "--mode", "lexical", "--queries", "-", stdin="world\n\ngraph\n"
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["query"] for answer in answers] == ["world", "", "graph"]
    assert answers[0]["hits"][0]["id"] == "arxiv:2605.10002"


def test_search_without_vectors_says_so(filled: Path) -> None:
    done = tracker("--home", filled, "search", "world")
    assert "Planning with world models" in done.stdout
    assert "tracker index" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["search", "is:unred"], "Did you mean is:unread"),
        (["show", "arxiv:9901.00001"], "Nothing is stored as"),
        (["open", "x:1"], "Nothing is stored as"),
        (["trends", "--venue", "ICML", "--from", "2020", "--to", "2021"], "Nothing is stored of ICML 2020"),
        (["trends", "--week", "soon"], "no ISO week"),
        (["sync", "nope"], "no source"),
        (["backup", "."], "is a directory"),
        ([], "needs a terminal"),
    ],
)
def test_what_did_not_happen_is_one_line_and_not_0(
    home: Path, lines: Callable[..., Path], words: list[str], said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "--home", str(home), *words],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode not in {0, 70}
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_show_gives_the_hub(filled: Path) -> None:
    shown = [
        json.loads(line)
        for line in tracker("--home", filled, "show", "--json", "2605.10002", "x:1").stdout.splitlines()
    ]
    assert shown[0]["posts"][0]["id"] == "x:1"
    assert shown[1]["mentions"] == [
        {"identifiers": ["arxiv:2605.10002"], "how": "link", "confidence": 1.0, "title": "Planning with world models"}
    ]


def test_bibtex(filled: Path) -> None:
    out = tracker("--home", filled, "show", "--bibtex", "2605.10002").stdout
    assert out.startswith("@misc{author2026planning,")
    assert "eprint = {2605.10002}" in out


def test_a_broken_configuration_is_said(home: Path) -> None:
    (home / "feeds.toml").write_text("[[source]\n")
    assert "cannot be read" in tracker("--home", home, "sources", status=1).stderr
    (home / "feeds.toml").write_text('[[source]]\nkind = "x"\nbearer_token = "abc"\n')
    assert "secret" in tracker("--home", home, "sources", status=1).stderr


def test_hostile_titles_come_out_as_they_are_without_controls(home: Path, lines: Callable[..., Path]) -> None:
    rows = [
        paper(
            n,
            title=title,
            abstract=HOSTILE_CONTROLS,
            authors=[HOSTILE_CONTROLS],
            comment=HOSTILE_CONTROLS,
            venue=HOSTILE_CONTROLS,
            track=HOSTILE_CONTROLS,
        )
        for n, title in enumerate(HOSTILE_TITLES)
    ]
    rows += [
        post(
            n, text=title + "\n" + HOSTILE_CONTROLS, author=HOSTILE_CONTROLS, links=["https://arxiv.org/abs/2605.10000"]
        )
        for n, title in enumerate(HOSTILE_TITLES)
    ]
    tracker("--home", home, "import", "--no-index", lines(*rows))
    week = ["--week", "2026-W20"]
    for words in (
        ["search", "kind:paper", "--limit", "50"], ["search", "kind:paper", "--limit", "50", "--json"], ["show", "arxiv:2605.10000", "x:0"],
        ["show", "--json", "arxiv:2605.10000", "x:0"], ["show", "--bibtex", "arxiv:2605.10001"], ["sources"], ["trends", *week], ["trends", "--json", *week],
        *(["digest", *week, "--format", form] for form in ("text", "md", "html", "json")),
    ):  # fmt: skip
        out = tracker("--home", home, *words).stdout
        assert not any(
            (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202e\u2066\u200f\ufeff" for c in out
        ), words
        if words[0] == "search" and "--json" not in words:
            assert all(title in out for title in HOSTILE_TITLES)


def test_a_backup_is_whole(filled: Path, tmp_path: Path) -> None:
    tracker("--home", filled, "backup", tmp_path / "copy.db")
    again = tmp_path / "again"
    (again / "index").mkdir(parents=True)
    (tmp_path / "copy.db").rename(again / "index" / "tracker.db")
    assert "Planning" in tracker("--home", again, "show", "2605.10002").stdout


def test_a_new_home_gets_its_commented_file(tmp_path: Path) -> None:
    assert homes.create(tmp_path / "new")
    assert not homes.create(tmp_path / "new")
    loaded = config.load(tmp_path / "new")
    assert len(loaded.sources) > 25
    for source in loaded.sources:
        Session(tmp_path / "new").fetcher(source.kind).check(source)


def test_the_repository_is_a_home_with_the_same_file() -> None:
    here = Path(__file__).resolve().parents[1] / "feeds.toml"
    assert here.read_bytes() == (files("tracker") / "feeds.toml").read_bytes()

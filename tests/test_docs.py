"""The documentation against the code: what it names exists, what exists is named, and its examples run."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click
import pytest

from tracker import config, home, linking, plugins, radar, sync, watching
from tracker.cli.app import tracker as group
from tracker.cli.verbs import VERBS
from tracker.conference_page import following, names, nearness, ranking, subjects
from tracker.fetch.arxiv import lookup as arxiv_lookup
from tracker.fetch.x import pages as x_pages
from tracker.http import client as http
from tracker.hub import bots, stories, talk, titles
from tracker.query import filter_names, parse
from tracker.store import hub
from tracker.trends import comparison, rising
from tracker.tui import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.session import Session

ROOT = Path(__file__).resolve().parents[1]
DOCS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
PAGES = (
    "quick-start",
    "feeds",
    "query",
    "keys",
    "terminal",
    "import",
    "writing-a-fetcher",
    "how-it-works",
    "trends",
    "digest",
    "conference",
    "models",
    "evaluation",
)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ENDS = frozenset({"|", ">", ">>", "<", ";", "&&"})
CHECKED: tuple[type[click.ParamType[Any]], ...] = (click.Choice, click.IntRange)
"""Types of options whose values are checked; files of examples need not be there."""


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return [text for name, text in _FENCE.findall(DOCS[page]) if name == language]


def section(page: str, heading: str) -> str:
    """A part of a page, up to the next heading of its level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", DOCS[page], re.DOTALL | re.MULTILINE)
    assert found, f"{page} has no part '{heading}'"
    return found[1]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of the rows of its tables."""
    for line in text.splitlines():
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip("|"))
            yield [cell.strip().replace("\\|", "|") for cell in cells]


def commands() -> list[tuple[str, list[str]]]:
    """(page, words after `tracker`) of every shell example."""
    found = []
    for page in DOCS:
        for line in "\n".join(blocks(page, "console")).splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            end = next((place for place, word in enumerate(words) if word in _ENDS), len(words))
            if words[:1] == ["tracker"]:
                found.append((page, words[1:end]))
    return found


# what exists is named


def test_every_page_is_there() -> None:
    assert {f"{name}.md" for name in PAGES} <= DOCS.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_shown_at_work(verb: str) -> None:
    assert any(words[:1] == [verb] for _, words in commands()), f"no example of 'tracker {verb}'"


@pytest.mark.parametrize("name", filter_names())
def test_every_filter_has_its_row_with_an_example_that_parses(name: str) -> None:
    found = [cells for cells in rows(section("query.md", "Filters")) if cells[0] == f"`{name}:`"]
    assert len(found) == 1
    for example in re.findall(r"`([^`]+)`", found[0][1]):
        assert example.startswith(f"{name}:")
        assert not parse(example).words


def test_every_key_has_its_row() -> None:
    written = {cells[0].strip("`"): re.findall(r"`([^`]+)`", cells[1]) for cells in rows(DOCS["keys.md"])}
    for key in keys.ALL_KEYS:
        assert written.get(key.id) == keys.shown(key.id, {}, first=False).split(), f"{key.id}: {key.words}"
    assert written.keys() - {"id", "---"} == {key.id for key in keys.ALL_KEYS}


HEADINGS = {
    "arxiv": "arXiv",
    "conference": "Conferences",
    "feed": "Feeds",
    "bluesky": "Bluesky",
    "hackernews": "Hacker News",
    "reddit": "Reddit",
    "youtube": "YouTube",
    "hf_daily": "Hugging Face daily papers",
    "openreview": "OpenReview",
    "x": "X",
    "mastodon": "Mastodon",
    "lemmy": "Lemmy",
}


def shipped() -> list[str]:
    """The kinds that come with the project, as `pyproject.toml` registers them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return sorted(project["entry-points"][plugins.FETCHERS])


@pytest.mark.parametrize("kind", shipped())
def test_every_kind_and_option_is_described(kind: str) -> None:
    part = section("feeds.md", HEADINGS[kind])
    assert f'`kind = "{kind}"`' in part
    module = importlib.import_module(plugins.load(plugins.FETCHERS, kind).__module__)
    assert {cells[0].strip("`") for cells in rows(part)} - {"option", "---"} == module.OPTIONS


def test_the_common_options_are_described() -> None:
    part = section("feeds.md", "What all sources have")
    assert all(f"`{name}`" in part for name in config._COMMON)
    assert all(f"`{role}`" in DOCS["feeds.md"] for role in config.ROLES)


def test_every_state_of_a_source_is_described() -> None:
    from tracker.models import SourceState

    states = re.findall(r"`(\w+)`", (SourceState.__doc__ or "").split("one of")[1])
    assert [cells[0].strip("`") for cells in rows(section("feeds.md", "States of a source"))][2:] == states


def test_every_field_of_an_import_is_described() -> None:
    source = (ROOT / "tracker" / "fetch" / "jsonlines.py").read_text("utf-8")
    fields = {*re.findall(r'row\.get\("(\w+)"\)', source), "upvotes", "rank"}
    assert {name for name in fields if f"`{name}`" not in DOCS["import.md"]} == set()


def test_the_floors_are_those_of_the_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    drawn = blocks("how-it-works.md", "text")[0].splitlines()
    assert len(drawn) == len(contract["layers"])
    for line, layer in zip(drawn, contract["layers"], strict=True):
        assert {name.strip().removeprefix("tracker.") for name in layer.split(" : ")} <= set(line.split())


# figures


def test_figures_are_those_of_the_code() -> None:
    feeds, method, reading = DOCS["feeds.md"], DOCS["how-it-works.md"], DOCS["trends.md"]
    for heading, host in (("arXiv", "arxiv.org"), ("Conferences", "icml.cc"), ("Bluesky", "bsky.app"), ("X", "x.com")):
        assert f": {http.GAPS[host]:g} s" in section("feeds.md", heading)
    assert f"{http.GAP:g} s\n" in section("feeds.md", "Feeds")
    assert f"${x_pages.POST_COST:.3f} a post, ${x_pages.USER_COST:.3f} an account." in section("feeds.md", "X")
    assert f"reddit.com {http.GAPS['reddit.com']:g} s" in feeds
    assert f"| {sync.SECONDS_A_SOURCE:g} s:" in feeds
    assert f"| redirects | {http.REDIRECTS}," in feeds
    assert f"| {http.RETRIES + 1} |" in feeds
    least = (comparison.MONTH.papers, comparison.EDITION.papers, comparison.NEW.papers)
    assert "needs {} papers in its window, one of editions {};".format(*least) in method
    assert f"needs {least[2]}." in method
    assert "{} papers ({} between editions, {} for a new name)".format(*least) in reading
    assert (
        f"at least {comparison.LEAST_TITLES} of them, and at least {comparison.MONTH.title_share:.0%}".replace(
            "%", " %"
        )
        in method
    )
    assert f"({comparison.EDITION.title_share:.0%} between".replace("%", " %") in method
    assert f"held to {comparison.FALSE_DISCOVERIES:.0%}".replace("%", " %") in method
    assert f"must be {comparison.LEAST_RATIO} or more" in method
    assert f"by {comparison.LEAST_RATIO} times at least" in reading
    assert f"fewer than {rising.LEAST_PAPERS} papers" in reading
    assert (comparison.WEEKS, comparison.RECENT) == (12, 4)


def test_figures_of_the_hub_are_those_of_the_code() -> None:
    method = " ".join(DOCS["how-it-works.md"].split())
    for words in (
        f"first {titles.POST_WORDS} words",
        f"up to {linking.FEW} at once",
        f"from {linking.EARLIER_DAYS} days before",
        f"{arxiv_lookup.BATCH_SIZE} ids a request, {linking.LOOKUPS:,} a sync",
        f"note of {stories.LEAST_LETTERS} letters or more",
        f"half as much after every {talk.HALF_LIFE_DAYS:g} days",
        f"1 + {talk.POINTS_WEIGHT} × log2(1 + points)",
        f"of at least {bots.LEAST_POSTS} posts on {bots.LEAST_DAYS} days, {bots.SAME_MINUTE:.0%}".replace("%", " %"),
        f"or {bots.SAME_TIME:.0%} into".replace("%", " %"),
        f"last {radar.LEARNT_WEEKS} weeks",
        f"entries on {radar.LEAST_DAYS} days",
        f"{radar.OVERDUE:g} entries or more would have been due; or {radar.OVERDUE_OF_THE_REGULAR:g},",
        f"pause {radar.LONGER:g} times its longest",
        f"at least {radar.UNLEARNT_DAYS} days",
        f"less than {radar.THIN_SHARE:.0%} of what such days have, where those have {radar.THIN_LEAST} or more".replace(
            "%", " %"
        ),
        f"by {watching.LIST_HOUR}:00 UTC",
    ):
        assert words in method, words
    assert (hub.TRIES, talk.BOT_WEIGHT, talk.TITLE_WEIGHT, radar.UNLEARNT_PERIODS) == (3, 0.1, 0.5, 4)
    judged = "Only accounts of Bluesky, Lemmy, Mastodon, Reddit and X are judged."
    assert judged in method
    assert {word.strip(",").lower() for word in judged.split()[3:-2] if word != "and"} == bots.NETWORKS


def test_figures_of_a_conference_are_those_of_the_code() -> None:
    page = " ".join(DOCS["conference.md"].split())
    for words in (
        f"You starred it. | {ranking.STARRED:g} |",
        f"By somebody whom you follow. | {ranking.FOLLOWED_AUTHOR:g}, at most {2 * ranking.FOLLOWED_AUTHOR:g} |",
        f"posted about it. | {ranking.FOLLOWED_POST:g}, at most {2 * ranking.FOLLOWED_POST:g} |",
        f"starred or rated {following.LIKED} or 5. | {ranking.LIKED_AUTHOR:g}, of two or more {1.5 * ranking.LIKED_AUTHOR:g} |",
        f"| {ranking.NEAR:g} × likeness |",
        f"counts {subjects.IN_ABSTRACT:g}. | {subjects.ROLE:g} × rarity each, at most {subjects.ROLE_AT_MOST:g} |",
        f"| {subjects.RISING:g} × rarity each |",
        f"| {ranking.DECISION['oral']:g}; {ranking.DECISION['spotlight']:g} |",
        f"| {ranking.TALK:g} × log2(1 + people), at most {ranking.TALK_AT_MOST:g} |",
        f"| −{ranking.REPEATED:g} each, at most three quarters",
        f"less than {ranking.LEAST:g} points is no reason",
        f"fewer than {names.LIKELY:g} namesakes among {names.FIELD:,} authors",
        f"more than {following.MOST_AUTHORS} authors",
    ):
        assert words in page, words
    assert ranking.KEPT == 0.75
    assert (nearness.NEAREST, ranking.DECISION["highlight"]) == (100, ranking.DECISION["spotlight"])


def test_what_a_role_changes_is_said() -> None:
    part = section("feeds.md", "Following and unfollowing")
    for preset in home.presets().values():
        assert all(f"`{group}`" in part for group in (*preset["on"], *preset["off"]))


# what is named exists


@pytest.mark.parametrize(
    ("page", "words"), commands(), ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_shell_examples_name_verbs_and_options_that_exist(page: str, words: list[str]) -> None:
    context = click.Context(group, info_name="tracker")
    _, rest, _ = group.make_parser(context).parse_args(list(words))
    if not rest:
        return
    command = group.get_command(context, rest[0])
    assert command is not None, f"{page}: there is no verb '{rest[0]}'"
    given, _, _ = command.make_parser(click.Context(command, parent=context)).parse_args(rest[1:])
    for option in command.params:
        value = given.get(option.name or "")
        if isinstance(value, str) and isinstance(option.type, CHECKED):
            option.type.convert(value, option, None)
        if rest[0] == "search" and option.name == "words" and isinstance(value, list | tuple):
            parse(" ".join(value))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=f"{page}-{number}")
        for page in ("feeds.md", "quick-start.md", "keys.md", "terminal.md", "models.md")
        for number, text in enumerate(blocks(page, "toml"))
    ],
)
def test_configuration_examples_are_right(text: str, tmp_path: Path) -> None:
    known = config.parse(tomllib.loads(text), tmp_path)
    for source in known.sources:
        plugins.load(plugins.FETCHERS, source.kind)().check(source)
    assert known.role in config.ROLES
    assert keys.unknown(dict(known.keys)) == []


def test_import_examples_import_without_a_bad_line(session: Session, tmp_path: Path) -> None:
    papers, posts = blocks("import.md", "jsonl")
    path = tmp_path / "example.jsonl"
    path.write_text(papers + posts, "utf-8")
    report = session.import_files([path])
    assert (report.bad_count, report.outcome.new, report.lines) == (0, 3, 3)
    (about,) = session.reader.posts_about(session.reader.row_of("2605.01234"))
    assert about.id == "forum:88"
    again = session.import_files([path])
    assert (again.outcome.new, again.outcome.changed, again.outcome.unchanged) == (0, 0, 3)


def test_the_json_of_a_hit_has_the_fields_shown() -> None:
    from tracker.cli.common import hit_json
    from tracker.models import Hit, Line

    (shown,) = blocks("query.md", "json")
    line = Line(
        row=1,
        id="",
        kind="paper",
        title="",
        byline="",
        venue="",
        year=1,
        date="",
        origin="",
        is_read=False,
        is_starred=False,
    )
    assert list(json.loads(shown)["hits"][0]) == list(hit_json(Hit(line=line, score=0.0, why="")))


def test_the_example_fetcher_works_and_so_does_its_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "writing-a-fetcher.md"
    (package,) = blocks(page, "toml")
    entry = tomllib.loads(package)["project"]["entry-points"][plugins.FETCHERS]["labnotes"]
    name, _, cls = entry.partition(":")
    module, test = blocks(page, "python")
    made = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, made)
    exec(compile(module, f"{page}: {name}", "exec"), made.__dict__)
    assert getattr(made, cls).kind == "labnotes"
    wire = tmp_path / "wire" / "labnotes"
    wire.mkdir(parents=True)
    (wire / "notes.json").write_text(blocks(page, "json")[0], "utf-8")
    space: dict[str, object] = {"__file__": str(tmp_path / "test_labnotes.py")}
    exec(compile(test, f"{page}: its test", "exec"), space)
    found = [value for word, value in space.items() if word.startswith("test_")]
    assert found
    for run in found:
        assert callable(run)
        run()


# links


def anchors(text: str) -> set[str]:
    """The names under which the headings of a page are reached."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", DOCS)
def test_links_between_pages_resolve(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _FENCE.sub("", DOCS[page])):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / "docs" / name).resolve() if name else ROOT / "docs" / page
        assert path.is_file(), target
        if anchor:
            assert anchor in anchors(path.read_text("utf-8")), target


@pytest.mark.parametrize("page", DOCS)
def test_pages_hold_no_leftovers(page: str) -> None:
    assert not re.search(r"TODO|FIXME|/home/|[ \t]+$", DOCS[page], re.MULTILINE)
    assert DOCS[page].startswith("# ")

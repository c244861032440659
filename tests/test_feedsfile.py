"""Editing `feeds.toml`: only what is meant changes, and the old file stays whole until the new one is on the disk."""

from __future__ import annotations

import tomllib
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import config
from tracker.errors import ConfigError, NotFoundError, StoreError
from tracker.following import feedsfile

TEXT = """\
# Mine, with care.

[tracker]
role   =   "ai-engineer"   # spaced oddly on purpose

# -- blogs --------------------------------
[[source]]
kind = "feed"
name = "one"
url = "https://one.example/feed"   # the good one
# a thought about what comes next

[[source]]  # the second
kind = "feed"
name = 'two'
url = "https://two.example/[[source]]"
author = \"\"\"
[[source]]
not a table\"\"\"

# [[source]]
# kind = "feed"
# name = "off"
# url = "https://off.example/feed"

[[source]]
kind = "arxiv"
categories = [
  "cs.LG",  # learning
  "stat.ML",
]

[keys]
star = "x"
"""
NEW = {"kind": "feed", "name": "new", "url": "https://new.example/feed"}


def names(text: str) -> list[str]:
    return [source.name for source in config.parse(tomllib.loads(text), Path()).sources]


def written(home: Path, text: str = TEXT) -> Path:
    path = home / config.FILE
    path.write_bytes(text.encode())
    return path


# adding, removing, changing


def test_a_source_is_added_at_the_end_and_all_else_is_as_it_was() -> None:
    after = feedsfile.added(TEXT, [NEW])
    assert after.startswith(TEXT.rstrip())
    assert after[len(TEXT.rstrip()) :] == (
        '\n\n[[source]]\nkind = "feed"\nname = "new"\nurl = "https://new.example/feed"\n'
    )
    assert feedsfile.added(TEXT, []) == TEXT


def test_a_source_is_removed_with_its_own_comments_and_nothing_else() -> None:
    after = feedsfile.removed(TEXT, "one")
    gone = TEXT.splitlines()[6:10]
    assert [line for line in TEXT.splitlines() if line not in after.splitlines()] == [gone[2], gone[3]]
    assert "# -- blogs" in after
    assert "# a thought about what comes next" in after
    assert names(after) == names(TEXT)[1:]


def test_a_header_within_a_text_is_no_header() -> None:
    after = feedsfile.removed(TEXT, "two")
    assert "not a table" not in after
    assert '# name = "off"' in after
    assert "star" in after
    assert len(names(after)) == 2


def test_a_source_without_a_name_goes_by_the_name_it_has_anyway() -> None:
    third = names(TEXT)[2]
    assert third.startswith("arxiv-")
    after = feedsfile.removed(TEXT, third)
    assert names(after) == ["one", "two"]
    assert after.endswith('[keys]\nstar = "x"\n')


def test_values_are_changed_in_place() -> None:
    after = feedsfile.changed(TEXT, "one", {"url": "https://moved.example/feed", "enabled": False})
    before_lines, lines = TEXT.splitlines(), after.splitlines()
    assert [line for line in before_lines if line not in lines] == ['url = "https://one.example/feed"   # the good one']
    assert [line for line in lines if line not in before_lines] == [
        'url = "https://moved.example/feed"   # the good one',
        "enabled = false",
    ]


def test_line_ends_of_windows_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    for after in (feedsfile.added(text, [NEW]), feedsfile.removed(text, "one")):
        assert "\n" not in after.replace("\r\n", "")
    assert feedsfile.removed(feedsfile.added(text, [NEW]), "new").rstrip() == text.rstrip()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('source = [{kind = "feed", name = "one", url = "https://one.example/feed"}]\n', "cannot be changed from here"),
        ("[[source]\n", "cannot be read"),
        ("source = 1\n", "cannot be changed from here"),
    ],
)
def test_what_cannot_be_added_to_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        feedsfile.added(text, [NEW])


def test_an_inline_list_of_sources_is_left_to_an_editor() -> None:
    text = 'source = [{kind = "feed", name = "one", url = "https://one.example/feed"}]\n'
    with pytest.raises(ConfigError, match="not written as"):
        feedsfile.removed(text, "one")
    with pytest.raises(NotFoundError, match="no source 'absent'"):
        feedsfile.removed(TEXT, "absent")


NAMES = st.lists(st.text(ascii_lowercase, min_size=1, max_size=6), min_size=1, max_size=5, unique=True)
VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=3),
)
OPTIONS = st.dictionaries(st.text(ascii_lowercase, min_size=1, max_size=8).map("o-{}".format), VALUES, max_size=4)
COMMENTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map("# {}\n".format)


@given(NAMES, st.data())
def test_whatever_is_added_is_there_and_what_is_removed_again_leaves_the_text_as_it_was(
    found: list[str], data: st.DataObject
) -> None:
    tables: list[dict[str, Any]] = [{"kind": "feed", "name": name, **data.draw(OPTIONS)} for name in found]
    start = f'{data.draw(COMMENTS)}[tracker]\nrole = "x"\n'
    text = start
    for table in tables:
        text = feedsfile.added(text, [table])
    assert tomllib.loads(text) == {"tracker": {"role": "x"}, "source": tables}
    victim = data.draw(st.sampled_from(found))
    after = feedsfile.removed(text, victim)
    assert tomllib.loads(after).get("source", []) == [table for table in tables if table["name"] != victim]
    for name in set(found) - {victim}:
        after = feedsfile.removed(after, name)
    assert after.rstrip() == start.rstrip()


@given(st.lists(st.sampled_from(TEXT.splitlines(keepends=True)), max_size=25).map("".join))
def test_shuffled_lines_are_changed_rightly_or_refused(text: str) -> None:
    try:
        after = feedsfile.added(text, [NEW])
    except ConfigError:
        return
    assert tomllib.loads(after)["source"] == [*tomllib.loads(text).get("source", []), NEW]
    try:
        again = feedsfile.removed(after, "new")
    except ConfigError:
        return
    assert tomllib.loads(again).get("source", []) == tomllib.loads(text).get("source", [])


# writing


def test_a_home_without_a_file_begins_with_the_packaged_one(home: Path) -> None:
    known = feedsfile.edit(home, lambda text: feedsfile.added(text, [NEW]))
    assert known.sources[-1].name == "new"
    assert len(known.sources) > 50
    assert (home / config.FILE).read_text("utf-8").startswith("# What tracker follows")


def test_a_crash_between_writing_and_renaming_leaves_the_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(home)

    def crash(self: Path, target: Path) -> Path:
        assert self.read_text("utf-8").endswith('url = "https://new.example/feed"\n')  # the new one was whole
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        feedsfile.edit(home, lambda text: feedsfile.added(text, [NEW]))
    assert path.read_text("utf-8") == TEXT
    assert [one.name for one in home.iterdir()] == [config.FILE]


def test_a_full_disk_is_said_and_leaves_the_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(home)
    monkeypatch.setattr(feedsfile.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StoreError, match="No space left"):
        feedsfile.edit(home, lambda text: feedsfile.added(text, [NEW]))
    assert path.read_text("utf-8") == TEXT
    assert [one.name for one in home.iterdir()] == [config.FILE]


def test_what_somebody_else_writes_meanwhile_is_kept(home: Path) -> None:
    path = written(home)
    asked: list[str] = []

    def change(text: str) -> str:
        asked.append(text)
        if len(asked) == 1:
            path.write_text(text + "\n# written by an editor meanwhile\n", "utf-8")
        return feedsfile.added(text, [NEW])

    feedsfile.edit(home, change)
    assert len(asked) == 2
    after = path.read_text("utf-8")
    assert "# written by an editor meanwhile" in after
    assert names(after)[-1] == "new"


def test_a_file_that_is_always_being_written_is_given_up(home: Path) -> None:
    path = written(home)

    def change(text: str) -> str:
        path.write_text(text + "# again\n", "utf-8")
        return feedsfile.added(text, [NEW])

    with pytest.raises(StoreError, match="being changed by another program"):
        feedsfile.edit(home, change)
    assert path.read_text("utf-8") == TEXT + "# again\n" * feedsfile.ATTEMPTS


def test_a_link_stays_a_link_and_modes_stay(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "settings" / "mine.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text(TEXT, "utf-8")
    elsewhere.chmod(0o600)
    (home / config.FILE).symlink_to(elsewhere)
    feedsfile.edit(home, lambda text: feedsfile.added(text, [NEW]))
    assert (home / config.FILE).is_symlink()
    assert names(elsewhere.read_text("utf-8"))[-1] == "new"
    assert elsewhere.stat().st_mode & 0o777 == 0o600


def test_a_change_that_would_make_the_file_wrong_is_not_written(home: Path) -> None:
    path = written(home)
    with pytest.raises(ConfigError, match="two sources are called 'one'"):
        feedsfile.edit(home, lambda text: feedsfile.added(text, [{**NEW, "name": "one"}]))
    assert path.read_text("utf-8") == TEXT


def test_nothing_is_written_where_nothing_changes(home: Path) -> None:
    path = written(home)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    feedsfile.edit(home, lambda text: text)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


# options


@pytest.mark.parametrize(
    "text", [TEXT, "", "# only words\n", TEXT.replace("\n", "\r\n"), "[tui]\nplain = true  # mine\n\n[keys]\n"]
)
@pytest.mark.parametrize("value", [True, False])
def test_an_option_is_set_and_all_else_stays(text: str, value: bool) -> None:
    before = tomllib.loads(text)
    after = feedsfile.with_options(text, "tui", {"sync": value})
    assert tomllib.loads(after) == {**before, "tui": {**before.get("tui", {}), "sync": value}}
    kept = [line for line in text.splitlines() if line.strip()]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert feedsfile.with_options(after, "tui", {"sync": value}) == after
    assert config.parse(tomllib.loads(after), Path()).sync_on_open is value


def test_an_option_of_what_is_no_plain_table_is_refused() -> None:
    with pytest.raises(ConfigError, match="cannot be changed from here"):
        feedsfile.with_options("tui.plain = true\n", "tui", {"sync": False})

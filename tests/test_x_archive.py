"""The archive that X gives an account, brought in by `tracker import`: whole, in parts, damaged and hostile."""

from __future__ import annotations

import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tracker.cli.app import tracker
from tracker.errors import TrackerError
from tracker.fetch.x import archive as x_archive
from tracker.fetch.x import scripts as x_scripts
from tracker.fetch.x.archive import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.session import Session

FIRST = 1_050_000_000_000_000_000
ACCOUNT = 'window.YTD.account.part0 = [ { "account" : { "username" : "ada", "accountId" : "1001" } } ]'


def tweet(number: int, **fields: Any) -> dict[str, Any]:
    """A post as the archive has it: all numbers are texts."""
    short = {"url": "https://t.co/a1", "expanded_url": f"https://arxiv.org/abs/2605.{10000 + number}"}
    picture = {"url": "https://t.co/p1", "expanded_url": f"https://twitter.com/ada/status/{FIRST + number}/photo/1"}
    made = {
        "id": str(FIRST + number),
        "id_str": str(FIRST + number),
        "full_text": f"Number {number} &amp; more: https://t.co/a1 https://t.co/p1",
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "entities": {"urls": [short], "media": [picture], "hashtags": [], "user_mentions": []},
        "favorite_count": "3",
        "retweet_count": "1",
        "lang": "en",
    }
    return {"tweet": made | fields}


def like(number: int) -> dict[str, Any]:
    url = f"https://twitter.com/i/web/status/{FIRST + number}"
    return {"like": {"tweetId": str(FIRST + number), "fullText": f"Liked {number}", "expandedUrl": url}}


def script(name: str, entries: list[Any], part: int = 0) -> str:
    return f"window.YTD.{name}.part{part} = {json.dumps(entries, indent=2)}"


def zipped(path: Path, members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def whole(path: Path) -> Path:
    members = {
        "Your archive.html": "<html></html>",
        "data/account.js": ACCOUNT,
        "data/tweets.js": script("tweets", [tweet(1), tweet(2)]),
        "data/tweets-part1.js": script("tweets", [tweet(3)], part=1),
        "data/like.js": script("like", [like(4)]),
        "data/direct-messages.js": script("direct_messages", [{"dmConversation": {"text": "private"}}]),
        "data/deleted-tweets.js": script("deleted_tweets", [tweet(5)]),
        "data/following.js": script("following", [{"following": {"accountId": "7"}}]),
    }
    return zipped(path, members)


def test_an_archive_is_imported_with_its_likes_and_twice_changes_nothing(session: Session, tmp_path: Path) -> None:
    path = whole(tmp_path / "twitter-2026-05-18.zip")
    report = session.import_files([path])
    assert (report.lines, report.outcome.new, report.bad) == (4, 4, [])
    again = session.import_files([path])
    assert (again.outcome.new, again.outcome.changed, again.outcome.unchanged) == (0, 0, 4)
    found = [record for _, _, record, _ in read(path) if not isinstance(record, str)]
    assert [record.key for record in found] == [f"x:{FIRST + number}" for number in (4, 3, 1, 2)]
    mine = found[-1]
    assert mine.text == "Number 2 & more: https://arxiv.org/abs/2605.10002"
    assert (mine.author, mine.network, mine.published) == ("ada", "x", "2018-10-10T20:19:24Z")
    assert mine.links == ("https://arxiv.org/abs/2605.10002",)
    assert mine.engagement == {"likes": 3.0, "reposts": 1.0}
    assert mine.url == f"https://x.com/ada/status/{FIRST + 2}"
    assert (found[0].author, found[0].url) == ("", f"https://x.com/i/status/{FIRST + 4}")


def test_a_single_file_is_imported_under_the_name_beside_it(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "tweets.js"
    path.write_text("\ufeff" + script("tweets", [tweet(1)]), "utf-8")
    assert [record.author for _, _, record, _ in read(path) if not isinstance(record, str)] == [""]
    (tmp_path / "account.js").write_text(ACCOUNT, "utf-8")
    assert [record.author for _, _, record, _ in read(path) if not isinstance(record, str)] == ["ada"]
    assert session.import_files([path]).outcome.new == 1


def test_the_command_takes_an_archive_and_names_bad_entries(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "tweets.js"
    path.write_text(script("tweets", [tweet(1), {"tweet": {"id_str": "none"}}, 7]), "utf-8")
    ran = CliRunner().invoke(tracker, ["--home", str(home), "import", "--no-index", str(path)])
    assert ran.exit_code == 1
    assert "tweets.js, entry 2: no post with an id and a text" in ran.output
    good = CliRunner().invoke(
        tracker, ["--home", str(home), "import", "--no-index", "--json", str(whole(tmp_path / "a.zip"))]
    )
    assert (good.exit_code, json.loads(good.stdout)["new"]) == (0, 3)


# damaged


@pytest.mark.parametrize(
    ("broken", "kept"),
    [
        (lambda text: text.replace('"id_str": "1050000000000000002"', '"id_str" "1050000000000000002"'), 2),
        (lambda text: text.replace('"full_text"', '"full_\\x"', 1), 2),
        (lambda text: text[:-40], 2),
        (lambda text: text.replace("window.YTD.tweets.part0", "window.YTD.tweets"), 0),
        (lambda text: text.replace('"tweet"', '"twoot"'), 0),
        (lambda text: "window.YTD.tweets.part0 = {}", 0),
        (lambda text: "window.YTD.tweets.part0 = [", 0),
        (lambda text: "window.YTD.profile.part0 = [ {} ]", 0),
    ],
)
def test_wrong_json_spoils_only_itself(broken: Any, kept: int, tmp_path: Path) -> None:
    text = script("tweets", [tweet(1), tweet(2), tweet(3)])
    assert broken(text) != text
    path = tmp_path / "tweets.js"
    path.write_text(broken(text), "utf-8")
    found = [record for _, _, record, _ in read(path)]
    assert sum(not isinstance(record, str) for record in found) == kept
    assert any(isinstance(record, str) for record in found)


def test_a_file_larger_than_a_piece_is_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x_scripts, "_CHUNK", 100)
    path = tmp_path / "tweets.js"
    path.write_text(script("tweets", [tweet(1), "broken" * 100, tweet(2), tweet(3)]), "utf-8")
    assert [isinstance(record, str) for _, _, record, _ in read(path)] == [False, True, False, False]


def test_nesting_without_end_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "tweets.js"
    path.write_text("window.YTD.tweets.part0 = [" + '{"tweet":' * 20_000, "utf-8")
    found = [record for _, _, record, _ in read(path)]
    assert len(found) == x_scripts.BROKEN_ENTRIES + 1
    assert found[-1] == "too much is broken; the rest is left out"


# hostile


def test_names_that_lead_out_are_only_read(session: Session, tmp_path: Path) -> None:
    text, outside = script("tweets", [tweet(1)]), tmp_path / "outside" / "tweets.js"
    names = ["../../tweets.js", str(outside), "C:\\tweets.js", "data\\tweets.js", "a/\x1b[31m/tweets.js"]
    path = zipped(tmp_path / "a.zip", dict.fromkeys(names, text) | {"x/\x1b]0;t\x07/like.js": "none"})
    report = session.import_files([path])
    assert report.outcome.new == 1
    assert not outside.exists()
    assert not list(tmp_path.rglob("tweets*.js"))
    assert report.bad
    assert not any("\x1b" in words for words in report.bad)


@pytest.mark.parametrize("name", ["data/tweets.js", "data/account.js"])
def test_a_bomb_is_refused_before_it_is_unpacked(name: str, session: Session, tmp_path: Path) -> None:
    members = {"data/tweets.js": script("tweets", [tweet(1)]), name: script("tweets", []) + " " * 20_000_000}
    path = zipped(tmp_path / "a.zip", members)
    assert path.stat().st_size < 40_000
    with pytest.raises(TrackerError, match="unpacked it would be"):
        session.import_files([path])


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_said(tmp_path: Path) -> None:
    bomb = script("tweets", []) + " " * 20_000_000
    path = zipped(tmp_path / "a.zip", {"tweets.js": bomb})
    said = struct.pack("<L", len(bomb))
    path.write_bytes(path.read_bytes().replace(said, struct.pack("<L", 1_000)))
    with pytest.raises(OSError, match=r"CRC|unpacked"):
        list(read(path))


def test_more_files_than_an_archive_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x_archive, "MEMBERS", 3)
    members = {f"tweets-part{part}.js": script("tweets", [], part) for part in range(4)}
    with pytest.raises(OSError, match="4 files"):
        list(read(zipped(tmp_path / "a.zip", members)))


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_is_told_in_words(compression: int, session: Session, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"tweets.js": script("tweets", [tweet(n) for n in range(50)])}, compression)
    body = path.read_bytes()
    whole_count = session.import_files([path]).lines
    assert whole_count == 50
    for damaged in (body[: len(body) // 2], body[:100] + bytes(200) + body[300:], body[:4] + bytes(4)):
        path.write_bytes(damaged)
        with pytest.raises(TrackerError) as refused:
            session.import_files([path])
        assert "cannot be read to its end" in refused.value.message


def test_a_zip_with_a_password_is_told_in_words(session: Session, tmp_path: Path) -> None:
    path = whole(tmp_path / "a.zip")
    body = bytearray(path.read_bytes())
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := body.find(sign, at + 1)) >= 0:
            body[at + place] |= 1
    path.write_bytes(bytes(body))
    with pytest.raises(TrackerError, match="encrypted"):
        session.import_files([path])


def test_a_zip_of_something_else_says_so(session: Session, tmp_path: Path) -> None:
    report = session.import_files(
        [zipped(tmp_path / "a.zip", {"data/following.js": "window.YTD.following.part0 = []"})]
    )
    assert report.bad == ["a.zip, entry 0: the zip holds neither tweets.js nor like.js"]

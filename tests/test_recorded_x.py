"""Recorded answers of X, where they are at hand: of its API v2, and of the older one whose posts the archive holds."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from test_recorded import RECORDED, sound

from tracker.errors import FetchError
from tracker.fetch.x.archive import read
from tracker.fetch.x.pages import POST_COST, Target, parse, parse_users

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = RECORDED / "x"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded answers are not part of this checkout")
TARGET = Target(key="user:1", shown="@someone", path="/2/users/1/tweets", least=5, author="someone")
POSTS = {
    "test_client_get_liked_tweets.json": 96,
    "test_client_get_list_tweets.json": 97,
    "test_client_get_tweets.json": 2,
    "test_client_get_users_mentions.json": 10,
    "test_client_search_all_tweets.json": 10,
}
USERS = {
    "test_client_get_list_followers.json": 100,
    "test_client_get_list_members.json": 100,
    "test_client_get_users.json": 2,
    "test_client_get_users_followers.json": 100,
}
OLD = {
    "testgetstatus.json": 1,
    "testhometimeline.json": 19,
    "testlisttimeline.json": 20,
    "testlookupusers.json": 4,
    "testusertimeline.json": 24,
}


def bodies(name: str) -> list[Any]:
    return [answer["response"]["body"] for answer in json.loads((FOLDER / name).read_bytes())]


@pytest.mark.parametrize(("name", "count"), POSTS.items())
def test_every_post_of_version_2_is_read(name: str, count: int) -> None:
    (body,) = bodies(name)
    page = parse(json.dumps(body).encode(), TARGET)
    assert (len(page.records), page.problems) == (count, [])
    assert page.ids == [int(post["id"]) for post in body["data"]]
    assert page.mark == body.get("meta", {}).get("next_token", "")
    assert page.cost == pytest.approx(count * POST_COST)
    for record in page.records:
        sound(record)
        assert record.published
        assert record.author == "someone"


@pytest.mark.parametrize(("name", "count"), USERS.items())
def test_accounts_are_read_and_are_no_posts(name: str, count: int) -> None:
    (body,) = bodies(name)
    answer = json.dumps(body).encode()
    found, problems = parse_users(answer)
    assert (len(found), problems) == (count, [])
    page = parse(answer, TARGET)
    assert not page.records
    assert page.problems == [f"{count} of the entries of @someone are no posts that can be read."]


def test_what_is_left_is_refused_in_words() -> None:
    left = sorted(path.name for path in FOLDER.glob("test_client_*.json") if path.name not in {*POSTS, *USERS})
    assert left == [
        "test_client_get_list.json",
        "test_client_get_list_memberships.json",
        "test_client_get_spaces.json",
        "test_client_manage_and_get_pinned_lists.json",
    ]
    for name in left:
        for body in bodies(name):
            try:
                page = parse(json.dumps(body).encode(), TARGET)
            except FetchError as error:
                assert "shape" in error.message
            else:
                assert not page.records
                assert page.problems


@pytest.mark.parametrize(("name", "count"), OLD.items())
def test_every_post_of_the_older_shape_is_read_from_an_archive(name: str, count: int, tmp_path: Path) -> None:
    posts = [post for body in bodies(name) for post in (body if isinstance(body, list) else [body])]
    posts = [post.get("status", post) for post in posts]
    path = tmp_path / "tweets.js"
    path.write_text(f"window.YTD.tweets.part0 = {json.dumps([{'tweet': post} for post in posts], indent=2)}", "utf-8")
    found = list(read(path, author="owner"))
    assert len(found) == len(posts) == count
    for (_, _, record, _), post in zip(found, posts, strict=True):
        assert not isinstance(record, str), record
        sound(record)
        original = post.get("retweeted_status", post)
        assert record.key == f"x:{original['id_str']}"
        passed_on = re.match(r"RT @(\w+):", post.get("full_text") or post["text"])
        assert record.author == original.get("user", {}).get("screen_name", passed_on[1] if passed_on else "owner")
        assert record.engagement["likes"] == original["favorite_count"]
        assert "t.co/" not in record.text or "…" in record.text


@pytest.mark.parametrize("name", ["testgetlist.json", "testratelimitstatus.json"])
def test_what_is_no_post_of_the_older_shape_is_left_out(name: str, tmp_path: Path) -> None:
    (body,) = bodies(name)
    path = tmp_path / "tweets.js"
    path.write_text(f"window.YTD.tweets.part0 = {json.dumps([{'tweet': body}, body])}", "utf-8")
    assert [record for _, _, record, _ in read(path)] == ["no post with an id and a text"] * 2


def test_no_recorded_answer_is_left_unread() -> None:
    older = {path.name for path in FOLDER.glob("*.json") if not path.name.startswith("test_client_")}
    assert older == {*OLD, "testgetlist.json", "testratelimitstatus.json"}

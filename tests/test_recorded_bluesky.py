"""Recorded answers of Bluesky, where they are at hand: every one becomes records or an error in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from test_recorded import RECORDED, Recorded, sound

from tracker.config import Source
from tracker.errors import FetchError
from tracker.fetch.bluesky.api import AppView, did_of
from tracker.fetch.bluesky.fetcher import BlueskyFetcher
from tracker.fetch.bluesky.follows import accounts
from tracker.fetch.bluesky.places import Place
from tracker.fetch.bluesky.posts import Wanted, page_of, record_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.models import Record

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not part of this checkout")
EVERYTHING = Wanted(reposts=True, replies=True)
PAGES = ("getAuthorFeed", "getListFeed", "searchPosts")


def answers() -> dict[str, tuple[int, Any]]:
    """(status, body) of every answer by the name of its file."""
    found = {
        p.stem: json.loads(p.read_bytes())["response"] for p in (RECORDED / "bluesky-appview-local").glob("*.json")
    }
    return {name: (response["status"], response["body"]) for name, response in sorted(found.items())}


def recorded(status: int, body: object) -> Recorded:
    """A client that gives one answer."""
    return Recorded([(status, json.dumps(body).encode())])


def sound_post(record: Record) -> Record:
    sound(record)
    assert record.identifiers[0] == record.key
    assert not record.subject or record.subject in record.links
    assert record.published
    return record


def viewed(record: Mapping[str, Any], uri: str) -> Record:
    """What becomes of a bare record when a service shows it."""
    did = uri.removeprefix("at://").split("/")[0]
    found = record_of({"uri": uri, "author": {"did": did, "handle": "handle.invalid"}, "record": record})
    assert found
    return sound_post(found)


def test_pages() -> None:
    counts = {}
    for name, (status, body) in answers().items():
        if status != 200 or not name.startswith(PAGES):
            continue
        page = page_of(body, EVERYTHING)
        entries = body.get("feed") or [{"post": post} for post in body.get("posts", [])]
        assert page.problems == ()
        assert page.mark == body.get("cursor", "")
        assert len(page.records) == len({entry["post"]["uri"] for entry in entries})
        assert len(page.moments) == len(entries)
        counts[name] = len([sound_post(record) for record in page.records])
    assert counts == {
        "getAuthorFeed-no-replies": 1,
        "getAuthorFeed-page1": 10,
        "getAuthorFeed-page2": 10,
        "getAuthorFeed-page3": 5,
        "getAuthorFeed-page4-empty": 0,
        "getAuthorFeed-repost-and-reply": 2,
        "getListFeed": 3,
        "searchPosts": 2,
    }


def test_replies_and_reposts_are_told_apart() -> None:
    _, body = answers()["getAuthorFeed-repost-and-reply"]
    for wanted, count in ((Wanted(reposts=False, replies=True), 1), (Wanted(reposts=True, replies=False), 1)):
        assert len(page_of(body, wanted).records) == count


def test_lookups() -> None:
    known = answers()
    assert did_of(AppView(recorded(*known["resolveHandle"]), "https://x.test"), "alice.test", "account").startswith(
        "did:"
    )
    found, problems = accounts(
        AppView(recorded(200, known["getFollows"][1] | {"cursor": None}), "https://x.test"),
        Place(option="follows", account="bob.test"),
    )
    assert (len(found), problems) == (1, [])


def test_errors() -> None:
    states = {}
    source = Source(kind="bluesky", name="x", options={"actor": "nobody.test"})
    for name, (status, body) in answers().items():
        if status != 200:
            with pytest.raises(FetchError) as caught:
                list(BlueskyFetcher().fetch(source, {}, recorded(status, body)))
            states[name] = (caught.value.state, "knows no account" in caught.value.message)
            assert "nobody.test" in caught.value.message
    assert states == {
        "error-auth-missing": ("login", False),
        "error-bad-cursor": ("failing", False),
        "error-limit": ("failing", False),
        "error-missing-param": ("failing", False),
        "error-resolveHandle": ("failing", True),
        "error-unknown-actor": ("failing", True),
        "error-unknown-method": ("failing", False),
    }


def test_answers_of_another_shape_are_refused() -> None:
    refused = 0
    for name, (status, body) in answers().items():
        if status == 200 and not name.startswith(PAGES):
            with pytest.raises(FetchError, match="no list of posts"):
                page_of(body, EVERYTHING)
            refused += 1
    assert refused == 7


def test_bare_records() -> None:
    listed = [
        record for name in ("pds-listRecords", "pds-listRecords-reverse") for record in answers()[name][1]["records"]
    ]
    texts = [viewed(record["value"], record["uri"]) for record in listed]
    assert len(texts) == 6
    assert all(record.links[0].startswith("https://arxiv.org/abs/2401.") for record in texts)
    for name in ("custom_record", "extended_post_record", "post_record"):
        record = json.loads((RECORDED / "bluesky" / f"{name}.json").read_bytes())
        assert viewed(record["value"], record["uri"]).text == record["value"]["text"]


def test_a_quoted_post_beside_pictures() -> None:
    view = json.loads((RECORDED / "bluesky" / "thread_view_post_with_embed_media.json").read_bytes())["thread"]["post"]
    record = record_of(view)
    assert record
    assert sound_post(record).authors == ("Python SDK",)
    assert any(link.startswith("https://bsky.app/profile/test.marshal.dev/post/") for link in record.links)


def test_records_of_the_event_stream() -> None:
    lines = (RECORDED / "bluesky-jetstream" / "expected_v1.jsonl").read_text("utf-8").splitlines()
    commits = [(event["did"], event["commit"]) for event in map(json.loads, lines) if event["kind"] == "commit"]
    found = [
        viewed(commit["record"], f"at://{did}/app.bsky.feed.post/{commit['rkey']}")
        for did, commit in commits
        if commit["collection"] == "app.bsky.feed.post" and commit["operation"] == "create"
    ]
    assert len(found) == 17
    assert sum(bool(record.links) for record in found) == 5
    assert [record.title for record in found if record.subject][:1] == [
        "What does America's 250th anniversary mean to Native Americans?"
    ]

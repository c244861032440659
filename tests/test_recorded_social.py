"""Recorded answers of Mastodon servers, where they are at hand: every post in them becomes a record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tracker.errors import FetchError
from tracker.fetch.mastodon.api import Place, lookup, marks_of, parse, pause_of
from tracker.fetch.mastodon.posts import record_of, records_of
from tracker.http.refusals import refusal
from tracker.identity import is_web_address
from tracker.ports import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.models import Record

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data" / "recorded" / "mastodon"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not part of this checkout")
PLACE = Place(server="social.example.org", base="https://social.example.org", account="ada@social.example.org")


def answers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every answer of the 42 recordings with the path that was asked."""
    for path in sorted(RECORDED.glob("*.json")):
        for exchange in json.loads(path.read_bytes()):
            yield urlsplit(exchange["request"]["url"]).path, exchange["response"]


def statuses(value: object) -> Iterator[dict[str, Any]]:
    """Every post, wherever it stands in an answer."""
    if isinstance(value, dict):
        if "content" in value and "account" in value:
            yield value
        for part in value.values():
            yield from statuses(part)
    elif isinstance(value, list):
        for part in value:
            yield from statuses(part)


def sound(record: Record) -> None:
    assert record.title
    assert record.identifiers[0] == record.key
    assert record.key.startswith("mastodon:http")
    assert record.author.count("@") == 1
    assert record.published
    assert all(is_web_address(link) for link in (record.url, *record.links))


def test_every_post_becomes_a_record() -> None:
    found = [record_of(status, "social.example.org") for _, answer in answers() for status in statuses(answer["body"])]
    assert None not in found
    records = [record for record in found if record]
    for record in records:
        sound(record)
    assert (len(records), len({record.key for record in records})) == (354, 172)
    assert {record.author for record in records} >= {"admin@social.example.org", "halcy@icosahedron.website"}
    assert sum(bool(record.subject) for record in records) == 3
    assert not any("/tags/" in link for record in records for link in record.links), "names of tags are no links"


def test_time_lines_are_pages() -> None:
    pages = records = unread = older = newer = 0
    for path, answer in answers():
        if answer["status"] != 200 or (not path.endswith("/statuses") and "/timelines/" not in path):
            continue
        body, headers = answer["body"], answer["headers"]
        if not isinstance(body, list):
            continue
        page = parse(
            Response(url=path, status=200, headers=headers, body=json.dumps(body).encode()), PLACE, PLACE.server
        )
        assert page.ids == [status["id"] for status in body]
        assert not page.pause
        pages, records, unread = pages + 1, records + len(page.records), unread + len(page.problems)
        older, newer = older + bool(page.older), newer + bool(page.newer)
        assert bool(page.older) == ('rel="next"' in headers.get("link", ""))
        assert not page.newer or page.newer == page.ids[0]
    assert (pages, records, unread, older, newer) == (33, 196, 0, 23, 24)


def test_every_other_answer_is_refused_in_words_or_has_no_posts() -> None:
    told = set()
    for path, answer in answers():
        body = json.dumps(answer["body"]).encode()
        try:
            page = parse(Response(url=path, status=200, headers={}, body=body), PLACE, PLACE.server)
        except FetchError as error:
            told.add(error.message)
        else:
            assert isinstance(answer["body"], list)
            assert len(page.records) + sum(int(problem.split()[0]) for problem in page.problems) <= len(answer["body"])
    assert "social.example.org sent no list of posts: Record not found." in told


def test_boosts_are_read_only_when_wanted() -> None:
    bodies = [answer["body"] for _, answer in answers() if mapping(mapping(answer["body"]).get("reblog"))]
    assert records_of(bodies, "a.example", reposts=False, replies=True) == ([], 0)
    (record,), _ = records_of(bodies[:1], "a.example", reposts=True, replies=True)
    assert record.key == f"mastodon:{bodies[0]['reblog']['uri']}"


def mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class Recorded:
    """A client with one answer."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    def get(self, request: Request) -> Response:
        body = json.dumps(self.answer["body"]).encode()
        if self.answer["status"] != 200:
            raise refusal(self.answer["status"], request.url, {}, body, 0.0)
        return Response(url=request.url, status=200, headers=self.answer["headers"], body=body)

    def post(self, request: Request, body: object) -> Response:
        raise NotImplementedError

    def spend(self, account: str, cost: float) -> None:
        raise NotImplementedError


def test_accounts_are_looked_up() -> None:
    found, unknown = [], 0
    for path, answer in answers():
        if not path.endswith("/lookup"):
            continue
        try:
            found.append(lookup(PLACE, Recorded(answer)))
        except FetchError as error:
            assert error.message == "social.example.org knows no account ada@social.example.org."
            unknown += 1
    assert found == [("117020565966271181", "social.example.org")] * 2
    assert unknown == 1


def test_headers_of_real_servers_are_understood() -> None:
    with_marks = 0
    for _, answer in answers():
        headers = answer["headers"]
        assert not pause_of(headers, "a.example")
        with_marks += any(marks_of(headers.get("link", "")))
        reset = headers.get("x-ratelimit-reset")
        assert not reset or " until " in pause_of(
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, "a.example"
        )
    assert with_marks == 27

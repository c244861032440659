"""Recorded answers of the real services, where they are at hand: nothing may fail but in words."""

from __future__ import annotations

import gzip
import re
from email import message_from_string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tracker.config import Source
from tracker.errors import FetchError
from tracker.fetch.feed import documents as feed_documents
from tracker.fetch.feed import fetcher as feed
from tracker.fetch.feed import plain as feed_plain
from tracker.fetch.feed import reader as feed_reader
from tracker.http.refusals import refusal
from tracker.identity import is_web_address
from tracker.ports import Request, Response

if TYPE_CHECKING:
    from tracker.models import Record

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
RECORDED, PAPERS = SHARED / "recorded", SHARED / "papers" / "recorded"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not part of this checkout")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def data(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def sound(record: Record) -> None:
    assert record.title
    assert record.identifiers
    assert not any(
        CONTROL.search(text) for text in (record.title, record.text, record.author, record.comment, *record.authors)
    )
    assert all(is_web_address(link) for link in (*record.links, *filter(None, [record.url, record.pdf_url])))
    assert record.published is None or record.published[:2] in {"19", "20"}


def told_headers(body: bytes) -> dict[str, str]:
    """Return the HTTP headers that the head comment of a file of feedparser's own tests asks for."""
    head = re.match(rb"\s*(?:<\?xml.*?\?>)?\s*<!--\s*(.*?)-->", body, re.DOTALL)
    found = message_from_string(head[1].decode("latin-1")).items() if head else []
    return {name.lower(): value for name, value in found if name.lower().startswith("content-")}


def feed_records(path: Path, headers: dict[str, str]) -> list[Record] | FetchError:
    url = f"https://feeds.example.org/{path.name.replace(' ', '-')}"
    answer = Response(url=url, status=200, headers=headers, body=path.read_bytes())
    try:
        return feed.parse(answer, Source(kind="feed", name="recorded", options={"url": url}))[0]
    except FetchError as error:
        return error


@pytest.mark.parametrize(
    ("folder", "least", "most_rejected"),
    [
        ("feeds-aicompanies", 1_500, 0),
        ("feeds-feedparser", 70, 3),
        ("feeds-miniflux", 110, 4),
        ("feeds-mlblogs", 130, 2),
        ("feeds-netnewswire", 500, 9),
        ("feeds-newsboat", 35, 0),
    ],
)
def test_feeds(folder: str, least: int, most_rejected: int) -> None:
    outcomes = [
        feed_records(path, headers)
        for path in sorted((RECORDED / folder).iterdir())
        if path.suffix != ".opml"
        for headers in [told_headers(path.read_bytes()) if folder == "feeds-feedparser" else {}]
    ]
    found = [record for outcome in outcomes if not isinstance(outcome, FetchError) for record in outcome]
    for record in found:
        sound(record)
        assert record.kind == "post"
        assert record.author
    assert len(found) >= least
    assert sum(isinstance(outcome, FetchError) for outcome in outcomes) <= most_rejected


def test_plain_feeds_are_read_as_feedparser_reads_them() -> None:
    compared = entries = 0
    for path in sorted(RECORDED.glob("feeds-*/*")):
        url = f"https://feeds.example.org/blog/{path.name.replace(' ', '-')}"
        body, content_type = feed_documents.readable(path.read_bytes(), "")
        body = feed_documents.without_prolog(body)
        document = None if feed_documents.is_cut(body) else feed_plain.read(body, url, content_type)
        if document is not None:
            assert (path.name, document) == (path.name, feed_reader.parsed(body, url, content_type)[0])
            compared += 1
            entries += len(document.entries)
    assert compared >= 80
    assert entries >= 1_500


def test_real_blogs_have_dates_and_pages_of_their_own() -> None:
    for name in (
        "feeds-mlblogs/lilianweng__index.xml",
        "feeds-mlblogs/offconvex___site__feed.xml",
        "feeds-aicompanies/feed_anthropic_research.xml",
    ):
        outcome = feed_records(RECORDED / name, {})
        assert not isinstance(outcome, FetchError)
        assert sum(not record.published for record in outcome) <= 1  # one entry of a real blog is dated in the year 1
        assert len({record.key for record in outcome}) == len(outcome)
        assert sum(any(i.startswith("url:") for i in record.identifiers) for record in outcome) >= 0.9 * len(outcome)


class Recorded:
    """A client that gives recorded answers one after the other, empty pages after them."""

    def __init__(self, answers: list[tuple[int, bytes]]) -> None:
        self.answers = answers

    def get(self, request: Request) -> Response:
        status, body = self.answers.pop(0) if self.answers else (200, b"<feed xmlns='http://www.w3.org/2005/Atom'/>")
        if status != 200:
            raise refusal(status, request.url, {}, body, 0.0)
        return Response(url=request.url, status=200, headers={}, body=body)

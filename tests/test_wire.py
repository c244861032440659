"""An answer in a service's own shape, and the records that it must become: a new case is two files in `wire/<kind>/`.

`NAME.expected.json` holds `options` of the source, `cursor` before (may be missing), `content_type`, and what must come
out: `error` (part of the message) or `records`, with the fields named there, and optionally `problems` and `after`
(the cursor). `python tests/test_wire.py PATH…` writes `records` and `after` anew, to be read before they are committed.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tracker import plugins
from tracker.config import Source
from tracker.errors import FetchError
from tracker.fetch.arxiv import ArxivFetcher
from tracker.fetch.bluesky import BlueskyFetcher
from tracker.fetch.conference import ConferenceFetcher
from tracker.fetch.feed import FeedFetcher
from tracker.http.refusals import refusal
from tracker.identity import is_web_address
from tracker.ports import Batch, Fetcher, Request, Response

if TYPE_CHECKING:
    from tracker.models import Record

FOLDER = Path(__file__).parent / "wire"
FETCHERS: dict[str, type[Fetcher]] = {f.kind: f for f in (ArxivFetcher, BlueskyFetcher, ConferenceFetcher, FeedFetcher)}
ADDRESS = "https://blog.example.org/feed"


class Canned:
    """A client whose every answer is one file."""

    def __init__(self, body: bytes, expected: dict[str, Any]) -> None:
        self.body = body
        self.expected = expected

    def get(self, request: Request) -> Response:
        status = self.expected.get("status", 200)
        if status not in {200, 304}:
            raise refusal(status, request.url, {}, self.body, 0.0)
        headers = {"content-type": self.expected["content_type"]} if "content_type" in self.expected else {}
        return Response(url=request.url, status=200, headers=headers, body=self.body)


def plain(record: Record) -> dict[str, Any]:
    """Return the fields of a record that say something."""
    fields = json.loads(json.dumps(dataclasses.asdict(record)))
    return {name: value for name, value in fields.items() if value not in ("", None, [], {}, False)}


def outcome(answer: Path, expected: dict[str, Any]) -> list[Batch]:
    kind = answer.parent.name
    options = {"url": ADDRESS} | expected["options"] if kind == "feed" else expected["options"]
    source = Source(kind=kind, name="case", options=options)
    fetcher = FETCHERS[kind]()
    fetcher.check(source)
    return list(fetcher.fetch(source, expected.get("cursor", {}), Canned(answer.read_bytes(), expected)))


def cases() -> list[Path]:
    return sorted(path for path in FOLDER.glob("*/*") if not path.name.endswith(".expected.json"))


def expected_of(answer: Path) -> Path:
    return answer.parent / f"{answer.name.split('.')[0]}.expected.json"


@pytest.mark.parametrize("answer", cases(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_answer_becomes_its_records(answer: Path) -> None:
    expected = json.loads(expected_of(answer).read_text("utf-8"))
    if "error" in expected:
        with pytest.raises(FetchError) as caught:
            outcome(answer, expected)
        assert expected["error"] in str(caught.value)
        assert caught.value.state == expected.get("state", "failing")
        return
    batches = outcome(answer, expected)
    assert [plain(record) for batch in batches for record in batch.records] == expected["records"]
    assert [problem for batch in batches for problem in batch.problems] == expected.get("problems", [])
    if "after" in expected:
        assert dict(batches[-1].cursor) == expected["after"]


@pytest.mark.parametrize("answer", cases(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_records_keep_the_promises_of_their_shape(answer: Path) -> None:
    expected = json.loads(expected_of(answer).read_text("utf-8"))
    if "error" in expected:
        return
    for batch in outcome(answer, expected):
        json.dumps(dict(batch.cursor))
        for record in batch.records:
            assert record.title
            assert record.key
            assert record.identifiers
            assert all(is_web_address(link) for link in (*record.links, *filter(None, [record.url, record.pdf_url])))
            if record.kind == "post":
                assert record.identifiers[0] == record.key
                assert record.author
                assert record.network


@pytest.mark.parametrize("kind", sorted(FETCHERS))
def test_every_kind_has_cases_and_an_entry_point(kind: str) -> None:
    assert any(path.parent.name == kind for path in cases())
    if kind in plugins.names(plugins.FETCHERS):  # where the package is installed
        assert plugins.load(plugins.FETCHERS, kind) is FETCHERS[kind]


def rewrite(answer: Path) -> None:
    path = expected_of(answer)
    expected = json.loads(path.read_text("utf-8"))
    batches = outcome(answer, expected)
    expected["records"] = [plain(record) for batch in batches for record in batch.records]
    expected["after"] = dict(batches[-1].cursor)
    if problems := [problem for batch in batches for problem in batch.problems]:
        expected["problems"] = problems
    path.write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        rewrite(Path(name))

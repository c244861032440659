"""An answer in a service's own shape, and the records that it must become: a new case is two files in `wire/<kind>/`.

`NAME.expected.json` holds `options` of the source, `cursor` before (may be missing), `content_type` or `headers` of the
answer, and what must come out: `error` (part of the message) or `records`, with the fields named there, and optionally
`problems` and `after` (the cursor). Where a source asks several things, `answers` lists [part of an address, file in
`answers/` beside the case]: the first that fits is given, the case itself to all other addresses. `status` is that of the
case; `login` names credentials that are there. `python tests/test_wire.py PATH…` writes `records` and `after` anew, to be read before they are committed.
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
from tracker.credentials import variable_of
from tracker.errors import FetchError
from tracker.http.refusals import refusal
from tracker.identity import is_web_address
from tracker.ports import Batch, Fetcher, Request, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.models import Record

FOLDER = Path(__file__).parent / "wire"
SHIPPED = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
FETCHERS: dict[str, type[Fetcher]] = {kind: plugins.load(plugins.FETCHERS, kind) for kind in SHIPPED}
ADDRESS = "https://blog.example.org/feed"


class Canned:
    """A client that answers with files."""

    def __init__(self, answer: Path, expected: dict[str, Any]) -> None:
        self.answer = answer
        self.expected = expected

    def get(self, request: Request) -> Response:
        for part, name in self.expected.get("answers", []):
            if part in request.url:
                body = (self.answer.parent / "answers" / name).read_bytes()
                return Response(url=request.url, status=200, headers={}, body=body)
        status, body = self.expected.get("status", 200), self.answer.read_bytes()
        headers = dict(self.expected.get("headers", {}))
        if status not in {200, 304}:
            raise refusal(status, request.url, headers, body, 0.0)
        if "content_type" in self.expected:
            headers["content-type"] = self.expected["content_type"]
        return Response(url=request.url, status=200, headers=headers, body=body)

    def post(self, request: Request, body: Mapping[str, Any]) -> Response:
        assert body
        return self.get(request)

    def spend(self, account: str, cost: float) -> None:
        assert account
        assert cost


def plain(record: Record) -> dict[str, Any]:
    """Return the fields of a record that say something."""
    fields = json.loads(json.dumps(dataclasses.asdict(record)))
    return {name: value for name, value in fields.items() if value not in ("", None, [], {}, False)}


def outcome(answer: Path, expected: dict[str, Any], batches: list[Batch] | None = None) -> list[Batch]:
    """Return the batches; given a list, they are put into it, which keeps those before an error."""
    batches = [] if batches is None else batches
    kind = answer.parent.name
    options = {"url": ADDRESS} | expected["options"] if kind == "feed" else expected["options"]
    source = Source(kind=kind, name="case", options=options)
    fetcher = FETCHERS[kind]()
    fetcher.check(source)
    with pytest.MonkeyPatch.context() as patch:
        for name in expected.get("login", []):
            patch.setenv(variable_of(name), f"test-{name}")
        batches.extend(fetcher.fetch(source, expected.get("cursor", {}), Canned(answer, expected)))
    return batches


def cases() -> list[Path]:
    return sorted(p for p in FOLDER.glob("*/*") if p.is_file() and not p.name.endswith(".expected.json"))


def expected_of(answer: Path) -> Path:
    return answer.parent / f"{answer.name.split('.')[0]}.expected.json"


@pytest.mark.parametrize("answer", cases(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_answer_becomes_its_records(answer: Path) -> None:
    expected = json.loads(expected_of(answer).read_text("utf-8"))
    if "error" in expected:
        before: list[Batch] = []
        with pytest.raises(FetchError) as caught:
            outcome(answer, expected, before)
        assert expected["error"] in str(caught.value)
        assert caught.value.state == expected.get("state", "failing")
        assert [plain(record) for batch in before for record in batch.records] == expected.get("records", [])
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
def test_every_kind_has_cases(kind: str) -> None:
    assert any(path.parent.name == kind for path in cases())
    assert FETCHERS[kind].kind == kind


def test_every_shipped_kind_has_a_folder_of_cases() -> None:
    ours = {n for n, point in plugins.names(plugins.FETCHERS).items() if point.value.startswith("tracker.fetch.")}
    assert ours == set(SHIPPED)


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

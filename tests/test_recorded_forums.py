"""Recorded answers of Hacker News and of the daily papers, where they are at hand."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from test_recorded import CONTROL, PAPERS, RECORDED, data, sound

from tracker.fetch import hackernews, hf_daily

if TYPE_CHECKING:
    from pathlib import Path

NEWS = RECORDED / "hackernews"


@pytest.mark.skipif(not (PAPERS / "hf_daily").is_dir(), reason="the recorded answers are not part of this checkout")
def test_daily_papers() -> None:
    total = 0
    for path in sorted((PAPERS / "hf_daily").glob("*.json*")):
        found, problems, listed = hf_daily.parse(data(path))
        assert (problems, len(found)) == ([], listed)
        for record in found:
            sound(record)
            assert record.kind == "paper"
            assert record.identifiers[0].startswith("arxiv:")
            assert record.authors
            assert record.text
            assert record.engagement.keys() == {"upvotes", "comments"}
            assert not any(CONTROL.search(word) for word in record.keywords)
            assert record.announced
            assert (record.published or "") <= record.announced
        total += listed
    assert total >= 22


def pages_of(path: Path) -> list[str]:
    """The objects that are literals in a script, where they are JSON too."""
    decoder = json.JSONDecoder()
    script = path.read_text("utf-8")
    found = []
    for start in re.finditer(r"=\s*(?=\{)", script):
        try:
            found.append(json.dumps(decoder.raw_decode(script, start.end())[0]))
        except ValueError:
            continue
    return found


@pytest.mark.skipif(not NEWS.is_dir(), reason="the recorded answers are not part of this checkout")
def test_front_pages() -> None:
    total = 0
    for path in sorted(path for path in NEWS.iterdir() if path.suffix in {".ts", ".js", ".json"}):
        for page in pages_of(path):
            if '"hits"' not in page:
                continue
            found = hackernews.parse(page.encode())
            assert found.problems == []
            for record in found.records:
                sound(record)
                assert record.author
                assert record.published
                assert record.engagement.keys() == {"points", "comments"}
            total += len(found.records)
    assert total >= 10

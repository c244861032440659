"""What all tests share: a home of their own, real records, a clock that stands still."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything reads it: no test may look for a model elsewhere
os.environ.pop("TRACKER_HOME", None)

import pytest

from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def paper(number: int, **fields: Any) -> dict[str, Any]:
    """A paper in the shape of a line of an import file."""
    return {
        "id": f"arxiv:2605.{10000 + number}",
        "source": "listing",
        "title": f"Paper number {number} on graph networks",
        "abstract": f"We study problem {number}. We propose method {number} and show that it works on graphs.",
        "authors": [f"Ada Author{number}", "Bo Builder"],
        "venue": "arXiv",
        "year": 2026,
        "date": "2026-05-11",
        "arxiv_id": f"2605.{10000 + number}",
        "keywords": [],
        "track": "cs.LG",
        "url": f"https://arxiv.org/abs/2605.{10000 + number}",
        **fields,
    }


def post(number: int, **fields: Any) -> dict[str, Any]:
    """A post in the shape of a line of an import file."""
    return {
        "id": f"x:{number}",
        "source": "x",
        "author": f"voice{number}",
        "text": f"Thoughts of voice {number} about what happened today.",
        "created_at": "2026-05-12T10:00:00Z",
        "url": f"https://x.com/voice{number}/status/{number}",
        "links": [],
        "engagement": {},
        **fields,
    }


HOSTILE_TITLES = (
    "Sampling on the interval [0, 1",
    "[Re] Reproducing",
    "Bad [/nope] [b]x",
    "Tags [red]and[/red] {braces} <b>bold</b> & `code` *stars* _lines_ | pipes",
    "=cmd|' /C calc'!A0",
)
HOSTILE_CONTROLS = "Esc\x1b[31mape \x00nul \x07bell \x9bcsi \u202eover\u2066ride \u200fmark \ufefffeff end"


@pytest.fixture(autouse=True)
def _log_left_as_it_was() -> Iterator[None]:
    """Undo what a verb does to the log, lest later tests that read it read nothing."""
    logger = logging.getLogger("tracker")
    handlers, level, propagate = list(logger.handlers), logger.level, logger.propagate
    yield
    for handler in set(logger.handlers) - set(handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)
    logger.propagate = propagate


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def session(home: Path) -> Iterator[Session]:
    """A session over an empty home, at nine in the morning of Monday of 2026-W21."""
    made = Session(home, clock=lambda: NOW, gap_scale=0.0)
    yield made
    made.close()


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as a file of JSON lines."""
    written = iter(range(1_000))

    def write(*rows: dict[str, Any] | str) -> Path:
        path = tmp_path / f"rows-{next(written)}.jsonl"
        text = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
        path.write_text(text, "utf-8", errors="surrogatepass")
        return path

    return write


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data beside the project; tests that want it are skipped where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the real data is not beside the project")
    return SHARED

"""A home that follows the loopback server, and what a tour of it shows."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

from tracker import config, times
from tracker.demo import stream
from tracker.demo.server import DemoServer, read_library
from tracker.session import Session

if TYPE_CHECKING:
    from pathlib import Path

WEEK = "2026-W20"
"""The last of the twelve made-up weeks where nobody names another: tests want the same ones every time."""
QUERIES = ("agents that remember earlier conversations", "attention venue:NeurIPS year:2017..2023")
"""A question of meaning and one with filters."""
_VENUES = ("NeurIPS", "ICML", "ICLR")
_BLOGS = 3


def server(week: str = WEEK) -> DemoServer:
    """Return a server that holds the starter library and the demo weeks."""
    papers = stream.papers(last_week=week)
    library = read_library((files("tracker") / "demo" / "starter.jsonl").read_text("utf-8"))
    return DemoServer(papers=papers, posts=stream.posts(papers), library=library)


def moment(week: str = WEEK) -> datetime:
    """Return nine in the morning of the Monday after a week: when a weekly summary is read."""
    return datetime.combine(times.week_start(week) + timedelta(weeks=1), time(9), tzinfo=UTC)


def this_week() -> str:
    """Return the last whole week, so that a demonstration looks as fresh as a home would."""
    return times.week_of(times.now().date() - timedelta(weeks=1))


def make_home(home: Path, demo: DemoServer, week: str = WEEK) -> Session:
    """Write a `feeds.toml` that follows everything the server has, and return a session on it."""
    home.mkdir(parents=True, exist_ok=True)
    (home / config.FILE).write_text("\n".join(_tables(demo)), "utf-8")
    return Session(home, clock=lambda: moment(week), gap_scale=0.0)


def _tables(demo: DemoServer) -> list[str]:
    """Return the lines of the configuration: arXiv by both ways, three conferences, some blogs, everybody else on Bluesky."""
    lines = [
        "# A demonstration: everything here comes from a server on this machine and is made up,",
        "# but for the starter library.",
    ]
    categories = sorted({paper.category for paper in demo.papers})
    listed = ", ".join(f'"{name}"' for name in categories)
    lines += _table(
        "arxiv", "arxiv-history", demo.base, f"categories = [{listed}]", 'via = "api"', "max_results = 2000"
    )
    lines += _table("arxiv", "arxiv-today", demo.base, f"categories = [{listed}]")
    for venue in _VENUES:
        years = sorted({int(paper["year"]) for paper in demo.library if paper["venue"] == venue})
        lines += _table("conference", venue.lower(), demo.base, f'venue = "{venue}"', f"years = {years}")
    voices = sorted({post.author for post in demo.posts})
    for voice in voices[:_BLOGS]:
        lines += _table(
            "feed",
            f"blog-{voice.split('.')[0]}",
            "",
            f'url = "{demo.base}/feed.xml?author={voice}"',
            f'author = "{voice}"',
        )
    for voice in voices[_BLOGS:]:
        lines += _table("bluesky", voice.split(".")[0], demo.base, f'actor = "{voice}"')
    return lines


def _table(kind: str, name: str, base: str, *options: str) -> list[str]:
    return ["", "[[source]]", f'kind = "{kind}"', f'name = "{name}"', *([f'base = "{base}"'] if base else []), *options]

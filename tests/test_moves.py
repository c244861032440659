"""An address that moved for good: after three runs in a row `feeds.toml` names the new one, and nothing else in it changes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from faults.answers import feed
from loopback import Asked, Reply, serving

from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loopback import Serving

FEEDS = """\
# what my group reads
[tracker]
contact = "me@example.org"  # for the User-Agent

[[source]]
kind = "feed"
name = "lab"  # the good one
url = "{base}/old"   # since 2019
weight = 2.0

# [[source]]
# kind = "feed"
# url = "{base}/old"
"""


class Blog:
    """A feed at `/new`; `/old` leads there with these statuses, one a run, the last one from then on."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/new":
            if asked.headers.get("if-none-match"):
                return Reply(status=304)
            return Reply(feed(), headers={"Content-Type": "application/rss+xml", "ETag": '"1"'})
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return Reply(status=status, headers={"Location": f"/{asked.path.strip('/').replace('old', 'new')}"})


@contextmanager
def followed(home: Path, *statuses: int) -> Iterator[Serving]:
    with serving(Blog(*statuses).answer) as server:
        (home / "feeds.toml").write_text(FEEDS.format(base=server.base), "utf-8")
        yield server


def synced(home: Path) -> tuple[str, list[str]]:
    """Sync in a session of its own; return what `feeds.toml` says then, and what was told."""
    session = Session(home, gap_scale=0.0)
    told = [event.message for event in session.sync(index=False) if event.step in {"warned", "failed"}]
    (state,) = session.reader.source_states()
    session.close()
    assert (state.name, state.state, state.items) in {("lab", "ok", 3), ("lab", "unchanged", 3)}
    return (home / "feeds.toml").read_text("utf-8"), told


@pytest.mark.parametrize("status", [301, 308])
def test_the_third_time_in_a_row_the_new_address_is_written(status: int, home: Path) -> None:
    with followed(home, status) as server:
        before = FEEDS.format(base=server.base)
        assert synced(home) == (before, [])
        assert synced(home) == (before, [])
        after, told = synced(home)
        assert after == before.replace(f'url = "{server.base}/old"   #', f'url = "{server.base}/new"   #')
        assert told == ["It has moved for good; feeds.toml names its new address now."]
        asked = len(server.asked)
        assert synced(home) == (after, [])
        assert [one.path for one in server.asked[asked:]] == ["/new"]


@pytest.mark.parametrize(
    "statuses", [(302,), (307,), (303,), (301, 301, 302, 301, 301, 302)], ids=["302", "307", "303", "now-and-then"]
)
def test_a_move_that_may_end_is_never_written(statuses: tuple[int, ...], home: Path) -> None:
    with followed(home, *statuses) as server:
        for _ in range(6):
            assert synced(home) == (FEEDS.format(base=server.base), [])


def test_a_file_that_cannot_be_changed_is_said_and_the_feed_is_read(home: Path) -> None:
    with followed(home, 301) as server:
        written = f'source = [{{kind = "feed", name = "lab", url = "{server.base}/old"}}]\n'
        (home / "feeds.toml").write_text(written, "utf-8")
        for _ in range(2):
            assert synced(home) == (written, [])
        after, told = synced(home)
        assert after == written
        assert len(told) == 1

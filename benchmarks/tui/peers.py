"""Other programs in the same terminal: newsboat with as many items in its own cache, and what is named by its command."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FEED = "file://{folder}/feed.xml"
_EMPTY = '<?xml version="1.0"?><rss version="2.0"><channel><title>All</title><link>https://all.example/</link><description>d</description></channel></rss>'
_PER_FEED = 2_000


def newsboat(folder: Path, items: int) -> list[str] | None:
    """Return the command of newsboat over so many items, 2,000 a feed; None where it is not installed.

    It makes its cache itself; the items are put there, which it would not have fetched otherwise.
    """
    if shutil.which("newsboat") is None:
        return None
    folder.mkdir()
    (folder / "feed.xml").write_text(_EMPTY)
    address = _FEED.format(folder=folder)
    feeds = [address, *(f"https://feed{number}.example/" for number in range(1, -(-items // _PER_FEED)))]
    (folder / "urls").write_text("\n".join(f'{feed} "~Feed {number}"' for number, feed in enumerate(feeds)) + "\n")
    (folder / "config").write_text("auto-reload no\nrefresh-on-startup no\n")
    command = ["newsboat", "-u", f"{folder}/urls", "-c", f"{folder}/cache.db", "-C", f"{folder}/config"]
    subprocess.run([*command, "-x", "print-unread"], capture_output=True, check=True)
    with closing(sqlite3.connect(folder / "cache.db")) as cache, cache:
        cache.executemany(
            "INSERT OR IGNORE INTO rss_feed (rssurl, url, title) VALUES (?, ?, ?)",
            [(feed, feed, f"Feed {number}") for number, feed in enumerate(feeds)],
        )
        cache.executemany(
            "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread, deleted) VALUES (?, ?, 'a', ?, ?, ?, ?, 1, 0)",
            (
                (
                    f"{n}",
                    f"Title of item {n}",
                    f"https://feed.example/{n}",
                    feeds[n // _PER_FEED],
                    1_600_000_000 + n,
                    "word " * 150,
                )
                for n in range(items)
            ),
        )
    return command

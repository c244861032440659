"""Telling machines that post from people who do, by their rhythm and by what they post. Pure.

A network's own flag is believed. Where there is none, a machine gives itself away by posting at the same minute: a
timer fires on the dot, a person does not. Too few posts say nothing.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

NETWORKS = frozenset({"bluesky", "mastodon", "x", "lemmy", "reddit"})
"""Networks of accounts; a blog that publishes on a schedule is still its author."""
LEAST_POSTS, LEAST_DAYS = 15, 8
SAME_MINUTE = 0.8
SAME_TIME = 0.7
_WINDOW = 10
_NAMED = ("bot", "-bot", "_bot")


def reason(author: str, moments: Sequence[str], with_papers: int) -> str:
    """Return in words why an account is a machine, empty when it does not look like one.

    Args:
        moments: ISO times of its posts; days without a time say nothing.
        with_papers: how many of the posts name a paper.
    """
    times = [datetime.fromisoformat(moment) for moment in moments if len(moment) > 10]
    if len(times) < LEAST_POSTS or len({time.date() for time in times}) < LEAST_DAYS:
        return ""
    minutes = Counter(time.minute for time in times)
    if _most_around(minutes, 60, 1) >= SAME_MINUTE * len(times):
        return "posts at the same minute of the hour"
    if _most_around(Counter(time.hour * 60 + time.minute for time in times), 24 * 60, _WINDOW // 2) >= SAME_TIME * len(
        times
    ):
        return "posts at the same time of the day"
    name = author.split("@", maxsplit=1)[0].split(".", maxsplit=1)[0].lower()
    if name.endswith(_NAMED) or ("arxiv" in name and with_papers >= 0.9 * len(moments)):
        return "calls itself a machine"
    return ""


def _most_around(counts: Counter[int], cycle: int, reach: int) -> int:
    """Return the most posts within a window around any moment of a cycle."""
    return max(sum(counts[(place + step) % cycle] for step in range(-reach, reach + 1)) for place in counts)

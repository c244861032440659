"""How much a paper is talked about: people, posts and points, with what was said lately weighing most. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tracker.models import Talk
from tracker.text import plural

HALF_LIFE_DAYS = 7.0
BOT_WEIGHT = 0.1
TITLE_WEIGHT = 0.5
"""What names a paper by its title only, as benchmarks are named, is seldom about it alone."""
POINTS_WEIGHT = 0.1
_POINTS = ("points", "score", "upvotes", "likes", "activity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One post about a paper. `words` are the letters it begins with; `told` tells it apart where it has no author."""

    network: str
    author: str
    date: str
    words: str
    is_bot: bool
    points: float
    told: int
    by_title: bool = False


def points_of(engagement: Mapping[str, float]) -> float:
    """Return what readers gave a post, of whatever name its network has for that."""
    return max((float(engagement.get(name, 0.0)) for name in _POINTS), default=0.0)


def talk_of(posts: Iterable[Voice], until: date) -> Talk:
    """Return what posts about one paper amount to on a day.

    A voice is an account; the same words under the same handle on two networks are one voice. Each counts once, with its
    best post, more when readers gave it points (by their logarithm), half as much after every seven days, a machine a tenth,
    and what names the paper by title only a half.
    """
    voices: dict[str, list[Voice]] = defaultdict(list)
    said: dict[tuple[str, str], str] = {}
    count = 0
    for post in sorted(posts, key=lambda one: (one.date, one.told)):
        count += 1
        name = f"{post.network}:{post.author}" if post.author else f"{post.network}#{post.told}"
        if post.author:
            name = said.setdefault((_handle(post.author), post.words), name)
        voices[name].append(post)
    bots = sum(all(post.is_bot for post in own) for own in voices.values())
    score = sum(max(_weight(post, until) for post in own) for own in voices.values())
    points = sum(max(post.points for post in own) for own in voices.values())
    networks = tuple(sorted({post.network for own in voices.values() for post in own}))
    return Talk(
        people=len(voices) - bots,
        bots=bots,
        posts=count,
        points=round(points),
        networks=networks,
        score=round(score, 4),
    )


def by_people(talk: Talk) -> tuple[int, float]:
    """Return what puts papers of one span of days in order, the most discussed first: distinct people, then the score."""
    return (-talk.people, -talk.score)


def _handle(author: str) -> str:
    """Return what a person is called on each network: `@me@host` and `me.bsky.social` are `me`."""
    return author.lstrip("@").split("@")[0].split(".")[0].casefold()


def in_words(talk: Talk) -> str:
    """Return a talk as a line shows it: `5 people on bluesky, x · 312 points · 2 bots`."""
    parts = [f"{plural(talk.people, 'person', 'people')} on {', '.join(talk.networks)}" if talk.people else ""]
    parts.append(plural(talk.points, "point") if talk.points else "")
    parts.append(plural(talk.bots, "bot") if talk.bots else "")
    return " · ".join(part for part in parts if part)


def _weight(post: Voice, until: date) -> float:
    age = max((until - date.fromisoformat(post.date[:10])).days, 0) if len(post.date) >= 10 else 365
    heard = 1.0 + POINTS_WEIGHT * math.log2(1.0 + max(post.points, 0.0))
    sure = (TITLE_WEIGHT if post.by_title else 1.0) * (BOT_WEIGHT if post.is_bot else 1.0)
    return float(heard * sure * 0.5 ** (age / HALF_LIFE_DAYS))

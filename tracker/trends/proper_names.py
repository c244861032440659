"""How names are written: with capitals or digits inside sentences, and as families with versions."""

import calendar
from collections.abc import Sequence

import numpy as np

from tracker.topics import Document, Keys, bare
from tracker.trends.contingency import Floats
from tracker.trends.tally import known

_CALENDAR = frozenset((*calendar.month_name, *calendar.day_name, *calendar.month_abbr, *calendar.day_abbr))


def capitals(posts: Sequence[Document], keys: Keys) -> Floats:
    """Return for each of some ascending keys in which share of its uses it is written as a name; 0 where it only begins titles.

    Only titles are looked at, since only of these it is known how they are written.
    """
    titles = [bare(one.phrases.title) for one in posts]
    kept, found = known(np.concatenate([np.zeros(0, dtype=np.int64), *titles]), keys)
    ends = np.cumsum([len(one) for one in titles])
    owners = np.searchsorted(ends, kept, side="right")
    uses, named = np.zeros(len(keys)), np.zeros(len(keys))
    for post, element, key in zip(owners.tolist(), kept.tolist(), found.tolist(), strict=True):
        from_end = element - int(ends[post])
        if from_end > -len(titles[post]):
            uses[key] += 1
            named[key] += is_name(posts[post].phrases.surfaces[from_end])
    share: Floats = named / np.maximum(uses, 1)
    return share


def is_family(beginning: str, letters: str) -> bool:
    """Return whether a name is what another begins with, as `Opus` of `Opus 4.6`; `Opus 4` is a version of its own."""
    rest = letters.removeprefix(beginning)
    return rest != letters and not (rest[:1].isdigit() and beginning[-1].isdigit())


def without_possessive(label: str) -> str:
    """Return a name without its possessive."""
    return label.removesuffix("'s").removesuffix("’s").rstrip("'’")


def is_name(surface: str) -> bool:
    """Return whether words are written as one name.

    The first begins with a letter, all have a capital or a digit, none owns the next (`Google's Gemini`), none is a
    contraction (`I'm`), and they are not just a month or a day.
    """
    words = surface.replace("’", "'").split()
    *others, last = words
    return (
        words[0][0].isalpha()
        and not surface.islower()
        and all(any(letter.isupper() or letter.isdigit() for letter in word) for word in words)
        and not any("'" in word for word in (*others, last.removesuffix("'s").removesuffix("'")))
        and not (len(words) == 1 and last in _CALENDAR)
    )

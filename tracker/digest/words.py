"""The words around figures: numbers, lists and comparisons in good grammar."""

from collections.abc import Sequence
from datetime import date, timedelta

from tracker.text import plural
from tracker.times import week_start

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NETWORKS = {
    "x": "X",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "hackernews": "Hacker News",
    "reddit": "Reddit",
    "youtube": "YouTube",
    "lemmy": "Lemmy",
    "blog": "blogs",
    "hf": "Hugging Face",
}
_LISTED = 3
_SPAN = 3


def number(count: int) -> str:
    """Return a count in words up to twelve, in digits above."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else f"{count:,}"


def numbered(count: int, noun: str, many: str = "") -> str:
    """Return a count in words with its noun in the right number: `one topic`, `twelve topics`, `no topics`."""
    return f"{number(count)} {noun if count == 1 else many or noun + 's'}"


def capital(text: str) -> str:
    """Return a text with its first letter a capital; the others stay."""
    return text[:1].upper() + text[1:]


def joined(words: Sequence[str]) -> str:
    """Return words as a list: `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def people(count: int) -> str:
    """Return `1 person` or `41 people`."""
    return plural(count, "person", "people")


def network(name: str) -> str:
    """Return what a network is called."""
    return _NETWORKS.get(name, name)


def networks(names: Sequence[str]) -> str:
    """Return where something was said: ` on X and Hacker News`; of many the first ones."""
    told = list(dict.fromkeys(network(name) for name in names if name))
    if not told:
        return ""
    shown = told if len(told) <= _LISTED else [*told[:_LISTED], "elsewhere"]
    return f" {'in' if shown == ['blogs'] else 'on'} {joined(shown)}"


def span(week: str) -> str:
    """Return the days of an ISO week: `11 to 17 May`, with what months and years it takes to be clear."""
    first = week_start(week)
    last = first + timedelta(days=6)
    year = week[:4]
    until = f"{last.day} {last:%B}" + ("" if f"{last.year}" == year else f" {last.year}")
    since = f"{first.day}"
    if first.month != last.month:
        since += f" {first:%B}"
    if first.year != last.year:
        since += f" {first.year}"
        until = f"{last.day} {last:%B} {last.year}"
    return f"{since} to {until}"


def weeks(names: Sequence[str]) -> str:
    """Return ISO weeks as a list in which those that follow each other are a span: `2026-W09 to 2026-W11 and 2026-W15`."""
    spans: list[list[str]] = []
    for name in names:
        follows = spans and week_start(spans[-1][-1]) + timedelta(weeks=1) == week_start(name)
        spans[-1].append(name) if follows else spans.append([name])
    told = []
    for one in spans:
        told += one if len(one) < _SPAN else [f"{one[0]} to {one[-1]}"]
    return joined(told)


def week_title(week: str, reader: str) -> str:
    """Return what a digest of a week is called."""
    return f"Week {int(week[-2:])} of {week[:4]}, {span(week)}" + (f", for {reader}s" if reader else "")


def day_title(day: str, reader: str) -> str:
    """Return what a brief of a day is called."""
    when = date.fromisoformat(day)
    return f"{when:%A}, {when.day} {when:%B %Y}" + (f", for {reader}s" if reader else "")

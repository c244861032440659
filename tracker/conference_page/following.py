"""Who of the authors is followed, or wrote what the user starred. Precision first: whole names, and the reason is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.conference_page.names import key_of
from tracker.text import clean_line, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.conference_page.names import Key, People
    from tracker.config import Source
    from tracker.store.editions import Marked

LIKED = 4
"""A rating from which on a paper counts as one with a star."""
MOST_AUTHORS = 30
"""A longer list is that of a collaboration: it does not tell whom the reader likes."""
_ACCOUNTS = {
    "bluesky": ("actor", "list", "follows", "starter_pack"),
    "mastodon": ("account",),
    "x": ("users", "list"),
    "feed": ("url",),
    "youtube": ("channel",),
}
"""Kinds of sources that bring what people write, and the options that name these; a search or a hashtag follows nobody."""
_VOICES = frozenset({"feed", "youtube"})
"""Kinds whose sources are one voice each."""
_NAMED = ("actor", "account", "users", "author")
_TITLE = 60
_NAME = 25
"""A name before the colon of a title that is longer is a title itself."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """An author whom the user knows.

    Attributes:
        why: in which way, as a clause: `you follow the papers of that name`.
        short: the same behind a name, `whom you follow as '@ada'`; of those known by a star, the paper and what was done with it.
        papers: numbers of their papers at the conference.
        works: how many papers of theirs the user likes.
        is_followed: or else known by a star.
    """

    key: Key
    name: str
    why: str
    short: str
    papers: tuple[int, ...]
    works: int
    is_followed: bool


def people_sources(sources: Iterable[Source]) -> list[Source]:
    """Return the sources that bring what some people write, of those that are on."""
    return [
        one for one in sources if one.enabled and any(one.options.get(name) for name in _ACCOUNTS.get(one.kind, ()))
    ]


def followed(
    people: People, sources: Sequence[Source], voices: Iterable[tuple[str, str, str, tuple[str, ...], int]]
) -> list[Acquaintance]:
    """Return the authors whom the user follows, each once, by the surest way that ties them.

    Args:
        people: the authors of the papers.
        sources: all that the user follows.
        voices: (source, network, account, names, posts) of who posts in the sources of people.
    """
    found: dict[Key, Acquaintance] = {}
    ways = (*_by_author(people, sources), *_by_name(people, sources, voices), *_by_spelling(people, sources))
    for key, why, short in ways:
        if key in people.papers_of and key not in found:
            papers = tuple(people.papers_of[key])
            found[key] = Acquaintance(key, people.name_of[key], why, short, papers, 0, is_followed=True)
    return list(found.values())


def _by_author(people: People, sources: Iterable[Source]) -> Iterator[tuple[Key, str, str]]:
    """Yield the names whose papers are asked of arXiv: the user himself has named them."""
    for source in sources:
        names = source.options.get("authors") if source.kind == "arxiv" and source.enabled else ()
        for name in [names] if isinstance(names, str) else names or ():
            if (key := key_of(str(name))) in people.papers_of:
                yield key, "you follow the papers of that name on arXiv", "whose papers you follow"


def _by_name(
    people: People, sources: Sequence[Source], voices: Iterable[tuple[str, str, str, tuple[str, ...], int]]
) -> Iterator[tuple[Key, str, str]]:
    """Yield the names that accounts go by, and the only ones under which the entries of a feed stand."""
    known = {source.name: source for source in people_sources(sources)}
    signed: dict[str, set[str]] = {}
    for source, _, account, names, _ in voices:
        if source not in known:
            continue
        if known[source].kind in _VOICES:
            signed.setdefault(source, set()).update(names or (account,))
        elif is_followed(known[source], account):
            yield from _certain(people, names, f"'@{clean_line(account, _TITLE)}'")
    for source, only in signed.items():
        if len(only) == 1:
            yield from _certain(people, only, f"'{clean_line(source, _TITLE)}'")


def is_followed(source: Source, account: str) -> bool:
    """Return whether an account in a source of people is followed itself, not only passed on or found there."""
    if source.kind in _VOICES:
        return True
    named = [one for name in ("actor", "account", "users") for one in _texts(source.options.get(name))]
    if not named or all(one.startswith("did:") for one in named):
        return not source.options.get("reposts") and not source.options.get("search")
    handle = account.lower().lstrip("@")
    return any(handle == one or handle.split("@")[0] == one or one.split("@")[0] == handle for one in named)


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [one.strip().lower().lstrip("@") for one in values if isinstance(one, str) and one.strip()]


def _certain(people: People, names: Iterable[str], followed_as: str) -> Iterator[tuple[Key, str, str]]:
    for name in names:
        if (key := key_of(name)) and people.is_certain(key):
            yield key, f"you follow {followed_as}, written under that name", f"whom you follow as {followed_as}"


def _by_spelling(people: People, sources: Sequence[Source]) -> Iterator[tuple[Key, str, str]]:
    """Yield the names whose letters are those of a handle, a host or the name of a source."""
    for source in people_sources(sources):
        for handle in _handles(source):
            if key := people.spelt(handle):
                shown = f"'{clean_line(handle, _TITLE)}'"
                yield key, f"you follow {shown}, spelt like that name", f"spelt like {shown}, whom you follow"


def _handles(source: Source) -> Iterator[str]:
    yield source.name
    for name in _NAMED:
        for handle in _texts(source.options.get(name)):
            yield handle.split("@")[0]
            yield from handle.split(".")
    for url in _texts(source.options.get("url")):
        try:
            yield from (urlsplit(url).hostname or "").split(".")
        except ValueError:
            continue


def liked(people: People, marked: Iterable[Marked]) -> list[Acquaintance]:
    """Return the authors of papers that the user starred or rated well; of a common name only papers of the same circle."""
    papers: dict[Key, dict[int, None]] = {}
    works: dict[Key, list[Marked]] = {}
    for mark in marked:
        keys = frozenset(filter(None, map(key_of, mark.authors)))
        if mark.is_hidden or not is_liked(mark) or len(mark.authors) > MOST_AUTHORS:
            continue
        for key in sorted(keys):
            certain = people.papers_of.get(key, []) if people.is_certain(key) else people.together(key, keys)
            if own := [number for number in certain if number != mark.row]:
                papers.setdefault(key, {}).update(dict.fromkeys(own))
                works.setdefault(key, []).append(mark)
    return [
        Acquaintance(
            key, people.name_of[key], *_works(works[key]), tuple(sorted(own)), len(works[key]), is_followed=False
        )
        for key, own in papers.items()
    ]


def is_liked(mark: Marked) -> bool:
    """Return whether a paper has a star or a good rating."""
    return mark.is_starred or (mark.rating or 0) >= LIKED


def short_title(title: str) -> str:
    """Return a title for a sentence: the name before its colon where there is a short one, else as much as fits."""
    text = clean_line(title)
    name, colon, _ = text.partition(": ")
    return name if colon and 1 < len(name) <= _NAME else shorten(text, _TITLE)


def _works(marks: Sequence[Marked]) -> tuple[str, str]:
    """Return what makes somebody known, as a clause and as the object of `an author of`."""
    first, more = f"'{short_title(marks[0].title)}'", len(marks) - 1
    verb = "starred" if all(one.is_starred for one in marks) else f"rated {marks[0].rating}" if not more else "liked"
    works = f"{first}{f' and {more} more' if more else ''}, which you {verb}"
    return f"an author of {works}", works

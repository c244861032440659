"""The query line: words, `"phrases"`, `-not`, and filters such as `venue:NeurIPS year:2023..2025 is:unread`."""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from tracker import times
from tracker.errors import QueryError
from tracker.models import Kind
from tracker.words import FUNCTION_WORDS

_TOKEN = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))')
_UNFINISHED = re.compile(r"(?:^|(?<=\s))-?(\w+):$")
STATES = ("read", "unread", "starred", "hidden", "paper", "post", "noted", "tagged")
SORTS = ("best", "newest", "discussed")
PARTS = ("code", "mentions", "abstract", "pdf")
_VENUES = {"nips": "NeurIPS", "neurips": "NeurIPS", "icml": "ICML", "iclr": "ICLR", "arxiv": "arXiv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The closed language in which stores are asked for items: all conditions hold together, values of one field are alternatives.

    Attributes:
        years: first and last year, inclusive; either may be None.
        since, before: ISO texts, since inclusive, before exclusive.
        states: of `read unread starred hidden noted tagged`; hidden items are left out unless asked for.
        has: of `code mentions abstract pdf`.
        not_states, not_venues …: `-venue:ICML` and the like end in `excluded` as (field, value).
    """

    kind: Kind | None = None
    venues: tuple[str, ...] = ()
    years: tuple[int | None, int | None] | None = None
    authors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    since: str | None = None
    before: str | None = None
    states: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    has: frozenset[str] = frozenset()
    excluded: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether every item passes (hidden ones apart)."""
        return self == Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed query line.

    Attributes:
        text: what is left for the embedding: words and phrases in order, no filters.
        sort: `newest` or `discussed`; empty for the best first, or the newest where there is nothing to rank by.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    sort: str = ""
    filter: Filter = Filter()

    @property
    def has_words(self) -> bool:
        """Whether there is anything to rank by."""
        return bool(self.words or self.phrases or self.like)


def _kind(state: Filter, value: str, _today: date) -> Filter:
    word = value.lower().rstrip("s")
    if word not in {"paper", "post"}:
        raise QueryError(f"kind:{value} is not known.", "Write kind:paper or kind:post.")
    return replace(state, kind="paper" if word == "paper" else "post")


def _year(state: Filter, value: str, _today: date) -> Filter:
    found = re.fullmatch(r"(\d{4})?(\.\.|-)?(\d{4})?", value)
    if not found or not (found[1] or found[3]):
        raise QueryError(f"year:{value} is no year.", "Write year:2024, year:2023..2025 or year:2023.. .")
    first, last = (int(part) if part else None for part in (found[1], found[3]))
    if first and last and first > last:
        raise QueryError(f"year:{value} ends before it begins.", f"Write year:{last}..{first}.")
    return replace(state, years=(first, last if found[2] else first))


def _is(state: Filter, value: str, _today: date) -> Filter:
    word = _nearest("is", value.lower(), STATES)
    if word in {"paper", "post"}:
        return replace(state, kind="paper" if word == "paper" else "post")
    return replace(state, states=state.states | {word})


def _has(state: Filter, value: str, _today: date) -> Filter:
    return replace(state, has=state.has | {_nearest("has", value.lower(), PARTS)})


def _venue(state: Filter, value: str, _today: date) -> Filter:
    return replace(state, venues=(*state.venues, _VENUES.get(value.lower(), value)))


_FILTERS: dict[str, Callable[[Filter, str, date], Filter]] = {
    "kind": _kind,
    "venue": _venue,
    "year": _year,
    "author": lambda state, value, _: replace(state, authors=(*state.authors, value)),
    "source": lambda state, value, _: replace(state, sources=(*state.sources, value)),
    "category": lambda state, value, _: replace(state, categories=(*state.categories, value)),
    "since": lambda state, value, today: replace(state, since=times.since(value, today)),
    "before": lambda state, value, today: replace(state, before=times.since(value, today)),
    "is": _is,
    "tag": lambda state, value, _: replace(state, tags=(*state.tags, value)),
    "topic": lambda state, value, _: replace(state, topics=(*state.topics, value)),
    "has": _has,
}
_EXCLUDABLE = frozenset({"venue", "author", "source", "category", "tag", "kind"})


def filter_names() -> tuple[str, ...]:
    """Return the filters there are, for completion and help."""
    return (*_FILTERS, "like", "sort")


def unfinished(line: str) -> tuple[str, str]:
    """Return (the line without a filter at its end whose value is still to be typed, the name of that filter or nothing)."""
    found = _UNFINISHED.search(line)
    if found is None or found[1].lower() not in filter_names():
        return line.strip(), ""
    return line[: found.start()].strip(), found[1].lower()


def _nearest(field: str, value: str, known: tuple[str, ...]) -> str:
    if value in known:
        return value
    close = difflib.get_close_matches(value, known, n=1, cutoff=0.0)
    raise QueryError(f"{field}:{value} is not known.", f"Did you mean {field}:{close[0]}? Known: {', '.join(known)}.")


def parse(line: str, today: date | None = None) -> Query:
    """Parse a query line.

    Raises:
        QueryError: a filter or its value is unknown; the message names the nearest that is known.
    """
    today = today or times.now().date()
    words: list[str] = []
    phrases: list[str] = []
    text: list[str] = []
    excluded: list[str] = []
    like: list[str] = []
    sort = ""
    state = Filter()
    for minus, name, value, quoted in _tokens(line[:4_000]):
        if name in {"like", "sort"} and minus:
            raise QueryError(f"-{name}: cannot be excluded.", "Write -word to leave items out.")
        if name == "like":
            like.append(value)
        elif name == "sort":
            sort = _nearest("sort", value.lower(), SORTS)
        elif name and minus:
            state = _exclude(state, name, value)
        elif name:
            state = _FILTERS[name](state, value, today)
        elif minus and value:
            excluded.append(value)
        elif value:
            (phrases if quoted else words).append(value)
            text.append(value)
    return Query(
        text=" ".join(text),
        words=tuple(words),
        phrases=tuple(phrases),
        excluded=tuple(excluded),
        like=tuple(like),
        sort="" if sort == "best" else sort,
        filter=state,
    )


def _tokens(line: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield (minus, filter or nothing, value, value if it was quoted)."""
    for minus, field, quoted, plain in _TOKEN.findall(line):
        value = quoted or plain
        if plain.endswith(":") and plain[:-1].lower() in filter_names():
            raise QueryError(f"{plain.lower()} has no value.", f"Write {plain.lower()}something.")
        if field and not _is_filter(field.lower(), value):
            yield minus, "", f"{field}:{value}", quoted
        else:
            yield minus, field.lower(), value, quoted


def _is_filter(name: str, value: str) -> bool:
    """Tell a filter from a word that happens to hold a colon; a near miss of a filter's name is an error, not a word."""
    if name in filter_names():
        if not value:
            raise QueryError(f"{name}: has no value.", f"Write {name}:something.")
        return True
    close = difflib.get_close_matches(name, filter_names(), n=1, cutoff=0.75)
    if close and not value.startswith("//"):
        raise QueryError(f"{name}: is no filter.", f"Did you mean {close[0]}:? Known: {', '.join(filter_names())}.")
    return False


def _exclude(state: Filter, name: str, value: str) -> Filter:
    if name not in _EXCLUDABLE:
        raise QueryError(f"-{name}:{value} cannot be excluded.", f"These can: {', '.join(sorted(_EXCLUDABLE))}.")
    value = _VENUES.get(value.lower(), value) if name == "venue" else value
    return replace(state, excluded=(*state.excluded, (name, value)))


def content_words(query: Query) -> list[str]:
    """Return the words of a query that carry meaning, without repeats; all of them when none does."""
    words = list(dict.fromkeys(word for part in (*query.words, *query.phrases) for word in part.split()))
    return [word for word in words if word.lower() not in FUNCTION_WORDS] or words

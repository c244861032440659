"""Reads stories of Hacker News through its search service: the front page, the other lists, a query, a site, a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urlsplit

from tracker import times
from tracker.errors import ConfigError, FetchError
from tracker.fetch import options, pasted
from tracker.fetch.answers import counts, decoded
from tracker.fetch.options import mapping
from tracker.identity import canonical_url, is_web_address
from tracker.markup import html_to_text
from tracker.models import Record
from tracker.ports import Batch, Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Client

BASE = "https://hn.algolia.com"
OPTIONS = frozenset({"list", "query", "domain", "author", "points", "days"})
LISTS = {"front_page": "front_page", "newest": "story", "ask": "ask_hn", "show": "show_hn"}
PAGE_SIZE, PAGES = 500, 10
NAMES_A_REQUEST, LIVING = 100, 1_000
FIRST_DAYS = 30
DAY = 86_400
_PAGES_OF_LISTS = {"": "front_page", "news": "front_page", "front": "front_page", "newest": "newest"} | {
    name: name for name in ("ask", "show")
}


class HackerNewsFetcher:
    """Options: `list`, `query`, `domain`, `author`, `points` (at least), `days` (for which counts are kept up to date)."""

    kind: ClassVar[str] = "hackernews"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        for name in ("query", "domain", "author"):
            options.text(source, name)
        if list_of(source) not in LISTS:
            raise ConfigError(
                f"Source '{source.name}': Hacker News has no list '{list_of(source)}'.", f"It has: {', '.join(LISTS)}."
            )
        options.number(source, "points", 0, 0, 10_000)
        options.number(source, "days", 3, 1, 30)

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return options for `hn`, `hn:words` and the addresses of its lists, sites, people and searches."""
        name, _, words = (part.strip() for part in text.partition(":"))
        if name.lower() in {"hn", "hackernews"} and not words.startswith("//"):
            return {"query": words} if words else {"list": "front_page"}
        found = pasted.address(text)
        if found and found.host == "hn.algolia.com" and not found.segments and found.query.get("query"):
            return {"query": found.query["query"]}
        return _page_of(found) if found and found.host == "news.ycombinator.com" else None

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield new stories, and those of the last days again with the points and comments they have now."""
        now = int(times.now().timestamp())
        reads = _front_page if list_of(source) == "front_page" else _since
        return reads(source, cursor, client, now)


def _page_of(found: pasted.Address) -> dict[str, Any] | None:
    page = found.segments[0] if found.segments else ""
    if len(found.segments) > 1:
        return None
    if page == "from" and found.query.get("site"):
        return {"domain": found.query["site"]}
    if page in {"user", "submitted"} and found.query.get("id"):
        return {"author": found.query["id"]}
    return {"list": _PAGES_OF_LISTS[page]} if page in _PAGES_OF_LISTS else None


def list_of(source: Source) -> str:
    """Return the list to read: the front page, or all stories where a query, a site or a person is asked for."""
    narrowed = any(source.options.get(name) for name in ("query", "domain", "author"))
    return options.text(source, "list", "newest" if narrowed else "front_page")


def domain_of(source: Source) -> str:
    """Return the site to ask for, perhaps with the beginning of a path: `github.com/huggingface`."""
    name = options.text(source, "domain").lower()
    return name.rpartition("://")[2].removeprefix("www.").rstrip("/")


def request(source: Source, *, after: int = 0, until: int = 0) -> Request:
    """Return the request for the stories of a list, newest first, between two moments (seconds since the epoch)."""
    query, domain, author = options.text(source, "query"), domain_of(source), options.text(source, "author")
    points = options.number(source, "points", 0, 0, 10_000)
    bounds = (("points>=", points), ("created_at_i>", after), ("created_at_i<=", until))
    asked = {
        "tags": ",".join(dict.fromkeys(filter(None, ("story", LISTS[list_of(source)], author and f"author_{author}")))),
        "numericFilters": ",".join(f"{name}{value}" for name, value in bounds if value),
        "query": query or domain,
        "restrictSearchableAttributes": "url" if domain and not query else "",
    }
    return _request(source, asked)


def request_again(source: Source, names: Iterable[str]) -> Request:
    """Return the request for stories by their numbers."""
    return _request(source, {"tags": f"story,({','.join(f'story_{name}' for name in names)})"})


def _request(source: Source, asked: Mapping[str, str]) -> Request:
    query = urlencode({name: value for name, value in asked.items() if value} | {"hitsPerPage": PAGE_SIZE})
    return Request(url=f"{source.base or BASE}/api/v1/search_by_date?{query}", accept="application/json")


def _front_page(source: Source, cursor: Mapping[str, Any], client: Client, now: int) -> Iterator[Batch]:
    """Read the front page, then again what has left it and is still young: the page itself shows it no more."""
    page = parse(client.get(request(source)).body, domain_of(source))
    since = now - options.number(source, "days", 3, 1, 30) * DAY
    kept = {name: when for name, when in mapping(cursor.get("living")).items() if isinstance(when, int)}
    living = sorted((kept | page.moments).items(), key=lambda one: -one[1])
    after = {"living": {name: when for name, when in living[:LIVING] if when > since}}
    yield Batch(records=page.records, cursor=after, problems=page.problems)
    left = iter([name for name in after["living"] if name not in page.moments])
    while names := list(islice(left, NAMES_A_REQUEST)):
        again = parse(client.get(request_again(source, names)).body)
        yield Batch(records=again.records, cursor=after, problems=again.problems)


def _since(source: Source, cursor: Mapping[str, Any], client: Client, now: int) -> Iterator[Batch]:
    """Read all stories since the newest known one or, where that is longer, of the last days; the first time of a month."""
    days, newest = options.number(source, "days", 3, 1, 30), cursor.get("newest")
    known = newest if isinstance(newest, int) else now - FIRST_DAYS * DAY
    since, newest, until = min(known, now - days * DAY), known, 0
    for number in range(1, PAGES + 1):
        page = parse(client.get(request(source, after=since, until=until)).body, domain_of(source))
        newest = max([newest, *(when for when in page.moments.values() if when <= now)])
        more = page.listed >= PAGE_SIZE and page.oldest > 0 and (not until or page.oldest < until)
        if not more or number == PAGES:
            excess = f"Only the newest {PAGES * PAGE_SIZE:,} stories were read; a number of points makes them fewer."
            problems = [*page.problems, excess] if more else page.problems
            yield Batch(records=page.records, cursor={"newest": newest}, problems=problems)
            return
        until = page.oldest
        yield Batch(records=page.records, cursor=dict(cursor), problems=page.problems)


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer holds.

    Attributes:
        moments: when each story was submitted, in seconds since the epoch, by its number.
        listed: stories in the answer, also those that cannot be read or are of another site.
        oldest: the earliest moment of those, 0 when there is none.
    """

    records: list[Record]
    problems: list[str]
    moments: dict[str, int]
    listed: int
    oldest: int


def parse(body: bytes, domain: str = "") -> Page:
    """Return the stories of an answer, of one site only where one is given: the search finds similar names too.

    Raises:
        FetchError: it is no answer of the search.
    """
    hits = mapping(decoded(body, "Hacker News")).get("hits")
    if not isinstance(hits, list):
        raise FetchError("Hacker News sent JSON without stories.", "It will be tried again with the next sync.")
    records: dict[str, Record] = {}
    moments: dict[str, int] = {}
    unread = 0
    for hit in map(mapping, hits):
        record = record_of(hit)
        if record is None:
            unread += 1
        elif not domain or is_of(record.subject, domain):
            records.setdefault(record.key, record)
            moments[record.key.partition(":")[2]] = _moment(hit)
    problems = [f"{unread} of the stories have no number, title or author."] if unread else []
    oldest = min(filter(None, (_moment(mapping(hit)) for hit in hits)), default=0)
    return Page(list(records.values()), problems, moments, len(hits), oldest)


def record_of(hit: Mapping[str, Any]) -> Record | None:
    """Return the record of a story, or None when it lacks what makes it one (deleted ones do)."""
    number, title, author = str(hit.get("objectID")), clean_line(hit.get("title")), clean_line(hit.get("author"), 100)
    if not (number.isascii() and number.isdecimal()) or not title or not author:
        return None
    url, subject = f"https://news.ycombinator.com/item?id={number}", clean_line(hit.get("url"), 2_000)
    subject = subject if is_web_address(subject) else ""
    said = hit.get("story_text")
    text, hrefs = html_to_text(said) if isinstance(said, str) else ("", ())
    key, moment = f"hackernews:{number}", _moment(hit)
    return Record(
        kind="post",
        key=key,
        identifiers=(key, f"url:{canonical_url(url)}"),
        title=title,
        text=text,
        url=url,
        links=tuple(dict.fromkeys(link for link in (subject, *hrefs) if is_web_address(link))),
        published=times.stamp(datetime.fromtimestamp(moment, UTC)) if moment else None,
        network="hackernews",
        author=author,
        engagement=counts(hit, {"points": "points", "comments": "num_comments"}),
        subject=subject,
    )


def is_of(url: str, domain: str) -> bool:
    """Tell whether an address is of a site (or one below it), and under the path that is named with it."""
    site, _, path = domain.partition("/")
    try:
        parts = urlsplit(url.lower())
        host = parts.hostname or ""
    except ValueError:
        return False
    return (host == site or host.endswith(f".{site}")) and f"{parts.path}/".startswith(f"/{path}/" if path else "")


def _moment(hit: Mapping[str, Any]) -> int:
    """Return when a story was submitted in seconds since the epoch, 0 when it does not say."""
    seconds = hit.get("created_at_i")
    return seconds if isinstance(seconds, int) and 0 < seconds < 4_102_444_800 else 0

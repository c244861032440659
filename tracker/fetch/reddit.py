"""Reads subreddits as Atom, the one form that Reddit still gives without a login, about one request a minute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urlsplit

from tracker.credentials import credential, variable_of
from tracker.errors import ConfigError, FetchError
from tracker.fetch import options, pasted
from tracker.fetch.feed.documents import join, require_whole
from tracker.fetch.feed.reader import read
from tracker.http.refusals import StatusError
from tracker.identity import canonical_url, is_web_address
from tracker.markup import html_to_text, unescape
from tracker.models import Record
from tracker.ports import Batch, Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.fetch.feed.documents import Document, Entry
    from tracker.ports import Client

BASE = "https://www.reddit.com"
OPTIONS = frozenset({"subreddit", "sort", "time"})
SORTS = ("new", "hot", "top")
TIMES = ("hour", "day", "week", "month", "year", "all")
PAGE_SIZE, PAGES = 100, 3
LEAST = 25
"""A shorter page is the last one."""
_OWN_HOSTS = frozenset({"reddit.com", "redd.it"})
_NAME = re.compile(r"^\w{2,21}$", re.ASCII)
_POST = re.compile(r"(?:\bt3_|/comments/)([a-z0-9]{1,12})(?=/|$)")
_BELOW = re.compile(r"<a\b[^>]*\bhref=\"([^\"]*)\"[^>]*>\s*\[(link|comments)\]\s*</a>", re.IGNORECASE)
_SUBMITTED = re.compile(r"(?:&#32;|\s)*submitted by(?:&#32;|\s)*<a\b", re.IGNORECASE)


class RedditFetcher:
    """Options: `subreddit` (a name or a list of them), `sort` (`new` unless given), `time` (with `top`)."""

    kind: ClassVar[str] = "reddit"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        names = subreddits(source)
        if not names:
            raise ConfigError(f"Source '{source.name}' needs subreddit.", 'Add subreddit = "MachineLearning".')
        if wrong := next((name for name in names if not _NAME.match(name)), None):
            raise ConfigError(
                f"Source '{source.name}': '{wrong}' is no subreddit.", "Write it as in r/MachineLearning."
            )
        sort, span = options.text(source, "sort", "new"), options.text(source, "time")
        if sort not in SORTS:
            raise ConfigError(f"Source '{source.name}': sort is '{sort}'.", f"It is one of: {', '.join(SORTS)}.")
        if span and (sort != "top" or span not in TIMES):
            raise ConfigError(
                f"Source '{source.name}': time = \"{span}\" cannot be used.",
                f'It goes with sort = "top" and is one of: {", ".join(TIMES)}.',
            )

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return options for `r/name`, `r/one+other` and the addresses of their pages, but not of single threads."""
        text = text.strip()
        found = pasted.address(f"reddit.com/{text.lstrip('/')}" if re.match(r"/?r/", text) else text)
        if found is None or found.host != "reddit.com" or not 2 <= len(found.segments) <= 4 or found.segments[0] != "r":
            return None
        sort, names = _sort_of(found), found.segments[1].removesuffix(".rss").split("+")
        if sort is None or not all(map(_NAME.match, names)):
            return None
        span = {"time": found.query["t"]} if sort == "top" and found.query.get("t") in TIMES else {}
        return {"subreddit": names if len(names) > 1 else names[0]} | ({"sort": sort} if sort else {}) | span

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield the newest posts; of the list `new` also what came since the last sync, at most three pages back."""
        known = newest = str(cursor.get("newest", ""))
        goes_back, last = bool(known) and options.text(source, "sort", "new") == "new", ""
        for number in range(1, PAGES + 1):
            document = _asked(source, request(source, last), client)
            if document is None:
                return
            records, problems = parse(document)
            moments = [record.published for record in records if record.published]
            newest = max([newest, *moments])
            more = goes_back and len(records) >= LEAST and min(moments, default="") > known
            if more and number < PAGES:
                yield Batch(records=records, cursor=dict(cursor), problems=problems)
                last = records[-1].key.removeprefix("reddit:")
                continue
            lost = ["There were more posts since the last sync than are read at once; the oldest were left out."]
            yield Batch(records=records, cursor={"newest": newest}, problems=problems + (lost if more else []))
            require_whole(problems)
            return


def _sort_of(found: pasted.Address) -> str | None:
    """Return the order that an address names, empty for its usual one, None when it leads elsewhere."""
    rest = [one.removesuffix(".rss") for one in found.segments[2:]]
    rest = [one for one in rest if one]
    if not rest:
        return ""
    return rest[0] if len(rest) == 1 and rest[0] in SORTS else None


def subreddits(source: Source) -> tuple[str, ...]:
    """Return the names of the subreddits, without `r/`."""
    named = "+".join(options.texts(source, "subreddit")).split("+")
    return tuple(filter(None, (name.strip().strip("/").removeprefix("r/") for name in named)))


def request(source: Source, last: str = "") -> Request:
    """Return the request for the newest posts, or for those after one (`t3_…`).

    The parameters of the user's private feed, which raise the limit, go along when they are known.

    Raises:
        FetchError: only one of the two is known.
    """
    sort = options.text(source, "sort", "new")
    asked = {"limit": str(PAGE_SIZE), "t": options.text(source, "time"), "after": last}
    query = urlencode({name: value for name, value in asked.items() if value})
    login = {"feed": credential("reddit_feed"), "user": credential("reddit_user")}
    if any(login.values()) and not all(login.values()):
        missing = next(variable_of(f"reddit_{name}") for name, value in login.items() if not value)
        raise FetchError(
            "Reddit's private feed needs two parameters, and one is not set.", f"Set {missing} too.", state="login"
        )
    return Request(
        url=f"{source.base or BASE}/r/{'+'.join(subreddits(source))}/{sort}/.rss?{query}",
        private=login if all(login.values()) else None,
        conditional=not last,
        accept="application/atom+xml",
    )


def _asked(source: Source, wanted: Request, client: Client) -> Document | None:
    """Return the list, None when it has not changed."""
    place = f"r/{'+'.join(subreddits(source))}"
    try:
        answer = client.get(wanted)
    except StatusError as error:
        raise _refused(place, error) from error
    if answer.status == 304:
        return None
    return read(answer.body, answer.url, answer.headers.get("content-type", ""))


def _refused(place: str, error: StatusError) -> FetchError:
    """Return the error with what is known of this service."""
    feed, user = variable_of("reddit_feed"), variable_of("reddit_user")
    private = f"Set {feed} and {user} to the feed and user of an address on reddit.com/prefs/feeds."
    if error.state == "slowed":
        return FetchError(
            f"Reddit is asked too often ({error.status}); without a login it answers about once a minute. {place} waits.",
            f"It will be asked again later by itself. {private}",
            state="slowed",
            retry_after=error.retry_after,
        )
    if error.status == 403:
        return FetchError(f"Reddit does not show {place} without a login (403).", private, state="login")
    if error.status == 404:
        return FetchError(f"Reddit knows no {place} (404).", "Check the name; it may be banned or renamed.")
    return error


def parse(document: Document) -> tuple[list[Record], list[str]]:
    """Return (records, problems) of a list."""
    records: dict[str, Record] = {}
    unread = 0
    for entry in document.entries:
        if record := record_of(entry):
            records.setdefault(record.key, record)
        else:
            unread += 1
    problems = [f"{unread} of the entries are no posts that can be read."] if unread else []
    return list(records.values()), [*document.problems, *problems]


def record_of(entry: Entry) -> Record | None:
    """Return the record of an entry, or None when it names no post or has no title."""
    named, title = _POST.search(entry.guid) or _POST.search(entry.link), clean_line(entry.title)
    if not named or not title:
        return None
    url = entry.link if "/comments/" in entry.link else f"{BASE}/comments/{named[1]}/"
    body, below = split(entry.content)
    text, hrefs = html_to_text(body)
    subject = "" if _is_own(below.get("link", "")) else below.get("link", "")
    leads = [below.get("link", ""), *(join(url, href) for href in hrefs)]
    key, page = f"reddit:t3_{named[1]}", canonical_url(url)
    author = entry.authors[0].lstrip("/") if entry.authors else ""
    return Record(
        kind="post",
        key=key,
        identifiers=(key, f"url:{page}"),
        title=title,
        text=text,
        url=url,
        links=tuple(one for one in dict.fromkeys(leads) if is_web_address(one) and canonical_url(one) != page),
        published=entry.published,
        keywords=tuple(dict.fromkeys(filter(None, (clean_line(word, 60) for word in entry.keywords)))),
        network="reddit",
        author=clean_line(author, 100) or "u/[deleted]",
        subject=subject,
    )


def split(content: str) -> tuple[str, dict[str, str]]:
    """Return what the author wrote and, by their words, the addresses under `[link]` and `[comments]` below it."""
    marks = list(_SUBMITTED.finditer(content))
    place = marks[-1].start() if marks else len(content)
    found = {name.lower(): unescape(href).strip() for href, name in _BELOW.findall(content[place:])}
    return content[:place], {name: href for name, href in found.items() if is_web_address(href)}


def _is_own(url: str) -> bool:
    """Tell whether an address is Reddit's own: a thread, a picture or film kept there."""
    host = (urlsplit(url).hostname or "").lower() if is_web_address(url) else "reddit.com"
    return host in _OWN_HOSTS or host.endswith((".reddit.com", ".redd.it"))

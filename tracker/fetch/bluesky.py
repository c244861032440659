"""Reads the posts of a Bluesky account from the public AppView; no login needed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from tracker import times
from tracker.errors import ConfigError, FetchError
from tracker.fetch import options
from tracker.fetch.options import items, mapping
from tracker.http.refusals import StatusError
from tracker.identity import canonical_url, is_web_address
from tracker.models import Record
from tracker.ports import Batch, Request
from tracker.text import clean_line, clean_text, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Client

BASE = "https://public.api.bsky.app"
PAGES = 3
PAGE_SIZE = 50
OPTIONS = frozenset({"actor", "reposts", "replies"})
_LINK = "app.bsky.richtext.facet#link"
_TITLE_WIDTH = 100
_COUNTS = {"likes": "likeCount", "reposts": "repostCount", "replies": "replyCount", "quotes": "quoteCount"}


class BlueskyFetcher:
    """Options: `actor` (handle or DID), `reposts` and `replies` (both false unless set)."""

    kind: ClassVar[str] = "bluesky"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        actor = account(source)
        if not actor.startswith("did:") and "." not in actor:
            raise ConfigError(
                f"Source '{source.name}': '{actor}' is no Bluesky handle.", f"Write it whole: {actor}.bsky.social."
            )
        options.switch(source, "reposts")
        options.switch(source, "replies")

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield pages, newest first, until a known post or three pages; the cursor moves with the last one."""
        known, newest, mark = str(cursor.get("newest", "")), str(cursor.get("newest", "")), ""
        for number in range(1, PAGES + 1):
            answer = _asked(source, request(source, mark), client)
            records, problems, mark, moments = parse(answer, reposts=options.switch(source, "reposts"))
            newest = max([newest, *moments])
            if not mark or number == PAGES or (known and any(moment <= known for moment in moments)):
                yield Batch(records=records, cursor={"newest": newest}, problems=problems)
                return
            yield Batch(records=records, cursor=dict(cursor), problems=problems)


def account(source: Source) -> str:
    """Return the handle or DID to ask for."""
    return options.text(source, "actor", None).lstrip("@").removeprefix("https://bsky.app/profile/").strip("/")


def request(source: Source, mark: str) -> Request:
    """Return the request for the page at a mark, the first one when it is empty.

    It is not conditional: a run that broke off after the first page would be told 304 and never see the others.
    """
    shown = "posts_with_replies" if options.switch(source, "replies") else "posts_and_author_threads"
    query = {"actor": account(source), "limit": str(PAGE_SIZE), "filter": shown} | ({"cursor": mark} if mark else {})
    return Request(
        url=f"{source.base or BASE}/xrpc/app.bsky.feed.getAuthorFeed?{urlencode(query)}", accept="application/json"
    )


def _asked(source: Source, wanted: Request, client: Client) -> bytes:
    try:
        return client.get(wanted).body
    except StatusError as error:
        if error.status != 400:
            raise
        raise _refused(account(source), error.body) from error


def _refused(actor: str, body: bytes) -> FetchError:
    """Return the error for what the service says in its own words."""
    try:
        said = mapping(json.loads(body))
    except (ValueError, RecursionError):
        said = {}
    name, message = clean_line(said.get("error"), 80), clean_line(said.get("message"), 200)
    if name in {"AccountDeactivated", "AccountTakedown", "RepoDeactivated", "RepoTakendown"}:
        return FetchError(f"The Bluesky account '{actor}' was closed.", "Remove the source.", state="gone")
    if "not found" in message.lower():
        return FetchError(
            f"Bluesky knows no account '{actor}'.", "Check the handle; the account may have changed its name."
        )
    return FetchError(f"Bluesky refuses to show '{actor}': {message or name or 'bad request'}.", "Check the handle.")


def parse(body: bytes, *, reposts: bool = False) -> tuple[list[Record], list[str], str, list[str]]:
    """Return (records, problems, mark of the next page, moments at which the account's own posts were indexed)."""
    try:
        page = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchError(
            "Bluesky sent something that is not JSON.", "It will be tried again with the next sync."
        ) from error
    records: dict[str, Record] = {}
    moments: list[str] = []
    unread = 0
    for item in items(mapping(page).get("feed")):
        reason = str(mapping(mapping(item).get("reason")).get("$type", ""))
        if reason.endswith("#reasonRepost") and not reposts:
            continue
        post = mapping(mapping(item).get("post"))
        record = record_of(post)
        if record is None:
            unread += 1
            continue
        records.setdefault(record.key, record)
        if not reason and (
            moment := times.parse(_string(post.get("indexedAt")))
        ):  # a pinned post is old, a repost another's
            moments.append(moment)
    problems = [f"{unread} of the entries are no posts that can be read."] if unread else []
    return list(records.values()), problems, _string(mapping(page).get("cursor")), moments


def record_of(post: Mapping[str, Any]) -> Record | None:
    """Return the record of a post view, or None when it lacks an address, an author or content."""
    said, author = mapping(post.get("record")), mapping(post.get("author"))
    uri, did = _string(post.get("uri")), _string(author.get("did"))
    handle = clean_line(author.get("handle"), 253)
    if not uri.startswith("at://") or not said or not (did or handle):
        return None
    name = did if handle in {"", "handle.invalid"} else handle
    url = f"https://bsky.app/profile/{name}/post/{uri.rsplit('/', 1)[-1]}"
    card = _card(mapping(post.get("embed"))) or _card(mapping(said.get("embed")))
    own = clean_text(said.get("text"))
    heading = clean_line(card.get("title"))
    key = f"bluesky:{uri}"
    return Record(
        kind="post",
        key=key,
        identifiers=(key, f"url:{canonical_url(url)}"),
        title=shorten(clean_line(own) or heading, _TITLE_WIDTH) or f"Post by {name}",
        text=f"{own}\n\n{heading}".strip() if heading and heading not in own else own,
        authors=tuple(filter(None, [clean_line(author.get("displayName"), 200)])),
        url=url,
        links=links_of(said, _string(card.get("uri"))),
        published=_posted(said, post),
        network="bluesky",
        author=name,
        engagement={name: float(post[key]) for name, key in _COUNTS.items() if isinstance(post.get(key), int)},
    )


def links_of(said: Mapping[str, Any], card: str) -> tuple[str, ...]:
    """Return where a post leads: the text shows addresses cut short, facets and the card hold them whole."""
    features = [mapping(f) for facet in items(said.get("facets")) for f in items(mapping(facet).get("features"))]
    found = [_string(feature.get("uri")) for feature in features if feature.get("$type") == _LINK]
    return tuple(dict.fromkeys(uri for uri in [*found, card] if uri and is_web_address(uri)))


def _card(embed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the card of a link, also where it stands beside a quoted post."""
    return mapping(embed.get("external")) or mapping(mapping(embed.get("media")).get("external"))


def _posted(said: Mapping[str, Any], post: Mapping[str, Any]) -> str | None:
    """Return when it was posted: what the author's program claims, but never after the service saw it."""
    claimed, seen = times.parse(_string(said.get("createdAt"))), times.parse(_string(post.get("indexedAt")))
    return min(filter(None, [claimed, seen]), default=None)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""

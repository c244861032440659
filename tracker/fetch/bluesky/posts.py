"""Turns posts of Bluesky into records, and pages of them into what a fetcher needs to know. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.answers import LINK_LIMIT, counts, links_in
from tracker.fetch.bluesky.places import is_did, is_handle
from tracker.fetch.options import items, mapping
from tracker.identity import canonical_url, is_web_address
from tracker.models import Record
from tracker.text import clean_line, clean_text, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LINK = "app.bsky.richtext.facet#link"
_TITLE_WIDTH = 100
_LONGEST_SHARE = 1_000
_FACETS = 200
_URI = re.compile(r"at://([^/]+)/[A-Za-z][\w.-]*/([\w.~:-]{1,512})", re.ASCII)
_COUNTS = {"likes": "likeCount", "reposts": "repostCount", "replies": "replyCount", "quotes": "quoteCount"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries of a page are kept beside posts of its accounts."""

    reposts: bool
    replies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer. `moments` are those at which its entries came into the feed, as ISO texts; `mark` leads to the next."""

    records: tuple[Record, ...]
    moments: tuple[str, ...]
    mark: str
    problems: tuple[str, ...]


def page_of(answer: Mapping[str, Any], wanted: Wanted) -> Page:
    """Return what a page of a feed or of search results holds.

    Raises:
        FetchError: there is no list of posts in it.
    """
    found = answer.get("feed", answer.get("posts"))
    if not isinstance(found, list):
        raise FetchError("Bluesky's answer holds no list of posts.", "It will be tried again with the next sync.")
    records: dict[str, Record] = {}
    moments: list[str] = []
    unread = 0
    for entry in map(mapping, found):
        reason, post = mapping(entry.get("reason")), mapping(entry.get("post", entry))
        is_repost = _text(reason.get("$type")).endswith("#reasonRepost")
        moment = times.parse(_text((reason if is_repost else post).get("indexedAt")))
        if moment and (is_repost or not reason):  # a pinned post stands where it does not belong
            moments.append(moment)
        if (is_repost and not wanted.reposts) or (not wanted.replies and _is_to_another(post)):
            continue
        if record := record_of(post):
            records.setdefault(record.key, record)
        else:
            unread += 1
    problems = (f"{unread} of the entries are no posts that can be read.",) if unread else ()
    return Page(
        records=tuple(records.values()), moments=tuple(moments), mark=_text(answer.get("cursor")), problems=problems
    )


def record_of(post: Mapping[str, Any]) -> Record | None:
    """Return the record of a post view, or None when it lacks an address, an author or content."""
    said, author = mapping(post.get("record")), mapping(post.get("author"))
    uri, name = _text(post.get("uri")), _name(author)
    url = _page(uri, name)
    if not url or not said:
        return None
    card = _card(mapping(post.get("embed"))) or _card(mapping(said.get("embed")))
    quoted = _quoted(mapping(post.get("embed")))
    own = clean_text(said.get("text"))
    heading = clean_line(card.get("title"))
    quoted_text = clean_text(mapping(quoted.get("value")).get("text"))
    quoted_by = _name(mapping(quoted.get("author")))
    key = f"bluesky:{uri}"
    quotation = f"@{quoted_by}: {quoted_text}" if quoted_text else ""
    subject = "" if quoted else _subject(said, card)
    title = (heading if subject else "") or clean_line(own) or heading or clean_line(quoted_text)
    return Record(
        kind="post",
        key=key,
        identifiers=(key, f"url:{canonical_url(url)}"),
        title=shorten(title, _TITLE_WIDTH) or f"Post by {name}",
        text="\n\n".join(filter(None, [own, "" if heading in own else heading, quotation])),
        authors=tuple(filter(None, [clean_line(author.get("displayName"), 200)])),
        url=url,
        links=_web([*links_of(said), _text(card.get("uri")), *_links_of_quoted(quoted, quoted_by)]),
        subject=subject,
        published=_posted(said, post),
        network="bluesky",
        author=name,
        engagement=counts(post, _COUNTS),
        is_bot=any(map(_says_bot, [author.get("labels"), post.get("labels"), said.get("labels")])),
        answers=_answered(said, "parent"),
        thread=_answered(said, "root"),
    )


def links_of(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where the words of a post lead: facets hold whole what the text shows cut short; old programs set none."""
    if found := _web([_text(feature.get("uri")) for _, feature in _link_facets(said)]):
        return found
    text = clean_text(said.get("text"))
    return tuple(link for link in links_in(text) if f"{link}…" not in text and f"{link}..." not in text)


def _link_facets(said: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield (index, feature) of every link; the index counts bytes of UTF-8."""
    for facet in map(mapping, items(said.get("facets"))[:_FACETS]):
        for feature in map(mapping, items(facet.get("features"))[:_FACETS]):
            if feature.get("$type") == _LINK:
                yield mapping(facet.get("index")), feature


def _web(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for link in found if link and is_web_address(link)))[:LINK_LIMIT]


def _card(embed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the card of a link, also where it stands beside a quoted post."""
    return mapping(embed.get("external")) or mapping(mapping(embed.get("media")).get("external"))


def _quoted(embed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the view of a quoted post; beside media it lies one level deeper."""
    record = mapping(embed.get("record"))
    return record if "value" in record else mapping(record.get("record"))


def _links_of_quoted(quoted: Mapping[str, Any], name: str) -> list[str]:
    """Return where a quoted post leads, and its own page."""
    said = mapping(quoted.get("value"))
    cards = [_card(mapping(embed)) for embed in [*items(quoted.get("embeds")), said.get("embed")]]
    return [*links_of(said), *(_text(card.get("uri")) for card in cards), _page(_text(quoted.get("uri")), name)]


def _subject(said: Mapping[str, Any], card: Mapping[str, Any]) -> str:
    """Return the address that a post only hands on: it says nothing but the link and the heading of its card."""
    words, facets = _text(said.get("text")), list(_link_facets(said))
    shared = _web([_text(card.get("uri")), *(_text(feature.get("uri")) for _, feature in facets)])
    if len(shared) != 1 or len(words) > _LONGEST_SHARE:
        return ""
    rest = words.encode("utf-8", "replace")
    for index, _ in facets:
        start, end = index.get("byteStart"), index.get("byteEnd")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= len(rest):
            rest = rest[:start] + b" " * (end - start) + rest[end:]
    return shared[0] if clean_line(rest.decode("utf-8", "replace")) in {"", clean_line(card.get("title"))} else ""


def _is_to_another(post: Mapping[str, Any]) -> bool:
    """Tell whether a post answers somebody else: its thread or its parent was not begun by its author."""
    reply = mapping(mapping(post.get("record")).get("reply"))
    did = _text(mapping(post.get("author")).get("did"))
    starts = [_text(mapping(reply.get(part)).get("uri")) for part in ("root", "parent")]
    return any(start and not start.startswith(f"at://{did}/") for start in starts)


def _answered(said: Mapping[str, Any], part: str) -> str:
    """Return the key of the post that a post answers (`parent`) or that began its thread (`root`); empty when there is none."""
    uri = _text(mapping(mapping(said.get("reply")).get(part)).get("uri"))
    return f"bluesky:{uri}" if _URI.fullmatch(uri) else ""


def _says_bot(labels: object) -> bool:
    """Tell whether labels (a list, or an author's own in `values`) say that a machine posts."""
    found = items(labels) or items(mapping(labels).get("values"))
    return any(label.get("val") == "bot" and not label.get("neg") for label in map(mapping, found))


def _name(author: Mapping[str, Any]) -> str:
    """Return the handle of an author, the DID where there is no valid one."""
    handle, did = _text(author.get("handle")), _text(author.get("did"))
    if is_handle(handle) and handle != "handle.invalid":
        return handle.lower()
    return did if is_did(did) else ""


def _page(uri: str, name: str) -> str:
    """Return the web address of a post, empty when it cannot be known."""
    found = _URI.fullmatch(uri)
    return f"https://bsky.app/profile/{name}/post/{found[2]}" if found and is_did(found[1]) and name else ""


def _posted(said: Mapping[str, Any], post: Mapping[str, Any]) -> str | None:
    """Return when it was posted: what the author's program claims, but never after the service saw it."""
    claimed, seen = times.parse(_text(said.get("createdAt"))), times.parse(_text(post.get("indexedAt")))
    return min(filter(None, [claimed, seen]), default=None)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

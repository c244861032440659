"""Records from posts of X: in the shape of the API v2, and in the older one of the archive that an account can download."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tracker import times
from tracker.fetch.options import items, mapping
from tracker.identity import canonical_url, is_web_address
from tracker.markup import unescape
from tracker.models import Record
from tracker.text import clean_line, clean_text, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LINK_LIMIT = 100
_TITLE_WIDTH = 100
_FIRST_TIMED = 29_700_859_247  # ids were plain numbers before November 2010
_EPOCH_MILLISECONDS = 1_288_834_974_657
_SHORT_LINK = re.compile(r"https?://t\.co/\w+")
_MEDIA = re.compile(r"^https?://(?:www\.)?(?:x|twitter)\.com/\w+/status/\d+/(?:photo|video)/", re.IGNORECASE)
_PASSED_ON = re.compile(r"RT @(\w{1,15}):")
_COUNTS = {
    "likes": ("like_count", "favorite_count"),
    "reposts": ("retweet_count", "repost_count"),
    "replies": ("reply_count",),
    "quotes": ("quote_count",),
}


@dataclass(frozen=True, slots=True)
class Included:
    """What an answer holds beside its posts, by id: their authors, and the posts that they quote, answer or pass on."""

    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    posts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Author:
    """The account, without `@`, and the name that it shows; either may be empty."""

    account: str = ""
    shown: str = ""


def record_of(post: Mapping[str, Any], included: Included, author: str = "") -> Record | None:
    """Return the record of a post of the API v2, or None when it lacks an id or a text.

    A repost becomes the post that it passes on, under that one's author: its own text is cut off.

    Args:
        author: the account whose posts were asked for; empty where posts of many come.
    """
    original = included.posts.get(_reference(post, {"retweeted", "reposted"}))
    if original is not None:
        return _record(original, _author(original, included, _passed_on(post)), included)
    return _record(post, _author(post, included, author), included)


def _record(post: Mapping[str, Any], author: _Author, included: Included) -> Record | None:
    note = mapping(post.get("note_tweet") or post.get("note_post"))
    urls = [*_urls(note), *_urls(post)]
    quoted = included.posts.get(_reference(post, {"quoted"}), {})
    return _built(
        post.get("id"),
        note.get("text") or post.get("text"),
        author,
        urls,
        [
            *_targets(urls),
            *_targets([*_urls(mapping(quoted.get("note_tweet") or quoted.get("note_post"))), *_urls(quoted)]),
        ],
        published=times.parse(_string(post.get("created_at"))),
        counts=mapping(post.get("public_metrics")),
        answers=_reference(post, {"replied_to"}),
        thread=post.get("conversation_id"),
    )


def archived(post: Mapping[str, Any], author: str = "") -> Record | None:
    """Return the record of a post of the archive (the shape of the API 1.1), or None when it lacks an id or a text.

    Args:
        author: the account that the archive is of; a post that names its own keeps that.
    """
    if original := mapping(post.get("retweeted_status")):
        post, author = original, _passed_on(post)
    user, urls = mapping(post.get("user")), [*_urls(post), *_urls(mapping(post.get("extended_tweet")))]
    return _built(
        post.get("id_str") or post.get("id"),
        mapping(post.get("extended_tweet")).get("full_text") or post.get("full_text") or post.get("text"),
        _Author(account=_account(user.get("screen_name")) or author, shown=clean_line(user.get("name"), 200)),
        urls,
        [*_targets(urls), *_targets(_urls(mapping(post.get("quoted_status"))))],
        published=_old_date(_string(post.get("created_at"))),
        counts=post,
        answers=post.get("in_reply_to_status_id_str"),
    )


def liked(like: Mapping[str, Any]) -> Record | None:
    """Return the record of a post that the archive lists as liked: its author is not told."""
    return _built(like.get("tweetId"), like.get("fullText"), _Author(), [], [])


def moment_of(number: int) -> str | None:
    """Return when a post was sent, which its id tells; None for ids of before November 2010 and for what is no id."""
    if not _FIRST_TIMED <= number < 2**63:
        return None
    return times.stamp(datetime.fromtimestamp(((number >> 22) + _EPOCH_MILLISECONDS) / 1000, UTC))


def number_of(value: object) -> int | None:
    """Return an id as a number, or None when it is none."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def _built(
    name: object,
    text: object,
    author: _Author,
    urls: Iterable[Mapping[str, Any]],
    links: Iterable[str],
    *,
    published: str | None = None,
    counts: Mapping[str, Any] | None = None,
    answers: object = "",
    thread: object = "",
) -> Record | None:
    number = number_of(name)
    if number is None or not isinstance(text, str):
        return None
    key, url = f"x:{number}", f"https://x.com/{author.account or 'i'}/status/{number}"
    said = clean_text(unescape(_whole(text, urls)))
    return Record(
        kind="post",
        key=key,
        identifiers=(key, f"url:{canonical_url(url)}"),
        title=shorten(clean_line(said), _TITLE_WIDTH) or f"Post by {author.account or 'someone'}",
        text=said,
        authors=tuple(filter(None, [author.shown])),
        url=url,
        links=tuple(link for link in dict.fromkeys(links) if f"/status/{number}" not in link)[:LINK_LIMIT],
        published=published or moment_of(number),
        network="x",
        author=author.account,
        engagement=_engagement(counts or {}),
        answers=_key(answers),
        thread="" if number_of(thread) == number else _key(thread),
    )


def _key(name: object) -> str:
    """Return the key of a post by its id, or an empty text."""
    number = number_of(name)
    return "" if number is None else f"x:{number}"


def _author(post: Mapping[str, Any], included: Included, fallback: str) -> _Author:
    """Return who wrote a post; where no name came, the number of the account stands for it."""
    user = included.users.get(_string(post.get("author_id")), {})
    account = _account(user.get("username")) or fallback or str(number_of(post.get("author_id")) or "")
    return _Author(account=account, shown=clean_line(user.get("name"), 200))


def _passed_on(post: Mapping[str, Any]) -> str:
    """Return the account whose post a repost passes on, as its cut-off text names it; else an empty text."""
    named = _PASSED_ON.match(_string(post.get("full_text") or post.get("text")))
    return named[1] if named else ""


def _account(value: object) -> str:
    name = clean_line(value, 50)
    return name if re.fullmatch(r"\w{1,50}", name, re.ASCII) else ""


def _reference(post: Mapping[str, Any], kinds: set[str]) -> str:
    """Return the id of the post that a post passes on or quotes, or an empty text."""
    for entry in items(post.get("referenced_tweets") or post.get("referenced_posts")):
        if _string(mapping(entry).get("type")) in kinds:
            return _string(mapping(entry).get("id"))
    return ""


def _urls(post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    entities = mapping(post.get("entities"))
    return [mapping(url) for name in ("urls", "media") for url in items(entities.get(name))]


def _targets(urls: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return where short links lead: as the author wrote it, and where that redirects to."""
    found = [_string(url.get(name)).strip() for url in urls for name in ("expanded_url", "unwound_url")]
    return [link for link in found if link and is_web_address(link) and not _MEDIA.match(link)]


def _whole(text: str, urls: Iterable[Mapping[str, Any]]) -> str:
    """Return a text with its short links written out; those of its own pictures are left out."""
    known = {_string(url.get("url")): _string(url.get("expanded_url")) for url in urls}

    def written_out(found: re.Match[str]) -> str:
        link = known.get(found[0], "")
        return "" if _MEDIA.match(link) else link or found[0]

    return _SHORT_LINK.sub(written_out, text)


def _engagement(counts: Mapping[str, Any]) -> dict[str, float]:
    found = {
        name: next((n for key in keys if (n := number_of(counts.get(key))) is not None), None)
        for name, keys in _COUNTS.items()
    }
    return {name: float(number) for name, number in found.items() if number is not None}


def _old_date(text: str) -> str | None:
    """Return a date such as `Wed Oct 10 20:19:24 +0000 2018`."""
    try:
        return times.stamp(datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y"))
    except ValueError:
        return None


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""

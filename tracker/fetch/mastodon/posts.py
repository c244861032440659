"""Turns the statuses of a Mastodon server, or of one that speaks like it, into records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tracker.fetch.fediverse import posted
from tracker.fetch.options import items, mapping
from tracker.identity import canonical_url, is_web_address
from tracker.markup import html_to_text
from tracker.models import Record
from tracker.text import clean_line, clean_text, shorten, title_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNTS = {
    "likes": "favourites_count",
    "reposts": "reblogs_count",
    "replies": "replies_count",
    "quotes": "quotes_count",
}
_NAMES = frozenset({"mention", "hashtag"})
"""Classes of the links that a server makes of names by itself."""
_NAMES_AND_ADDRESSES = re.compile(r"https?://\S+|[#@][\w@.]+")
_QUOTED = re.compile(r'^\s*<p class="quote-inline">.*?</p>', re.DOTALL)
"""What servers put before a quoting post for programs that show no quotes."""
_PICTURE = re.compile(r":\w{2,40}:")
_TITLE_WIDTH = 100


def records_of(statuses: list[Any], home: str, *, reposts: bool, replies: bool) -> tuple[list[Record], int]:
    """Return the records of a page and the number of its entries that cannot be read.

    Args:
        home: the host of accounts that the server names without one.
        reposts: also what accounts passed on, as posts of their authors.
        replies: also answers to other accounts.
    """
    records: dict[str, Record] = {}
    unread = 0
    for entry in statuses:
        status = mapping(entry)
        if status.get("reblog") and not reposts:
            continue
        status = mapping(status.get("reblog")) or status
        if not replies and answers_another(status):
            continue
        record = record_of(status, home)
        if record is None:
            unread += 1
        else:
            records.setdefault(record.key, record)
    return list(records.values()), unread


def answers_another(status: Mapping[str, Any]) -> bool:
    """Tell whether a status is part of the thread of another account."""
    answered = status.get("in_reply_to_account_id")
    return bool(answered) and answered != mapping(status.get("account")).get("id")


def record_of(status: Mapping[str, Any], home: str) -> Record | None:
    """Return the record of a status, or None when it lacks a name, an author or content."""
    account, card = mapping(status.get("account")), mapping(status.get("card"))
    uri, author = clean_line(status.get("uri"), 500), voice(account, home)
    url = next((one for one in (_string(status.get("url")), uri) if is_web_address(one) and canonical_url(one)), "")
    if not uri or not url or not author or not isinstance(status.get("content"), str):
        return None
    own, hrefs = html_to_text(_QUOTED.sub("", status["content"], count=1), unwanted=_NAMES)
    links = _addresses(*hrefs, card.get("url"), *_quoted(status))
    warning, heading = clean_line(status.get("spoiler_text")), clean_line(card.get("title"))
    words = title_key(_NAMES_AND_ADDRESSES.sub(" ", own))
    said = clean_line(own) if words else heading or clean_line(own)
    key = f"mastodon:{uri}"
    return Record(
        kind="post",
        key=key,
        identifiers=tuple(filter(None, [key, f"url:{canonical_url(url)}", _name_at(home, status.get("id"))])),
        title=shorten(": ".join(filter(None, [warning, said])), _TITLE_WIDTH) or f"Post by {author}",
        text=clean_text("\n\n".join(filter(None, [warning, own, heading if heading not in own else ""]))),
        authors=tuple(filter(None, [clean_line(_PICTURE.sub(" ", _string(account.get("display_name"))), 200)])),
        url=url,
        links=links,
        keywords=_tags(status),
        published=posted(status.get("created_at")),
        network="mastodon",
        author=author,
        engagement=_engagement(status),
        subject=links[0] if len(links) == 1 and words in {"", title_key(heading)} else "",
        is_bot=account.get("bot") is True,
        answers=_name_at(home, status.get("in_reply_to_id")),
    )


def _name_at(home: str, number: object) -> str:
    """Return the name of a status by its id on a server, by which that server names what is answered; empty without one."""
    found = clean_line(number, 100)
    return f"mastodon-id:{home.lower()}/{found}" if home and found else ""


def voice(account: Mapping[str, Any], home: str) -> str:
    """Return the full name of an account, `name@host`, the same on every server; empty when it has none."""
    name, _, host = clean_line(account.get("acct"), 300).lstrip("@").partition("@")
    return f"{name}@{(host or home).lower()}" if name else ""


def _quoted(status: Mapping[str, Any]) -> list[object]:
    """Return where the quoted post is and leads; servers put it into a state, or in the plain place."""
    quote = mapping(status.get("quote"))
    quoted = mapping(quote.get("quoted_status")) or quote
    hrefs = html_to_text(_string(quoted.get("content")), unwanted=_NAMES)[1]
    return [quoted.get("url"), *hrefs, mapping(quoted.get("card")).get("url")]


def _engagement(status: Mapping[str, Any]) -> dict[str, float]:
    counts = {name: status.get(field) for name, field in _COUNTS.items()}
    return {name: float(count) for name, count in counts.items() if type(count) is int and 0 <= count < 2**53}


def _tags(status: Mapping[str, Any]) -> tuple[str, ...]:
    names = (clean_line(mapping(tag).get("name"), 100) for tag in items(status.get("tags"))[:50])
    return tuple(dict.fromkeys(filter(None, names)))


def _addresses(*found: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if isinstance(one, str) and is_web_address(one)))


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""

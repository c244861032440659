"""Turns the lists of posts of a Lemmy server into records."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.errors import FetchError
from tracker.fetch.fediverse import posted, split_address
from tracker.fetch.lemmy.markdown import markdown_to_text
from tracker.fetch.options import mapping
from tracker.identity import canonical_url, is_web_address
from tracker.markup import unescape
from tracker.models import Record
from tracker.text import clean_line, shorten, title_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNTS = {"points": "score", "upvotes": "upvotes", "comments": "comments"}
_CROSS_POSTED = re.compile(r"^cross-posted from:?\s*https?://\S+\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a community.

    Attributes:
        moments: when its posts were published, in its order, without those that are pinned on top.
        next: the parameters of the next page, none on the last.
    """

    records: list[Record]
    problems: list[str]
    moments: list[str]
    next: dict[str, str]


def parse(body: bytes, number: int) -> Page:
    """Return what an answer holds; `number` is that of the page, from 1.

    Raises:
        FetchError: it is no list of posts.
    """
    try:
        answer = mapping(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise FetchError(
            "The server sent something that is not JSON, or only the beginning of it.",
            "It will be tried again with the next sync; check that it is a Lemmy server.",
        ) from error
    views = answer.get("posts", answer.get("items"))
    if not isinstance(views, list):
        said = clean_line(answer.get("error"), 200)
        raise FetchError(
            f"The server sent no list of posts{f': {said}' if said else ''}.", "Check that it is a Lemmy server."
        )
    shown = [view for view in map(mapping, views) if not _withdrawn(mapping(view.get("post")))]
    records = [record_of(view) for view in shown]
    unread = records.count(None)
    if "next_page" in answer:
        mark = {"page_cursor": str(answer["next_page"])} if answer["next_page"] else {}
    else:  # servers before 0.19 number their pages
        mark = {"page": str(number + 1)} if views else {}
    return Page(
        records=list({record.key: record for record in records if record}.values()),
        problems=[f"{unread} of the entries are no posts that can be read."] if unread else [],
        moments=[moment for view in shown if not _pinned(view) and (moment := _posted(mapping(view.get("post"))))],
        next=mark,
    )


def record_of(view: Mapping[str, Any]) -> Record | None:
    """Return the record of a post view, or None when it lacks a name, an author or an address."""
    post, creator = mapping(view.get("post")), mapping(view.get("creator"))
    url, name = _string(post.get("ap_id")), clean_line(creator.get("name"), 200)
    title = clean_line(unescape(_string(post.get("name"))))
    home = split_address(_string(creator.get("actor_id") or creator.get("ap_id")))[0] or split_address(url)[0]
    if not is_web_address(url) or not canonical_url(url) or not name or not title:
        return None
    text, leads = markdown_to_text(_string(post.get("body")))
    target = _string(post.get("url"))
    target = target if is_web_address(target) else ""
    heading = clean_line(unescape(_string(post.get("embed_title"))))
    parts = [_CROSS_POSTED.sub("", text), heading if title_key(heading) not in title_key(title) else ""]
    key = f"lemmy:{clean_line(url, 500)}"
    return Record(
        kind="post",
        key=key,
        identifiers=(key, f"url:{canonical_url(url)}"),
        title=shorten(title, 300),
        text="\n\n".join(filter(None, parts)),
        authors=tuple(filter(None, [clean_line(creator.get("display_name"), 200)])),
        url=url,
        links=tuple(dict.fromkeys(filter(None, [target, *leads]))),
        published=_posted(post),
        network="lemmy",
        author=f"{name}@{home}",
        engagement=_engagement(mapping(view.get("counts")) or post),
        subject="" if _string(post.get("url_content_type")).startswith("image/") else target,
        is_bot=creator.get("bot_account") is True,
    )


def _engagement(counts: Mapping[str, Any]) -> dict[str, float]:
    found = {name: counts.get(field) for name, field in _COUNTS.items()}
    return {name: float(count) for name, count in found.items() if type(count) is int and abs(count) < 2**53}


def _posted(post: Mapping[str, Any]) -> str | None:
    return posted(post.get("published") or post.get("published_at"))


def _pinned(view: Mapping[str, Any]) -> bool:
    post = mapping(view.get("post"))
    return post.get("featured_community") is True or post.get("featured_local") is True


def _withdrawn(post: Mapping[str, Any]) -> bool:
    return post.get("removed") is True or post.get("deleted") is True


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""

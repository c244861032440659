"""Answers in the shapes of feeds and of Bluesky, made from demonstration posts. Pure: content and parameters to bytes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING, Any

from tracker.demo.answers import ATOM, XML, Answer, mail_date
from tracker.times import stamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.demo.shapes import PostLike

_JSON = "application/json; charset=utf-8"
_FEED_LENGTH = 50


# --- feeds


def _html(post: PostLike) -> str:
    text = "".join(f"<p>{escape(part)}</p>" for part in post.text.split("\n\n"))
    return text + "".join(f'<p><a href="{escape(link)}">{escape(link)}</a></p>' for link in post.links)


def _heading(post: PostLike) -> str:
    return post.text.split("\n")[0][:120]


def _name(posts: Sequence[PostLike]) -> str:
    names = {post.display_name for post in posts}
    return names.pop() if len(names) == 1 else "All the posts"


def rss_feed(posts: Sequence[PostLike], base: str) -> Answer:
    """Answer as a blog with RSS 2.0 does."""
    items = "".join(
        f"<item><title>{escape(_heading(p))}</title><link>{base}/posts/{escape(p.key)}</link><guid>{base}/posts/{escape(p.key)}</guid>"
        f"<dc:creator>{escape(p.display_name)}</dc:creator><pubDate>{mail_date(p.created)}</pubDate>"
        f"<description>{escape(_html(p))}</description></item>\n"
        for p in posts[:_FEED_LENGTH]
    )
    body = (
        f'{XML}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel><title>{escape(_name(posts))}</title>'
        f"<link>{base}/</link><description>Demonstration</description>\n{items}</channel></rss>\n"
    )
    return Answer(200, "application/rss+xml; charset=utf-8", body.encode(), cached=True, changed=_changed(posts))


def atom_feed(posts: Sequence[PostLike], base: str) -> Answer:
    """Answer as a blog with Atom does."""
    entries = "".join(
        f'<entry><id>{base}/posts/{escape(p.key)}</id><title>{escape(_heading(p))}</title><link href="{base}/posts/{escape(p.key)}"/>'
        f"<author><name>{escape(p.display_name)}</name></author><published>{stamp(p.created)}</published><updated>{stamp(p.created)}</updated>"
        f'<content type="html">{escape(_html(p))}</content></entry>\n'
        for p in posts[:_FEED_LENGTH]
    )
    body = (
        f'{XML}<feed xmlns="http://www.w3.org/2005/Atom">\n<id>{base}/</id><title>{escape(_name(posts))}</title><link href="{base}/"/>'
        f"<updated>{stamp(_changed(posts) or datetime(2026, 1, 1, tzinfo=UTC))}</updated>\n{entries}</feed>\n"
    )
    return Answer(200, ATOM, body.encode(), cached=True, changed=_changed(posts))


def json_feed(posts: Sequence[PostLike], base: str) -> Answer:
    """Answer as a blog with JSON Feed does."""
    items = [
        {
            "id": f"{base}/posts/{p.key}",
            "url": f"{base}/posts/{p.key}",
            "title": _heading(p),
            "content_html": _html(p),
            "date_published": stamp(p.created),
            "authors": [{"name": p.display_name}],
        }
        for p in posts[:_FEED_LENGTH]
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _name(posts),
        "home_page_url": f"{base}/",
        "items": items,
    }
    return Answer(200, "application/feed+json", json.dumps(feed).encode(), cached=True, changed=_changed(posts))


def _changed(posts: Sequence[PostLike]) -> datetime | None:
    newest = max((post.created for post in posts), default=None)
    return newest.astimezone(UTC).replace(microsecond=0) if newest else None


# --- Bluesky


def xrpc_error(status: int, name: str, message: str) -> Answer:
    """Answer as an XRPC service that refuses."""
    return Answer(status, _JSON, json.dumps({"error": name, "message": message}).encode())


def author_feed(posts: Sequence[PostLike], query: Mapping[str, str]) -> Answer:
    """Answer as `app.bsky.feed.getAuthorFeed` of the AppView does: newest first, an opaque cursor, none on the last page."""
    if "actor" not in query:
        return xrpc_error(400, "InvalidRequest", 'Error: Params must have the property "actor"')
    limit = int(query.get("limit", "50")) if query.get("limit", "50").isdigit() else 0
    if not 1 <= limit <= 100:
        word = "greater than 100" if limit > 100 else "less than 1"
        return xrpc_error(400, "InvalidRequest", f"Error: limit can not be {word}")
    own = [post for post in posts if query["actor"] in {post.author, _did(post.author)}]
    if not own:
        return xrpc_error(400, "InvalidRequest", "Profile not found")
    marks = [_mark(post) for post in own]
    if query.get("cursor") and query["cursor"] not in marks:
        return xrpc_error(500, "InternalServerError", "Internal Server Error")
    start = marks.index(query["cursor"]) + 1 if query.get("cursor") else 0
    page: dict[str, Any] = {"feed": [{"post": _post_view(post)} for post in own[start : start + limit]]}
    if start + limit < len(own):
        page["cursor"] = marks[start + limit - 1]
    return Answer(200, _JSON, json.dumps(page).encode(), cached=True)


def _post_view(post: PostLike) -> dict[str, Any]:
    did, when = _did(post.author), post.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    said: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": post.text, "createdAt": when, "langs": ["en"]}
    facets = [facet for link in post.links if (facet := _facet(post.text, link))]
    view: dict[str, Any] = {
        "uri": f"at://{did}/app.bsky.feed.post/{_rkey(post.key)}",
        "cid": _cid(post.key),
        "author": {"did": did, "handle": post.author, "displayName": post.display_name, "labels": []},
        "record": said,
        "bookmarkCount": 0,
        "replyCount": 0,
        "repostCount": 0,
        "likeCount": 0,
        "quoteCount": 0,
        "indexedAt": when,
        "labels": [],
    }
    if facets:
        said["facets"] = facets
    card = next((link for link in post.links if link not in {f["features"][0]["uri"] for f in facets}), None)
    if card:
        external = {"uri": card, "title": "", "description": ""}
        said["embed"] = {"$type": "app.bsky.embed.external", "external": external}
        view["embed"] = {"$type": "app.bsky.embed.external#view", "external": external}
    return view


def _facet(text: str, link: str) -> dict[str, Any] | None:
    """Return the facet of a link that the text shows, whole or without its scheme; offsets count UTF-8 bytes."""
    for words in (link, re.sub(r"^https?://(www\.)?", "", link)):
        place = text.encode().find(words.encode())
        if place >= 0:
            feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
            return {"index": {"byteStart": place, "byteEnd": place + len(words.encode())}, "features": [feature]}
    return None


def _did(author: str) -> str:
    return f"did:plc:{blake2b(author.encode(), digest_size=12).hexdigest()}"


def _cid(key: str) -> str:
    return f"bafyrei{blake2b(key.encode(), digest_size=24).hexdigest()}"


def _rkey(key: str) -> str:
    return re.sub(r"[^\w.~-]", "-", key.rsplit("/", 1)[-1])


def _mark(post: PostLike) -> str:
    return f"{round(post.created.timestamp() * 1000)}__{_cid(post.key)}"

"""Reads JSON Feed 1.x, which feedparser does not know."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.feed.documents import CUT, ENTRY_LIMIT, Document, Entry, is_recording, join, text
from tracker.fetch.options import items, mapping
from tracker.http.refusals import shown
from tracker.identity import is_web_address

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(body: bytes, url: str) -> Document:
    """Return the document.

    Raises:
        FetchError: it is no JSON Feed.
    """
    written = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    problems: list[str] = []
    try:
        feed = mapping(json.loads(written))
    except (ValueError, RecursionError):
        feed = _recovered(written)
        problems.append(CUT)
        if not feed["items"]:
            raise FetchError(
                f"{shown(url)} begins like JSON but cannot be read.", "It will be tried again with the next sync."
            ) from None
    if "jsonfeed.org" not in text(feed.get("version")) and not isinstance(feed.get("items"), list):
        raise FetchError(f"{shown(url)} is JSON but no JSON Feed.", "Look for the feed address on the site.")
    listed = [one for one in items(feed.get("items")) if isinstance(one, dict)]
    entries = tuple(_entry(one, url) for one in listed[:ENTRY_LIMIT])
    if unread := len(items(feed.get("items"))) - len(entries):
        problems.append(f"{unread} of the entries were not read.")
    following = join(url, text(feed.get("next_url"))) if feed.get("next_url") else ""
    return Document(
        title=text(feed.get("title")),
        home=text(feed.get("home_page_url")),
        entries=entries,
        problems=tuple(problems),
        next_page=following if is_web_address(following) else "",
    )


def _recovered(written: str) -> dict[str, Any]:
    """Return the title and the whole items of a JSON Feed that breaks off."""
    decoder = json.JSONDecoder()
    title, start = (
        re.search(r'"title"\s*:\s*"((?:[^"\\]|\\.)*)"', written[:10_000]),
        re.search(r'"items"\s*:\s*\[', written),
    )
    found: list[Any] = []
    place = start.end() if start else len(written)
    try:
        while True:
            place = re.compile(r"[\s,]*").match(written, place).end()  # type: ignore[union-attr]  # matches always
            item, place = decoder.raw_decode(written, place)
            found.append(item)
    except (ValueError, RecursionError):
        name = title[1] if title and start and title.start() < start.start() else ""
        return {"title": name, "items": found}


def _entry(item: Mapping[str, Any], url: str) -> Entry:
    people = [*items(item.get("authors")), item.get("author")]
    guid, link, outside = item.get("id"), text(item.get("url")), text(item.get("external_url"))
    recordings = [
        one for one in map(mapping, items(item.get("attachments"))) if is_recording(text(one.get("mime_type")))
    ]
    markup, plain = text(item.get("content_html")), text(item.get("content_text")) or text(item.get("summary"))
    return Entry(
        guid=str(guid) if isinstance(guid, str | int | float) else "",
        link=join(url, link or outside),
        title=text(item.get("title")),
        title_is_plain=True,
        content=markup or plain,
        content_is_plain=not markup,
        base=url,
        authors=tuple(dict.fromkeys(filter(None, (text(mapping(one).get("name")) for one in people)))),
        published=times.parse(text(item.get("date_published"))) or times.parse(text(item.get("date_modified"))),
        keywords=tuple(text(tag) for tag in items(item.get("tags")) if text(tag)),
        links=((join(url, outside),) if outside else ()) + tuple(text(one.get("url")) for one in recordings),
        duration=str(recordings[0].get("duration_in_seconds", "")) if recordings else "",
    )

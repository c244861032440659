"""Turns the bytes of an RSS, Atom or JSON Feed document into entries, and finds the feeds that a web page names."""

from __future__ import annotations

import calendar
import codecs
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import islice
from typing import TYPE_CHECKING, Any

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.feed import json_feed as feed_json
from tracker.fetch.feed import plain as feed_plain
from tracker.fetch.feed.documents import (
    CUT,
    ENTRY_LIMIT,
    Document,
    Entry,
    is_cut,
    is_recording,
    join,
    lacks_end,
    readable,
    text,
    without_prolog,
)
from tracker.fetch.options import items, mapping
from tracker.http.refusals import shown
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKUP_LIMIT, DEPTH_LIMIT = 300_000, 10_000
_NESTING = re.compile(rb"<(?:/|item\b|entry\b|\w)|/>")
_ENTRY = re.compile(rb"<(?:item|entry)\b")
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_MARKUP = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


class WebPageError(FetchError):
    """A web page stands where a feed was looked for. `feeds` are the addresses of those it names, `url` is its own."""

    def __init__(self, body: bytes, url: str) -> None:
        self.feeds, self.url = alternates(body, url), url
        named = f"It names these feeds: {', '.join(self.feeds[:3])}" if self.feeds else ""
        super().__init__(f"{shown(url)} is a web page, not a feed.", named or "Look for the feed address on the site.")


def read(body: bytes, url: str, content_type: str) -> Document:
    """Return what a document holds, whatever of the three it is; what follows a cut is lost, the rest is kept.

    Raises:
        WebPageError: it is a web page.
        FetchError: it is nothing that can be read.
    """
    start = body[:4_096].removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        raise FetchError(f"{shown(url)} is empty.", "It will be tried again with the next sync.")
    if start[:1] == b"{":
        return feed_json.read(body, url)
    body, content_type = readable(body, content_type)
    plain = without_prolog(body)
    if _MARKUP.match(plain):
        raise WebPageError(body, url)
    known = None if is_cut(plain) else feed_plain.read(plain, url, content_type)
    if known is not None and known.entries:
        return known
    document, version = parsed(plain, url, content_type)
    if not version and not document.entries:
        if b"<html" in plain[:4_096].lower():
            raise WebPageError(body, url)
        raise FetchError(f"{shown(url)} is no RSS, Atom or JSON Feed.", "Look for the feed address on the site.")
    return document


def parsed(body: bytes, url: str, content_type: str) -> tuple[Document, str]:
    """Return what feedparser makes of a document, and the version it sees in it, empty when it sees none."""
    import feedparser  # type: ignore[import-untyped, unused-ignore]  # 0.4 s

    has_end = not lacks_end(body)
    body, problems = _bounded(body, url)
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    try:
        tree = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # whatever markup from outside sets off in the parser ends this source, not the run
        raise FetchError(
            f"{shown(url)} cannot be read as a feed ({type(error).__name__}).", "Report the address."
        ) from error
    found = tree.entries
    if found and (is_cut(body) or not has_end):
        found = found[:-1] if is_cut(body) else found
        problems.append(CUT)
    title, home = text(tree.feed.get("title")), text(tree.feed.get("link"))
    entries = tuple(_entry(entry) for entry in found[:ENTRY_LIMIT])
    return Document(title=title, home=home, entries=entries, problems=tuple(problems)), text(tree.get("version"))


def _bounded(body: bytes, url: str) -> tuple[bytes, list[str]]:
    """Return as much of a document as feedparser can read in some seconds: 30 microseconds an element, all told."""
    starts = [found.start() for found in islice(_ENTRY.finditer(body), ENTRY_LIMIT + 1)]
    problems = [f"Only the first {ENTRY_LIMIT:,} entries were read."] if len(starts) > ENTRY_LIMIT else []
    if problems:
        body = body[: starts[-1]]
    if body.count(b"<") > MARKUP_LIMIT:
        raise FetchError(f"{shown(url)} holds more markup than is read.", "Follow a shorter feed of that site.")
    if _is_too_deep(body):
        raise FetchError(f"{shown(url)} holds markup nested too deep to be read.", "Tell the site that it is broken.")
    return body, problems


def _is_too_deep(body: bytes) -> bool:
    """Tell whether an entry nests so deep, or leaves so much open, that feedparser's time grows with the square of it."""
    depth = 0
    for found in _NESTING.finditer(body):
        tag = found[0]
        step = -1 if tag in {b"</", b"/>"} else 1
        depth = max(depth + step, 0) if len(tag) == 2 else 0
        if depth > DEPTH_LIMIT:
            return True
    return False


def _entry(entry: dict[str, Any]) -> Entry:
    contents = [mapping(one) for one in items(entry.get("content"))] or [mapping(entry.get("summary_detail"))]
    content = max(contents, key=lambda one: len(text(one.get("value"))), default={})
    if not content.get("value"):
        content = mapping(entry.get("summary_detail"))
    heading = mapping(entry.get("title_detail"))
    related = [text(one.get("href")) for one in map(mapping, items(entry.get("links"))) if _leads_on(one)]
    return Entry(
        guid=text(entry.get("id")),
        link=text(entry.get("feedburner_origlink")) or text(entry.get("link")),
        title=text(entry.get("title")),
        title_is_plain=heading.get("type") == "text/plain",
        content=text(content.get("value")),
        content_is_plain=content.get("type") == "text/plain",
        base=text(content.get("base")),
        authors=tuple(filter(None, (text(mapping(one).get("name")) for one in items(entry.get("authors"))))),
        published=_moment(entry.get("published_parsed"))
        or _moment(dict.get(entry, "updated_parsed")),  # its own get warns
        keywords=tuple(filter(None, (text(mapping(one).get("term")) for one in items(entry.get("tags"))))),
        links=tuple(filter(None, related)),
        duration=text(entry.get("itunes_duration")),
    )


def _leads_on(link: Mapping[str, Any]) -> bool:
    """Tell whether a link of an entry leads to what it is about, or to its recording."""
    return link.get("rel") in {"related", "via"} or (
        link.get("rel") == "enclosure" and is_recording(text(link.get("type")))
    )


def _moment(parts: Any) -> str | None:  # noqa: ANN401 - a struct_time or nothing
    try:
        return times.stamp(datetime.fromtimestamp(calendar.timegm(parts), UTC)) if parts and parts[0] >= 1970 else None
    except (ValueError, OverflowError, TypeError, OSError):
        return None


class _Alternates(HTMLParser):
    """Collects the feeds that a page names in its head."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.base = url
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "base" and said.get("href"):
            self.base = join(self.base, said["href"])
        if tag == "link" and "alternate" in said.get("rel", "").lower().split() and said.get("href"):
            kind, name = (
                said.get("type", "").lower().split(";")[0].strip(),
                f"{said.get('title', '')} {said['href']}".lower(),
            )
            if kind in FEED_TYPES and "comment" not in name:
                self.found.append(said["href"])


def alternates(body: bytes, url: str) -> tuple[str, ...]:
    """Return the addresses of the feeds that a web page names, feeds of comments left out."""
    parser = _Alternates(url)
    parser.feed(body[:500_000].decode("utf-8", "replace"))
    found = [clean_line(join(parser.base, href), 500) for href in parser.found]
    return tuple(dict.fromkeys(address for address in found if address.startswith(("http://", "https://"))))

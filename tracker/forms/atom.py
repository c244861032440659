"""Saved searches and digests as Atom feeds (RFC 4287) for any feed reader: the same content gives the same bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from tracker.forms.outside import address, plain
from tracker.identity import is_web_address
from tracker.text import clean_text, shorten
from tracker.times import shifted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from tracker.models import Item, SavedSearch
    from tracker.pages import Digest

_SUMMARY_LENGTH = 2_000
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_atom(search: SavedSearch, matches: Sequence[tuple[Item, str]]) -> str:
    """Return an Atom document of (item, ISO time when it was found), the newest first.

    An entry is updated when it was found, which never changes, so that a reader shows it once; it is published on its own day.
    """
    updated = max((found for _, found in matches), default=search.saved_at)
    feed = _feed(_name("search", search.saved_at, search.name), plain(search.name), plain(search.query), updated)
    for item, found in matches:
        _entry(_add(feed, "entry"), item, found)
    return _written(feed)


def digests_to_atom(digests: Sequence[tuple[Digest, str]]) -> str:
    """Return an Atom document of (digest, its HTML page), the newest first: one entry a week or day.

    An entry is updated when the time that it covers was over, so that a feed reader shows it once.
    """
    roles = {digest.role for digest, _ in digests}
    updated = max((_over(digest) for digest, _ in digests), default="1970-01-01T00:00:00Z")
    feed = _feed(_name("digests", *sorted(roles)), "Research, week by week", ", ".join(sorted(roles - {""})), updated)
    for digest, page in digests:
        entry = _add(feed, "entry")
        _add(entry, "id", _name("digest", digest.edition, digest.role))
        _add(entry, "title", plain(digest.title))
        _add(entry, "updated", _over(digest))
        _add(entry, "content", page, type="html")
    return _written(feed)


def _over(digest: Digest) -> str:
    return f"{shifted(digest.ends, 1)}T00:00:00Z"


def _feed(name: str, title: str, subtitle: str, updated: str) -> Element:
    from xml.etree.ElementTree import Element

    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _add(feed, "id", name)
    _add(feed, "title", title)
    if subtitle:
        _add(feed, "subtitle", subtitle)
    _add(feed, "updated", updated)
    _add(_add(feed, "author"), "name", "tracker")
    _add(feed, "generator", "tracker")
    return feed


def _written(feed: Element) -> str:
    from xml.etree.ElementTree import indent, tostring

    indent(feed)
    written: str = tostring(feed, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{written}\n"


def _entry(entry: Element, item: Item, found: str) -> None:
    _add(entry, "id", _name("item", item.id))
    _add(entry, "title", plain(item.title) or item.id)
    _add(entry, "updated", found)
    if len(item.date) >= 10:
        _add(entry, "published", item.date if "T" in item.date else f"{item.date}T00:00:00Z")
    for name in item.authors or (item.author or item.origin,):
        _add(_add(entry, "author"), "name", plain(name) or "unknown")
    where = address(item.id, item.url)
    if where:
        _add(entry, "link", rel="alternate", href=where)
    if item.pdf_url and is_web_address(item.pdf_url):
        _add(entry, "link", rel="related", type="application/pdf", href=address(item.id, item.pdf_url))
    for name in item.categories:
        _add(entry, "category", term=plain(name))
    if item.text or not where:  # an entry that leads nowhere must have content
        _add(entry, "summary" if where else "content", shorten(clean_text(item.text), _SUMMARY_LENGTH), type="text")


def _add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Append an element; what XML cannot hold is left out of it."""
    from xml.etree.ElementTree import SubElement

    made = SubElement(parent, tag, {name: _NOT_XML.sub("", value) for name, value in attributes.items()})
    if text:
        made.text = _NOT_XML.sub("", text)
    return made


def _name(*parts: str) -> str:
    """Return an address that stands for the same thing for ever."""
    return uuid5(NAMESPACE_URL, "tracker:" + "\x1f".join(parts)).urn

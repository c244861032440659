"""Turns a feed of YouTube into records: it holds more of a video than other feeds have places for."""

from __future__ import annotations

import re
from typing import Any

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.answers import links_in
from tracker.fetch.feed.documents import CUT, is_cut, lacks_end, without_prolog
from tracker.identity import canonical_url, is_web_address
from tracker.models import Record
from tracker.text import clean_line, clean_text

_NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "yt": "http://www.youtube.com/xml/schemas/2015",
    "media": "http://search.yahoo.com/mrss/",
}
_VIDEO = re.compile(r"^[\w-]{6,20}$", re.ASCII)
_COUNTS = {
    "views": ("media:statistics", "views"),
    "likes": ("media:starRating", "count"),
}


def parse(body: bytes) -> tuple[list[Record], list[str]]:
    """Return (records, problems) of a feed.

    Raises:
        FetchError: it is no feed of YouTube.
    """
    plain = without_prolog(body)
    root = _root(plain)
    channel = clean_line(root.findtext("atom:author/atom:name", namespaces=_NS), 200)
    listed = root.findall("atom:entry", _NS)
    if is_cut(plain):
        listed = listed[:-1]
    found = [record_of(entry, channel) for entry in listed]
    records: dict[str, Record] = {}
    for record in filter(None, found):
        records.setdefault(record.key, record)
    unread = found.count(None)
    problems = [f"{unread} of the entries are no videos that can be read."] if unread else []
    if is_cut(plain) or lacks_end(plain):
        problems.append(CUT)
    return list(records.values()), problems


def _root(body: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    from lxml import etree  # type: ignore[import-untyped, unused-ignore]  # 0.2 s

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.tag != f"{{{_NS['atom']}}}feed":
        raise FetchError("YouTube sent something that is no feed.", "It will be tried again with the next sync.")
    return root


def record_of(entry: Any, channel: str) -> Record | None:  # noqa: ANN401
    """Return the record of a video, or None when it lacks an id or a title."""
    video = clean_line(entry.findtext("yt:videoId", namespaces=_NS), 40)
    title = clean_line(entry.findtext("atom:title", namespaces=_NS))
    author = clean_line(entry.findtext("atom:author/atom:name", namespaces=_NS), 200) or channel
    if not _VIDEO.match(video) or not title or not author:
        return None
    page = f"https://www.youtube.com/watch?v={video}"
    link = entry.find("atom:link", _NS)
    shown = clean_line(link.get("href"), 500) if link is not None else ""
    url = shown if is_web_address(shown) else page
    key = f"youtube:{video}"
    text = clean_text(entry.findtext("media:group/media:description", namespaces=_NS))
    return Record(
        kind="post",
        key=key,
        identifiers=tuple(dict.fromkeys((key, f"url:{canonical_url(page)}", f"url:{canonical_url(url)}"))),
        title=title,
        text=text,
        url=url,
        links=links_in(text),
        published=times.parse(entry.findtext("atom:published", namespaces=_NS)),
        network="youtube",
        author=author,
        engagement=_counts(entry),
    )


def _counts(entry: Any) -> dict[str, float]:  # noqa: ANN401
    counts = {}
    for name, (place, attribute) in _COUNTS.items():
        element = entry.find(f"media:group/media:community/{place}", _NS)
        number = (element.get(attribute) or "").strip() if element is not None else ""
        if number.isascii() and number.isdecimal() and len(number) < 16:
            counts[name] = float(number)
    return counts

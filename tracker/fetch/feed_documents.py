"""Turns the bytes of an RSS, Atom or JSON Feed document into entries, and finds the feeds that an HTML page names."""

from __future__ import annotations

import calendar
import codecs
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.options import items, mapping
from tracker.refusals import shown
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

ENTRY_LIMIT = 2_000
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_MARKUP = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)[\"'][^>]*\?>", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as a document has it: nothing cleaned, addresses absolute where the document allows."""

    guid: str = ""
    link: str = ""
    title: str = ""
    title_is_plain: bool = False
    content: str = ""
    content_is_plain: bool = False
    base: str = ""
    authors: tuple[str, ...] = ()
    published: str | None = None
    keywords: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed: its name, the page it belongs to, its entries."""

    title: str = ""
    home: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()


def read(body: bytes, url: str, content_type: str) -> Document:
    """Return what a document holds, whatever of the three it is; what follows a cut is lost, the rest is kept.

    Raises:
        FetchError: it is a web page or nothing that can be read; feeds named by the page are in the remedy.
    """
    start = body[:4_096].removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        raise FetchError(f"{shown(url)} is empty.", "It will be tried again with the next sync.")
    if start[:1] == b"{":
        return _json_feed(body, url)
    body, content_type = readable(body, content_type)
    plain = without_prolog(body)
    if _MARKUP.match(plain):
        raise _web_page(body, url)
    document, version = _xml_feed(plain, url, content_type)
    if not version and not document.entries:
        if b"<html" in plain[:4_096].lower():
            raise _web_page(body, url)
        raise FetchError(f"{shown(url)} is no RSS, Atom or JSON Feed.", "Look for the feed address on the site.")
    return document


def readable(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Return a body whose ASCII is ASCII, so that its head can be searched as bytes, and the content type to go with it."""
    charset = next((name for mark, name in _WIDE if body.startswith(mark)), "")
    if not charset:
        declared = [found[1].decode("ascii") for found in [_DECLARATION.match(body.removeprefix(codecs.BOM_UTF8)[:1_000])] if found]
        charset = next((name for name in [*_CHARSET.findall(content_type), *declared] if not _keeps_ascii(name)), "")
    if not charset:
        return body.removeprefix(codecs.BOM_UTF8) if body.startswith(codecs.BOM_UTF8) else body, content_type
    text = body.decode(charset, "replace").removeprefix("\ufeff")
    return re.sub(rb"^\s*<\?xml.*?\?>", b"", text.encode("utf-8", "replace"), count=1, flags=re.DOTALL), "application/xml; charset=utf-8"


def _keeps_ascii(charset: str) -> bool:
    """Tell whether bytes below 128 mean ASCII in a charset, wherever they stand; an unknown charset is never decoded with."""
    try:
        return bytes(range(128)).decode(charset) == bytes(range(128)).decode("ascii")
    except LookupError:
        return True
    except (UnicodeError, ValueError):
        return False


def without_prolog(body: bytes) -> bytes:
    """Return a document without its document type, in which entities would be declared, and without comments before it.

    The XML declaration stays. So neither an expanding nor an outside entity can reach a parser.
    """
    declaration = re.match(rb"\s*(<\?xml\b.*?\?>)", body[:1_000], re.DOTALL | re.IGNORECASE)
    place = 0
    while found := _PROLOG.match(body, place):
        place = found.end()
    return (declaration[1] + b"\n" if declaration else b"") + body[place:]


def _xml_feed(body: bytes, url: str, content_type: str) -> tuple[Document, str]:
    import feedparser  # type: ignore[import-untyped, unused-ignore]  # 0.4 s

    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    try:
        parsed = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # whatever markup from outside sets off in the parser ends this source, not the run
        raise FetchError(f"{shown(url)} cannot be read as a feed ({type(error).__name__}).", "Report the address.") from error
    found, problems = parsed.entries, []
    if found and is_cut(body):
        found = found[:-1]
        problems.append("The feed is cut off; the whole entries before that were read.")
    if len(found) > ENTRY_LIMIT:
        problems.append(f"Only the first {ENTRY_LIMIT:,} entries were read.")
    entries = tuple(_entry(entry) for entry in found[:ENTRY_LIMIT])
    title, home = _text(parsed.feed.get("title")), _text(parsed.feed.get("link"))
    return Document(title=title, home=home, entries=entries, problems=tuple(problems)), _text(parsed.get("version"))


def is_cut(body: bytes) -> bool:
    """Tell whether the last entry that begins does not end."""
    last = max(body.rfind(b"<item"), body.rfind(b"<entry"))
    return last > max(body.rfind(b"</item"), body.rfind(b"</entry")) and b"/>" not in body[last : last + 8]


def _entry(entry: dict[str, Any]) -> Entry:
    contents = [mapping(one) for one in items(entry.get("content"))] or [mapping(entry.get("summary_detail"))]
    content = max(contents, key=lambda one: len(_text(one.get("value"))), default={})
    if not content.get("value"):
        content = mapping(entry.get("summary_detail"))
    heading = mapping(entry.get("title_detail"))
    related = [_text(mapping(one).get("href")) for one in items(entry.get("links")) if mapping(one).get("rel") in {"related", "via"}]
    return Entry(
        guid=_text(entry.get("id")), link=_text(entry.get("feedburner_origlink")) or _text(entry.get("link")),
        title=_text(entry.get("title")), title_is_plain=heading.get("type") == "text/plain",
        content=_text(content.get("value")), content_is_plain=content.get("type") == "text/plain", base=_text(content.get("base")),
        authors=tuple(filter(None, (_text(mapping(one).get("name")) for one in items(entry.get("authors"))))),
        published=_moment(entry.get("published_parsed")) or _moment(dict.get(entry, "updated_parsed")),  # its own get warns
        keywords=tuple(filter(None, (_text(mapping(one).get("term")) for one in items(entry.get("tags"))))),
        links=tuple(filter(None, related)),
    )


def _moment(parts: Any) -> str | None:  # noqa: ANN401 - a struct_time or nothing
    try:
        return times.stamp(datetime.fromtimestamp(calendar.timegm(parts), UTC)) if parts and parts[0] >= 1970 else None
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def _json_feed(body: bytes, url: str) -> Document:
    text, problems = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace"), []
    try:
        feed = mapping(json.loads(text))
    except (ValueError, RecursionError):
        feed = _recovered(text)
        problems.append("The feed is cut off or damaged; the whole entries before that were read.")
        if not feed["items"]:
            raise FetchError(f"{shown(url)} begins like JSON but cannot be read.", "It will be tried again with the next sync.") from None
    if "jsonfeed.org" not in _text(feed.get("version")) and not isinstance(feed.get("items"), list):
        raise FetchError(f"{shown(url)} is JSON but no JSON Feed.", "Look for the feed address on the site.")
    listed = [one for one in items(feed.get("items")) if isinstance(one, dict)]
    entries = tuple(_json_entry(one, url) for one in listed[:ENTRY_LIMIT])
    if unread := len(items(feed.get("items"))) - len(entries):
        problems.append(f"{unread} of the entries were not read.")
    return Document(title=_text(feed.get("title")), home=_text(feed.get("home_page_url")), entries=entries, problems=tuple(problems))


def _recovered(text: str) -> dict[str, Any]:
    """Return the title and the whole items of a JSON Feed that breaks off."""
    decoder = json.JSONDecoder()
    title, start = re.search(r'"title"\s*:\s*"((?:[^"\\]|\\.)*)"', text[:10_000]), re.search(r'"items"\s*:\s*\[', text)
    found: list[Any] = []
    place = start.end() if start else len(text)
    try:
        while True:
            place = re.compile(r"[\s,]*").match(text, place).end()  # type: ignore[union-attr]  # matches always
            item, place = decoder.raw_decode(text, place)
            found.append(item)
    except (ValueError, RecursionError):
        name = title[1] if title and start and title.start() < start.start() else ""
        return {"title": name, "items": found}


def _json_entry(item: Mapping[str, Any], url: str) -> Entry:
    people = [*items(item.get("authors")), item.get("author")]
    guid, link, outside = item.get("id"), _text(item.get("url")), _text(item.get("external_url"))
    markup, plain = _text(item.get("content_html")), _text(item.get("content_text")) or _text(item.get("summary"))
    return Entry(
        guid=str(guid) if isinstance(guid, str | int | float) else "", link=join(url, link or outside),
        title=_text(item.get("title")), title_is_plain=True, content=markup or plain, content_is_plain=not markup, base=url,
        authors=tuple(dict.fromkeys(filter(None, (_text(mapping(one).get("name")) for one in people)))),
        published=times.parse(_text(item.get("date_published"))) or times.parse(_text(item.get("date_modified"))),
        keywords=tuple(_text(tag) for tag in items(item.get("tags")) if _text(tag)), links=(join(url, outside),) if outside else (),
    )


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
            kind, name = said.get("type", "").lower().split(";")[0].strip(), f"{said.get('title', '')} {said['href']}".lower()
            if kind in FEED_TYPES and "comment" not in name:
                self.found.append(said["href"])


def alternates(body: bytes, url: str) -> tuple[str, ...]:
    """Return the addresses of the feeds that a web page names, feeds of comments left out."""
    parser = _Alternates(url)
    parser.feed(body[:500_000].decode("utf-8", "replace"))
    found = [clean_line(join(parser.base, href), 500) for href in parser.found]
    return tuple(dict.fromkeys(address for address in found if address.startswith(("http://", "https://"))))


def _web_page(body: bytes, url: str) -> FetchError:
    found = alternates(body, url)
    remedy = f"It names these feeds: {', '.join(found[:3])}" if found else "Look for the feed address on the site."
    return FetchError(f"{shown(url)} is a web page, not a feed.", remedy)


def join(base: str, address: str) -> str:
    """Return an address made absolute, an empty text when it cannot be."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

"""What a feed document is, and how its bytes are made fit for a parser."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from tracker.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTRY_LIMIT = 2_000
CUT = "The feed is cut off; the whole entries before that were read."
_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ELEMENT = re.compile(rb"<[A-Za-z_]")
_NAME = re.compile(rb"<([A-Za-z_][\w:.-]*)")
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)[\"'][^>]*\?>", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
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
    duration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed: its name, the page it belongs to, its entries."""

    title: str = ""
    home: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    next_page: str = ""


def readable(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Return a body whose ASCII is ASCII, so that its head can be searched as bytes, and the content type to go with it."""
    charset = next((name for mark, name in _WIDE if body.startswith(mark)), "")
    if not charset:
        declared = [
            found[1].decode("ascii")
            for found in [_DECLARATION.match(body.removeprefix(codecs.BOM_UTF8)[:1_000])]
            if found
        ]
        charset = next((name for name in [*_CHARSET.findall(content_type), *declared] if not _keeps_ascii(name)), "")
    if not charset:
        return body.removeprefix(codecs.BOM_UTF8) if body.startswith(codecs.BOM_UTF8) else body, content_type
    decoded = body.decode(charset, "replace").removeprefix("\ufeff")
    return re.sub(
        rb"^\s*<\?xml.*?\?>", b"", decoded.encode("utf-8", "replace"), count=1, flags=re.DOTALL
    ), "application/xml; charset=utf-8"


def _keeps_ascii(charset: str) -> bool:
    """Tell whether bytes below 128 mean ASCII in a charset, wherever they stand; an unknown charset is never decoded with."""
    try:
        return bytes(range(128)).decode(charset) == bytes(range(128)).decode("ascii")
    except LookupError:
        return True
    except (UnicodeError, ValueError):
        return False


def without_prolog(body: bytes) -> bytes:
    """Return a document without what stands before its first element: document type, comments, stray words.

    The XML declaration stays. So neither an expanding nor an outside entity can reach a parser, nor can feedparser's
    own search for them take a time that grows with the square of the length.
    """
    declaration = re.match(rb"\s*(<\?xml\b.*?\?>)", body[:1_000], re.DOTALL | re.IGNORECASE)
    place = 0
    while found := _PROLOG.match(body, place):
        place = found.end()
    first = _ELEMENT.search(body, place)
    place = first.start() if first else len(body)
    return (declaration[1] + b"\n" if declaration else b"") + body[place:]


def is_cut(body: bytes) -> bool:
    """Tell whether the last entry that begins does not end."""
    last = max(body.rfind(b"<item"), body.rfind(b"<entry"))
    return last > max(body.rfind(b"</item"), body.rfind(b"</entry")) and b"/>" not in body[last : last + 8]


def lacks_end(body: bytes) -> bool:
    """Tell whether the first element of a document is never closed: what came after its last entry is not known."""
    first = _NAME.search(body)
    return first is not None and body.rfind(b"</" + first[1]) < 0


def require_whole(problems: Sequence[str]) -> None:
    """Say that a feed was cut off, after its entries were handed over: its next answer must not be `unchanged`.

    Raises:
        FetchError: it is among the problems that it was.
    """
    if CUT in problems:
        raise FetchError(CUT, "It will be read again with the next sync.")


def is_recording(media_type: str) -> bool:
    """Tell whether what is enclosed is to be heard or seen; pictures only adorn."""
    return media_type.strip().lower().startswith(("audio/", "video/"))


def join(base: str, address: str) -> str:
    """Return an address made absolute, an empty text when it cannot be."""
    address = address.strip()
    if address.startswith(("https://", "http://")):
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def text(value: object) -> str:
    """Return a text, an empty one where something else came."""
    return value if isinstance(value, str) else ""

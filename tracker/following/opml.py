"""Reads and writes OPML, the lists of subscriptions that feed readers exchange."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from tracker.errors import ConfigError
from tracker.identity import is_web_address
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BYTE_LIMIT = 10_000_000
OUTLINE_LIMIT = 10_000
DEPTH_LIMIT = 20
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One subscription.

    Attributes:
        address: of the feed; empty for what has none and only `kind` and `options` describe.
        folder: names of the outlines around it, the outermost first.
        kind, options: what tracker itself wrote about a source that is more than a feed.
    """

    title: str
    address: str = ""
    folder: tuple[str, ...] = ()
    kind: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def is_opml(head: bytes) -> bool:
    """Tell by its first bytes whether a file is OPML."""
    return b"<opml" in head[:4_096].lower()


def parse(body: bytes) -> tuple[list[Outline], list[str]]:
    """Return (outlines, problems): a bad outline is a problem in words, the others are read.

    Each address is listed once. Entities are not expanded and nothing outside the text is read.

    Raises:
        ConfigError: it is no OPML, lists nothing, or is too large.
    """
    if len(body) > BYTE_LIMIT:
        raise ConfigError(f"The OPML is larger than {BYTE_LIMIT // 1_000_000} MB.", "Split it.")
    root, problems = _root(body)
    outlines: dict[tuple[str, str, str], Outline] = {}
    for number, (element, folder) in enumerate(_elements(root)):
        if number == OUTLINE_LIMIT:
            problems.append(f"Only the first {OUTLINE_LIMIT:,} outlines were read.")
            break
        outline = _outline(element, folder)
        if isinstance(outline, str):
            problems.append(outline)
        elif outline:
            outlines.setdefault((outline.address, outline.kind, json.dumps(dict(outline.options))), outline)
    if not outlines and not problems:
        raise ConfigError("This OPML lists nothing.", "Export it again.")
    return list(outlines.values()), problems


def _root(body: bytes) -> tuple[Any, list[str]]:
    """Return (element, what is wrong with it): of a list that is cut off, what there is."""
    from lxml import etree  # type: ignore[import-untyped, unused-ignore]  # 0.2 s

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ConfigError(f"This is no OPML: {clean_line(str(error), 200)}.", "Export it again.") from error
    if root is None or _tag(root) != "opml":
        raise ConfigError("This is no OPML: its first element is not <opml>.", "Export it again.")
    is_cut = b"opml>" not in body[-1_000:].replace(b"\0", b"").lower()  # in UTF-16 too
    return root, ["It breaks off in the middle; the rest is missing."] if is_cut else []


def _tag(element: Any) -> str:  # noqa: ANN401
    """Return the name of an element without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _elements(root: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:  # noqa: ANN401
    """Yield (outline element without children, names of the folders around it), in the order of the file."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(child, ()) for child in reversed(root) if _tag(child) == "body"]
    while waiting:
        element, folder = waiting.pop()
        below = [child for child in element if _tag(child) == "outline"]
        if _tag(element) == "outline" and (not below or _attribute(element, "xmlurl")):
            yield element, folder
        inner = folder
        if _tag(element) == "outline" and len(folder) < DEPTH_LIMIT and (name := _title(element)):
            inner = (*folder, name)
        waiting += [(child, inner) for child in reversed(below)]


def _attribute(element: Any, name: str) -> str:  # noqa: ANN401
    """Return an attribute by its name in lower case: `xmlUrl` is written in many ways."""
    return next((value.strip() for key, value in element.attrib.items() if key.lower() == name), "")


def _title(element: Any) -> str:  # noqa: ANN401
    return clean_line(_attribute(element, "title"), 200) or clean_line(_attribute(element, "text"), 200)


def _outline(element: Any, folder: tuple[str, ...]) -> Outline | str | None:  # noqa: ANN401
    """Return what an element subscribes to, or what is wrong with it; None for one that is only a note or an empty folder."""
    title, address = _title(element), _attribute(element, "xmlurl")
    kind = clean_line(_attribute(element, "trackerkind"), 50)
    if not address and not kind:
        return f"'{title}' has no address." if _attribute(element, "type").lower() == "rss" else None
    if address and not is_web_address(address):
        return f"'{title}': '{clean_line(address, 100)}' is no http or https address."
    options = _options(_attribute(element, "trackeroptions"))
    if options is None or (kind and not options and not address):
        return f"'{title}': its trackerOptions cannot be read."
    return Outline(title=title, address=address, folder=folder, kind=kind, options=options)


def _options(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def render(outlines: Sequence[Outline], title: str) -> str:
    """Return an OPML 2.0 text; outlines of one folder stand together, in the order of their first."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_escaped(title)[1:-1]}</title></head>",
        "  <body>",
    ]
    for folder in dict.fromkeys(outline.folder for outline in outlines):
        inside = [outline for outline in outlines if outline.folder == folder]
        lines += [f"    <outline text={_escaped(name)}>" for name in folder]
        lines += [f"      {_element(outline)}" for outline in inside]
        lines += ["    </outline>" for _ in folder]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _element(outline: Outline) -> str:
    attributes = {
        "type": "rss" if outline.address else "tracker",
        "text": outline.title,
        "xmlUrl": outline.address,
        "trackerKind": outline.kind,
        "trackerOptions": json.dumps(dict(outline.options), ensure_ascii=False) if outline.options else "",
    }
    return f"<outline {' '.join(f'{name}={_escaped(value)}' for name, value in attributes.items() if value)}/>"


def _escaped(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})

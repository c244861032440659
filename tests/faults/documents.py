"""Faults of what arrives: other things than feeds, broken markup, wrong letters, markup that would explode, odd entries."""

from __future__ import annotations

import json
import struct
import zlib

from .answers import XML, feed, item, reply, rss
from .play import Fault

_TEXT = "Café – naïve résumé"
_PAGE = b"<!DOCTYPE html><html><head><title>Lab</title>%s</head><body><p>Welcome</p></body></html>"
_ALTERNATE = b'<link rel="alternate" type="application/rss+xml" href="notes.xml">'
_PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(13) + zlib.compress(bytes(5_000))
_DECLARED = '<?xml version="1.0" encoding="{}"?>'


def _fault(
    name: str,
    body: bytes,
    records: int = 0,
    words: str = "",
    content_type: str = XML,
    state: str = "",
    requests: int = 1,
) -> Fault:
    """Return a fault of one answer; what gives records is `ok` unless it is said otherwise."""
    state = state or ("ok" if records else "failing")
    answers = (reply(200, body, content_type),)
    return Fault(name=name, answers=answers, state=state, words=words, records=records, requests=requests)


_NO_FEED = "is a web page, not a feed"
OTHER_THINGS = (  # beside a page, five addresses are tried
    _fault("web-page", _PAGE % b"", words=_NO_FEED, content_type="text/html", requests=6),
    _fault("web-page-with-feed", _PAGE % _ALTERNATE, words=_NO_FEED, content_type="text/html", requests=6),
    _fault("web-page-called-feed", _PAGE % b"", words=_NO_FEED, requests=6),
    _fault(
        "json-error", b'{"error": "no such feed"}', words="is JSON but no JSON Feed", content_type="application/json"
    ),
    _fault("json-list", b"[1, 2]", words="is no RSS"),
    _fault("json-deep", b'{"items": ' + b"[" * 200_000, words="cannot be read", content_type="application/json"),
    _fault("picture", _PNG, words="is no RSS", content_type="image/png"),
    _fault("plain-words", b"Rate exceeded.", words="is no RSS", content_type="text/plain"),
    _fault("empty", b"", words="is empty"),
    _fault("blank", b"\r\n \t\n" * 100, words="is empty"),
    _fault("no-entries", rss(), state="unchanged"),
    _fault("feed-called-page", feed(), 3, content_type="text/html"),
    _fault("feed-called-picture", feed(), 3, content_type="image/png"),
)

MARKUP = (
    _fault("cut-in-entry", feed(5)[:-120], 4, words="cut off", state="failing"),
    _fault("cut-between-entries", feed(5).removesuffix(b"</channel></rss>"), 5, words="cut off", state="failing"),
    _fault("cut-in-first-entry", feed(1)[:150], 0, words="cut off", state="failing"),
    _fault("bare-ampersand", rss(item(1, title="Research & development"), item(2)), 2),
    _fault("bare-less-than", rss(item(1, title="When a < b"), item(2)), 2),
    _fault("unclosed-markup", rss(item(1, title="<b>Bold"), item(2)), 2),
    _fault("undeclared-namespace", rss(item(1).replace("<title>", "<x:y>z</x:y><title>"), item(2)), 2),
    _fault("control-characters", rss(item(1, title="Bell\x07 and \x0bescape \x1b[31m"), item(2)), 2),
    _fault("nul", rss(item(1, title="Nul \x00 here"), item(2)), 2),
    _fault("mark-and-blank-lines", b"\xef\xbb\xbf\r\n\n  " + rss(item(1), declaration=_DECLARED.format("utf-8")), 1),
    _fault("words-before", b"Warning: mysql_connect() in /srv/feed.php\n" + feed(), 3),
    _fault("comment-before", b"<!-- " + b"x" * 100_000 + b" -->" + feed(), 3),
    _fault("words-after", feed() + b"\n<!-- cached --> served in 3 ms", 3),
    _fault("nested-200000", rss(item(1, description="<a>" * 200_000 + "</a>" * 10)), words="nested too deep"),
    _fault("nested-9000", rss(item(1, description="<a>" * 9_000 + "</a>" * 9_000)), 1),
    _fault("nested-in-cdata", rss(item(1, description=f"<![CDATA[{'<div>' * 200_000}]]>")), 1),
    _fault("nested-escaped", rss(item(1, description="&lt;div&gt;" * 200_000)), 1),
    _fault("entries-5000", feed(5_000), 2_000, words="first 2,000 entries"),
    _fault("one-huge-entry", rss(item(1, description="word " * 1_500_000)), 1),
)

LETTERS = (
    _fault("charset-declared", rss(item(1, title=_TEXT), declaration=_DECLARED.format("utf-8")), 1),
    _fault(
        "charset-latin",
        rss(item(1, title=_TEXT), declaration=_DECLARED.format("windows-1252")).decode().encode("cp1252"),
        1,
    ),
    _fault("charset-wrong", rss(item(1, title=_TEXT), declaration=_DECLARED.format("us-ascii")), 1),
    _fault("charset-utf8-is-latin", rss(item(1, title=_TEXT)).decode().encode("cp1252"), 1),
    _fault("charset-unknown", rss(item(1, title=_TEXT), declaration=_DECLARED.format("x-lab-9")), 1),
    _fault("charset-unknown-header", rss(item(1, title=_TEXT)), 1, content_type=f"{XML}; charset=x-lab-9"),
    _fault(
        "charsets-conflict",
        rss(item(1, title=_TEXT), declaration=_DECLARED.format("iso-8859-1")),
        1,
        content_type=f"{XML}; charset=utf-8",
    ),
    _fault("utf-16", rss(item(1, title=_TEXT), declaration=_DECLARED.format("utf-16")).decode().encode("utf-16"), 1),
    _fault("utf-16-unmarked", rss(item(1, title=_TEXT)).decode().encode("utf-16-be"), 1),
    _fault("utf-7", rss(item(1, title="Plain"), declaration=_DECLARED.format("utf-7")), 1),
)

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
_SECRET = "<!ENTITY x SYSTEM 'file:///etc/passwd'>"

ENTITIES = (
    _fault(
        "billion-laughs", rss(item(1, title="&l11;"), item(2), head=f'<!DOCTYPE r [<!ENTITY l0 "ha">{_LAUGHS}]>'), 2
    ),
    _fault(
        "quadratic-entities",
        rss(item(1, title="&a;" * 50_000), item(2), head=f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>'),
        2,
    ),
    _fault("outside-entity", rss(item(1, title="It says &x;"), item(2), head=f"<!DOCTYPE r [{_SECRET}]>"), 2),
    _fault("outside-document-type", rss(item(1), head='<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">'), 1),
    _fault("many-attributes", rss(item(1)).replace(b"<item>", b"<item " + b"a='1' " * 100_000 + b">"), 1),
)


def _two(name: str, first: bytes, second: bytes, records: int, state: str = "ok") -> Fault:
    """Return a fault of two syncs."""
    return Fault(
        name=name, answers=(reply(200, first), reply(200, second)), state=state, requests=2, records=records, syncs=2
    )


def _window(start: int) -> bytes:
    return rss(*(item(number) for number in range(start, start + 20)))


def _json_feed(*entries: dict[str, object]) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Lab", "items": entries}).encode()


_NOTES = [{"id": str(n), "url": f"http://lab.example/{n}", "title": f"Note {n}", "content_text": "x"} for n in range(3)]

IDENTITIES = (
    _fault("same-guid", rss(*(item(n, guid="17") for n in range(3))), 3),
    _fault("same-guid-and-link", rss(*(item(n, guid="17", link="http://lab.example/") for n in range(3))), 3),
    _two("no-guid", rss(*(item(n, guid="") for n in range(3))), rss(*(item(n, guid="") for n in range(3))), 3),
    _two(
        "no-guid-no-link",
        rss(*(item(n, guid="", link="") for n in range(3))),
        rss(*(item(n, guid="", link="") for n in (2, 1, 0))),
        3,
    ),
    _two(
        "changing-guid",
        rss(*(item(n, guid=f"build-1-{n}") for n in range(3))),
        rss(*(item(n, guid=f"build-2-{n}") for n in range(3))),
        3,
    ),
    _two("changing-title", feed(), rss(*(item(n, title=f"Note {n}, mended") for n in range(1, 4))), 3),
    _two(
        "http-to-https", feed(), feed().replace(b"http://lab", b"https://lab"), 3
    ),
    _two("moving-window", _window(0), _window(15), 35),
    _two("window-moved-past-a-page", _window(0), _window(60), 40),
    _two("emptied", feed(), rss(), 3, state="unchanged"),
    _fault("no-link", rss(*(item(n, link="", guid=f"n{n}") for n in range(3))), 3),
    _fault("no-title", rss(*(item(n, title="") for n in range(3))), 3),
    _fault("nothing-in-entries", rss("<item></item>", "<item><guid>x</guid></item>", item(1)), 2),
    _fault(
        "odd-dates",
        rss(*(item(n, pubDate=date) for n, date in enumerate(("0001-01-01", "2999-01-01", "yesterday", "31 Feb 2026", "")))),
        5,
    ),
    _fault("odd-links", rss(*(item(n, link=link, guid=f"g{n}") for n, link in enumerate(("javascript:alert(1)", "http://[::1", "data:x", "../up")))), 4),
    _fault("json-feed-odd", _json_feed(*_NOTES, {"id": 3.5, "url": 7, "title": None, "content_text": "words"}), 4, content_type="application/json"),
    _fault("json-feed-cut", _json_feed(*_NOTES)[:-40], 2, words="cut off", state="failing", content_type="application/json"),
)  # fmt: skip

DOCUMENTS = (*OTHER_THINGS, *MARKUP, *LETTERS, *ENTITIES, *IDENTITIES)

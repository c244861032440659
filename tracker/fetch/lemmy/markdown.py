"""Markdown as people write it in posts: its words and where it leads."""

from __future__ import annotations

import re

from tracker.identity import is_web_address
from tracker.markup import unescape
from tracker.text import TEXT_LIMIT, clean_text

LINK_LIMIT = 200
_ADDRESS = r"(?:[^\s()<>]|\([^\s()<>]*\))+"
_LINK = re.compile(rf"""(!?)\[([^\]\[]*)\]\(\s*<?({_ADDRESS})>?(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)""")
_NAMED = re.compile(r"^ {0,3}\[[^\]\[\n]+\]:\s*<?([^\s<>]+)>?.*$", re.MULTILINE)
_BARE = re.compile(r"<?(https?://[^\s<>\[\]\"`|]+)>?", re.IGNORECASE)
_MARKS = (
    (re.compile(r"^[ \t]*(?:```|~~~).*$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*:::[ \t]*(?:spoiler\b)?[ \t]*", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$", re.MULTILINE), ""),
    (re.compile(r"\*\*|~~|(?<!\w)__|__(?!\w)|`"), ""),
    (re.compile(r"(?<![\w*\\])([*_])(?=\S)([^*_\n]+)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!~>|-])"), r"\1"),
)


def markdown_to_text(markup: str, limit: int = TEXT_LIMIT) -> tuple[str, tuple[str, ...]]:
    """Return the words of Markdown and the addresses that it leads to (at most 200, none of pictures), both bounded."""
    text = unescape(markup[: limit * 2])
    links: list[str] = []

    def worded(found: re.Match[str]) -> str:
        if not found[1]:
            links.append(found[3])
        return found[2]

    def named(found: re.Match[str]) -> str:
        links.append(found[1])
        return ""

    text = _NAMED.sub(named, _LINK.sub(worded, text))
    links += [_without_end(url) for url in _BARE.findall(text)]
    text = _BARE.sub(r"\1", text)
    for mark, words in _MARKS:
        text = mark.sub(words, text)
    return clean_text(text, limit), tuple(dict.fromkeys(filter(is_web_address, links)))[:LINK_LIMIT]


def _without_end(url: str) -> str:
    """Return an address without the punctuation of the sentence that it stands in."""
    url = url.rstrip(".,;:!?*_'")
    unopened = url.count(")") - url.count("(")
    for _ in range(unopened):
        url = url.removesuffix(")").rstrip(".,;:!?")
    return url

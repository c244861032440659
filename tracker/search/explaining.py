"""Why an item was found, in words: which of the words it holds, its best sentence, how near it is in meaning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.query import content_words
from tracker.text import clean_line, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.query import Query

_READ = 20_000

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")


def wanted_words(query: Query) -> dict[str, list[str]]:
    """Return the words of a query that carry meaning, each with the terms that stand for it in the index of words."""
    from tracker.fulltext.analysis import terms

    words = {word: terms(word) for word in content_words(query)}
    return {word: found for word, found in words.items() if found}


def matched_words(wanted: Mapping[str, Sequence[str]], text: str) -> list[str]:
    """Return which of the words stand in a text, also in another ending."""
    from tracker.fulltext.analysis import terms

    there = set(terms(text[:_READ]))
    return [word for word, found in wanted.items() if there.issuperset(found)]


def best_sentence(text: str, words: Sequence[str], width: int = 220) -> str:
    """Return the sentence that holds most of the words, endings aside; the first one when none holds any."""
    sentences = _SENTENCE.split(text[:6_000])
    stems = [word[: max(len(word) - 2, 4)].lower() for word in words]
    lowered = [sentence.lower() for sentence in sentences]
    held = [sum(stem in sentence for stem in stems) for sentence in lowered]
    best = held.index(max(held))
    return shorten(clean_line(sentences[best], 1_000), width)


def why(found: Sequence[str], cosine: float | None, *, alike: bool = False) -> str:
    """Return the reason of a hit in a few words."""
    parts = []
    if found:
        parts.append("words: " + ", ".join(found[:6]) + (" …" if len(found) > 6 else ""))
    if cosine is not None:
        parts.append(f"{'alike' if alike else 'meaning'} {cosine:.2f}")
    return " · ".join(parts) or "words"

"""Why an item was found, in words: which of the words it holds, its best sentence, how near it is in meaning. Pure."""

import re
from collections.abc import Sequence

from tracker.text import clean_line, fold, shorten

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")


def matched_words(wanted: Sequence[str], text: str) -> list[str]:
    """Return which of the words stand in a text, also in another ending."""
    there = set(re.findall(r"[^\W_]+", fold(text[:20_000])))
    stems = {word[:-1] for word in there if len(word) > 4 and word.endswith("s")} | there
    begun = "\n" + "\n".join(there)
    return [
        word
        for word in wanted
        if word in there or word.rstrip("s") in stems or (len(word) > 6 and f"\n{word[:-2]}" in begun)
    ]


def best_sentence(text: str, wanted: Sequence[str], width: int = 220) -> str:
    """Return the sentence that holds most of the words, endings aside; the first one when none holds any."""
    sentences = _SENTENCE.split(text[:6_000])
    stems = [word[: max(len(word) - 2, 4)] for word in wanted]
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

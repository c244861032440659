"""Whether a written sentence follows from what it cites: by its words alone, without a model.

It finds invented numbers and names, wrong citations, and negations that the source lacks. It does not understand: a
sentence put together from words of its source in another sense passes.
"""

import re
from collections.abc import Mapping
from itertools import islice

from tracker.text import fold
from tracker.words import FUNCTION_WORDS, STOP_WORDS, WEAK_WORDS

THRESHOLD = 0.7
"""The share of a sentence's words that what it cites must hold, see docs/language-model.md for what passes."""
LEAST_SHARE = 0.3
"""Each cited source must hold this share of the words by itself, or it was cited for show."""
STEM = 5
"""Words are compared by so many first letters."""
_REACH = 5
"""So many words of substance after a negation of a source may be what it denies."""
_MARK = re.compile(r"\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_COMPLETE = re.compile(r"[.!?][\"'”’)]*$")
_MARKUP = re.compile(r"[<>`|{}\[\]]|\*\*|https?:|www\.|\]\(|\b[\w-]+\.(?:com|net|org|io|ai|example)\b", re.IGNORECASE)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
_NAME = re.compile(r"\w*[A-Z][\w-]*")
_WORD = re.compile(r"[^\W\d_]{3,}")
_CLAUSE = re.compile(r"[.!?;:]\s")
_COUNTS = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {
    "twice": "2",
    "thrice": "3",
    "half": "1/2",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
    "billion": "1000000000",
}
_ORDINARY = STOP_WORDS | WEAK_WORDS | frozenset("papers researchers authors studies".split())
"""What may open a sentence with its capital and is no name."""
_NEGATIONS = frozenset(
    "not no never cannot without neither nor none nothing fail fails failed unable lack lacks lacking hardly unlike instead".split()
)

_UNTURNED = FUNCTION_WORDS | _NEGATIONS


def marks(sentence: str) -> tuple[int, ...]:
    """Return the numbers in square brackets, each once, in order."""
    found = [int(number) for mark in _MARK.findall(sentence) for number in mark.split(",")]
    return tuple(dict.fromkeys(found))


def unmarked(sentence: str) -> str:
    """Return a sentence without its numbers in square brackets."""
    return _MARK.sub("", sentence).strip()


def objection(sentence: str, sources: Mapping[int, str], threshold: float = THRESHOLD) -> str:
    """Return why a sentence does not stand, in half a sentence; empty when it does.

    Args:
        sentence: one sentence with the numbers of its sources in square brackets.
        sources: number → the text of a source.
        threshold: the share of its words that the cited sources must hold, 0 to 1.
    """
    cited, said = marks(sentence), unmarked(sentence)
    if not cited:
        return "it cites nothing"
    if not set(cited) <= sources.keys():
        return "it cites what does not exist"
    texts = [sources[number] for number in cited]
    return _malformed(said) or _invented(said, " ".join(texts)) or _uncovered(said, texts, threshold)


def _malformed(said: str) -> str:
    if not _COMPLETE.search(said):
        return "it breaks off"
    return "it holds an address or markup" if _MARKUP.search(said) else ""


def _invented(said: str, source: str) -> str:
    """Return which number, name or negation the source lacks."""
    if invented := _numbers(said) - _numbers(source):
        return f"its source does not say {min(invented)}"
    if invented := {name for name in _names(said, source) if not _forms(name) & _words(source)}:
        return f"its source does not name {min(invented)}"
    if turned := _negated(said, 1) - _negated(source, _REACH):
        return f"its source does not deny {min(turned)}"
    return ""


def _uncovered(said: str, texts: list[str], threshold: float) -> str:
    """Return what the words of a sentence object to: too few are in its sources, or in one of them."""
    wanted = _content(said)
    if not wanted:
        return "it says nothing"
    found = [_content(text) for text in texts]
    if len(wanted & frozenset().union(*found)) < threshold * len(wanted):
        return "its words are not those of its source"
    if any(len(wanted & words) < LEAST_SHARE * len(wanted) for words in found):
        return "one of its sources has nothing to do with it"
    return ""


def _numbers(text: str) -> set[str]:
    """Return the numbers of a text, in digits or in words, without separators of thousands; `one` is mostly no number."""
    found = {token.replace(",", "").rstrip(".") for token in _TOKEN.findall(text) if token[0].isdigit()}
    return found | {_COUNTS[word] for word in _WORD.findall(text.lower()) if word in _COUNTS and word != "one"}


def _names(text: str, source: str) -> set[str]:
    """Return the folded parts of words with a capital, but the first word when it is an ordinary one or the source's own."""
    found: set[str] = set()
    for name in _NAME.finditer(text):
        opens = not text[: name.start()].strip("\"'“‘(")
        if not (opens and (name[0].lower() in _ORDINARY or _content(name[0]) & _content(source))):
            found |= _words(name[0])
    return found - {"i", "a"}


def _forms(name: str) -> set[str]:
    """Return a name in the singular and the plural: `GAN`, `GANs`."""
    return {name, name.removesuffix("s"), f"{name}s"}


def _words(text: str) -> set[str]:
    """Return the folded words and numbers of a text, those with a hyphen in parts."""
    return set(re.findall(r"[^\W_]+", fold(text)))


def _content(text: str) -> frozenset[str]:
    """Return the words of substance by their first letters."""
    return frozenset(word[:STEM] for word in _WORD.findall(fold(text)) if word not in FUNCTION_WORDS)


def _negated(text: str, reach: int) -> set[str]:
    """Return the words of substance that follow each negation in its clause, so many of them, by their first letters."""
    found: set[str] = set()
    for clause in _CLAUSE.split(fold(text)):
        words = _TOKEN.findall(clause)
        for place, word in enumerate(words):
            if word in _NEGATIONS or word.endswith(("n't", "n’t")):
                after = (one[:STEM] for one in words[place + 1 :] if len(one) >= 3 and one not in _UNTURNED)
                found.update(islice(after, reach))
    return found

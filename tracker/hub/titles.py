"""Recognising a paper in words that name it by title: exactly, nearly, or by the name that its authors coined. Pure.

What a shared word says is counted in bits: log2(papers / papers whose title has it). Precision comes before recall, so
every rule asks for evidence beyond the words that any post of the field could share with a title by chance.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.text import digest, fold
from tracker.words import ACRONYMS, STOP_WORDS, WEAK_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

NAME_WORDS = 4
"""A name before a colon is at most so long."""
PAIRS_KEPT = 6
LEAST_PAPERS = 10_000
POST_WORDS = 400
LEAST_BITS = 10.0
"""What a post and a title share must say so much for any rule."""
_HEADING_WORDS = 20
_WORD = re.compile(r"[a-z0-9]+")
_PLURAL_ENDING = re.compile(r"(?<=[a-z0-9]{3})(?<!s)s(?![a-z0-9])")
_TOKEN = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"\s*:\s+|\s+[-–—]\s+|\?\s+|\s*,\s+or,?\s+|:$")
_NAMED_FIRST = re.compile(r"([A-Za-z]+[-.]?[A-Za-z]*\d[\w.-]*|[A-Z]\w*[A-Z]\w*),\s")
_COINED = re.compile(r"[a-z][A-Z]|\d|[A-Z]{2}")
_SPEAKS_OF_A_PAPER = re.compile(
    r"\b(?:papers?|preprint|tech(?:nical)? report|arxiv|authors|researchers)\b", re.IGNORECASE
)
_HEADING_END = re.compile(
    r"\s[-–—]\s|:\s|\n|[.!?]\s|\s\(|\s(?=(?:[Ii]ntroduces|[Pp]roposes|[Pp]resents|This|Researchers|A new|The)\b)"
)
_LONG_FORMS = {tuple(long.split()): short for short, long in ACRONYMS.items()}
_LONGEST_FORM = max(map(len, _LONG_FORMS))
_BEGIN_LONG_FORMS = frozenset(words[0] for words in _LONG_FORMS)


@dataclass(frozen=True, slots=True)
class Title:
    """A title ready to be compared.

    Attributes:
        words: folded, plural endings off, long forms of standard acronyms shortened.
        starts: places among the words at which a part of the title begins (`Name: what it does` has two).
        names: what stands before a colon, as written, where it is short enough to be a name.
    """

    words: tuple[str, ...]
    starts: frozenset[int]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a post ready to be compared. `places` are those at which a word stands."""

    raw: str
    words: tuple[str, ...]
    places: dict[str, list[int]]
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A title was recognised: by which rule, and how surely; `evidence` (bits) orders the matches of one post."""

    rule: str
    confidence: float
    evidence: float


@dataclass(frozen=True, slots=True)
class Rarity:
    """How many papers have a word in their title, of how many.

    A small library is read as a sample of a large one, in which function words and words that name nothing by
    themselves are at least as common as they are in titles of the field.
    """

    papers: int
    counts: Mapping[str, int]
    known: dict[str, float] = field(default_factory=dict)

    def bits(self, word: str) -> float:
        """Return what a word says."""
        if word not in self.known:
            self.known[word] = self._bits(word)
        return self.known[word]

    def _bits(self, word: str) -> float:
        size = max(self.papers, LEAST_PAPERS)
        others = max(self.counts.get(word, 0) - 1, 0) * size / max(self.papers, 1)
        usual = 0.1 if word in STOP_WORDS else 0.02 if word in WEAK_WORDS or word in ACRONYMS else 0.0
        return math.log2((size + 1) / (min(max(others, usual * size), size) + 2))

    def is_coined(self, word: str) -> bool:
        """Tell whether so few titles have a word that it can be the name of one work."""
        return self.counts.get(word, 0) <= 4 + self.papers // 25_000


def words_of(text: str) -> list[str]:
    """Return the words of a text in the form in which titles are compared."""
    plain = _WORD.findall(_PLURAL_ENDING.sub("", fold(text)))
    found: list[str] = []
    place = 0
    for begin in [number for number, word in enumerate(plain) if word in _BEGIN_LONG_FORMS]:
        for length in range(min(_LONGEST_FORM, len(plain) - begin) if begin >= place else 0, 1, -1):
            if short := _LONG_FORMS.get(tuple(plain[begin : begin + length])):
                found += [*plain[place:begin], short]
                place = begin + length
                break
    return [*found, *plain[place:]]


def _singular(word: str) -> str:
    return _PLURAL_ENDING.sub("", word)


@lru_cache(maxsize=50_000)
def title_of(text: str) -> Title:
    """Return a title ready to be compared; of parts between bars, which sites add, the longest is the title."""
    text = max(text.split("|"), key=len).strip()
    pieces = [piece for piece in _PIECE.split(text) if re.search(r"[A-Za-z]{2}|[A-Za-z]\d", piece)]
    words: list[str] = []
    starts: set[int] = set()
    names: list[str] = []
    for number, piece in enumerate(pieces):
        starts.add(len(words))
        own = words_of(piece)
        words += own
        if len(own) <= NAME_WORDS and number < len(pieces) - 1:
            names.append(piece)
    if len(pieces) == 1 and (first := _NAMED_FIRST.match(text)):
        names.append(first[1])
    return Title(tuple(words), frozenset(starts), tuple(names))


def post_of(title: str, text: str) -> Words:
    """Return the words of a post ready to be compared; a title that the text repeats is not read twice."""
    raw = text if text.startswith(title.rstrip("…")) else f"{title}\n{text}"
    words = words_of(raw[: POST_WORDS * 20])[:POST_WORDS]
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words):
        places[word].append(place)
    heading = words_of(_HEADING_END.split(raw.strip(), maxsplit=1)[0])[:_HEADING_WORDS]
    return Words(raw[: POST_WORDS * 20], tuple(words), dict(places), tuple(heading))


def openings(text: str) -> list[str]:
    """Return phrases of which a post that names a title holds one, nearly always: its names and its first three words."""
    first = " ".join(_TOKEN.findall(max(text.split("|"), key=len))[:3])
    return [phrase for phrase in (*title_of(text).names, first) if any(c.isalnum() for c in phrase)]


def keys_of_title(title: Title) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return (keys of its names, keys of word pairs): under these a post finds it.

    Kept are the first two pairs, for posts quote beginnings, and the longest ones, for they say most.
    """
    pairs = list(zip(title.words, title.words[1:], strict=False))
    longest = sorted(pairs, key=lambda pair: (-len(pair[0] + pair[1]), pair))
    return (
        tuple(dict.fromkeys(digest("name", "".join(words_of(name))) for name in title.names)),
        tuple(digest("pair", *pair) for pair in dict.fromkeys([*pairs[:2], *longest[:PAIRS_KEPT]])),
    )


def keys_of_post(post: Words, titled: Container[str]) -> tuple[set[int], list[int | None]]:
    """Return (keys of what may be names, keys of word pairs in order) of a post; a name begins with a capital or has a digit.

    A pair has no key (None) unless both its words are `titled`, that is stand in any title: most do not.
    """
    upper = {_singular(fold(word)) for word in set(_TOKEN.findall(post.raw)) if not word.islower() or word[0].isdigit()}
    names = {
        digest("name", "".join(post.words[place : place + length]))
        for place, word in enumerate(post.words)
        if place == 0 or word in upper
        for length in range(1, NAME_WORDS + 1)
    }
    pairs = dict.fromkeys(zip(post.words, post.words[1:], strict=False))
    return names, [digest("pair", *pair) if pair[0] in titled and pair[1] in titled else None for pair in pairs]


def candidates(names: Iterable[Sequence[int]], pairs: Sequence[Sequence[int]]) -> list[int]:
    """Return the papers worth judging, given those found under each key of a post (pairs in its order).

    One name is enough, and one pair where hardly any other paper has it or where the post begins with it; else two pairs.
    """
    found = {paper for papers in names for paper in papers}
    hits: dict[int, int] = defaultdict(int)
    for number, papers in enumerate(pairs):
        for paper in papers:
            hits[paper] += 2 if len(papers) <= 3 or number < 2 else 1
    return sorted(found | {paper for paper, count in hits.items() if count > 1})


def chosen(matches: Sequence[tuple[int, Match]], same: Callable[[int, int], bool]) -> list[tuple[int, Match]]:
    """Return the matches of a post that stand: every name, and the best of the others with its namesakes (`same`)."""
    ordered = sorted(matches, key=lambda found: (-found[1].evidence, found[0]))
    best = next((paper for paper, match in ordered if match.rule != "name"), None)
    return [
        (paper, match) for paper, match in ordered if match.rule == "name" or (best is not None and same(paper, best))
    ]


def judge(title: Title, post: Words, rarity: Rarity) -> Match | None:
    """Return whether and how a post names a paper by its title."""
    shared = sum(rarity.bits(word) for word in set(title.words) if word in post.places)
    if shared < LEAST_BITS:
        return None
    weights = {word: rarity.bits(word) for word in title.words}
    total = sum(weights.values())
    for name in title.names:
        if _is_named(name, weights, post, rarity):
            return Match("name", 0.95 if shared >= 0.6 * total else 0.9, shared + 20)
    length, start, place = _longest_run(title.words, post, weights)
    run = sum(weights[word] for word in title.words[start : start + length])
    if length == len(title.words) >= 4 and run >= 26:
        return Match("title", 0.97, shared + run)
    if length >= 5 and run >= max(30, 0.75 * total):
        return Match("near", 0.92, shared + run / 2)
    return _by_heading(title, post, rarity, weights, (length, start, place))


def _by_heading(
    title: Title, post: Words, rarity: Rarity, weights: Mapping[str, float], longest: tuple[int, int, int]
) -> Match | None:
    """Return a match of what a post puts first with a title, given their longest run in common."""
    length, start, place = longest
    shared = sum(weight for word, weight in weights.items() if word in post.places)
    run, total = sum(weights[word] for word in title.words[start : start + length]), sum(weights.values())
    heading = [rarity.bits(word) for word in post.heading]
    if place <= 2 and place + length <= len(post.heading) + 1:
        whole = length == len(title.words)
        if whole and ((run >= 12 and length == len(heading)) or (run >= 14 and length >= len(heading) - 2)):
            return Match("title", 0.92, shared + run)
        if length == len(heading) >= 5 and start in title.starts and run >= 10:
            return Match("near", 0.9, shared + run)
        least = 0.75 if title.names and not _holds_a_name(title, post) else 0.5
        begins = start in title.starts and run >= max(20, 0.7 * sum(heading)) and (shared >= least * total or run >= 28)
        if length >= 3 and (begins or (run >= 18 and shared >= 0.75 * total)):
            return Match("near", 0.9, shared + run / 2)
    said = sum(weight for weight, word in zip(heading, post.heading, strict=True) if word in weights)
    if len(heading) >= 4 and shared >= max(0.62 * total, 30) and said >= 0.75 * sum(heading):
        return Match("near", 0.85, shared)
    return None


def _holds_a_name(title: Title, post: Words) -> bool:
    return any(post.places.keys() >= set(words_of(name)) for name in title.names)


def _is_named(name: str, weights: Mapping[str, float], post: Words, rarity: Rarity) -> bool:
    """Tell whether a post has a name as written, and other words of the title beside it.

    A word with capitals inside or digits was coined, and asks for less support than one that language has anyway; so
    does one at the very beginning, where a post says what it is about, the more when it speaks of a paper.
    """
    own = set(words_of(name))
    if not own <= post.places.keys() or (len(own) == 1 and not all(map(rarity.is_coined, own))):
        return False
    others = {word: weight for word, weight in weights.items() if word not in own}
    support, total = sum(weight for word, weight in others.items() if word in post.places), sum(others.values())
    coined, several = bool(_COINED.search(name)) and not _is_short_acronym(name), len(own) > 1
    if support < (10.0 if coined else 11.0) or support < (0.16 if coined else 0.3) * total:
        return False
    place = _written_at(name, post.raw)  # comes last, for it costs most
    if place is None:
        return False
    first = place <= 3
    if coined:
        needed = (0.16 if _SPEAKS_OF_A_PAPER.search(post.raw) else 0.28) if first else 0.34
        return support >= needed * total
    needed = (0.3 if several else 0.42) if first else 0.55
    return support >= max(needed * total, 11.0 if first and several else 14.0)


def _is_short_acronym(name: str) -> bool:
    """Tell names such as PSA, which stand for other things too."""
    return name.isupper() and name.isalpha() and len(name) <= 4


def _written_at(name: str, raw: str) -> int | None:
    """Return where a name stands in a text as it is written, or in other capitals when its letters suffice to tell it."""
    letters = [c for c in name if c.isalnum()]
    plus = re.escape("+" * (len(name) - len(name.rstrip("+"))))
    pattern = r"(?<![^\W_])" + r"[\W_]{0,2}".join(map(re.escape, letters)) + plus + r"(?:s|['’]s)?(?![^\W_]|\.\d)"
    found = re.search(pattern, raw)
    if not found and len(letters) >= 6 and (any(c.isdigit() for c in letters) or len(_TOKEN.findall(name)) > 1):
        found = re.search(pattern, raw, re.IGNORECASE)
    return found.start() if found else None


def _longest_run(words: Sequence[str], post: Words, weights: Mapping[str, float]) -> tuple[int, int, int]:
    """Return (length, place in the title, place in the post) of the run of words in common that says most."""
    best, found = 0.0, (0, 0, POST_WORDS)
    for start in range(len(words)):
        for place in post.places.get(words[start], ()):
            if start and place and words[start - 1] == post.words[place - 1]:
                continue  # part of a run that was seen
            length = _common(words, start, post.words, place)
            run = sum(weights[word] for word in words[start : start + length])
            if run > best or (run == best and place < found[2]):
                best, found = run, (length, start, place)
    return found


def _common(one: Sequence[str], start: int, other: Sequence[str], place: int) -> int:
    length = 0
    while start + length < len(one) and place + length < len(other) and one[start + length] == other[place + length]:
        length += 1
    return length

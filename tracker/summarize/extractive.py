"""The sentence of an abstract that says what a paper contributes: chosen, never written."""

import re

from tracker.latex import readable
from tracker.text import clean_line, fold, shorten

SENTENCE_LIMIT = 320
"""Characters; longer sentences are cut at a word."""
_CUES = re.compile(
    r"\b(?:we|this (?:paper|work|article|study|report|survey|thesis)|our (?:work|paper|method|approach|framework|study)|the (?:paper|authors?))\b[^.;:]{0,60}?"
    r"\b(?:propose|present|introduce|develop|show|demonstrate|prove|describe|study|investigate|explore|design|build|release|find|argue|provide|establish|derive|"
    r"analy[sz]e|examine|address|formulate|devise|construct|offer|report|evaluate|reveal|survey|review|unif(?:y|ies)|revisit|conduct|contribute|tackle)(?:e?s|d)?\b"
    r"|\b(?:is|are|was|were) (?:proposed|introduced|developed)\b|\bhere,? we\b|^(?:we|here)\b",
    re.IGNORECASE,
)
_ABBREVIATIONS = frozenset(
    "al approx cf ca dr e.g eg eq eqs est etc ex fig figs i.e ie inc jr lit mr mrs ms no nos prof ref refs resp sec sect st tab vol vs w.r.t wrt a.k.a aka ph.d u.s".split()
)
_BOUNDARY = re.compile(r"""([.!?]+["'”’)\]]*)\s+(?=["'“‘(\[]*[^\W_a-z])""")
_WORD = re.compile(r"[^\W\d_]{3,}")
_LEANING = re.compile(
    r"(?:However|Thus|Therefore|Hence|Moreover|Furthermore|Additionally|Instead|Consequently|Finally|Specifically|Second|Third)\b"
    r"|[^,]{1,40}, (?:however|therefore|thus|hence|instead|too),"
    r"|(?:Motivated|Inspired|Guided|Informed|Driven) by (?:this|these|that|the above)\b"
    r"|(?:Based|Building|Drawing) (?:on|upon) (?:this|these|our)\b|To (?:\w+ ){1,2}(?:this|these|such)\b|(?:This|These|It|They)\b(?! (?:paper|work|study|article))"
    r"|.{0,120}?\b(?:(?:argue|show|find|suggest|demonstrate|hypothesi[sz]e)(?: that)? (?:this|these|such|it)|(?:this|these) (?:assumption|challenge|difficult|finding|formali[sz]ation"
    r"|gap|insight|issue|limitation|observation|phenomen|problem|question|result)\w*)\b"
)
_STEADINESS = 0.15
"""So much less of the title may a sentence say that leans on no other: the distance to authors' own summaries stays, a quarter of leaning ones go."""
_COMMON = frozenset(
    "and are for from has have into its not our that the their this via was were which with you can using based toward towards".split()
)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; abbreviations, decimals, initials and `et al.` end none."""
    text = " ".join(readable(text).split())
    found, start = [], 0
    for boundary in _BOUNDARY.finditer(text):
        if not _is_inside(text, boundary):
            found.append(text[start : boundary.end(1)].strip())
            start = boundary.end()
    if text[start:].strip():
        found.append(text[start:].strip())
    return found


def _is_inside(text: str, boundary: re.Match[str]) -> bool:
    """Return whether a stop does not end a sentence."""
    if boundary[1][0] != ".":
        return False
    word = text[max(0, boundary.start() - 40) : boundary.start()].rsplit(" ", 1)[-1].lstrip("([\"'“‘")
    if word.lower() == "al" and re.match(r"[(\[]?\d", text[boundary.end() : boundary.end() + 2]):
        return True
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper() and word != "I")


def _content(text: str) -> frozenset[str]:
    """Return the words of a text by their first six letters."""
    return frozenset(word[:6] for word in _WORD.findall(fold(text)) if word not in _COMMON)


def says_something(sentence: str, title: str) -> bool:
    """Tell whether a sentence says what a paper is about: it shares two words of substance with the title.

    `This paper reports a study organized into two experiments` is true of a hundred papers and tells a reader nothing.
    """
    named = _content(title)
    return len(_content(sentence) & named) >= min(2, len(named))


def leans(sentence: str) -> bool:
    """Tell whether a sentence leans on one that is not shown (`However …`, `Based on these …`) or was cut."""
    return sentence.endswith("…") or _LEANING.match(sentence) is not None


def contribution(title: str, text: str, tldr: str = "", limit: int = SENTENCE_LIMIT) -> str:
    """Return one sentence of the authors that says what a paper contributes; empty when there is no text.

    The authors' own summary when there is one. Else, of the sentences with a cue such as "we propose", the first that leans on
    no other and says about as much of the title, unless a later one says clearly more; without a cue, the sentence nearest to the title. Nothing is changed but
    LaTeX, which becomes readable, and what is longer than `limit`, which is cut at a word.
    """
    if tldr.strip():
        return shorten(clean_line(readable(tldr)), limit)
    found = [one for one in sentences(clean_line(text, 8_000)) if len(one) >= 20]
    if not found:
        return ""
    named = _content(title)

    def nearness(place: int) -> tuple[float, int]:
        words = _content(found[place])
        return round(len(named & words) / max(len(named), 1), 6), -place

    cued = [place for place, one in enumerate(found) if _CUES.search(one)]
    steady = [place for place in cued[:4] if not leans(found[place])]
    if steady and nearness(steady[0])[0] >= nearness(cued[0])[0] - _STEADINESS:
        cued = steady
    best = max(cued[:3] or range(len(found)), key=nearness)
    if cued and nearness(best)[0] < nearness(cued[0])[0] + 0.3:
        best = cued[0]
    return shorten(clean_line(found[best]), limit)

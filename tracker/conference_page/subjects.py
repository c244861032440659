"""What papers are about, of what a reader asks for: phrases of the role and topics that rise, where their own words hold them. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tracker.pages import Reason
from tracker.topic_page import lookup
from tracker.topics import bare, units
from tracker.trends.tally import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.findings import Topic
    from tracker.roles import Role
    from tracker.topics import Document

ROLE = 1.0
"""Of a phrase in the title that next to no other paper holds; a common one gets little."""
IN_ABSTRACT = 0.3
"""What a phrase in the abstract counts beside one in the title."""
COMMON = 0.05
"""A phrase that a larger share of papers holds says nothing when it stands in the abstract only."""
ROLE_AT_MOST = 1.2
RISING = 0.6
"""Of a rising or new topic in the title that next to no other paper names; half of it in the abstract."""
_PHRASES = 3
_MANY = 2


def of_topics(documents: Sequence[Document], topics: Sequence[Topic]) -> Iterator[tuple[int, Reason]]:
    """Yield which rising and new topics papers name: an everyday or a common one in the title, another one anywhere."""
    labels = _keys(topic.label for topic in topics)
    found: dict[int, list[tuple[float, str]]] = {}
    for place, key, is_titled, papers in _held(documents, labels):
        if is_titled or (len(units(labels[key])) > 1 and papers <= COMMON * len(documents)):
            points = RISING * _rarity(papers, len(documents)) * (1.0 if is_titled else 0.5)
            found.setdefault(place, []).append((points, labels[key]))
    for place, own in found.items():
        told = sorted(own, key=lambda one: (-one[0], one[1]))[:_MANY]
        names = tuple(label for _, label in told)
        words = f"it names {listed(names)}, {'rising topics' if len(names) > 1 else 'a rising topic'}"
        yield documents[place].row, Reason(words=words, points=sum(points for points, _ in told), about=names)


def _keys(phrases: Iterable[str]) -> dict[int, str]:
    """Return phrases by each key under which a text holds all of their words: `tool use` only as `tool-use`, never as `tool`."""
    return {key: phrase for phrase in phrases for key in lookup.keys(phrase)}


def _held(documents: Sequence[Document], wanted: Iterable[int]) -> Iterator[tuple[int, int, bool, int]]:
    """Yield (place of the document, key, whether its title holds it, how many documents do) of each wanted key that one holds."""
    keys = np.array(sorted(filter(None, wanted)), dtype=np.int64)
    if not documents or not len(keys):
        return
    owners = np.repeat(np.arange(len(documents)), [len(one.phrases.body) for one in documents])
    places, which = known(bare(np.concatenate([one.phrases.body for one in documents])), keys)
    papers = np.bincount(which, minlength=len(keys)).tolist()
    titled: dict[int, frozenset[int]] = {}
    for place, number in zip(owners[places].tolist(), which.tolist(), strict=True):
        if place not in titled:
            titled[place] = frozenset(bare(documents[place].phrases.title).tolist())
        key = int(keys[number])
        yield place, key, key in titled[place], papers[number]


def of_role(documents: Sequence[Document], role: Role) -> Iterator[tuple[int, Reason]]:
    """Yield what the papers hold of the phrases of a role: in the title, or, when it is rare, in the abstract."""
    phrases = _keys([phrase for phrase, _ in role.phrases])
    found: dict[int, list[tuple[str, bool, float]]] = {}
    for place, key, is_titled, papers in _held(documents, phrases):
        if is_titled or papers <= COMMON * len(documents):
            found.setdefault(place, []).append((phrases[key], is_titled, _rarity(papers, len(documents))))
    for place, told in found.items():
        if reason := _of_phrases(_longest(told)):
            yield documents[place].row, reason


def _rarity(papers: int, of: int) -> float:
    """Return 0 for what all papers hold, 1 for what one does."""
    return math.log(of / papers) / math.log(of) if of > 1 else 1.0


def _longest(told: Sequence[tuple[str, bool, float]]) -> list[tuple[str, bool, float]]:
    """Leave out a phrase that is a part of another one told at the same place: `agent` beside `LLM agent`."""
    parts = [frozenset(units(phrase.replace("-", " "))) for phrase, _, _ in told]
    return [
        one
        for place, one in enumerate(told)
        if not any(parts[place] < other and one[1] <= told[n][1] for n, other in enumerate(parts))
    ]


def _of_phrases(told: Sequence[tuple[str, bool, float]]) -> Reason | None:
    """Return the reason that phrases of a role give: (phrase, whether it is in the title, rarity)."""
    worth = sorted(
        ((rarity * (ROLE if titled else ROLE * IN_ABSTRACT), phrase, titled) for phrase, titled, rarity in told),
        reverse=True,
    )[:_PHRASES]
    points = min(sum(points for points, _, _ in worth), ROLE_AT_MOST)
    if points <= 0:
        return None
    places = [
        f"its {where} has {listed(held)}"
        for wanted, where in ((True, "title"), (False, "abstract"))
        if (held := [f"'{phrase}'" for _, phrase, titled in worth if titled is wanted])
    ]
    about = tuple(phrase for _, phrase, titled in worth if titled)
    return Reason(words=", ".join(places).replace(", its abstract has", ", its abstract"), points=points, about=about)


def listed(words: Sequence[str]) -> str:
    """Return words as a list within a sentence: `pruning, serving and LoRA`."""
    return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]

"""The papers of a conference ranked for a reader: a sum of points, each with its reason in words. Pure."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tracker.conference_page.following import short_title
from tracker.pages import Reason
from tracker.roles import lens
from tracker.text import plural
from tracker.topic_page import lookup
from tracker.topics import bare, units
from tracker.trends.tally import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.conference_page.following import Acquaintance
    from tracker.conference_page.nearness import Near
    from tracker.models import Topic
    from tracker.pages import Entry
    from tracker.topics import Document

STARRED = 5.0
FOLLOWED_AUTHOR = 2.0
FOLLOWED_POST = 1.5
LIKED_AUTHOR = 1.0
NEAR = 1.5
"""Of the same text as a starred paper; the nearest ones get about half of it."""
ROLE = 1.0
"""Of a phrase in the title that next to no other paper holds; a common one gets little."""
IN_ABSTRACT = 0.3
"""What a phrase in the abstract counts beside one in the title."""
COMMON = 0.05
"""A phrase that a larger share of papers holds says nothing when it stands in the abstract only."""
ROLE_AT_MOST = 1.2
RISING = 0.6
"""Of a rising or new topic in the title that next to no other paper names; half of it in the abstract."""
DECISION: Mapping[str, float] = {"oral": 0.8, "spotlight": 0.5, "highlight": 0.5}
TALK = 0.25
"""Times log2(1 + people who posted about it), up to `TALK_AT_MOST`."""
TALK_AT_MOST = 1.0
LEAST = 0.1
"""What brings less is no reason: half of a conference has 'LLM' in the title."""
REPEATED = 0.15
"""What each better paper on the same subject takes off."""
KEPT = 0.75
"""The share of what its subjects brought that a paper may lose so."""
_MANY = 2
"""So many reasons of one sort count; of more the first ones do."""
_PHRASES = 3


@dataclass(kw_only=True)
class Signs:
    """What is known for and against the papers of a conference, by their row.

    Attributes:
        starred: rows with a star.
        rated: row → rating, 1 to 5.
        known: authors whom the reader knows.
        posters: row → names of followed people who posted about it.
        near: row → the liked paper that it is near to.
        titles: row → title of liked papers.
        people: row → how many people posted about it.
        decisions: row → decision.
        rising: topics that rose or are new.
    """

    starred: frozenset[int] = frozenset()
    rated: Mapping[int, int] = field(default_factory=dict)
    known: Sequence[Acquaintance] = ()
    posters: Mapping[int, Sequence[str]] = field(default_factory=dict)
    near: Mapping[int, Near] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, int] = field(default_factory=dict)
    decisions: Mapping[int, str] = field(default_factory=dict)
    rising: Sequence[Topic] = ()


def reasons(documents: Sequence[Document], role: str, signs: Signs) -> dict[int, tuple[Reason, ...]]:
    """Return for each paper with a reason all of its reasons, the strongest first.

    Args:
        documents: all papers of the edition: they tell how common a phrase is.
        role: whose questions count; an unknown one has none.
        signs: everything else.
    """
    found: dict[int, list[Reason]] = {one.row: [] for one in documents}
    told = (
        *_marks(signs),
        *_acquaintances(signs),
        *_posts(signs),
        *_near(signs),
        *_role(documents, role),
        *_rising(documents, signs.rising),
        *_decisions(signs),
    )
    for row, reason in told:
        if row in found and abs(reason.points) >= LEAST:
            found[row].append(replace(reason, points=round(reason.points, 3)))
    return {
        row: tuple(sorted(own, key=lambda reason: (-reason.points, reason.words))) for row, own in found.items() if own
    }


def _marks(signs: Signs) -> Iterator[tuple[int, Reason]]:
    for row in signs.starred:
        yield row, Reason(words="you starred it", points=STARRED)
    for row, rating in signs.rated.items():
        yield row, Reason(words=f"you rated it {rating} of 5", points=float(rating - 3))


def _acquaintances(signs: Signs) -> Iterator[tuple[int, Reason]]:
    found: dict[tuple[int, bool, str], list[str]] = {}
    for one in signs.known:
        for row in one.papers:
            found.setdefault((row, one.is_followed, one.short), []).append(one.name)
    for (row, is_followed, short), names in found.items():
        shown = listed(names) if len(names) <= _MANY else f"{names[0]} and {len(names) - 1} more"
        if is_followed:
            points, words = FOLLOWED_AUTHOR * min(len(names), _MANY), f"by {shown}, {short}"
        else:
            points = LIKED_AUTHOR * (1 + min(len(names), _MANY)) / 2
            words = f"by {shown}, {'an author' if len(names) == 1 else 'authors'} of {short}"
        yield row, Reason(words=words, points=points)


def _posts(signs: Signs) -> Iterator[tuple[int, Reason]]:
    for row, names in signs.posters.items():
        told = " and ".join(names[:_MANY]) if len(names) <= _MANY else f"{names[0]} and {len(names) - 1} more"
        points = FOLLOWED_POST * min(len(names), _MANY)
        yield row, Reason(words=f"{told}, whom you follow, posted about it", points=points)
    for row, people in signs.people.items():
        if people:
            points = min(TALK * math.log2(1 + people), TALK_AT_MOST)
            yield row, Reason(words=f"{plural(people, 'person', 'people')} posted about it", points=points)


def _near(signs: Signs) -> Iterator[tuple[int, Reason]]:
    for row, near in signs.near.items():
        title = short_title(signs.titles[near.liked])
        among = f"one of the {near.among} papers here" if near.among > 1 else "the paper here"
        verb = "starred" if near.liked in signs.starred else "rated well"
        yield row, Reason(words=f"{among} nearest to '{title}', which you {verb}", points=NEAR * near.likeness)


def _decisions(signs: Signs) -> Iterator[tuple[int, Reason]]:
    for row, decision in signs.decisions.items():
        if points := DECISION.get(decision):
            yield row, Reason(words=f"{'an' if decision[0] in 'aeiou' else 'a'} {decision}", points=points)


def _rising(documents: Sequence[Document], topics: Sequence[Topic]) -> Iterator[tuple[int, Reason]]:
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


def _role(documents: Sequence[Document], role: str) -> Iterator[tuple[int, Reason]]:
    """Yield what the papers hold of the phrases of a role: in the title, or, when it is rare, in the abstract."""
    phrases = _keys(lens(role).phrases)
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


def varied(entries: Iterable[Entry], limit: int) -> list[Entry]:
    """Return the best entries, each worth less for every better one on the same subject, so that a list is not of one subject.

    What is taken off is a reason of its own, and never more than the subjects themselves had brought. Entries only lose while
    the list grows, so each is weighed anew when its turn comes (lazy greedy choice).
    """
    heap = [(-one.score, one.paper.id, one) for one in entries if one.score > 0]
    heapq.heapify(heap)
    chosen: list[Entry] = []
    counted: Counter[str] = Counter()
    while heap and len(chosen) < limit:
        worth, name, entry = heapq.heappop(heap)
        repeated = _repeated(entry, counted)
        score = round(entry.score + (repeated.points if repeated else 0.0), 3)
        if -score > worth + 1e-9:
            heapq.heappush(heap, (-score, name, entry))
            continue
        chosen.append(replace(entry, why=(*entry.why, repeated), score=score) if repeated else entry)
        counted.update({subject for reason in entry.why for subject in reason.about})
    return chosen


def _repeated(entry: Entry, counted: Counter[str]) -> Reason | None:
    """Return what an entry loses for those above it on the same subject."""
    subjects = sorted({subject for reason in entry.why for subject in reason.about})
    most = max(subjects, key=lambda subject: counted[subject], default="")
    if not counted[most]:
        return None
    brought = sum(reason.points for reason in entry.why if reason.about)
    above = plural(counted[most], "paper")
    return Reason(words=f"{above} above on {most}", points=-round(min(REPEATED * counted[most], KEPT * brought), 3))

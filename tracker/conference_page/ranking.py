"""The papers of a conference ranked for a reader: a sum of points, each with its reason in words. Pure."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tracker.conference_page import subjects
from tracker.conference_page.following import short_title
from tracker.pages import Reason
from tracker.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.conference_page.following import Acquaintance
    from tracker.conference_page.nearness import Near
    from tracker.findings import Topic
    from tracker.pages import Entry
    from tracker.roles import Role
    from tracker.topics import Document

STARRED = 5.0
FOLLOWED_AUTHOR = 2.0
FOLLOWED_POST = 1.5
LIKED_AUTHOR = 1.0
NEAR = 1.5
"""Of the same text as a starred paper; the nearest ones get about half of it."""
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


def reasons(documents: Sequence[Document], role: Role, signs: Signs) -> dict[int, tuple[Reason, ...]]:
    """Return for each paper with a reason all of its reasons, the strongest first.

    Args:
        documents: all papers of the edition: they tell how common a phrase is.
        role: whose questions count.
        signs: everything else.
    """
    found: dict[int, list[Reason]] = {one.row: [] for one in documents}
    told = (
        *_marks(signs),
        *_acquaintances(signs),
        *_posts(signs),
        *_near(signs),
        *subjects.of_role(documents, role),
        *subjects.of_topics(documents, signs.rising),
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
        shown = subjects.listed(names) if len(names) <= _MANY else f"{names[0]} and {len(names) - 1} more"
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

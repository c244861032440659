"""What is rising: phrases whose share of papers grew, tested within strata, named, merged, and shown with their evidence.

Pure: documents come in as arguments, in any order, and the same ones give the same answer to the byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker import contingency
from tracker.contingency import Change
from tracker.models import Topic, Trends
from tracker.naming import Names
from tracker.tally import Flags, Indexes, Table, table
from tracker.text import plural
from tracker.times import week_of_text, weeks_before
from tracker.topics import Document
from tracker.voices import Voices

WEEKS = 12
RECENT = 4
FALSE_DISCOVERIES = 0.10
LEAST_RATIO = 1.3
LEAST_PAPERS = 60
LEAST_WEEKS = 3
SAME_PAPERS = 0.5
"""Two topics are one when they share half of their papers, or half of the smaller one's when one name holds the other."""
_LEAST_TITLES = 3
_WORTH_WATCHING = 0.5
_SHOWN_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """What a phrase needs to be a topic of a window."""

    papers: int
    title_share: float
    """Papers with it in the title over papers with it at all: below are words of style, which rise and last and mean nothing."""
    titles_vote: bool = False
    """Rank by the tests of all papers and of titles together, not by the first alone."""
    plain_word: float = 1.0
    """What the score of a single everyday word counts: over weeks they are mostly style (`audit`, `floor`), and a specific name is at hand."""


EDITION = Rules(papers=8, title_share=0.2)
MONTH = Rules(papers=8, title_share=0.1, titles_vote=True, plain_word=0.6)
WEEK = Rules(papers=5, title_share=0.1, titles_vote=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """A topic before it is put into words: the phrase that was tested, the one that lends the name, all that was merged."""

    phrase: int
    name: int
    papers: frozenset[int]
    merged: list[int]


class _Comparison:
    """Two windows of one table, tested against each other."""

    def __init__(self, tallied: Table, before: Flags, after: Flags, rules: Rules) -> None:
        self.table, self.before, self.after, self.rules = tallied, before, after, rules
        self.names = Names(tallied, after)
        strata = np.unique([one.stratum for one in tallied.source], return_inverse=True)[1].astype(np.intp)
        width = int(strata.max(initial=0)) + 1
        totals = [np.bincount(strata[side], minlength=width).astype(np.float64) for side in (before, after)]
        everything = np.ones(len(tallied.documents), dtype=np.bool_)
        held = [self._count(everything, side, strata, width) for side in (before, after)]
        titled = [self._count(tallied.in_title, side, strata, width) for side in (before, after)]
        self.papers = [counts.sum(axis=1) for counts in held]
        self.titles = [counts.sum(axis=1) for counts in titled]
        self.change: Change = contingency.compare(*held, *totals)
        self.fall: Change = contingency.compare(*reversed(held), *reversed(totals))
        by_title = contingency.compare(*titled, *totals).z if rules.titles_vote else self.change.z
        self.score = (self.change.z + by_title) / np.sqrt(2.0) if rules.titles_vote else self.change.z

    def _count(self, chosen: Flags, side: Flags, strata: Indexes, width: int) -> NDArray[np.float64]:
        return self.table.count(chosen & side[self.table.documents], strata, width)

    def eligible(self, side: int) -> Flags:
        """Return which phrases have the right to be a topic of a window: 0 the reference, 1 the tested one."""
        papers, titles = self.papers[side], self.titles[side]
        able = (papers >= self.rules.papers) & (titles >= _LEAST_TITLES) & (titles >= self.rules.title_share * papers) & ~self.names.weak
        for phrase in map(int, np.flatnonzero(able)):
            able[phrase] = self.names.longer(phrase) is None and self.names.name(phrase) is not None
        return able

    def believed(self, change: Change, side: int) -> Flags:
        """Return which phrases changed for sure: few false discoveries, and a ratio that matters."""
        able = np.flatnonzero(self.eligible(side))
        chosen = np.zeros(len(self.table.keys), dtype=np.bool_)
        chosen[able[contingency.discoveries(change.p[able], FALSE_DISCOVERIES)]] = True
        return chosen & (change.ratio >= LEAST_RATIO)

    def found(self, phrases: Flags, score: NDArray[np.float64], side: Flags, limit: int) -> list[_Found]:
        """Return topics from phrases, the highest score first, near-duplicates merged into the stronger one."""
        ranked = []
        for phrase in map(int, np.flatnonzero(phrases)):
            name = self.names.name(phrase)
            if name is not None:
                weight = self.names.certainty(name) * (self.rules.plain_word if self.names.is_plain_word(name) else 1.0)
                ranked.append((-round(float(score[phrase]) * weight, 9), self.names.letters[phrase], phrase, name))
        topics: list[_Found] = []
        for _, _, phrase, name in sorted(ranked):
            holders = self.table.holders(phrase)
            papers = frozenset(map(int, holders[side[holders]]))
            same = next((one for one in topics if self._is_same(one, name, papers)), None)
            if same is not None:
                same.merged.extend(one for one in (name, phrase) if one not in (same.name, same.phrase, *same.merged))
            elif len(topics) < limit:
                topics.append(_Found(phrase, name, papers, []))
        return topics

    def _is_same(self, one: _Found, name: int, papers: frozenset[int]) -> bool:
        common = len(one.papers & papers)
        mine, theirs = set(self.names.units[name]), set(self.names.units[one.name])
        is_nested = mine <= theirs or theirs <= mine
        return (
            one.name == name
            or common >= SAME_PAPERS * len(one.papers | papers)
            or (is_nested and common >= SAME_PAPERS * min(len(one.papers), len(papers)))
        )


@dataclass(frozen=True, slots=True)
class _Weeks:
    """The weeks of a window: their names and which one each document belongs to."""

    names: tuple[str, ...]
    of_document: Indexes
    fetched: Flags


class _Teller:
    """Puts what was found into topics."""

    def __init__(self, compared: _Comparison, weeks: _Weeks | None = None, voices: Voices | None = None) -> None:
        self._compared, self._weeks, self._voices = compared, weeks, voices

    def topic(self, one: _Found, state: str) -> Topic:
        """Return the topic with its test, its papers and its weeks."""
        compared, names = self._compared, self._compared.names
        change, phrase = compared.change, one.phrase
        holders = compared.table.holders(phrase)
        weekly, voices, posts = self._series(one, holders)
        return Topic(
            id=names.letters[one.name],
            label=names.labels[one.name],
            phrases=self._phrases(one),
            items=self._items(one),
            before=int(compared.papers[0][phrase]),
            after=int(compared.papers[1][phrase]),
            z=round(float(change.z[phrase]), 4),
            p=float(f"{change.p[phrase]:.4g}"),
            ratio=round(float(change.ratio[phrase]), 3),
            interval=(round(float(change.low[phrase]), 3), round(float(change.high[phrase]), 3)),
            state=state,
            weekly=weekly,
            voices_weekly=voices,
            posts=posts,
        )

    def _phrases(self, one: _Found) -> tuple[str, ...]:
        names = self._compared.names
        forms = [
            names.labels[one.name],
            *names.surfaces(one.name),
            *(names.labels[other] for other in (one.phrase, *one.merged)),
        ]
        return tuple({form.lower(): form for form in reversed(forms)}.values())[::-1][:8]

    def _items(self, one: _Found) -> tuple[str, ...]:
        """Order papers: the name in the title, then the phrase in the title, then the rest; the newest first in each."""
        tallied = self._compared.table
        named, titled = set(map(int, tallied.titled(one.name))), set(map(int, tallied.titled(one.phrase)))
        by_id = sorted(one.papers, key=lambda document: tallied.source[document].id)
        by_date = sorted(by_id, key=lambda document: tallied.source[document].date, reverse=True)
        ordered = sorted(by_date, key=lambda document: (document not in named, document not in titled))
        return tuple(dict.fromkeys(tallied.source[document].id for document in ordered[:_SHOWN_ITEMS]))

    def _series(self, one: _Found, holders: Indexes) -> tuple[tuple[int | None, ...], tuple[int, ...], tuple[str, ...]]:
        if self._weeks is None:
            return (), (), ()
        counts = np.bincount(self._weeks.of_document[holders], minlength=len(self._weeks.names))
        weekly = tuple(
            int(count) if fetched else None for count, fetched in zip(counts, self._weeks.fetched, strict=True)
        )
        if self._voices is None:
            return weekly, (), ()
        source = self._compared.table.source
        keys = [int(self._compared.table.keys[phrase]) for phrase in {one.phrase, one.name, *one.merged}]
        return weekly, *self._voices.about(keys, {source[document].row for document in map(int, holders)})


def editions(before: Sequence[Document], after: Sequence[Document], *, limit: int = 20, window: str = "") -> Trends:
    """Return the topics that rose from some editions of a venue to others: sure ones first, then those to watch.

    Args:
        before: papers of the reference editions; a paper may stand on both sides.
        after: papers of the tested editions.
        limit: how many topics to name.
        window: what to call the comparison.
    """
    ordered = [*sorted(before, key=lambda one: one.id), *sorted(after, key=lambda one: one.id)]
    side = np.arange(len(ordered)) >= len(before)
    few = min(len(before), len(after))
    if few < LEAST_PAPERS // 2:
        notice = f"Not enough papers for trends: {plural(len(before), 'paper')} before, {plural(len(after), 'paper')} after. Showing what the papers are about."
        return _subjects(table(ordered, _LEAST_TITLES), side, limit, window, notice)
    compared = _Comparison(table(ordered, _LEAST_TITLES), ~side, side, EDITION)
    topics = _risers(compared, _Teller(compared), limit)
    fading = _fading(compared, _Teller(compared), limit)
    new = tuple(topic for topic in topics if topic.state == "new")
    return Trends(
        window=window, topics=topics, papers_before=len(before), papers_after=len(after), new=new, fading=fading
    )


def weekly(papers: Sequence[Document], posts: Sequence[Document], week: str, *, limit: int = 20) -> Trends:
    """Return what is rising in a week: the last four weeks against the eight before, and what is new this week.

    Args:
        papers: papers of the twelve weeks that end with `week`; others are left out.
        posts: posts of the same weeks, with the papers that they name.
        week: ISO week, as `2026-W20`.
        limit: how many topics to name in each list.
    """
    names = tuple(weeks_before(week, WEEKS))
    number = {name: place for place, name in enumerate(names)}
    ordered = [one for one in sorted(papers, key=lambda one: one.id) if week_of_text(one.date) in number]
    of_document = np.array([number[week_of_text(one.date) or ""] for one in ordered], dtype=np.intp)
    weeks = _Weeks(names, of_document, np.bincount(of_document, minlength=WEEKS) > 0)
    tallied = table(ordered, _LEAST_TITLES)
    recent = of_document >= WEEKS - RECENT
    notice = _too_little(weeks, len(ordered), recent)
    if notice:
        return _subjects(tallied, recent, limit, week, notice, weeks)
    voices = Voices(posts, number)
    month = _Comparison(tallied, ~recent, recent, MONTH)
    teller = _Teller(month, weeks, voices)
    this = of_document == WEEKS - 1
    latest = _Comparison(tallied, (of_document >= WEEKS - 9) & ~this, this, WEEK)
    unseen = (latest.papers[0] == 0) & (month.papers[0] == 0)
    return Trends(
        window=week,
        topics=_risers(month, teller, limit),
        papers_before=int((~recent).sum()),
        papers_after=int(recent.sum()),
        weeks=names,
        new=_new(latest, _Teller(latest, weeks, voices), unseen, limit),
        fading=_fading(month, teller, limit),
    )


def _too_little(weeks: _Weeks, papers: int, recent: Flags) -> str:
    """Say in words that history is too short for trends, or nothing."""
    fetched = int(weeks.fetched.sum())
    if papers >= LEAST_PAPERS and fetched >= LEAST_WEEKS and recent.any() and not recent.all():
        return ""
    if papers and not recent.any():
        return "No papers in the last four weeks: nothing to compare. Fetch first, or ask for an earlier week."
    least = f"{plural(LEAST_PAPERS, 'paper')} in {plural(LEAST_WEEKS, 'week')}, some of them more than {RECENT} weeks old, are needed"
    return f"Not enough history for trends: {plural(papers, 'paper')} in {plural(fetched, 'week')}; {least}. Showing what the papers are about."


def _subjects(tallied: Table, side: Flags, limit: int, window: str, notice: str, weeks: _Weeks | None = None) -> Trends:
    """Return the biggest topics with no word about trends."""
    compared = _Comparison(tallied, ~side, side, EDITION)
    able = compared.eligible(1)
    teller = _Teller(compared, weeks)
    found = compared.found(able, compared.titles[1], side, limit)
    topics = tuple(teller.topic(one, "steady") for one in found)
    return Trends(
        window=window,
        topics=topics,
        papers_before=int((~side).sum()),
        papers_after=int(side.sum()),
        notice=notice,
        weeks=weeks.names if weeks else (),
    )


def _risers(compared: _Comparison, teller: _Teller, limit: int) -> tuple[Topic, ...]:
    sure = compared.believed(compared.change, 1)
    watched = compared.eligible(1) & (compared.score > _WORTH_WATCHING)
    topics = []
    for one in compared.found(sure | watched, compared.score, compared.after, 4 * limit):
        is_new = compared.papers[0][one.phrase] == 0
        topics.append(teller.topic(one, ("new" if is_new else "rising") if sure[one.phrase] else "watch"))
    return tuple(sorted(topics, key=lambda topic: topic.state == "watch"))[:limit]


def _new(compared: _Comparison, teller: _Teller, unseen: Flags, limit: int) -> tuple[Topic, ...]:
    chosen = compared.believed(compared.change, 1) & unseen
    return tuple(teller.topic(one, "new") for one in compared.found(chosen, compared.score, compared.after, limit))


def _fading(compared: _Comparison, teller: _Teller, limit: int) -> tuple[Topic, ...]:
    chosen = compared.believed(compared.fall, 0)
    return tuple(teller.topic(one, "fading") for one in compared.found(chosen, compared.fall.z, compared.before, limit))

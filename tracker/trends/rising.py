"""What is rising: phrases whose share of papers grew, tested within strata, named, merged, and shown with their evidence.

Pure: documents come in as arguments, in any order, and the same ones give the same answer to the byte.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from tracker.findings import Topic, Trends
from tracker.text import plural
from tracker.times import week_of_text, weeks_before
from tracker.topics import Document
from tracker.trends.background import SOURCE, background
from tracker.trends.comparison import EDITION, LEAST_TITLES, MONTH, NEW, RECENT, SUBJECT, WEEKS, Comparison, Found
from tracker.trends.curves import curve, lead
from tracker.trends.naming import Lexicon
from tracker.trends.spoken import spoken
from tracker.trends.tally import Flags, Indexes, table
from tracker.trends.voices import Talk, Voices

LEAST_PAPERS = 60
LEAST_WEEKS = 3
__all__ = ["RECENT", "WEEKS", "editions", "weekly"]

_WORTH_WATCHING = 0.5
_SHOWN_ITEMS = 200
_EXTENSIONS = 2


@dataclass(frozen=True, slots=True)
class _Weeks:
    """The weeks of a window: their names and which one each document belongs to."""

    names: tuple[str, ...]
    of_document: Indexes
    fetched: Flags


class _Teller:
    """Puts what was found into topics."""

    def __init__(self, compared: Comparison, weeks: _Weeks | None = None, voices: Voices | None = None) -> None:
        self._compared, self._weeks, self._voices = compared, weeks, voices
        papers = np.bincount(weeks.of_document, minlength=len(weeks.names)) if weeks else ()
        self._papers, self._people = tuple(map(int, papers)), voices.weekly if voices else ()

    def topics(self, found: Sequence[tuple[Found, str]], side: int = 1) -> tuple[Topic, ...]:
        """Return topics with their tests, their papers and their weeks.

        Args:
            found: each with its state; what has a topic of its own is no phrase of another.
            side: the window they were found in.
        """
        apart = {one.name for one, _ in found}
        return tuple(self._topic(one, state, side, apart - {one.name}) for one, state in found)

    def _topic(self, one: Found, state: str, side: int, apart: AbstractSet[int]) -> Topic:
        compared, names = self._compared, self._compared.lexicon
        change, phrase = compared.change, one.phrase
        holders = compared.table.holders(phrase)
        weekly, talk = self._weekly(holders), self._talk(one, holders)
        return Topic(
            id=names.letters[one.name],
            label=compared.label(one.name, side) or names.labels[one.name],
            phrases=self._phrases(one, apart),
            items=self._items(one),
            titles=self._titles(one),
            counted="" if phrase == one.name else names.labels[phrase],
            aliases=tuple(dict.fromkeys(names.letters[other] for other in self._also(one))),
            before=int(compared.papers[0][phrase]),
            after=int(compared.papers[1][phrase]),
            z=round(float(compared.rise.z[phrase]), 4),
            p=float(f"{compared.rise.p[phrase]:.4g}"),
            ratio=round(float(change.ratio[phrase]), 3),
            interval=(round(float(change.low[phrase]), 3), round(float(change.high[phrase]), 3)),
            state=state,
            weekly=weekly,
            voices_weekly=talk.weekly,
            posts=talk.posts,
            networks=talk.networks,
            bots=talk.bots,
            people_z=round(float(compared.people_z[phrase]), 4),
            papers_curve=curve(weekly, self._papers),
            people_curve=curve(talk.weekly, self._people),
            lead=lead(weekly, self._papers, talk.weekly, self._people) if talk.weekly else 0.0,
        )

    def _also(self, one: Found) -> list[int]:
        """Return what was merged into a topic and says more than its name, not a part of it such as `generation`."""
        lexicon = self._compared.lexicon
        named = set(lexicon.units[one.name])
        return [other for other in (one.phrase, *one.merged) if not set(lexicon.units[other]) <= named]

    def _phrases(self, one: Found, apart: AbstractSet[int]) -> tuple[str, ...]:
        """Return the forms of the name, its commonest extensions, and what was merged."""
        lexicon, names = self._compared.lexicon, self._compared.names[1]
        also = [*names.extended(one.name, _EXTENSIONS), *self._also(one)]
        forms = [lexicon.labels[one.name], *lexicon.surfaces(one.name, 2)]
        forms += [lexicon.labels[other] for other in also if other not in apart]
        distinct: dict[str, str] = {}
        for form in forms:
            distinct.setdefault(form.lower(), form)
        return tuple(distinct.values())[:8]

    def _titles(self, one: Found) -> int:
        """Return how many papers have the name or the phrase in the title; these are the first items."""
        tallied = self._compared.table
        titled = {*map(int, tallied.titled(one.name)), *map(int, tallied.titled(one.phrase))}
        return min(len(titled & one.papers), _SHOWN_ITEMS)

    def _items(self, one: Found) -> tuple[str, ...]:
        """Order papers: the name in the title, then the phrase in the title, then the rest; the newest first in each."""
        tallied = self._compared.table
        named, titled = set(map(int, tallied.titled(one.name))), set(map(int, tallied.titled(one.phrase)))
        by_id = sorted(one.papers, key=lambda document: tallied.source[document].id)
        by_date = sorted(by_id, key=lambda document: tallied.source[document].date, reverse=True)
        ordered = sorted(by_date, key=lambda document: (document not in named, document not in titled))
        return tuple(dict.fromkeys(tallied.source[document].id for document in ordered[:_SHOWN_ITEMS]))

    def _weekly(self, holders: Indexes) -> tuple[int | None, ...]:
        if self._weeks is None:
            return ()
        counts = np.bincount(self._weeks.of_document[holders], minlength=len(self._weeks.names))
        return tuple(
            int(count) if fetched else None for count, fetched in zip(counts, self._weeks.fetched, strict=True)
        )

    def _talk(self, one: Found, holders: Indexes) -> Talk:
        if self._voices is None:
            return Talk((), 0, (), ())
        table = self._compared.table
        keys = [int(table.keys[phrase]) for phrase in (one.name, *self._also(one))]
        return self._voices.about(keys, {table.source[document].row for document in map(int, holders)})


def editions(
    before: Sequence[Document], after: Sequence[Document], *, limit: int = 20, window: str = "", largest: int = 0
) -> Trends:
    """Return the topics that rose from some editions of a venue to others: sure ones first, then those to watch.

    Args:
        before: papers of the reference editions; a paper may stand on both sides.
        after: papers of the tested editions.
        limit: how many topics to name.
        window: what to call the comparison.
        largest: how many topics to name by their size, whether they moved or not.
    """
    ordered = [*sorted(before, key=lambda one: one.id), *sorted(after, key=lambda one: one.id)]
    side = np.arange(len(ordered)) >= len(before)
    few, lexicon = min(len(before), len(after)), Lexicon(table(ordered, LEAST_TITLES))
    compared = Comparison(lexicon, ~side, side, EDITION)
    teller = _Teller(compared)
    sizes = _largest(compared, largest)
    if few < LEAST_PAPERS // 2:
        notice = (
            f"Not enough papers for trends: {plural(len(before), 'paper')} before, {plural(len(after), 'paper')} after."
        )
        return replace(_subjects(lexicon, side, limit, window, notice), largest=sizes)
    topics = _risers(compared, teller, limit)
    return Trends(
        window=window,
        topics=topics,
        papers_before=len(before),
        papers_after=len(after),
        new=tuple(topic for topic in topics if topic.state == "new"),
        fading=_fading(compared, teller, limit),
        largest=sizes,
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
    lexicon = Lexicon(table(ordered, LEAST_TITLES))
    recent = of_document >= WEEKS - RECENT
    notice = _too_little(weeks, len(ordered), recent)
    if notice:
        return _subjects(lexicon, recent, limit, week, notice, weeks)
    voices = Voices(posts, number)
    month = Comparison(lexicon, ~recent, recent, MONTH).heard(*voices.counts(lexicon.table, WEEKS - RECENT))
    teller = _Teller(month, weeks, voices)
    return Trends(
        window=week,
        topics=_risers(month, teller, limit),
        papers_before=int((~recent).sum()),
        papers_after=int(recent.sum()),
        weeks=names,
        new=_new(month.under(NEW), teller, of_document == WEEKS - 1, limit),
        fading=_fading(month, teller, limit),
        spoken=spoken(posts, names, voices, lexicon.table.keys, limit),
    )


def _too_little(weeks: _Weeks, papers: int, recent: Flags) -> str:
    """Say in words that history is too short for trends, or nothing."""
    fetched = int(weeks.fetched.sum())
    if papers >= LEAST_PAPERS and fetched >= LEAST_WEEKS and recent.any() and not recent.all():
        return ""
    if papers and not recent.any():
        return "No papers in the last four weeks: nothing to compare. Fetch first, or ask for an earlier week."
    least = f"{plural(LEAST_PAPERS, 'paper')} in {plural(LEAST_WEEKS, 'week')}, some of them more than {RECENT} weeks old, are needed"
    return f"Not enough history for trends: {plural(papers, 'paper')} in {plural(fetched, 'week')}; {least}."


def _subjects(
    lexicon: Lexicon, side: Flags, limit: int, window: str, notice: str, weeks: _Weeks | None = None
) -> Trends:
    """Return what papers are about with no word about trends: beside past conferences, or by size where papers are few."""
    compared = Comparison(lexicon, ~side, side, SUBJECT)
    teller, is_few = _Teller(compared, weeks), side.sum() < LEAST_PAPERS
    score = compared.titles[1] if is_few else compared.beside_background()
    topics = teller.topics([(one, "steady") for one in compared.found(compared.eligible(1), score, 1, limit)])
    order = "the largest subjects first" if is_few else f"first what they name more often than {SOURCE} did"
    return Trends(
        window=window,
        topics=topics,
        papers_before=int((~side).sum()),
        papers_after=int(side.sum()),
        notice=f"{notice} Showing what the papers are about, {order}." if topics else notice,
        weeks=weeks.names if weeks else (),
    )


def _risers(compared: Comparison, teller: _Teller, limit: int) -> tuple[Topic, ...]:
    sure = compared.believed(compared.rise, 1)
    watched = compared.eligible(1) & compared.grew() & (compared.rise.z > _WORTH_WATCHING)
    found = compared.found(sure | watched, compared.strength, 1, limit, sure)
    return teller.topics([(one, _state(compared, one) if sure[one.phrase] else "watch") for one in found])


def _state(compared: Comparison, one: Found) -> str:
    return "new" if compared.papers[0][one.phrase] == 0 else "rising"


def _new(compared: Comparison, teller: _Teller, this_week: Flags, limit: int) -> tuple[Topic, ...]:
    """Return names with no paper before the last four weeks that papers of this week use, and past conferences did not."""
    unknown = (compared.papers[0] == 0) & (background().holders(compared.table.keys) == 0)
    chosen = compared.believed(compared.rise, 1, unknown & compared.used(this_week))
    return teller.topics([(one, "new") for one in compared.found(chosen, compared.strength, 1, limit)])


def _largest(compared: Comparison, limit: int) -> tuple[Topic, ...]:
    """Return the names that most papers of the tested window hold themselves, so that each count is that of its name."""
    if not limit:
        return ()
    own = compared.eligible(1)
    for phrase in map(int, np.flatnonzero(own)):
        own[phrase] = compared.names[1].name(phrase) == phrase
    found = compared.found(own, compared.papers[1], 1, 3 * limit)
    topics = _Teller(compared).topics([(one, "steady") for one in found])
    return tuple(sorted(topics, key=lambda topic: (-topic.after, topic.id)))[:limit]


def _fading(compared: Comparison, teller: _Teller, limit: int) -> tuple[Topic, ...]:
    chosen = compared.believed(compared.fall, 0)
    return teller.topics([(one, "fading") for one in compared.found(chosen, compared.fall.z, 0, limit)], 0)

"""The weekly summary: what rose, what is new, what people discuss, each sentence with the items it rests on.

Chosen and counted, never written: figures come from the trends, sentences from the papers' authors, the words between
from templates.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from tracker.models import Digest, DigestEntry, DigestSection, Item, Line, Sentence, Topic, Trends
from tracker.roles import Lens, lens
from tracker.summarize.extractive import contribution, leans, says_something
from tracker.text import plural
from tracker.times import week_start
from tracker.trends import RECENT, WEEKS

TOPICS = 4
NEW_NAMES = 4
DISCUSSED = 3
FADING = 5
SAVED = 5
PAPERS = 3
EVIDENCE = 20
"""So many items stand behind a sentence that counts; all of them are in the trends."""
_SENTENCES = 2
_SENTENCE_LIMIT = 240
_LEADING = 2
"""So many topics show two papers' sentences; the others one, so that a digest is read in four minutes."""
_CANDIDATES = 8
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class Counts:
    """What came in between two dates: papers, posts, and the distinct people who wrote the posts."""

    papers: int
    posts: int
    people: int


class Shelf(Protocol):
    """Where a digest reads items from."""

    def lines(self, ids: Sequence[str]) -> Sequence[Line]:
        """Return the lines of items, in any order; those that are gone are left out."""

    def item(self, name: str, /) -> Item:
        """Return the item of an id whole."""

    def discussed(self, since: str, before: str, limit: int) -> Sequence[tuple[Line, int, int]]:
        """Return the papers that most people posted about from one ISO day to before another: (paper, people, posts)."""

    def counts(self, since: str, before: str) -> Counts:
        """Return what came in from one ISO day to before another."""


def compose(
    trends: Trends,
    shelf: Shelf,
    *,
    week: str,
    role: str = "",
    seen: AbstractSet[str] = frozenset(),
    gaps: Sequence[str] = (),
    saved: Sequence[tuple[str, Sequence[str]]] = (),
) -> Digest:
    """Return the digest of a week.

    Args:
        trends: of the same week.
        shelf: where items are read.
        week: ISO week, as `2026-W20`.
        role: orders topics by the lens of that role; an unknown one changes nothing.
        seen: ids of items that the user knows already: others come first among equals.
        gaps: sources that gave nothing this week, as they should be named.
        saved: names of the user's saved searches with the ids of what matched them this week, the newest first.
    """
    return _Composer(trends, shelf, week, lens(role), seen).digest(role, gaps, saved)


class _Composer:
    def __init__(self, trends: Trends, shelf: Shelf, week: str, view: Lens, seen: AbstractSet[str]) -> None:
        self._trends, self._shelf, self._week, self._view, self._seen = trends, shelf, week, view, seen
        start = week_start(week)
        self._since, self._before = start.isoformat(), (start + timedelta(weeks=1)).isoformat()
        self._told: set[str] = set()
        self._lines: dict[str, Line] = {}

    def digest(self, role: str, gaps: Sequence[str], saved: Sequence[tuple[str, Sequence[str]]]) -> Digest:
        new = list(self._trends.new)
        names = {topic.id for topic in new}
        risers = [topic for topic in self._trends.topics if topic.state == "rising" and topic.id not in names]
        sections = (
            self._counts(risers, new, gaps),
            self._saved(saved),
            self._subjects() if self._trends.notice else self._rising(risers),
            self._new_names(new),
            self._more(risers),
            self._discussed(),
            self._fading(),
        )
        kept = tuple(section for section in sections if section.lead or section.entries)
        how = self._how()
        return Digest(week=self._week, role=role, sections=kept, references=self._references(kept, how), how=how)

    # sections

    def _counts(self, risers: Sequence[Topic], new: Sequence[Topic], gaps: Sequence[str]) -> DigestSection:
        counts = self._shelf.counts(self._since, self._before)
        text = f"{plural(counts.papers, 'paper')}, {plural(counts.posts, 'post')}"
        text += f" from {plural(counts.people, 'person', 'people')}" if counts.posts else ""
        if not self._trends.notice:
            text += f"; {_number(len(risers))} {'topic' if len(risers) == 1 else 'topics'} rising beyond chance"
            text += f", {_number(len(new))} new {'name' if len(new) == 1 else 'names'}"
        shown = [*risers, *new] or self._trends.topics[:TOPICS]
        lead = [Sentence(text=f"{text}.", items=tuple(dict.fromkeys(topic.items[0] for topic in shown if topic.items)))]
        if self._trends.notice:
            lead.append(Sentence(text=self._trends.notice))
        if gaps:
            lead.append(Sentence(text=f"Missing this week: {_joined(gaps)}."))
        lead.extend(self._missing_weeks())
        return DigestSection(key="counts", heading="The week in numbers", lead=tuple(lead))

    def _missing_weeks(self) -> list[Sentence]:
        weekly = next((topic.weekly for topic in self._trends.topics if topic.weekly), ())
        empty = [week for week, count in zip(self._trends.weeks, weekly, strict=False) if count is None]
        if not empty:
            return []
        are = "that week is" if len(empty) == 1 else "those weeks are"
        return [Sentence(text=f"No papers were fetched in {_joined(empty)}; {are} missing, not zero.")]

    def _rising(self, risers: Sequence[Topic]) -> DigestSection:
        lead = []
        if not risers:
            lead.append(Sentence(text="No topic rose beyond chance in the last four weeks."))
            watched = [topic for topic in self._trends.topics if topic.state == "watch"][:TOPICS]
            if watched:
                lead.append(_mention("To watch, though it may be chance", watched))
        entries = tuple(
            self._topic(topic, _why(topic), _SENTENCES if place < _LEADING else 1)
            for place, topic in enumerate(self._ordered(risers)[:TOPICS])
        )
        return DigestSection(key="rising", heading="Rising", lead=tuple(lead), entries=entries)

    def _ordered(self, risers: Sequence[Topic]) -> list[Topic]:
        """Return topics inside the lens first, the strongest first in each part."""
        return sorted(risers, key=lambda topic: not self._view.covers(topic))

    def _more(self, risers: Sequence[Topic]) -> DigestSection:
        """Name the risers that found no room: a lens puts in order, it hides nothing."""
        rest = self._ordered(risers)[TOPICS:]
        outside = bool(rest) and not any(self._view.covers(topic) for topic in rest) and self._view.covers(risers[0])
        words = f"{_number(len(rest)).capitalize()} more{' outside your lens' if outside else ''}"
        lead = (_mention(words, rest),) if rest else ()
        return DigestSection(key="more", heading="Rising too", lead=lead)

    def _subjects(self) -> DigestSection:
        entries = [self._topic(topic, f"{plural(topic.after, 'paper')}.") for topic in self._trends.topics[:TOPICS]]
        return DigestSection(key="subjects", heading="What the papers are about", entries=tuple(entries))

    def _new_names(self, topics: Sequence[Topic]) -> DigestSection:
        entries = []
        for topic in topics[:NEW_NAMES]:
            text = _why(topic)
            entries.append(
                DigestEntry(
                    title=topic.label,
                    topic=topic,
                    sentences=(Sentence(text=text, items=topic.items[:EVIDENCE]), *self._contributions(topic.items, 1)),
                )
            )
        return DigestSection(key="new", heading="New names", entries=tuple(entries))

    def _saved(self, saved: Sequence[tuple[str, Sequence[str]]]) -> DigestSection:
        """List what matched the user's saved searches; where there are many of them, the rest is only named."""
        entries = [
            DigestEntry(
                title=name,
                sentences=(
                    Sentence(text=f"{plural(len(ids), 'match', 'matches')} this week.", items=tuple(ids[:EVIDENCE])),
                    *self._contributions(ids, 1),
                ),
                papers=tuple(self._read(ids[:PAPERS])),
            )
            for name, ids in saved[:SAVED]
        ]
        rest = [f"{name} ({len(ids):,})" for name, ids in saved[SAVED:]]
        items = tuple(name for _, ids in saved[SAVED:] for name in ids[:1])
        lead = (
            [Sentence(text=f"Below are the first {_number(SAVED)}; also {_joined(rest)}.", items=items)] if rest else []
        )
        return DigestSection(key="saved", heading="For your saved searches", lead=tuple(lead), entries=tuple(entries))

    def _discussed(self) -> DigestSection:
        """List the papers that people wrote about; one voice is a voice, not a discussion, and is said to be one."""
        found = self._shelf.discussed(self._since, self._before, DISCUSSED)
        several = any(people > 1 for _, people, _ in found)
        lead = () if several or not found else (Sentence(text="No paper was named by more than one person this week."),)
        entries = []
        for line, people, posts in found:
            self._lines[line.id] = line
            text = f"{plural(people, 'person', 'people')}, {plural(posts, 'post')}."
            entries.append(
                DigestEntry(
                    title=line.title,
                    item=line.id,
                    url=self._shelf.item(line.id).url,
                    sentences=(Sentence(text=text, items=(line.id,)), *self._contributions([line.id], 1)),
                )
            )
        heading = "Most discussed" if several else "Shared"
        return DigestSection(key="discussed", heading=heading, lead=lead, entries=tuple(entries))

    def _fading(self) -> DigestSection:
        topics = self._trends.fading[:FADING]
        lead = (_mention("Less written about than in the eight weeks before", topics, factors=True),) if topics else ()
        return DigestSection(key="fading", heading="Fading", lead=lead)

    def _how(self) -> tuple[Sentence, ...]:
        windows = (
            f"Rising compares the last {_number(RECENT)} weeks with the {_number(WEEKS - RECENT)} before, within each source and category; "
            "×1.8 (1.3–2.4) is the ratio of shares with its 95 % interval, and at most one in ten of the topics named is expected to be chance."
        )
        made = "The sentences are the authors' own; the figures are counted; no language model wrote any of this."
        return (Sentence(text=made),) if self._trends.notice else (Sentence(text=windows), Sentence(text=made))

    # parts

    def _topic(self, topic: Topic, why: str, sentences_wanted: int = 1) -> DigestEntry:
        sentences = (
            Sentence(text=why, items=topic.items[:EVIDENCE]),
            *self._contributions(topic.items, sentences_wanted),
        )
        lines = self._read(topic.items[:_CANDIDATES])
        ordered = sorted(lines, key=lambda line: (line.is_read or line.id in self._seen, -line.mentions))
        return DigestEntry(title=topic.label, topic=topic, sentences=sentences, papers=tuple(ordered[:PAPERS]))

    def _contributions(self, ids: Sequence[str], count: int) -> tuple[Sentence, ...]:
        """Return what papers say of themselves, each paper once in a digest: those not known yet and readable alone first."""
        told: list[Sentence] = []
        for name in ids[:_CANDIDATES]:
            if name not in self._told:
                item = self._shelf.item(name)
                text = contribution(item.title, item.text, item.tldr, _SENTENCE_LIMIT)
                if text and says_something(text, item.title):
                    told.append(Sentence(text=text, items=(name,)))
        told.sort(key=lambda one: (one.items[0] in self._seen, leans(one.text)))
        self._told.update(one.items[0] for one in told[:count])
        return tuple(told[:count])

    def _read(self, ids: Sequence[str]) -> list[Line]:
        missing = [name for name in ids if name not in self._lines]
        self._lines.update((line.id, line) for line in self._shelf.lines(missing))
        return [self._lines[name] for name in ids if name in self._lines]

    def _references(self, sections: Sequence[DigestSection], how: Sequence[Sentence]) -> Mapping[str, Line]:
        """Return the items cited, those that a sentence rests on alone first, in reading order."""
        sentences = [
            sentence
            for section in sections
            for sentence in (*section.lead, *(one for entry in section.entries for one in entry.sentences))
        ]
        ids = [
            name
            for sentence in sorted((*sentences, *how), key=lambda one: len(one.items) > 1)
            for name in sentence.items
        ]
        return {line.id: line for line in self._read(list(dict.fromkeys(ids)))}


def _number(count: int) -> str:
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _why(topic: Topic) -> str:
    before = f"{topic.before:,}" if topic.before else "none"
    return f"{plural(topic.after, 'paper')} in the last {_number(RECENT)} weeks, {before} in the {_number(WEEKS - RECENT)} before.{_people(topic)}"


def _people(topic: Topic) -> str:
    """Say how many people posted about a topic: the weeks cannot be added, since one person may post in each."""
    most = max(topic.voices_weekly[-RECENT:], default=0)
    if not most:
        return ""
    return f" {'Up to ' if most > 1 else ''}{plural(most, 'person', 'people')} a week posted about it."


def _mention(words: str, topics: Sequence[Topic], *, factors: bool = False) -> Sentence:
    items = tuple(dict.fromkeys(name for topic in topics for name in topic.items[:PAPERS]))
    named = [f"{topic.label} (×{topic.ratio:.1f})" if factors else topic.label for topic in topics]
    return Sentence(text=f"{words}: {_joined(named)}.", items=items)

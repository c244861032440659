"""The digest of a week."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

from tracker.digest import sections, words
from tracker.digest.rankings import rankings
from tracker.digest.references import references, shown
from tracker.digest.room import Room, fitted
from tracker.digest.shelf import Shelf
from tracker.digest.telling import EVIDENCE, Library, Teller
from tracker.findings import Topic, Trends
from tracker.pages import Digest, DigestSection, Sentence
from tracker.roles import Role
from tracker.text import article
from tracker.times import week_start

RECOMMENDED = 40
_WATCHED = 4
_FEW = 3
_DISCUSSED = 40


def compose_week(
    trends: Trends,
    shelf: Shelf,
    *,
    week: str,
    role: Role,
    minutes: int = 0,
    seen: AbstractSet[str] = frozenset(),
    failing: Sequence[str] = (),
    saved: Sequence[tuple[str, Sequence[str]]] = (),
) -> Digest:
    """Return the digest of a week.

    Args:
        trends: of the same week.
        shelf: where items are read.
        week: ISO week, as `2026-W20`.
        role: puts topics in order and recommends.
        minutes: for how long it is read; by default as the role says.
        seen: ids of items that the user knows already: others come first among equals.
        failing: sources that cannot be read at present.
        saved: names of the user's saved searches with the ids of what matched them this week, the newest first.
    """
    maker = _Maker(trends, shelf, week, role, seen)
    for_minutes = minutes or role.minutes
    kept = fitted(lambda room: maker.sections(room, failing, saved), for_minutes)
    how = maker.how(for_minutes)
    cited = references(maker.library, kept, how)
    return Digest(
        edition=week,
        title=words.week_title(week, role.title),
        role=role.name,
        minutes=for_minutes,
        sections=kept,
        references=cited,
        addresses=maker.library.urls(cited.values()),
        how=how,
        shared=maker.library.shared(shown(kept)),
        weeks=trends.weeks,
        rankings=rankings(maker.risers),
    )


class _Maker:
    """Makes the sections of one week, for as many tries as it takes to fit the reading time."""

    def __init__(self, trends: Trends, shelf: Shelf, week: str, role: Role, seen: AbstractSet[str]) -> None:
        self._trends, self._shelf, self._role, self._seen = trends, shelf, role, seen
        start = week_start(week)
        self._since, self._before = start.isoformat(), (start + timedelta(weeks=1)).isoformat()
        self.library = Library(shelf, self._before)
        names = {topic.id for topic in trends.new}
        risers = [topic for topic in trends.topics if topic.state == "rising" and topic.id not in names]
        told = shelf.attached([*trends.new, *risers], self._before)
        self._new, self.risers = list(told[: len(names)]), list(told[len(names) :])
        self._counts = shelf.counts(self._since, self._before)
        self._silent = shelf.silent(self._since, self._before)
        self._discussed = shelf.discussed(self._since, self._before, _DISCUSSED)
        self._near = shelf.near(role, self._since, self._before, RECOMMENDED)

    def sections(
        self, room: Room, failing: Sequence[str], saved: Sequence[tuple[str, Sequence[str]]]
    ) -> tuple[DigestSection, ...]:
        """Return the sections that have something to say, in their order."""
        teller = Teller(self.library, self._seen)
        ordered = self._ordered(self.risers)
        made = (
            self._head(failing),
            sections.subjects(self._trends.topics, teller, room) if self._trends.notice else self._rising(teller, room),
            self._more(ordered[room.topics :]),
            self._watched(),
            sections.new_names(self._new, teller, room),
            sections.spoken(self._trends.spoken, self._shelf, room),
            sections.discussed(self._discussed[: room.papers], teller),
            sections.recommended(self._near, self._role, teller, room),
            sections.saved_searches(saved, teller, room, "this week"),
            sections.fading(self._trends.fading),
        )
        return tuple(section for section in made if section.lead or section.entries)

    def _head(self, failing: Sequence[str]) -> DigestSection:
        """Tell what came in, and what did not."""
        found, shown = self._counts, [*self.risers, *self._new] or self._trends.topics[:_WATCHED]
        text = sections.came_in(found)
        figures: dict[str, float] = {"papers": found.papers, "posts": found.posts, "people": found.people}
        if not self._trends.notice:
            rose = f"{words.numbered(len(self.risers), 'topic')} rose beyond chance"
            text += f"; {rose}, and {words.numbered(len(self._new), 'name is', 'names are')} new"
            figures |= {"rising": len(self.risers), "new": len(self._new)}
        items = tuple(dict.fromkeys(name for topic in shown for name in topic.items))
        lead = [Sentence(text=f"{text}.", items=items[:EVIDENCE], kind="counted", figures=figures)]
        lead += [Sentence(text=self._trends.notice)] if self._trends.notice else []
        lead += sections.missing(self._silent, failing, "this week") + self._missing_weeks()
        return DigestSection(key="counts", heading="The week in numbers", lead=tuple(lead))

    def _missing_weeks(self) -> list[Sentence]:
        weekly = next((topic.weekly for topic in self._trends.topics if topic.weekly), ())
        empty = [week for week, count in zip(self._trends.weeks, weekly, strict=False) if count is None]
        if not empty:
            return []
        are = "that week is" if len(empty) == 1 else "those weeks are"
        return [Sentence(text=f"No papers were fetched in {words.weeks(empty)}; {are} missing, not zero.")]

    def _rising(self, teller: Teller, room: Room) -> DigestSection:
        lead: list[Sentence] = []
        if not self.risers:
            lead.append(Sentence(text="No topic rose beyond chance in the last four weeks."))
        entries = tuple(
            sections.topic_entry(
                topic, teller, 2 if place < room.twice else 1, room.listed, any_posts=self._counts.posts > 0
            )
            for place, topic in enumerate(self._ordered(self.risers)[: room.topics])
        )
        return DigestSection(key="rising", heading="Rising", lead=tuple(lead), entries=entries)

    def _ordered(self, risers: Sequence[Topic]) -> list[Topic]:
        """Return topics in the order of the role."""
        return sorted(risers, key=lambda topic: -self._role.standing(topic))

    def _more(self, rest: Sequence[Topic]) -> DigestSection:
        """Name the risers that found no room: a role puts in order, it hides nothing."""
        inside = [topic for topic in rest if self._role.covers(topic)]
        outside = [topic for topic in rest if not self._role.covers(topic)]
        has_lens = bool(self._role.phrases)
        lead = [sections.mention(f"{words.capital(words.number(len(inside)))} more", inside)] if inside else []
        if outside:
            beyond = f"{words.capital(words.number(len(outside)))} more"
            lead.append(sections.mention(f"{beyond}, outside what your role names" if has_lens else beyond, outside))
        return DigestSection(key="more", heading="Rising too", lead=tuple(lead))

    def _watched(self) -> DigestSection:
        """Name what may be rising where little did for sure."""
        watched = [topic for topic in self._trends.topics if topic.state == "watch"][:_WATCHED]
        if not watched or len(self.risers) >= _FEW:
            return DigestSection(key="watch", heading="")
        lead = sections.mention("More written about than before, though it may be chance", watched)
        return DigestSection(key="watch", heading="To watch", lead=(lead,))

    def how(self, minutes: int) -> tuple[Sentence, ...]:
        """Return how the digest was made."""
        reader = f", in the order of what {article(self._role.title)} asks" if self._role.title else ""
        length = f"It is as long as can be read in {words.numbered(minutes, 'minute')}{reader}."
        made = "The sentences are the authors' own; the figures are counted; no language model wrote any of this."
        return tuple(
            Sentence(text=text) for text in ([] if self._trends.notice else [sections.WINDOWS]) + [length, made]
        )

"""The brief of a day."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from tracker.digest import sections, words
from tracker.digest.references import references, shown
from tracker.digest.room import Room, fitted
from tracker.digest.shelf import Counts, Shelf
from tracker.digest.telling import Library, Teller
from tracker.findings import Topic, Trends
from tracker.pages import Digest, DigestSection, Sentence
from tracker.roles import Role
from tracker.times import shifted

MINUTES = 2
"""For how long a brief is read, unless somebody says otherwise."""
RECOMMENDED = 40


def compose_day(
    trends: Trends,
    shelf: Shelf,
    *,
    day: str,
    role: Role,
    minutes: int = 0,
    papers: AbstractSet[str] = frozenset(),
    seen: AbstractSet[str] = frozenset(),
    failing: Sequence[str] = (),
    saved: Sequence[tuple[str, Sequence[str]]] = (),
) -> Digest:
    """Return the brief of a day.

    Args:
        trends: as of that day.
        shelf: where items are read.
        day: ISO day.
        role: puts topics in order and recommends.
        minutes: for how long it is read; two by default.
        papers: ids of the papers dated that day.
        seen: ids of items that the user knows already.
        failing: sources that cannot be read at present.
        saved: names of saved searches with what matched them that day.
    """
    before = shifted(day, 1)
    library = Library(shelf, before)
    counts = shelf.counts(day, before)
    talked = shelf.discussed(day, before, RECOMMENDED)
    near = shelf.near(role, day, before, RECOMMENDED)
    risers = _of_the_day(trends.topics, papers, role)

    def compose(room: Room) -> tuple[DigestSection, ...]:
        teller = Teller(library, seen)
        made = (
            _head(counts, trends.notice, failing),
            sections.in_rising(risers, library, teller, room),
            sections.discussed(talked[: room.papers], teller),
            sections.recommended(near, role, teller, room),
            sections.saved_searches(saved, teller, room, "that day"),
        )
        return tuple(section for section in made if section.lead or section.entries)

    for_minutes = minutes or MINUTES
    kept = fitted(compose, for_minutes)
    how = _how(for_minutes, has_risers=bool(risers))
    cited = references(library, kept, how)
    return Digest(
        edition=day,
        title=words.day_title(day, role.title),
        role=role.name,
        minutes=for_minutes,
        sections=kept,
        references=cited,
        addresses=library.urls(cited.values()),
        how=how,
        shared=library.shared(shown(kept)),
        weeks=trends.weeks,
    )


def _head(counts: Counts, notice: str, failing: Sequence[str]) -> DigestSection:
    """Tell what came in, and what could not."""
    figures = {"papers": counts.papers, "posts": counts.posts, "people": counts.people}
    lead = [Sentence(text=f"{sections.came_in(counts)}.", kind="counted", figures=figures)]
    lead += [Sentence(text=notice)] if notice else []
    lead += sections.missing((), failing, "that day")
    return DigestSection(key="counts", heading="The day in numbers", lead=tuple(lead))


def _how(minutes: int, *, has_risers: bool) -> tuple[Sentence, ...]:
    """Return how the brief was made."""
    told = [sections.WINDOWS] if has_risers else []
    told.append(f"It is as long as can be read in {words.numbered(minutes, 'minute')}.")
    told.append("The sentences are the authors' own; the figures are counted; no language model wrote any of this.")
    return tuple(Sentence(text=text) for text in told)


def _of_the_day(
    topics: Sequence[Topic], papers: AbstractSet[str], role: Role
) -> list[tuple[Topic, list[str], list[str]]]:
    """Return rising topics with their papers of the day and those of them that name it in the title, in the order of the role.

    Where none does, the papers of the day only touch the topic, and it is left out.
    """
    found = [
        (
            topic,
            [name for name in topic.items if name in papers],
            [name for name in topic.items[: topic.titles] if name in papers],
        )
        for topic in topics
        if topic.state in ("rising", "new")
    ]
    return sorted((one for one in found if one[2]), key=lambda one: -role.standing(one[0]))

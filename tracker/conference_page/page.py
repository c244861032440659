"""The page of one edition of a conference: its numbers, what moved, who is there, and its papers ranked for the reader."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker import trends
from tracker.conference_page import decisions, following, nearness, venues
from tracker.conference_page.names import People, key_of
from tracker.conference_page.papers import Papers
from tracker.conference_page.ranking import Signs, reasons, varied
from tracker.pages import ConferencePage, Known
from tracker.store import editions
from tracker.text import clean_line, plural
from tracker.topic_page import lookup

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tracker.conference_page.following import Acquaintance
    from tracker.conference_page.nearness import Near
    from tracker.conference_page.venues import Edition
    from tracker.config import Source
    from tracker.findings import Trends
    from tracker.pages import Reason
    from tracker.roles import Role

LARGEST = 15
MOVED = 20
SAMPLED = 5_000
"""The authors of so many papers tell how common a name is, those of the edition among them: reading as many others takes 0.1 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What of a conference is asked for.

    Attributes:
        role: whose questions count.
        against: the year to compare with; the newest earlier one if None.
        limit: how many papers are ranked.
        topic: only papers that hold this phrase; all when empty.
        decision: only papers with this decision in the lists; all that were not refused when empty.
    """

    role: Role
    against: int | None = None
    limit: int = 20
    topic: str = ""
    decision: str = ""


def conference_page(
    connection: sqlite3.Connection, venue: str, year: int | None, sources: Sequence[Source], wish: Wish
) -> ConferencePage:
    """Return the page of an edition.

    Args:
        connection: the store, its phrases extracted.
        venue: by any of its names.
        year: the newest one that is stored if None.
        sources: what the user follows.
        wish: what is asked for.

    Raises:
        NotFoundError: nothing is stored of the edition, or no paper of it holds the topic; the message names what is.
        QueryError: the topic has no word of its own, or an edition is to be compared with itself.
    """
    edition, before = venues.find(editions.stored(connection), venue, year, wish.against)
    papers = Papers(connection, edition, wish.topic, wish.decision)
    moved = _moved(papers, before)
    known = _acquaintances(papers, sources)
    why, hints = _reasons(papers, sources, known, moved, wish.role)
    ranked = [papers.entry(row, told) for row, told in why.items() if row in papers.listed]
    reasoned = sum(one.score > 0 for one in ranked)
    decided = [papers.decided[row] for row in papers.held]
    has_refused = any(decision in decisions.REFUSED for decision, _ in decided)
    days = sorted(slot.starts[:10] for row in papers.shown for one in papers.told[row] for slot in one.slots)
    claimed = tuple(topic for topic in moved.topics if topic.state in {"rising", "new"})
    return ConferencePage(
        venue=edition.venue,
        year=edition.year,
        role=wish.role.name,
        reader=wish.role.title,
        topic=wish.topic,
        decision=wish.decision,
        papers=len(papers.shown),
        papers_in_all=sum(not papers.is_refused(row) for row in papers.told),
        authors=len({key_of(name) or name for row in papers.shown for name in papers.told[row][0].authors}),
        people=len(papers.people(papers.shown)),
        posts=len({post.row for row in papers.shown for post in papers.posts.get(row, ())}),
        discussed=sum(bool(papers.posts.get(row)) for row in papers.shown),
        decisions=decisions.counted(decided),
        accepted=sum(decision in decisions.ACCEPTED for decision, _ in decided) if has_refused else 0,
        submitted=sum(bool(decision) for decision, _ in decided) if has_refused else 0,
        against=before.year if before else None,
        papers_before=moved.papers_before,
        papers_after=moved.papers_after,
        moved=claimed,
        fading=moved.fading,
        largest=tuple(topic for topic in moved.largest if papers.keys.isdisjoint(lookup.keys(topic.label))),
        notice=moved.notice,
        lens=frozenset(topic.id for topic in (*claimed, *moved.largest) if wish.role.covers(topic)),
        known=_known(papers, known),
        ranked=tuple(varied(ranked, wish.limit)),
        reasoned=reasoned,
        outside=len(papers.listed) - reasoned,
        days=(days[0], days[-1]) if days else None,
        hints=hints,
    )


def _moved(papers: Papers, before: Edition | None) -> Trends:
    """Return what moved; `notice` says in words why nothing is said about it."""
    if not papers.held:  # asked first, for it says what is wrong with the topic
        return trends.editions([], [])
    old, new = papers.sides(before)
    found = trends.editions(old, new, limit=MOVED, largest=LARGEST)
    if before is None:
        notice = f"No earlier edition of {papers.edition.venue} is stored, so nothing is said about what moved."
    elif found.notice:
        notice = f"{plural(len(old), 'paper')} of {before.year} and {len(new):,} of {papers.edition.year} are too few to say what moved."
    else:
        return found
    return replace(found, topics=(), notice=notice)


def _acquaintances(papers: Papers, sources: Sequence[Source]) -> list[Acquaintance]:
    """Return the authors whom the user follows, then those of starred papers; how common names are is told by all that is stored."""
    missing = SAMPLED - len(papers.told)
    others = editions.sampled_authors(papers.connection, missing) if missing > 0 else []
    people = People(((row, papers.told[row][0].authors) for row in sorted(papers.told)), others)
    names = [one.name for one in following.people_sources(sources)]
    followed = following.followed(people, sources, editions.voices(papers.connection, names))
    taken = {one.key for one in followed}
    return followed + [one for one in following.liked(people, papers.marked) if one.key not in taken]


def _known(papers: Papers, known: Sequence[Acquaintance]) -> tuple[Known, ...]:
    """Return those whom the user knows with papers in the lists: the followed first, then those of most starred papers."""
    found = [(one, [row for row in one.papers if row in papers.listed]) for one in known]
    ordered = sorted(found, key=lambda pair: (not pair[0].is_followed, -pair[0].works, -len(pair[1]), pair[0].key))
    return tuple(
        Known(name=one.name, why=one.why, is_followed=one.is_followed, papers=tuple(map(papers.entry, rows)))
        for one, rows in ordered
        if rows
    )


def _reasons(
    papers: Papers, sources: Sequence[Source], known: Sequence[Acquaintance], moved: Trends, role: Role
) -> tuple[dict[int, tuple[Reason, ...]], tuple[str, ...]]:
    """Return why each paper is worth the reader's time, and what would tell more of that."""
    liked = [one for one in papers.marked if following.is_liked(one) and not one.is_hidden]
    disliked = [one.row for one in papers.marked if one.rating in {1, 2} and not one.is_starred]
    near: dict[int, Near] | None = {}
    if liked:
        near = nearness.nearest(papers.connection, list(papers.told), [one.row for one in liked], disliked)
    signs = Signs(
        starred=frozenset(one.row for one in liked if one.is_starred),
        rated={one.row: one.rating for one in papers.marked if one.rating},
        known=known,
        posters=papers.posters(sources),
        near=near or {},
        titles={one.row: clean_line(one.title) for one in liked},
        people={row: len(papers.people([row])) for row in papers.posts},
        decisions={row: decision for row, (decision, _) in papers.decided.items()},
        rising=[topic for topic in moved.topics if topic.state in {"rising", "new"}],
    )
    return reasons(papers.documents, role, signs), _hints(has_liked=bool(liked), is_embedded=near is not None)


def _hints(*, has_liked: bool, is_embedded: bool) -> tuple[str, ...]:
    if not has_liked:
        return ("Star papers that you like: what is near to them, and what else their authors show, then comes first.",)
    if not is_embedded:
        return (
            "What is near to your starred papers can be told once 'tracker index' has embedded them and the papers here.",
        )
    return ()

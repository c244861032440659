"""What the page of a conference says, in blocks that every form is made from. Texts are raw: each form makes them harmless."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.forms.outside import address, figures
from tracker.forms.slots import day_in_words, slot_in_words, time_in_words
from tracker.text import article, plural

if TYPE_CHECKING:
    from tracker.findings import Topic
    from tracker.pages import ConferencePage, Decided, Entry, Known

PEOPLE = 10
PAPERS_OF_ONE = 2
FADING = 10
_REASONS = 4
_COUNTED = {"rejected": "rejected", "withdrawn": "withdrawn", "accepted": "accepted", "workshop": "for the workshops"}
"""Decisions that are no nouns; the others have a plural."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A paper in a list, or a person with papers.

    Attributes:
        title: of the paper, or the name.
        where: address; empty for people.
        lines: what is said under it.
        rows: the papers of a person.
    """

    title: str
    where: str = ""
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in a table: its name, how its share changed, its papers; `is_asked` by the role of the reader."""

    label: str
    change: str
    counts: str
    is_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of the page.

    Attributes:
        heading: empty for the head.
        lead: paragraphs.
        table: topics, under a heading each, which may be empty.
        rows: papers or people; numbered when they are ranked.
    """

    heading: str = ""
    lead: tuple[str, ...] = ()
    table: tuple[tuple[str, tuple[TopicRow, ...]], ...] = ()
    rows: tuple[Row, ...] = ()
    is_ranked: bool = False


def title(page: ConferencePage) -> str:
    """Return the heading of the page."""
    name = f"{page.venue} {page.year}"
    reader = f" for {article(page.reader)}" if page.role else ""
    return f"{name} on '{page.topic}',{reader}".rstrip(",") if page.topic else name + reader


def blocks(page: ConferencePage) -> list[Block]:
    """Return the parts of the page in their order; those with nothing to say are left out."""
    found = [_head(page), _moved(page), _largest(page), _decisions(page), _known(page), ranked(page), _plan(page)]
    return [one for one in found if one.lead or one.table or one.rows]


def _head(page: ConferencePage) -> Block:
    lead = f"{plural(page.papers, 'paper')} by {plural(page.authors, 'author')}."
    if page.topic:
        holds = "holds" if page.papers == 1 else "hold"
        lead = f"{page.papers:,} of {plural(page.papers_in_all, 'paper')} {holds} '{page.topic}', by {plural(page.authors, 'author')}."
    if page.people:
        about = "all of them" if page.discussed == page.papers else f"{page.discussed:,} of them"
        lead += f" {plural(page.people, 'person', 'people')} posted about {about}"
        lead += f", in {plural(page.posts, 'post')}." if page.posts > page.people else "."
    if page.days:
        first, last = page.days
        when = day_in_words(first) if first == last else f"from {day_in_words(first)} to {day_in_words(last)}"
        lead += f" {'It is' if page.papers == 1 else 'They are'} shown {'on ' if first == last else ''}{when}."
    return Block(lead=(lead,))


def _moved(page: ConferencePage) -> Block:
    if page.notice:
        return Block(heading="What moved", lead=(page.notice,))
    what = "submissions" if page.papers_after > page.papers else "papers"
    counted = f"{page.papers_after:,} {what} against {page.papers_before:,} of {page.against}."
    if not page.moved and not page.fading:
        return Block(heading=f"What moved since {page.against}", lead=(f"{counted} No topic moved beyond chance.",))
    rising = [topic for topic in page.moved if topic.state == "rising"]
    new = [topic for topic in page.moved if topic.state == "new"]
    explained = "× says how many times as large the share of a topic is as it was, with its 95 % interval."
    starred = any(topic.id in page.lens for topic in page.moved)
    marked = f" * is what {article(page.reader)} asks about." if starred else ""
    table = (("Rising", rising), ("New", new), ("Fading", list(page.fading[:FADING])))
    return Block(
        heading=f"What moved since {page.against}",
        lead=(f"{counted} {explained if rising or page.fading else ''}{marked}".strip(),),
        table=tuple((name, tuple(_topic(page, topic) for topic in topics)) for name, topics in table if topics),
    )


def _topic(page: ConferencePage, topic: Topic) -> TopicRow:
    counts = f"{plural(topic.after, 'paper')}, {f'{topic.before:,}' if topic.before else 'none'} before"
    change = "" if topic.state == "new" else figures(topic)
    return TopicRow(topic.label, change, counts, topic.id in page.lens)


def _largest(page: ConferencePage) -> Block:
    if not page.largest:
        return Block()
    rows = tuple(
        TopicRow(topic.label, "", plural(topic.after, "paper"), topic.id in page.lens) for topic in page.largest
    )
    submitted = page.papers_after > page.papers
    lead = (f"Of {page.papers_after:,} submissions, refused ones among them.",) if submitted else ()
    return Block(heading="Largest topics", lead=lead, table=(("", rows),))


def _decisions(page: ConferencePage) -> Block:
    kinds = {one.decision for one in page.decisions}
    if kinds <= {"", "accepted"}:
        said = "It is not stored which papers are orals, spotlights or posters." if page.papers else ""
        return Block(heading="Decisions", lead=(said,)) if said else Block()
    by_track: dict[str, list[Decided]] = defaultdict(list)
    for one in page.decisions:
        by_track[one.track].append(one)
    lead = []
    for track, own in by_track.items():
        name = track or ("main track" if len(by_track) > 1 else "")
        counted = ", ".join(map(_counted, own))
        lead.append(f"{name[:1].upper()}{name[1:]}: {counted}." if name else f"{counted}.")
    if page.submitted:
        share = f"{page.accepted / page.submitted:.0%}".replace("%", " %")
        lead.append(
            f"Of {plural(page.submitted, 'stored submission')} with a decision, {page.accepted:,} ({share}) were accepted."
        )
    return Block(heading="Decisions", lead=tuple(lead))


def _counted(one: Decided) -> str:
    if not one.decision:
        return f"{one.papers:,} without a known decision"
    if word := _COUNTED.get(one.decision):
        return f"{one.papers:,} {word}"
    return plural(one.papers, one.decision)


def _known(page: ConferencePage) -> Block:
    if not page.known:
        return Block()
    rows = tuple(map(_person, page.known[:PEOPLE]))
    followed = sum(one.is_followed for one in page.known)
    liked = len(page.known) - followed
    told = [f"{plural(followed, 'author')} whom you follow"] if followed else []
    told += [f"{plural(liked, 'author')} of papers that you starred or rated well"] if liked else []
    has = "has" if len(page.known) == 1 else "have"
    first = f" The first {len(rows)}:" if len(page.known) > len(rows) else ""
    return Block(heading="People you know", lead=(f"{' and '.join(told)} {has} papers here.{first}",), rows=rows)


def _person(one: Known) -> Row:
    more = len(one.papers) - PAPERS_OF_ONE
    lines = (f"and {plural(more, 'more paper')}",) if more > 0 else ()
    shown = tuple(_paper(entry, with_authors=False) for entry in one.papers[:PAPERS_OF_ONE])
    sign = "" if one.is_followed else ","
    return Row(title=f"{one.name}{sign or ':'} {one.why}", rows=shown, lines=lines)


def ranked(page: ConferencePage) -> Block:
    """Return the ranked papers with their reasons."""
    wanted = f" {page.decision}" if page.decision else ""
    if not page.ranked:
        total = page.reasoned + page.outside
        none = (
            f"There is no reason to rank any of the {total:,}{wanted} papers."
            if total
            else f"There are no{wanted} papers."
        )
        return Block(heading="For you", lead=(none, *page.hints))
    reader = f" as {article(page.reader)}" if page.role else ""
    papers = f"{page.reasoned:,}{wanted} {'paper' if page.reasoned == 1 else 'papers'}"
    first = f"The best {len(page.ranked):,} of {papers}" if page.reasoned > len(page.ranked) else papers
    lead = f"{first} with a reason to read {'it' if page.reasoned == 1 else 'them'}{reader}"
    lead += f"; {page.outside:,} more {'has' if page.outside == 1 else 'have'} none." if page.outside else "."
    return Block(
        heading="For you",
        lead=(lead, *page.hints),
        rows=tuple(_paper(entry, with_authors=True) for entry in page.ranked),
        is_ranked=True,
    )


def _plan(page: ConferencePage) -> Block:
    """Return the times at which the ranked papers are shown, by day, each paper with its number in the list."""
    days: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, entry in enumerate(page.ranked, 1):
        for slot in entry.slots:
            facts = ", ".join(part for part in (time_in_words(slot), slot.form, slot.place or slot.session) if part)
            days[slot.starts[:10]].append((slot.starts, f"{facts}: {number}. {entry.paper.title}"))
    rows = tuple(
        Row(title=day_in_words(day), rows=tuple(Row(title=told) for _, told in sorted(own)))
        for day, own in sorted(days.items())
    )
    return Block(heading="Your plan", lead=("In the time of the place.",) if rows else (), rows=rows)


def _paper(entry: Entry, *, with_authors: bool) -> Row:
    where = address(entry.paper.id, entry.paper.url)
    decision = "" if entry.decision in {"", "accepted"} else entry.decision.capitalize()
    authors = entry.paper.byline if with_authors else ""
    facts = " · ".join(part for part in (decision, entry.track, authors) if part)
    shown = tuple(slot_in_words(slot) for slot in entry.slots)
    why = "; ".join(reason.words for reason in entry.why[:_REASONS] if reason.points > 0)
    lines = (facts, *shown, f"{why[:1].upper()}{why[1:]}." if why else "")
    return Row(title=entry.paper.title, where=where, lines=tuple(line for line in lines if line))

"""The parts of a digest: what each counts, and the words around it."""

from collections.abc import Sequence

from tracker.digest import words
from tracker.digest.room import Room
from tracker.digest.shelf import Counts, Near, Shelf
from tracker.digest.telling import EVIDENCE, Library, Teller, quoted
from tracker.findings import Topic
from tracker.models import Line, Talk
from tracker.pages import DigestEntry, DigestSection, Sentence
from tracker.roles import Role
from tracker.text import article, plural
from tracker.trends import RECENT, WEEKS

FADING = 5
WINDOWS = (
    f"Rising compares the last {words.number(RECENT)} weeks with the {words.number(WEEKS - RECENT)} before, within each source and category; "
    "×1.8 (1.3–2.4) is the ratio of shares with its 95 % interval, and at most one in ten of the topics named is expected to be chance. "
    "People are accounts, each counted once a week, and machines are left out."
)
PAPERS = 3
SOURCES = 12
"""So many sources that give nothing are named; of more their number."""
_QUOTES_LOOKED_AT = 30
_NAMED_WITHIN = 180
"""A quotation is cut a little behind this: the name must stand in what is shown."""


def came_in(counts: Counts) -> str:
    """Return what came in: `2,233 papers and 318 posts by 41 people`."""
    if not counts.papers and not counts.posts:
        return "Nothing came in"
    papers = plural(counts.papers, "paper") if counts.papers else "No papers"
    if not counts.posts:
        return f"{papers} and no posts"
    by = f" by {words.people(counts.people)}" if counts.people else ""
    return f"{papers} and {plural(counts.posts, 'post')}{by}"


def missing(silent: Sequence[str], failing: Sequence[str], when: str) -> list[Sentence]:
    """Tell which sources gave nothing, or cannot be read at present."""
    quiet = [name for name in silent if name not in failing]
    told = [Sentence(text=f"Silent {when}, unlike the four weeks before: {_named(quiet)}.")] if quiet else []
    if failing:
        told.append(Sentence(text=f"Cannot be read at present: {_named(failing)}."))
    return told


def _named(sources: Sequence[str]) -> str:
    """Return the names of sources as a list; of very many the first ones and how many more there are."""
    if len(sources) <= SOURCES:
        return words.joined(list(sources))
    return words.joined([*sources[:SOURCES], f"{len(sources) - SOURCES:,} more"])


def mention(said: str, topics: Sequence[Topic], *, factors: bool = False) -> Sentence:
    """Name topics in one sentence, with their ratios where these matter."""
    items = tuple(dict.fromkeys(name for topic in topics for name in topic.items[:PAPERS]))
    named = [f"{topic.label} (×{topic.ratio:.1f})" if factors else topic.label for topic in topics]
    figures = {topic.id: round(topic.ratio, 1) for topic in topics} if factors else {}
    return Sentence(text=f"{said}: {words.joined(named)}.", items=items, kind="counted", figures=figures)


def topic_entry(topic: Topic, teller: Teller, quotes: int, listed: int, *, any_posts: bool) -> DigestEntry:
    """Tell a topic: why it is here, who talks about it, what its papers say, what to read."""
    sentences = (why(topic), *_people(topic, any_posts=any_posts), *teller.contributions(topic.items, quotes))
    return DigestEntry(title=topic.label, topic=topic, sentences=sentences, papers=teller.papers(topic.items, listed))


def why(topic: Topic) -> Sentence:
    """Say in counts why a topic is here; where it goes by a longer name than the phrase that was counted, that phrase too."""
    before = f"{topic.before:,}" if topic.before else "none"
    holding = f" with “{topic.counted}”" if topic.counted else ""
    text = f"{plural(topic.after, 'paper')}{holding} in the last {words.number(RECENT)} weeks, {before} in the {words.number(WEEKS - RECENT)} before."
    figures = {"papers": topic.after, "papers_before": topic.before}
    return Sentence(text=text, items=topic.items[:EVIDENCE], kind="counted", figures=figures)


def _people(topic: Topic, *, any_posts: bool) -> list[Sentence]:
    """Say who posted about a topic, and who came first: the weeks cannot be added, since one person may post in each."""
    most = max(topic.voices_weekly[-RECENT:], default=0)
    if not most:
        quiet = Sentence(
            text="Nobody you follow posted about it in these weeks.", items=topic.items[:EVIDENCE], kind="counted"
        )
        return [quiet] if any_posts and topic.voices_weekly else []
    up_to = "Up to " if most > 1 else ""
    where = words.networks([name for name, _ in topic.networks])
    text = f"{up_to}{words.people(most)} a week posted about it{where}."
    told = [Sentence(text=text, items=topic.posts[:EVIDENCE], kind="counted", figures={"people_a_week": most})]
    if topic.lead:
        weeks = f"{abs(topic.lead):.1f} weeks"
        order = f"Posts came {weeks} before papers." if topic.lead > 0 else f"Posts came {weeks} after papers."
        told.append(
            Sentence(text=order, items=topic.posts[:EVIDENCE], kind="counted", figures={"weeks": abs(topic.lead)})
        )
    return told


def subjects(topics: Sequence[Topic], teller: Teller, room: Room) -> DigestSection:
    """Tell what the papers are about where there is too little history for trends."""
    entries = []
    for topic in topics[: room.topics]:
        counted = Sentence(
            text=f"{plural(topic.after, 'paper')} in the last {words.number(RECENT)} weeks.",
            items=topic.items[:EVIDENCE],
            kind="counted",
            figures={"papers": topic.after},
        )
        told = (counted, *teller.contributions(topic.items, 1))
        papers = teller.papers(topic.items, room.listed)
        entries.append(DigestEntry(title=topic.label, topic=topic, sentences=told, papers=papers))
    return DigestSection(key="subjects", heading="What the papers are about", entries=tuple(entries))


def new_names(topics: Sequence[Topic], teller: Teller, room: Room) -> DigestSection:
    """Tell names that no paper before these weeks had; those that find no room are named."""
    entries = tuple(
        DigestEntry(
            title=topic.label,
            topic=topic,
            sentences=(why(topic), *_people(topic, any_posts=False), *teller.contributions(topic.items, 1)),
        )
        for topic in topics[: room.names]
    )
    rest = topics[room.names :]
    lead = (mention("Beside those below", rest),) if rest else ()
    return DigestSection(key="new", heading="New names", lead=lead, entries=entries)


def spoken(topics: Sequence[Topic], shelf: Shelf, room: Room) -> DigestSection:
    """Tell what people post about more than before, whether or not a paper names it, each with one voice."""
    entries = []
    for topic in topics[: room.names]:
        now, before = topic.voices_weekly[-1:], topic.voices_weekly[:-1]
        count, usual = sum(now), sum(before) / max(len(before), 1)
        where = words.networks([name for name, _ in topic.networks])
        earlier = f"{usual:.1f} a week" if sum(before) else "nobody"
        text = f"{words.people(count)} posted about it this week{where}, {earlier} in the {words.number(len(before))} weeks before."
        figures = {"people": count, "people_a_week_before": round(usual, 1), "weeks": len(before)}
        counted = Sentence(text=text, items=topic.posts[:EVIDENCE], kind="counted", figures=figures)
        entries.append(DigestEntry(title=topic.label, topic=topic, sentences=(counted, *_voice(topic, shelf))))
    rest = topics[room.names :]
    lead = (_also(rest),) if rest else ()
    return DigestSection(key="spoken", heading="Talked about", lead=lead, entries=tuple(entries))


def _also(topics: Sequence[Topic]) -> Sentence:
    posts = tuple(dict.fromkeys(name for topic in topics for name in topic.posts[:PAPERS]))
    return Sentence(
        text=f"Beside those below: {words.joined([one.label for one in topics])}.", items=posts, kind="counted"
    )


def _voice(topic: Topic, shelf: Shelf) -> tuple[Sentence, ...]:
    """Return what one person said with the name of the topic in it, else with another form of it, the one who said most."""
    for forms in ((topic.label,), topic.phrases):
        names = [form.casefold() for form in forms]
        voices = shelf.said(topic.posts[:_QUOTES_LOOKED_AT])
        able = [one for one in voices if any(name in one.text.casefold()[:_NAMED_WITHIN] for name in names)]
        if able:
            return (quoted(max(able, key=lambda one: (min(len(one.text), _NAMED_WITHIN), one.id))),)
    return ()


def discussed(found: Sequence[tuple[Line, Talk]], teller: Teller) -> DigestSection:
    """Tell the papers that people wrote about; one voice is a voice, not a discussion, and is said to be one."""
    several = any(talk.people > 1 for _, talk in found)
    alone = Sentence(
        text="No paper was named by more than one person.",
        items=tuple(line.id for line, _ in found),
        kind="counted",
        figures={"people": 1},
    )
    entries = []
    for line, talk in found:
        teller.library.know(line)
        text = f"{words.people(talk.people)}{words.networks(talk.networks)}, {plural(talk.posts, 'post')}."
        counted = Sentence(
            text=text, items=(line.id,), kind="counted", figures={"people": talk.people, "posts": talk.posts}
        )
        own = teller.contributions([line.id], 1)
        entries.append(
            DigestEntry(
                title=line.title,
                item=line.id,
                url=teller.library.url(line.id),
                sentences=(counted, *own, *teller.quote(line.id)),
            )
        )
    heading = "Most discussed" if several else "Shared"
    lead = (alone,) if found and not several else ()
    return DigestSection(key="discussed", heading=heading, lead=lead, entries=tuple(entries))


def recommended(found: Sequence[Near], role: Role, teller: Teller, room: Room) -> DigestSection:
    """Tell papers near to what the role asks, one a question before a second one, none that was told already."""
    able = [near for near in found if not teller.is_known(near.id) and teller.library.contribution(near.id)]
    first = list({near.query: near for near in reversed(able)}.values())
    chosen = sorted(first, key=lambda near: -near.closeness)[: room.papers]
    entries = []
    for near in chosen:
        line = next(iter(teller.library.lines([near.id])), None)
        if line:
            asked = Sentence(text=f"Near to “{near.query}”.", items=(near.id,))
            own = teller.contributions([near.id], 1)
            entries.append(
                DigestEntry(title=line.title, item=line.id, url=teller.library.url(line.id), sentences=(asked, *own))
            )
    heading = f"For {article(role.title)}"
    return DigestSection(key="recommended", heading=heading, entries=tuple(entries))


def saved_searches(saved: Sequence[tuple[str, Sequence[str]]], teller: Teller, room: Room, when: str) -> DigestSection:
    """List what matched the user's saved searches; where there are many of them, the rest is only named."""
    entries = [
        DigestEntry(
            title=name,
            sentences=(
                Sentence(
                    text=f"{plural(len(ids), 'match', 'matches')} {when}.",
                    items=tuple(ids[:EVIDENCE]),
                    kind="counted",
                    figures={"matches": len(ids)},
                ),
                *teller.contributions(ids, 1),
            ),
            papers=teller.papers(ids, room.listed),
        )
        for name, ids in saved[: room.searches]
    ]
    rest = saved[room.searches :]
    named = words.joined([f"{name} ({len(ids):,})" for name, ids in rest]) if rest else ""
    items = tuple(name for _, ids in rest for name in ids[:1])
    figures = {name: len(ids) for name, ids in rest}
    lead = (
        (Sentence(text=f"Beside those below: {named}.", items=items, kind="counted", figures=figures),) if rest else ()
    )
    return DigestSection(key="saved", heading="For your saved searches", lead=lead, entries=tuple(entries))


def fading(topics: Sequence[Topic]) -> DigestSection:
    """Name what is written about less."""
    said = "Less written about than in the eight weeks before"
    lead = (mention(said, topics[:FADING], factors=True),) if topics else ()
    return DigestSection(key="fading", heading="Fading", lead=lead)


def in_rising(
    topics: Sequence[tuple[Topic, Sequence[str], Sequence[str]]], library: Library, teller: Teller, room: Room
) -> DigestSection:
    """Tell the rising topics to which papers of a day belong, with those of these papers that name the topic in the title."""
    entries = []
    for topic, ids, named in topics[: room.topics]:
        text = f"{plural(len(ids), 'paper')} of the day; it is rising, ×{topic.ratio:.1f} in four weeks."
        figures = {"papers": len(ids), "ratio": round(topic.ratio, 1)}
        counted = Sentence(text=text, items=tuple(ids[:EVIDENCE]), kind="counted", figures=figures)
        told = (counted, *teller.contributions(named, 1))
        papers = tuple(library.lines(named[: room.listed]))
        entries.append(DigestEntry(title=topic.label, topic=topic, sentences=told, papers=papers))
    return DigestSection(key="rising", heading="In rising topics", entries=tuple(entries))

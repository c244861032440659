"""What the reading pane shows of a topic: at first what its trend holds, then its whole page."""

from collections.abc import Iterator, Sequence

from tracker.findings import Topic
from tracker.models import Line
from tracker.pages import Compared, Neighbour, Paper, Post, TopicPage
from tracker.text import plural
from tracker.tui.blocks import Block, Document, line_blocks, title_words
from tracker.tui.cells import Part, Row, fit, is_plain, sparkline, steady
from tracker.tui.charts import beside, counted, curve, least_width
from tracker.tui.messages import ItemTarget, TopicTarget
from tracker.tui.rows import interval_words, ratio_words

_YEARS = 12
_SAID = 240


def topic_document(topic: Topic, weeks: Sequence[str], papers: Sequence[Line], posts: Sequence[Line]) -> Document:
    """Return a topic with the counts behind its trend and the items that show it."""
    blocks = [Block([(steady(topic.label), "heading")])]
    if len(topic.phrases) > 1:
        blocks.append(Block([("also: ", "dim"), (steady(", ".join(topic.phrases[1:6])), "dim")]))
    interval = interval_words(topic)
    blocks.append(
        Block(
            [
                (f"{topic.state}  {ratio_words(topic)}", "accent"),
                (f"  95 % within {interval}" if interval else "", "dim"),
            ],
            gap=True,
        )
    )
    blocks.append(Block([(f"{plural(topic.after, 'paper')} in the window, {topic.before:,} before", "")]))
    span = f"{weeks[0]} to {weeks[-1]}" if weeks else ""
    if topic.weekly:
        blocks.append(
            Block([(fit("papers", 8), "dim"), (sparkline(topic.weekly), "good"), (f"  {span}", "dim")], gap=True)
        )
    if topic.voices_weekly:
        blocks.append(Block([(fit("people", 8), "dim"), (sparkline(topic.voices_weekly), "accent")]))
    for heading, lines in (("Papers", papers), ("Posts", posts)):
        if lines:
            blocks += [Block([(heading, "heading")], gap=True), *line_blocks(lines)]
    return Document(tuple(blocks))


def awaited(name: str, words: str = "Reading what is known of it …") -> Document:
    """Return a page that is still being gathered, or that cannot be."""
    return Document((Block([(steady(name), "heading")]), Block([(steady(words), "dim")], gap=True)))


def page_document(page: TopicPage, topic: Topic | None = None) -> Document:
    """Return the page of a topic: its curves, who was first, what to read, what stands beside it.

    Args:
        page: what is known of it.
        topic: its trend, where it has one.
    """
    blocks = [
        *_head(page, topic),
        *_curves(page),
        *_years(page),
        *_papers("First papers", page.first_papers),
        *_posts("First voices", page.first_voices),
        *_papers("Papers", page.papers),
        *_posts("Posts", page.posts),
        *_neighbours("Narrower", page.narrower),
        *_neighbours(f"Beside it, in {plural(page.among, 'paper')}", page.neighbours),
    ]
    return Document(tuple(blocks))


def _head(page: TopicPage, topic: Topic | None) -> Iterator[Block]:
    yield Block([(steady(page.label), "heading")])
    if page.aliases:
        yield Block([("also written ", "dim"), (steady(", ".join(page.aliases)), "dim")])
    change = compared_words(page.compared) if page.compared else [(steady(page.notice), "warm")]
    yield Block([(f"{topic.state}  ", "accent"), *change] if topic else change, gap=True)
    people = plural(page.people_in_all, "person", "people")
    first = page.first_papers[0].date[:10] if page.first_papers else ""
    said = [
        f"{plural(page.papers_in_all, 'paper')}, {page.titles_in_all:,} by title",
        f"{people} in {plural(page.posts_in_all, 'post')}" if page.people_in_all else "nobody posted about it",
        f"first seen {first}" if first else "",
    ]
    yield Block([("  ·  ".join(part for part in said if part), "")])
    if topic and topic.lead:
        ahead = "people were ahead of papers" if topic.lead > 0 else "papers were ahead of people"
        yield Block([(f"{ahead} by {abs(topic.lead):.1f} weeks", "dim")])


def compared_words(change: Compared) -> list[Part]:
    """Return how often a topic stands in papers of late against before, with its interval."""
    counts = f"{plural(change.after, 'paper')} in four weeks, {change.before:,} in the eight before"
    if not change.before:
        return [(counts, "dim")]
    low, high = change.interval
    role = "dim" if low <= 1 <= high else "good" if change.ratio > 1 else "bad"
    return [(f"×{change.ratio:.1f}", role), (f"  95 % between {low:.1f} and {high:.1f}  ·  {counts}", "dim")]


def _curves(page: TopicPage) -> Iterator[Block]:
    """Yield the two curves, as wide as the pane lets them be."""
    weeks = [week.week for week in page.weeks]
    shares = [
        (1_000 * week.share.share, 1_000 * week.share.low, 1_000 * week.share.high) if week.share else None
        for week in page.weeks
    ]
    people = [counted(week.people) for week in page.weeks]
    told = any(week.people for week in page.weeks)

    def draw(width: int) -> list[Row]:
        half = (width - 3) // 2
        room = half if told and half >= least_width(len(weeks)) else width
        papers = curve([("papers", "good"), (" of 1,000, by week", "dim")], shares, weeks, room, "good")
        voices = curve([("people", "accent"), (" posting, by week", "dim")], people, weeks, room, "accent")
        return beside(papers, voices if told else [], width)

    if any(shares):
        yield Block([], gap=True, draw=draw)
        if not is_plain():
            yield Block([("● value   │ where it lies with 95 % certainty   ? not fetched", "dim")])


def _years(page: TopicPage) -> Iterator[Block]:
    years = page.years[-_YEARS:]
    if len(years) > 1:
        shares = [round(100_000 * year.papers / year.of) if year.of else None for year in years]
        yield Block(
            [
                ("by year ", "dim"),
                (sparkline(shares), "good"),
                (f"  {years[0].year} to {years[-1].year}, share of all papers", "dim"),
            ],
            gap=True,
        )


def _papers(heading: str, papers: Sequence[Paper]) -> Iterator[Block]:
    if papers:
        yield Block([(heading, "heading")], gap=True)
    for paper in papers:
        talked = f"  {plural(paper.people, 'person', 'people')} posted" if paper.people else ""
        parts: list[Part] = [(f"{fit(paper.date[:10], 10)} ", "dim"), (title_words(paper.title), "link")]
        yield Block(
            [*parts, (f"  {steady(paper.byline)}", "dim"), (talked, "accent")], ItemTarget(paper.id), hanging=11
        )


def _posts(heading: str, posts: Sequence[Post]) -> Iterator[Block]:
    if posts:
        yield Block([(heading, "heading")], gap=True)
    for post in posts:
        who = " on ".join(part for part in (steady(post.author), steady(post.network)) if part)
        parts: list[Part] = [
            (f"{fit(post.date[:10], 10)} ", "dim"),
            (who, "link"),
            (f"  {steady(post.text, _SAID)}", ""),
        ]
        yield Block(parts, ItemTarget(post.id), hanging=11)


def _neighbours(heading: str, topics: Sequence[Neighbour]) -> Iterator[Block]:
    if topics:
        yield Block([(heading, "heading")], gap=True)
    for one in topics:
        often = f"{plural(one.papers, 'paper')}, ×{one.times:.{0 if one.times >= 10 else 1}f} as often as elsewhere"
        yield Block([(steady(one.label), "link"), (f"  {often}", "dim")], TopicTarget(one.id), hanging=2)

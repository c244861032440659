"""The page of a topic as text for a terminal or a pipe."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from tracker.forms.outside import address, plain, sparkline
from tracker.text import plural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.pages import Compared, Neighbour, Paper, Post, TopicPage, Week

_BARS = 20
"""Columns of the longest bar."""
_YEARS = 12
_SHOWN = 6


def to_text(page: TopicPage, width: int) -> str:
    """Return a topic as text of at most so many columns; names and addresses stay whole."""
    blocks = [
        _head(page, width),
        "\n".join(_curve(page.weeks)),
        _years(page, width),
        _papers("First papers", page.first_papers, width),
        _posts("First voices", page.first_voices, width),
        _papers("Papers to read", page.papers, width),
        _posts("Newest posts", page.posts, width),
        _beside(page, width),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(page: TopicPage, width: int) -> str:
    lines = [plain(page.label)]
    if page.aliases:
        lines.append(_wrapped(f"Also written {', '.join(map(plain, page.aliases))}.", width))
    lines.append(_wrapped(" ".join(_counted(page)), width))
    lines.append(_wrapped(changed(page.compared) if page.compared else page.notice, width))
    return "\n".join(lines)


def _counted(page: TopicPage) -> Iterator[str]:
    titled = "all of them" if page.titles_in_all == page.papers_in_all else f"{page.titles_in_all:,} of them"
    where = "" if not page.titles_in_all else f", {titled} in the title"
    if page.papers_in_all == 1:
        where = ", in the title" if page.titles_in_all else ""
    holds = "holds" if page.papers_in_all == 1 else "hold"
    yield f"{plural(page.papers_in_all, 'paper')} up to {page.as_of} {holds} it{where}."
    if page.people_in_all:
        posts = plural(page.posts_in_all, "post")
        yield f"{plural(page.people_in_all, 'person', 'people')} wrote about it, in {posts}."


def changed(compared: Compared) -> str:
    """Return what a comparison says, in a sentence or two."""
    low, high = compared.interval
    counted = f"{plural(compared.after, 'paper')} in the last four weeks, {compared.before:,} in the eight before"
    if not compared.before:
        return f"{counted}: there is nothing to compare with, so no ratio is given."
    ratio = f"{counted}: its share of all papers is ×{compared.ratio:.1f} what it was ({low:.1f}–{high:.1f})."
    if low <= 1 <= high:
        return f"{ratio} That is no change beyond chance."
    return f"{ratio} That is a {'rise' if compared.ratio > 1 else 'fall'} beyond chance, tested for this topic alone."


def _curve(weeks: Sequence[Week]) -> Iterator[str]:
    """Yield a row a week: papers as a bar, the share with its interval, people."""
    most = max((week.papers or 0 for week in weeks), default=0)
    has_people = any(week.people for week in weeks)
    yield f"{'Week':8}  {'Papers':>6} {'':{_BARS}}  {'Per 1,000 papers':18}" + ("  People" if has_people else "")
    for week in weeks:
        if week.share is None:
            yield f"{week.week:8}  {'no papers fetched':{_BARS + 27}}" + _people(week, has_people)
            continue
        papers = week.papers or 0
        bar = "█" * max(round(_BARS * papers / most), 1) if papers else ""
        share, low, high = (1_000 * value for value in (week.share.share, week.share.low, week.share.high))
        said = f"{share:5.1f} ({low:.1f}–{high:.1f})"
        yield (f"{week.week:8}  {papers:6,} {bar:{_BARS}}  {said:18}" + _people(week, has_people)).rstrip()


def _people(week: Week, has_people: bool) -> str:
    return f"  {week.people:6,}" if has_people else ""


def _years(page: TopicPage, width: int) -> str:
    years = page.years[-_YEARS:]
    if len(years) < 2:
        return ""
    shares = [round(100_000 * year.papers / year.of) if year.of else None for year in years]
    counted = ", ".join(f"{year.papers:,} in {year.year}" for year in years[-5:])
    span = f"{years[0].year}–{years[-1].year}"
    return _wrapped(f"By year, as a share of all papers, {span}: {sparkline(shares)}. Papers: {counted}.", width)


def _papers(heading: str, papers: Sequence[Paper], width: int) -> str:
    if not papers:
        return ""
    return "\n".join([heading, *(line for paper in papers for line in paper_lines(paper, width))])


def paper_lines(paper: Paper, width: int) -> Iterator[str]:
    """Yield the two lines of a paper: its title; when, by whom, how many people posted about it, its address or, where that is long, its id."""
    talked = f"{plural(paper.people, 'person', 'people')} posted" if paper.people else ""
    yield "  " + shorten(plain(paper.title), width - 2)
    rest = " · ".join(part for part in (paper.date[:10], plain(paper.byline), talked) if part)
    for where in (address(paper.id, paper.url), plain(paper.id)):
        line = " · ".join(part for part in (rest, where) if part)
        if where and len(line) <= width - 4:
            break
    yield f"    {line}"


def _posts(heading: str, posts: Sequence[Post], width: int) -> str:
    lines = [heading]
    for post in posts:
        who = f"{plain(post.author)} ({plain(post.network)})" if post.author else plain(post.network)
        lines.append("  " + shorten(f"{post.date[:10]} · {who}: {plain(post.text)}", width - 2))
        if where := address(post.id, post.url):
            lines.append(f"    {where}")
    return "\n".join(lines) if posts else ""


def _beside(page: TopicPage, width: int) -> str:
    blocks = []
    if page.narrower:
        named = ", ".join(f"{plain(one.label)} ({one.papers:,})" for one in page.narrower[:_SHOWN])
        blocks.append(_wrapped(f"Narrower: {named}.", width))
    if page.neighbours:
        among = f"In the same papers more often than elsewhere (of {plural(page.among, 'paper')}):"
        blocks.append("\n".join([_wrapped(among, width), *map(_neighbour, page.neighbours[:_SHOWN])]))
    return "\n\n".join(blocks)


def _neighbour(one: Neighbour) -> str:
    times = f"×{one.times:.1f}" if one.times < 10 else f"×{one.times:.0f}"
    return f"  {shorten(plain(one.label), 44):44} {plural(one.papers, 'paper'):>12}  {times}"


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)

"""`tracker trends`."""

import re
import sys

import click

from tracker.cli.common import checked_day, print_json, session_of, width
from tracker.findings import Topic, Trends
from tracker.forms.outside import figures, sparkline
from tracker.text import clean_line, plural, shorten

LABEL = 40
"""Columns of a label; less on a narrow terminal, so that the state at the end of the line is never cut."""


@click.command("trends", help="Show which topics rise: of a week, or from one edition of a venue to another.")
@click.option("--week", help="An ISO week such as 2026-W20; the newest one if left out.")
@click.option(
    "--as-of",
    "as_of",
    metavar="DAY",
    help="As of an ISO day such as 2026-05-17: its week, and nothing later is looked at.",
)
@click.option("--venue", help="A venue such as NeurIPS, with --from and --to.")
@click.option("--from", "before", help="The year to compare with, or years joined by '+'.")
@click.option("--to", "after", help="The year to look at, or years joined by '+'.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many topics.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def trends_command(
    context: click.Context,
    week: str | None,
    as_of: str | None,
    venue: str | None,
    before: str | None,
    after: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show topics with their test and their evidence."""
    if bool(venue) != bool(before and after) or sum(map(bool, (venue, week, as_of))) > 1:
        raise click.UsageError("Say --week WEEK, or --as-of DAY, or --venue VENUE --from YEAR --to YEAR.")
    session = session_of(context)
    if venue and before and after:
        found = session.editions(venue, _years(before), _years(after), limit)
    else:
        found = session.trends(week, limit, as_of=checked_day(as_of) or "")
    if as_json:
        print_json(_json(found))
    else:
        print_trends(found)


def _years(text: str) -> list[int]:
    if not re.fullmatch(r"\d{4}(\+\d{4})*", text):
        raise click.BadParameter(f"'{text}' is no year: write 2024, or 2023+2024.")
    return [int(year) for year in text.split("+")]


def _json(found: Trends) -> dict[str, object]:
    return {
        "window": found.window,
        "notice": found.notice,
        "weeks": found.weeks,
        "papers_before": found.papers_before,
        "papers_after": found.papers_after,
        "topics": found.topics,
        "new": found.new,
        "fading": found.fading,
        "spoken": found.spoken,
    }


def print_trends(found: Trends) -> None:
    """Print topics in a line each."""
    click.echo(f"{found.window}: {found.papers_after:,} papers, {found.papers_before:,} before")
    if found.notice:
        click.echo(found.notice)
    for heading, topics in (("", found.topics), ("New names", found.new), ("Fading", found.fading)):
        if topics and heading:
            click.echo(click.style(f"\n{heading}", bold=True))
        for topic in topics:
            _print_topic(topic)
    if found.spoken:
        click.echo(click.style("\nTalked about this week", bold=True))
    for topic in found.spoken:
        _print_spoken(topic)


def _print_topic(topic: Topic) -> None:
    spark = sparkline(topic.weekly) if topic.weekly else ""
    holding = f" with “{clean_line(topic.counted)}”" if topic.counted else ""
    counts = f"{plural(topic.after, 'paper')}{holding}, {topic.before:,} before"
    change = figures(topic) if topic.state in ("rising", "fading", "watch") else ""
    _print_line(topic, spark, (change, counts, _people(topic), topic.state))


def _print_spoken(topic: Topic) -> None:
    """Print a name in posts; its counts are of people, and the bars too."""
    counts = f"{plural(topic.after, 'person', 'people')}, {topic.before:,} before"
    change = figures(topic) if topic.state == "rising" else ""
    _print_line(topic, sparkline(topic.voices_weekly), (change, counts, topic.state))


def _print_line(topic: Topic, spark: str, parts: tuple[str, ...]) -> None:
    tail = f"{spark:12} " + " · ".join(part for part in parts if part)
    room = min(max(width() - len(tail) - 3, 24), LABEL) if sys.stdout.isatty() else LABEL
    click.echo(f"  {shorten(clean_line(topic.label), room):{room}} {tail}")


def _people(topic: Topic) -> str:
    """Return who posts about a topic, and which came first if that is no chance: `12 people, 1.5 weeks ahead of papers`."""
    people = sum(count for _, count in topic.networks)
    if not people:
        return ""
    order = "ahead of" if topic.lead > 0 else "after"
    ahead = f", {abs(topic.lead):.1f} weeks {order} papers" if topic.lead else ""
    return plural(people, "person", "people") + ahead

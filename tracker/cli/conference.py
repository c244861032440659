"""`tracker conference`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import print_json, session_of, width
from tracker.errors import TrackerError
from tracker.text import clean_line, plural

if TYPE_CHECKING:
    from tracker.pages import ConferencePage

_DECISIONS = ("oral", "spotlight", "highlight", "poster", "accepted", "workshop", "rejected", "withdrawn")


@click.command(
    "conference",
    help="Show an edition of a conference as it is for you: what moved, its largest topics, whom you know there, and its papers "
    "ranked, each with its reasons. VENUE goes by any of its names; without a year it is the newest one that is stored.",
)
@click.argument("venue", nargs=-1, required=True, metavar="VENUE [YEAR]")
@click.option(
    "--against",
    type=click.IntRange(1900, 2100),
    metavar="YEAR",
    help="Compare with this year; by default the newest earlier one.",
)
@click.option("--role", help="Whose questions count, by its name in the file of roles; from feeds.toml if left out.")
@click.option("--topic", default="", metavar="PHRASE", help="Only papers that hold this phrase.")
@click.option("--decision", type=click.Choice(_DECISIONS), default=None, help="List only papers with this decision.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many ranked papers.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "ical"]),
    default="text",
    show_default=True,
    help="The form; ical is the ranked papers as a calendar.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True), metavar="FILE", help="Write to a file.")
@click.pass_context
def conference_command(
    context: click.Context,
    venue: tuple[str, ...],
    against: int | None,
    role: str | None,
    topic: str,
    decision: str | None,
    limit: int,
    form: str,
    as_json: bool,
    output: str | None,
) -> None:
    """Print the page of an edition, or write it to a file."""
    from tracker.conference_page import Wish, venues

    if as_json and form != "text":
        raise click.UsageError("Say --json or --format, not both.")
    session = session_of(context)
    name, year = venues.split(" ".join(venue))
    wish = Wish(
        role=session.role(role),
        against=against,
        limit=limit,
        topic=clean_line(topic, 200),
        decision=decision or "",
    )
    page = session.conference(name, year, wish)
    if as_json and output:
        _write(json.dumps(_plain(page), ensure_ascii=False) + "\n", output, '{"venue"', "JSON of this command")
    elif as_json:
        print_json(_plain(page))
    elif form == "ical":
        _calendar(context, page, output, session.now())
    else:
        _page(page, form, output)


def _page(page: ConferencePage, form: str, output: str | None) -> None:
    from tracker.forms.conference import to_markdown, to_text
    from tracker.forms.markdown import markdown
    from tracker.forms.outside import plain

    name = f"{page.venue} {page.year}"
    if form == "md":
        text, begins = to_markdown(page), f"# {markdown(name)}"
    else:
        text, begins = to_text(page, width()), plain(name)
    if output:
        _write(text, output, begins, f"page of {clean_line(name)}")
    else:
        click.echo(text, nl=False)


def _calendar(context: click.Context, page: ConferencePage, output: str | None, now: str) -> None:
    """Print or write the calendar; where no times are known, the list, and say so."""
    from tracker.forms.conference import plan_to_markdown
    from tracker.forms.icalendar import to_calendar

    timed = sum(bool(entry.slots) for entry in page.ranked)
    if not timed:
        click.echo(plan_to_markdown(page), nl=False)
        where = f", so {output} is not written" if output else ""
        click.echo(
            f"tracker: No times are stored of {'these' if page.ranked else 'any'} papers{where}; this is their list. "
            "The sites of conferences publish times some weeks before: follow the conference and sync then.",
            err=True,
        )
        context.exit(1)
    text = to_calendar(page, now)
    if output:
        _write(text, output, "BEGIN:VCALENDAR", "calendar")
    else:
        click.echo(text.encode(), nl=False)
    if without := len(page.ranked) - timed:
        click.echo(
            f"{plural(without, 'ranked paper')} left out: no time is stored for {'it' if without == 1 else 'them'}.",
            err=True,
        )


def _write(text: str, path: str, begins: str, kind: str) -> None:
    """Write a document, over one of its kind only: a file that begins otherwise is somebody's own."""
    file = Path(path)
    if file.exists() and not file.read_bytes()[:200].startswith(begins.encode()):
        raise TrackerError(f"{path} is there already and is no {kind}.", "Name another file.")
    try:
        with click.open_file(path, "wb", atomic=True) as opened:
            opened.write(text.encode())
    except OSError as error:
        raise TrackerError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
    click.echo(f"{path}: written")


def _plain(page: ConferencePage) -> dict[str, object]:
    return {**dataclasses.asdict(page), "lens": sorted(page.lens)}

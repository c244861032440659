"""What the verbs share: the session of the home, JSON that is safe to print, lines for a terminal."""

import dataclasses
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import click

from tracker import config
from tracker.models import Hit, Item, Line, SyncEvent
from tracker.session import Session
from tracker.text import clean_line, clean_text, shorten


def session_of(context: click.Context) -> Session:
    """Return the session of the home that was named or found, with failures going to its log."""
    session = Session(config.find_home(context.obj))
    context.call_on_close(session.close)
    return session


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain, separators=(", ", ": ")))


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def line_json(line: Line) -> dict[str, Any]:
    """Return a line as programs read it."""
    return {
        "id": line.id,
        "kind": line.kind,
        "title": line.title,
        "byline": line.byline,
        "venue": line.venue,
        "year": line.year,
        "date": line.date,
        "origin": line.origin,
        "read": line.is_read,
        "starred": line.is_starred,
        "mentions": line.mentions,
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as programs read it."""
    return {**line_json(hit.line), "score": hit.score, "why": hit.why, "snippet": hit.snippet}


def checked_day(text: str | None) -> str | None:
    """Return an ISO day as it should be written.

    Raises:
        click.BadParameter: it is none.
    """
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError as error:
        raise click.BadParameter(f"'{text}' is no day: write 2026-05-17.") from error


def width() -> int:
    """Return the columns to fill."""
    try:
        return min(os.get_terminal_size(sys.stdout.fileno()).columns, 120)
    except (OSError, ValueError):
        return 100


def origin(line: Line) -> str:
    """Return where and when a line is from, in a few words."""
    edition = (
        f"{line.venue} {line.year}" if line.venue and line.venue != "arXiv" and line.year else line.venue or line.origin
    )
    when = line.date[:10] if len(line.date) >= 10 else ""
    posts = f"{line.mentions} post{'s' if line.mentions != 1 else ''}" if line.mentions else ""
    return " · ".join(part for part in (edition, when, shorten(clean_line(line.byline), 60), posts) if part)


def print_hit(number: int, hit: Hit) -> None:
    """Print a hit in three lines: title, where from, why."""
    columns = width()
    star = "★ " if hit.line.is_starred else ""
    click.echo(f"{number:3}  {click.style(star + shorten(clean_line(hit.line.title), columns - 7), bold=True)}")
    click.echo(f"     {shorten(origin(hit.line), columns - 6)}")
    click.echo(
        click.style(
            f"     {hit.line.id} · {shorten(clean_line(hit.why), max(columns - 10 - len(hit.line.id), 20))}", dim=True
        )
    )


def print_matched(events: Sequence[SyncEvent], *, err: bool = False) -> None:
    """Print a line for each saved search that something new matches: count, name, the first titles."""
    if events:
        click.echo("New for your saved searches:", err=err)
    for event in events:
        line = f"{event.new:6,}  {clean_line(event.source)}: {clean_line(event.message)}"
        click.echo(f"  {shorten(line, width() - 2)}", err=err)


def counts(engagement: Mapping[str, float]) -> str:
    """Return what readers did, in brackets: ` (312 points, 44 comments)`."""
    said = ", ".join(f"{value:,.0f} {clean_line(name, 40)}" for name, value in engagement.items())
    return f" ({said})" if said else ""


def print_item(item: Item) -> None:
    """Print an item whole."""
    click.echo(click.style(clean_line(item.title), bold=True))
    for text in (
        ", ".join(item.authors),
        " · ".join(str(part) for part in (item.venue, item.year, item.status, item.date[:10]) if part),
        " · ".join(item.categories),
        item.url,
        item.pdf_url,
        item.comment,
        "also known as " + ", ".join(item.identifiers),
        f"seen at {', '.join(sighting.source + counts(sighting.engagement) for sighting in item.sightings)}",
        f"TL;DR {item.tldr}" if item.tldr else "",
        f"tags {', '.join(item.marks.tags)}" if item.marks.tags else "",
    ):
        if text:
            click.echo(clean_line(text, 4_000))
    if item.text:
        click.echo()
        click.echo(clean_text(item.text))
    if item.marks.note:
        click.echo()
        click.echo(f"Note: {clean_text(item.marks.note)}")

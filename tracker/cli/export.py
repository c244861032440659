"""`tracker export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import session_of
from tracker.errors import TrackerError
from tracker.text import clean_line, plural

if TYPE_CHECKING:
    from tracker.session import Session

_HEAD_BYTES = 2_000


@click.command(
    "export",
    help="Write what you follow as OPML, for other feed readers or another home, or what a saved search has found as an Atom "
    "file: to FILE, or to standard output.",
)
@click.option("--opml", "is_opml", is_flag=True, help="What you follow, as OPML.")
@click.option("--rss", "--atom", "name", metavar="NAME", help="What matches a saved search, the newest first, as Atom.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many matches.")
@click.argument("path", type=click.Path(dir_okay=False, writable=True), metavar="[FILE]", required=False)
@click.pass_context
def export_command(context: click.Context, is_opml: bool, name: str | None, limit: int, path: str | None) -> None:
    """Write one of the two forms."""
    if is_opml == bool(name):
        raise click.UsageError("Say --opml, or --rss with the name of a saved search.")
    session = session_of(context)
    if is_opml:
        _write(*_sources(session), path, "opml")
    else:
        _write(*_matches(session, name or "", limit), path, "feed")


def _sources(session: Session) -> tuple[str, str]:
    """Return all sources with their groups, and how many; those without a feed address are there for tracker only."""
    from tracker.following.opml import render

    outlines = session.following.outlines()
    without = sum(not outline.address for outline in outlines)
    said = f"{len(outlines):,} sources" + (f", {without} of them for tracker only" if without else "")
    return render(outlines, "Followed in tracker"), said


def _matches(session: Session, name: str, limit: int) -> tuple[str, str]:
    """Return the newest matches of a saved search, and how many."""
    from tracker.forms.atom import to_atom
    from tracker.saved.service import matches, named

    search = named(session.reader, name)
    found = matches(session.reader, search.name, limit)
    text = to_atom(search, [(session.reader.item(match.line.row), match.found_at) for match in found])
    return text, f"{plural(len(found), 'match', 'matches')} of '{clean_line(search.name)}'"


def _write(text: str, said: str, path: str | None, element: str) -> None:
    """Write a document, over one of its kind only."""
    if not path:
        click.echo(text, nl=False)
        return
    if Path(path).exists() and f"<{element}".encode() not in Path(path).read_bytes()[:_HEAD_BYTES].lower():
        form = "OPML" if element == "opml" else "Atom file"
        raise TrackerError(f"{path} is there already and is no {form}.", "Name another file.")
    try:
        with click.open_file(path, "w", encoding="utf-8", atomic=True) as file:
            file.write(text)
    except OSError as error:
        raise TrackerError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
    click.echo(f"{path}: {said}")

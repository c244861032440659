"""What the verbs share that take lists of subscriptions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import print_json
from tracker.errors import TrackerError
from tracker.following import opml
from tracker.text import clean_line, plural

if TYPE_CHECKING:
    from tracker.following import Following

SHOWN = 5


def is_list(path: Path) -> bool:
    """Tell by its first bytes whether a file is OPML."""
    try:
        with path.open("rb") as file:
            return opml.is_opml(file.read(4_096))
    except OSError:
        return False


def read_list(following: Following, place: str) -> bytes:
    """Return the list at a path or an address.

    Raises:
        TrackerError: it cannot be read.
    """
    if "://" in place:
        return following.download(place)
    try:
        with Path(place).open("rb") as file:
            return file.read(opml.BYTE_LIMIT + 1)
    except OSError as error:
        raise TrackerError(f"{place} cannot be read: {error.strerror or error}.", "Check the path.") from error


def follow_list(
    following: Following, body: bytes, group: str = "", *, write: bool = True, as_json: bool = False
) -> int:
    """Follow what a list holds and say what came of it; return how many of its outlines were bad."""
    report = following.add_list(body, group=group, write=write)
    if as_json:
        print_json({"added": report.added, "known": report.known, "problems": report.problems})
        return len(report.problems)
    would = "" if write else "would be "
    click.echo(f"{plural(len(report.added), 'source')} {would}added, {report.known:,} followed already.")
    for problem in report.problems[:SHOWN]:
        click.echo(f"tracker: left out: {clean_line(problem, 300)}", err=True)
    if len(report.problems) > SHOWN:
        click.echo(f"tracker: and {len(report.problems) - SHOWN:,} more left out.", err=True)
    if report.added and write:
        click.echo("'tracker sources check' tries them, 'tracker sync' fetches them.")
    return len(report.problems)

"""`tracker deliver`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.common import checked_day, print_json, session_of
from tracker.errors import TrackerError
from tracker.text import clean_line

if TYPE_CHECKING:
    from tracker.delivery import Outcome
    from tracker.session import Session

HELP = """Deliver the digest of a week, or with --brief that of a day, once, to everything that feeds.toml names: by mail, to a
command, into a folder.

What has arrived is not sent again. What failed is tried again by the next run, up to four weeks later; the exit status is
then 1. Without --week or --day it is the one that ended last.
"""


@click.command("deliver", help=HELP)
@click.option("--week", help="An ISO week such as 2026-W20.")
@click.option("--brief", is_flag=True, help="The brief of a day instead of the digest of a week.")
@click.option("--day", help="The ISO day of the brief, such as 2026-05-12.")
@click.option("--role", help="Whose questions come first; from feeds.toml if left out.")
@click.option("--sync", "syncs", is_flag=True, help="Fetch what is followed first; what fails there stops no delivery.")
@click.option("--dry-run", is_flag=True, help="Say what would go where, and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a place.")
@click.pass_context
def deliver_command(
    context: click.Context,
    week: str | None,
    brief: bool,
    day: str | None,
    role: str | None,
    syncs: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Deliver, and say what became of it."""
    if week and (brief or day):
        raise click.UsageError("Say --week, or --brief with --day.")
    session = session_of(context)
    session.log_to_file()
    if syncs and not dry_run:
        _sync(session, as_json=as_json)
    outcomes = session.deliver(checked_day(day) or week, role, brief=brief or bool(day), dry_run=dry_run)
    failed = False
    for one in outcomes:
        failed |= one.state == "failed"
        if as_json:
            print_json(one)
        else:
            click.echo(_words(one), err=one.state == "failed")
    if failed:
        context.exit(1)


def _sync(session: Session, *, as_json: bool) -> None:
    """Fetch what is followed; another process that is at it, or a model that is missing, is told."""
    from tracker.cli.sync import run_sync

    try:
        run_sync(session, as_json=as_json)
    except TrackerError as error:
        click.echo(f"tracker: {error}", err=True)


def _words(one: Outcome) -> str:
    place = clean_line(one.place)
    match one.state:
        case "delivered":
            return f"{one.edition}: {place}, delivered."
        case "already":
            return f"{one.edition}: {place}, delivered already on {one.message[:10]}; nothing sent."
        case "due":
            return f"{one.edition}: {place}, would be delivered."
        case _:
            return f"{one.edition}: {place}, not delivered. {one.message} {one.remedy}".rstrip()

"""`tracker schedule`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker import config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.schedule import Plan

HELP = """Let the system fetch or deliver at fixed times: by systemd, launchd or cron.

\b
  tracker schedule --weekly mon 07:00            the digest of the week, each Monday
  tracker schedule --weekly mon 07:00 --sync     fetch first
  tracker schedule --daily 07:00 --sync          fetch each day; the digest still comes once
  tracker schedule --daily 07:00 --brief         the brief of the day before, each day
  tracker schedule --fetch 07:00                 fetch each day, and deliver nothing
  tracker schedule show                          what is written, and where
  tracker schedule remove                        take exactly that away

What will be written is shown first. A home has at most one entry of each kind; a new one takes the place of the old.
"""


@click.group("schedule", help=HELP, invoke_without_command=True)
@click.option("--weekly", nargs=2, metavar="DAY TIME", help="Deliver the digest each week, as mon 07:00.")
@click.option("--daily", metavar="TIME", help="Deliver each day what has not arrived, as 07:00.")
@click.option("--fetch", metavar="TIME", help="Fetch what is followed each day, as 07:00; deliver nothing.")
@click.option("--brief", is_flag=True, help="What comes daily is the brief of the day before.")
@click.option("--sync", "syncs", is_flag=True, help="Fetch what is followed first.")
@click.option("--with", "way", type=click.Choice(["systemd", "launchd", "cron"]), help="By what, if not by what suits.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.pass_context
def schedule_command(
    context: click.Context,
    weekly: tuple[str, str] | None,
    daily: str | None,
    fetch: str | None,
    brief: bool,
    syncs: bool,
    way: str | None,
    yes: bool,
    dry_run: bool,
) -> None:
    """Show what is to be written, ask, and write it."""
    if context.invoked_subcommand:
        return
    from tracker import schedule

    home = config.find_home(context.obj)
    plans = list(_plans(home, weekly, daily, brief, syncs))
    plans += [schedule.fetching(home, fetch)] if fetch else []
    if not plans:
        raise click.UsageError("Say when: --weekly mon 07:00, --daily 07:00 or --fetch 07:00.")
    chosen = schedule.scheduler(way or "")
    for plan in plans:
        click.echo(chosen.preview(plan))
    if dry_run or not (yes or click.confirm(f"Write this for {chosen.title}?", default=True)):
        return
    for plan in plans:
        chosen.install(plan)
    click.echo(f"Written for {chosen.title}. 'tracker schedule remove' takes it away.")


def _plans(home: Path, weekly: tuple[str, str] | None, daily: str | None, brief: bool, syncs: bool) -> Iterator[Plan]:
    from tracker.schedule import DAILY, WEEKLY, name_of, plan, program

    home = home.resolve()
    command = (*program(), "--home", str(home), "deliver", *(["--sync"] if syncs else []))
    if weekly:
        yield plan(name_of(home, WEEKLY), command, weekly[1], weekly[0])
    if daily:
        yield plan(name_of(home, DAILY), (*command, *(["--brief"] if brief else [])), daily)


@schedule_command.command("show", help="Show what is written, and where.")
@click.pass_context
def show_command(context: click.Context) -> None:
    """Print the entries of the home."""
    from tracker.schedule import everyone

    found = [text for way in everyone() for name in _names(context) if (text := way.installed(name))]
    click.echo("\n".join(found) if found else "Nothing is scheduled for this home.")


@schedule_command.command("remove", help="Take away exactly what was written for this home.")
@click.pass_context
def remove_command(context: click.Context) -> None:
    """Remove the entries of the home."""
    from tracker.schedule import everyone

    removed = [(way.title, name) for way in everyone() for name in _names(context) if way.remove(name)]
    for title, name in removed:
        click.echo(f"Removed {name} from {title}.")
    if not removed:
        click.echo("Nothing is scheduled for this home.")


def _names(context: click.Context) -> list[str]:
    from tracker.schedule import DAILY, FETCH, WEEKLY, name_of

    home = config.find_home(context.obj).resolve()
    return [name_of(home, rhythm) for rhythm in (WEEKLY, DAILY, FETCH)]

"""`tracker follow` and `tracker unfollow`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import config
from tracker.cli.common import session_of
from tracker.cli.subscriptions import follow_list, read_list
from tracker.errors import TrackerError
from tracker.text import clean_line, plural, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.following import Find, Following, Trial

_LIST_ENDINGS = (".opml", ".opml.xml")


@click.command(
    "follow",
    help="Follow something: an address, a handle, @name@host, arxiv:cs.LG, neurips:2025, an OPML file or its address. "
    "It is tried once and written to feeds.toml; exit status 1, and nothing written, when it cannot be read.",
)
@click.argument("what", nargs=-1, required=True, metavar="WHAT...")
@click.option("--name", default="", help="Its name, instead of one made from its title.")
@click.option("--group", default="", help="The group it belongs to.")
@click.option("--no-try", is_flag=True, help="Write it without asking the service first.")
@click.option("--dry-run", is_flag=True, help="Show what was found and what would be written.")
@click.option("--yes", is_flag=True, help="Agree to what costs money.")
@click.pass_context
def follow_command(
    context: click.Context, what: tuple[str, ...], name: str, group: str, no_try: bool, dry_run: bool, yes: bool
) -> None:
    """Follow things, one after the other; what fails is said and makes the exit status 1."""
    if name and len(what) > 1:
        raise click.UsageError("--name names one thing; follow the others by themselves.")
    session = session_of(context)
    following, file = session.following, session.home / config.FILE
    is_new, failed = not file.exists(), False
    for text in what:
        try:
            if _is_list(text):
                failed |= bool(follow_list(following, read_list(following, text), group, write=not dry_run))
            else:
                _follow(following, text, name=name, group=group, attempt=not no_try, write=not dry_run, agreed=yes)
        except TrackerError as error:
            failed = True
            click.echo(f"tracker: {error}", err=True)
    if is_new and file.exists():
        click.echo(f"{file} is new: it has the default sources too. 'tracker unfollow' takes out what you do not want.")
    if failed:
        context.exit(1)


def _is_list(text: str) -> bool:
    if "://" in text:
        return text.partition("?")[0].lower().endswith(_LIST_ENDINGS)
    return text.lower().endswith(_LIST_ENDINGS) or Path(text).is_file()


def _follow(
    following: Following, text: str, *, name: str, group: str, attempt: bool, write: bool, agreed: bool
) -> None:
    found = following.find(text, attempt=attempt)
    if found.existing:
        _followed_already(following, found.existing.name, is_on=found.existing.enabled, write=write)
        return
    table = following.table(found, name=name, group=group)
    _print_find(found)
    if not write:
        click.echo(_toml(table), nl=False)
        return
    if found.price is not None and not agreed:
        _agree(found.price)
    following.add([table])
    click.echo(f"Followed as {table['name']}. 'tracker sync {table['name']}' fetches it.")


def _followed_already(following: Following, name: str, *, is_on: bool, write: bool) -> None:
    if is_on:
        click.echo(f"It is followed already, as {name}.")
        return
    if write:
        following.switch_on(name)
    click.echo(f"It is followed already, as {name}, and was switched off. {'Now it is on.' if write else ''}".rstrip())


def _agree(price: float) -> None:
    """Ask before money is spent.

    Raises:
        TrackerError: nobody is there to say yes, or they said no.
    """
    question = f"Reading this costs money: up to ${price:.2f} a sync. Follow it?"
    if not sys.stdin.isatty():
        raise TrackerError(question, "Say --yes.")
    if not click.confirm(question, err=True):
        raise TrackerError("It is not followed.")


def _print_find(found: Find) -> None:
    for reason in found.refused:
        click.echo(f"not {clean_line(reason, 500)}", err=True)
    options = ", ".join(f"{name} = {clean_line(str(value), 200)}" for name, value in found.options.items())
    click.echo(f"{found.kind}: {options}")
    if found.trial:
        print_trial(found.trial)


def print_trial(trial: Trial) -> None:
    """Print what a source answered: whose it is, how many entries, the newest ones."""
    whose = f"{clean_line(trial.title, 100)}: " if trial.title else ""
    click.echo(f"  {whose}{plural(trial.entries, 'entry', 'entries')}{'' if trial.entries else ' just now'}")
    for date, title in trial.newest:
        click.echo(f"  {date[:10] or 'no date':10}  {shorten(clean_line(title), 80)}")
    for problem in trial.problems[:3]:
        click.echo(f"  {clean_line(problem, 300)}", err=True)


def _toml(table: Mapping[str, Any]) -> str:
    from tracker.following import feedsfile

    return feedsfile.added("", [table])


@click.command("unfollow", help="Take sources out of feeds.toml. What is stored of them stays.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_context
def unfollow_command(context: click.Context, names: tuple[str, ...]) -> None:
    """Unfollow sources, all or none."""
    session_of(context).following.remove(names)
    for name in dict.fromkeys(names):
        click.echo(f"{name} is not followed any more. What is stored of it stays.")

"""`tracker sync`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tracker.cli.common import print_json, print_matched, session_of
from tracker.cli.ending import leave
from tracker.cli.index import Meter
from tracker.text import plural
from tracker.threads import give_way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.models import SyncEvent
    from tracker.session import Session


@click.command(
    "sync",
    help="Fetch the sources you follow (or those named), embed what is new and index it. Exit status 1 when any failed.",
)
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--no-index", is_flag=True, help="Leave embedding and indexing for later.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an event.")
@click.pass_context
def sync_command(context: click.Context, names: tuple[str, ...], no_index: bool, as_json: bool) -> None:
    """Run a sync and say in a line each what failed and what is new."""
    session = session_of(context)
    session.log_to_file()
    give_way()
    if not session.config.sources:
        click.echo(
            f"tracker: no source is followed in {session.home / 'feeds.toml'}. Add a [[source]] table there.", err=True
        )
        context.exit(1)
    if not as_json:
        _say_cost(session, names)
    failed = run_sync(session, names, index=not no_index, as_json=as_json)
    if failed:
        context.exit(1)


def _until_stopped(events: Iterator[SyncEvent]) -> Iterator[SyncEvent]:
    """Pass events on; Ctrl-C ends the process at once, for what came is stored and threads may wait for servers that hang."""
    try:
        yield from events
    except KeyboardInterrupt:
        click.echo("\nStopped: what came is stored, and the next sync goes on.", err=True)
        leave(130)
        raise


def _say_cost(session: Session, names: tuple[str, ...]) -> None:
    """Say before anything is bought what it may cost."""
    cost = session.cost(names)
    if cost.most:
        click.echo(
            f"Paid reading: up to ${cost.most:.2f} in this sync; ${cost.spent:.2f} of ${cost.cap:.2f} of today is spent.",
            err=True,
        )


def run_sync(session: Session, names: tuple[str, ...] = (), *, index: bool = True, as_json: bool = False) -> int:
    """Run a sync with its talk on stderr; return how many sources failed."""
    meter = Meter(quiet=as_json)
    terminal = sys.stderr.isatty() and not as_json
    clear = "\r\x1b[K" if terminal else ""
    ended: list[SyncEvent] = []
    matched: list[SyncEvent] = []
    for event in _until_stopped(session.sync(names, index=index)):
        if as_json:
            print_json(
                {
                    "step": event.step,
                    "source": event.source,
                    "new": event.new,
                    "changed": event.changed,
                    "message": event.message,
                    "remedy": event.remedy,
                }
            )
        if event.step in {"fetched", "failed", "warned"} and event.done:
            ended.append(event)
        if event.step == "matched":
            matched.append(event)
        if event.step in {"failed", "warned"} and not as_json:
            sign = "✗" if event.step == "failed" else "!"
            click.echo(f"{clear}{sign} {event.source}: {event.message} {event.remedy}".rstrip(), err=True)
        elif event.step in {"stored", "fetched"} and terminal:
            click.echo(f"\r{len(ended)} of {event.total or '…'} sources · {event.source}\x1b[K", nl=False, err=True)
        meter.show(event)
    failures = sum(event.step == "failed" for event in ended)
    if not as_json:
        new, changed = sum(event.new for event in ended), sum(event.changed for event in ended)
        click.echo(f"{clear}{plural(len(ended), 'source')}: {new:,} new, {changed:,} changed, {failures} failed.")
        for event in sorted(ended, key=lambda one: -one.new)[:12]:
            if event.new:
                click.echo(f"  {event.new:6,}  {event.source}")
        print_matched(matched)
    return failures

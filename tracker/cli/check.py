"""`tracker sources check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker import times
from tracker.cli.common import print_json, session_of
from tracker.errors import FetchError, TrackerError
from tracker.text import clean_line, plural, shorten

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.config import Source
    from tracker.following import Trial


@click.command(
    "check",
    help="Ask every source (or those named) once, and store nothing. Exit status 1 when any cannot be read.",
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a source.")
@click.pass_context
def check_command(context: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Say of each source whether it answers, its newest item, and what to do."""
    session = session_of(context)
    session.log_to_file()
    failed = 0
    sources = session.sources(names)
    for source, tried in session.following.attempts(sources):
        state = state_of(tried)
        failed += state not in {"ok", "off"}
        if as_json:
            print_json({"name": source.name, "kind": source.kind, "state": state, **_fields(tried)})
        else:
            _print(source, state, tried, session.clock())
    if not as_json:
        click.echo(f"{plural(len(sources), 'source')} tried, {failed} failed.")
    if failed:
        context.exit(1)


def state_of(tried: Trial | TrackerError) -> str:
    """Return the state that a sync would note."""
    if isinstance(tried, FetchError):
        return tried.state
    return "failing" if isinstance(tried, TrackerError) else "ok"


def _fields(tried: Trial | TrackerError) -> dict[str, object]:
    if isinstance(tried, TrackerError):
        return {"message": tried.message, "remedy": tried.remedy}
    newest = tried.newest[0] if tried.newest else ("", "")
    return {"entries": tried.entries, "newest": newest[0], "title": newest[1], "message": "; ".join(tried.problems)}


def _print(source: Source, state: str, tried: Trial | TrackerError, now: datetime) -> None:
    head = f"{'●' if state == 'ok' else '○' if state == 'off' else '✗'} {source.name:32} {source.kind:11} {state:12}"
    if isinstance(tried, TrackerError):
        click.echo(f"{head}\n    {clean_line(f'{tried.message} {tried.remedy}', 800)}")
        return
    date, title = tried.newest[0] if tried.newest else ("", "")
    newest = (
        f"newest {times.ago(date, now)}: {shorten(clean_line(title), 60)}" if tried.newest else "no entries just now"
    )
    click.echo(f"{head} {newest}")
    if tried.problems:
        click.echo(f"    {clean_line('; '.join(tried.problems), 500)}")

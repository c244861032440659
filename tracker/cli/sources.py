"""`tracker sources`."""

from datetime import timedelta

import click

from tracker import times
from tracker.cli.check import check_command
from tracker.cli.common import print_json, session_of
from tracker.models import SourceState


@click.group(
    "sources",
    invoke_without_command=True,
    help="Show how each followed source is doing: state, newest item, and what to do where one fails.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a source.")
@click.pass_context
def sources_command(context: click.Context, as_json: bool) -> None:
    """List sources with their state in words."""
    if context.invoked_subcommand:
        return
    session = session_of(context)
    since = (session.clock() - timedelta(weeks=8)).date().isoformat()
    rhythms = session.reader.rhythms(since) if session.database.is_file() else {}
    known = {state.name: state for state in session.reader.source_states()}
    for source in session.config.sources:
        state = known.pop(source.name, None) or SourceState(
            name=source.name, kind=source.kind, state="new" if source.enabled else "off"
        )
        if as_json:
            print_json(state)
            continue
        newest = times.ago(state.newest, session.clock())
        rhythm = rhythms.get(source.name, 0.0)
        facts = (
            f"{state.items:7,} {'item' if state.items == 1 else 'items'}",
            f"{rhythm:,.0f} a week" if rhythm >= 1 else "",
            f"newest {newest}" if newest else "",
        )
        click.echo(
            f"{_sign(state.state)} {source.name:32} {source.kind:11} {state.state:12} {'  '.join(filter(None, facts))}"
        )
        if state.message or state.remedy:
            click.echo(f"    {state.message} {state.remedy}")
    if not session.config.sources:
        click.echo(f"Nothing is followed yet in {session.home}: 'tracker follow' adds something.", err=True)


sources_command.add_command(check_command)


def _sign(state: str) -> str:
    return {"ok": "●", "unchanged": "●", "new": "○", "off": "○", "silent": "!"}.get(state, "✗")

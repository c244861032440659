"""`tracker topic`."""

from __future__ import annotations

import dataclasses

import click

from tracker.cli.common import checked_day, print_json, session_of, width


@click.command(
    "topic",
    help="Show all that is stored of a topic: its curve, first papers and voices, what to read, what stands beside it. TOPIC "
    "is an id or a name in any spelling.",
)
@click.argument("topic", nargs=-1, required=True)
@click.option("--week", help="As of the end of an ISO week such as 2026-W20; the newest one if left out.")
@click.option(
    "--as-of", "as_of", metavar="DAY", help="As of an ISO day such as 2026-05-17: nothing later is looked at."
)
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="How many papers.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def topic_command(
    context: click.Context, topic: tuple[str, ...], week: str | None, as_of: str | None, limit: int, as_json: bool
) -> None:
    """Print the page of a topic."""
    from tracker.summarize.topic import to_text

    if week and as_of:
        raise click.UsageError("Say --week or --as-of, not both.")
    page = session_of(context).topic(" ".join(topic), week, checked_day(as_of), limit)
    if as_json:
        print_json(dataclasses.asdict(page))
    else:
        click.echo(to_text(page, width()), nl=False)

"""`tracker demo`."""

import sys
import tempfile
from pathlib import Path

import click

from tracker.cli.common import print_hit
from tracker.cli.sync import run_sync
from tracker.errors import TrackerError
from tracker.session import Session


@click.command(
    "demo",
    help="Run the whole job without a network: a loopback server plays arXiv, a conference site, feeds and Bluesky; the real sync,"
    " model and index do the rest. Then the UI opens; without a terminal a tour is printed.",
)
@click.option("--tour", is_flag=True, help="Print the tour, also on a terminal.")
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), help="Make the home in this folder and keep it."
)
@click.pass_context
def demo_command(context: click.Context, tour: bool, keep: Path | None) -> None:
    """Make a home of made-up weeks, sync it, and show it."""
    if keep and keep.exists() and any(keep.iterdir()):
        raise TrackerError(f"{keep} is not empty.", "Name a new folder.")
    with tempfile.TemporaryDirectory(prefix="tracker-demo-") as folder:
        context.exit(_run(keep or Path(folder), shows_tour=tour or not sys.stdout.isatty()))


def _run(home: Path, *, shows_tour: bool) -> int:
    from tracker.demo import run

    week = run.this_week()
    with run.server(week) as demo:
        session = run.make_home(home, demo, week)
        session.log_to_file()
        try:
            click.echo(
                "A demonstration: made-up weeks, a real starter library, nothing leaves this machine.",
                err=True,
            )
            failed = run_sync(session)
            if shows_tour:
                _tour(session, run.QUERIES, week)
            else:
                from tracker.cli.ui import run as open_app

                failed += open_app(session, sync_after=None)
        finally:
            session.close()
    return 1 if failed else 0


def _tour(session: Session, queries: tuple[str, ...], week: str) -> None:
    """Print two searches, what is rising, and the summary of the week."""
    from tracker.cli.trends import print_trends
    from tracker.forms.text import to_text

    for query in queries:
        click.echo(click.style(f"\n$ tracker search '{query}'", bold=True))
        for number, hit in enumerate(session.search(query, limit=5), 1):
            print_hit(number, hit)
    click.echo(click.style(f"\n$ tracker trends --week {week}", bold=True))
    print_trends(session.trends(week, limit=8))
    click.echo(click.style(f"\n$ tracker digest --week {week}", bold=True))
    click.echo(to_text(session.digest(week)))

"""`tracker export`."""

from pathlib import Path

import click

from tracker.cli.common import session_of
from tracker.errors import TrackerError
from tracker.following.opml import render


@click.command(
    "export",
    help="Write what you follow as OPML, for other feed readers or another home: to FILE, or to standard output.",
)
@click.option("--opml", "is_opml", is_flag=True, required=True, help="As OPML, the only form there is.")
@click.argument("path", type=click.Path(dir_okay=False, writable=True), metavar="[FILE]", required=False)
@click.pass_context
def export_command(context: click.Context, is_opml: bool, path: str | None) -> None:
    """Write all sources with their groups; those without a feed address are there for tracker only."""
    assert is_opml
    outlines = session_of(context).following.outlines()
    text = render(outlines, "Followed in tracker")
    if not path:
        click.echo(text, nl=False)
        return
    if Path(path).exists() and b"<opml" not in Path(path).read_bytes()[:2_000].lower():
        raise TrackerError(f"{path} is there already and is no OPML.", "Name another file.")
    try:
        with click.open_file(path, "w", encoding="utf-8", atomic=True) as file:
            file.write(text)
    except OSError as error:
        raise TrackerError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
    without = sum(not outline.address for outline in outlines)
    click.echo(f"{path}: {len(outlines):,} sources" + (f", {without} of them for tracker only" if without else ""))

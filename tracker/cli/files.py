"""`tracker import`."""

import sys
from importlib.resources import as_file, files
from pathlib import Path

import click

from tracker.cli.common import print_json, session_of
from tracker.cli.index import run_index
from tracker.cli.subscriptions import follow_list, is_list, read_list
from tracker.session import Session
from tracker.text import plural


@click.command(
    "import",
    help="Bring in files of JSON lines (plain or gzip), one paper or post a line, or OPML files, whose feeds are then "
    "followed, or the archive of an X account (the zip, or tweets.js); doing it twice changes nothing.",
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE...")
@click.option("--starter", is_flag=True, help="The starter library: landmark papers of 2012 to 2025.")
@click.option("--no-index", is_flag=True, help="Leave embedding and indexing for later.")
@click.option("--json", "as_json", is_flag=True, help="Counts as one JSON object.")
@click.pass_context
def import_command(
    context: click.Context, paths: tuple[Path, ...], starter: bool, no_index: bool, as_json: bool
) -> None:
    """Read files into the store, then bring the index level."""
    if not paths and not starter:
        raise click.UsageError("Name a file, or say --starter.")
    session = session_of(context)
    session.log_to_file()
    lists = [path for path in paths if is_list(path)]
    following = session.following
    bad = sum(follow_list(following, read_list(following, str(path)), as_json=as_json) for path in lists)
    if lists and len(lists) == len(paths) and not starter:
        context.exit(1 if bad else 0)
    with as_file(files("tracker") / "demo" / "starter.jsonl") as library:
        rest = [path for path in paths if path not in lists]
        good = _import(session, [*rest, *([library] if starter else [])], as_json) and not bad
    if not no_index:
        run_index(session, quiet=as_json)
    if not good:
        context.exit(1)


def _import(session: Session, paths: list[Path], as_json: bool) -> bool:
    """Import and say what came of it; a bad line makes the import a failed one, though all others are stored."""
    talks = sys.stderr.isatty() and not as_json

    def progress(path: Path, lines: int) -> None:
        if talks:
            click.echo(f"\r{path.name}: {lines:,} lines\x1b[K", nl=False, err=True)

    report = session.import_files(paths, progress)
    if talks:
        click.echo("\r\x1b[K", nl=False, err=True)
    done = report.outcome
    if as_json:
        print_json(
            {
                "lines": report.lines,
                "new": done.new,
                "changed": done.changed,
                "unchanged": done.unchanged,
                "merged": done.merged,
                "bad": report.bad_count,
            }
        )
    else:
        click.echo(
            f"{plural(report.lines, 'line')}: {done.new:,} new, {done.changed:,} changed, {done.unchanged:,} unchanged, {done.merged:,} merged."
        )
    for line in report.bad:
        click.echo(f"tracker: bad line: {line}", err=True)
    if report.bad_count:
        click.echo(f"tracker: {plural(report.bad_count, 'bad line')} left out; the rest is stored.", err=True)
    return not report.bad_count

"""`tracker doctor` and `tracker backup`."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import click

from tracker.cli.common import session_of
from tracker.errors import ModelError, StoreError, TrackerError
from tracker.session import Session


@click.command(
    "doctor",
    help="Check the home: configuration, database, index of words, model, vector index. Exit status 1 when something is wrong.",
)
@click.pass_context
def doctor_command(context: click.Context) -> None:
    """Run the checks one after the other; each says what it found."""
    session = session_of(context)
    click.echo(f"home      {session.home}")
    checks = (
        ("config", _config),
        ("database", _database),
        ("words", lambda session: session.describe_words()),
        ("model", _model),
        ("index", _index),
        ("reranker", _reranker),
    )
    wrong = [name for name, check in checks if not _run(name, check, session)]
    if wrong:
        context.exit(1)


def _run(name: str, check: Callable[[Session], str], session: Session) -> bool:
    try:
        click.echo(f"{name:9} {check(session)}")
    except TrackerError as error:
        click.echo(f"{name:9} ✗ {error}")
        return False
    return True


def _config(session: Session) -> str:
    enabled = [source for source in session.config.sources if source.enabled]
    for source in enabled:
        session.fetcher(source.kind).check(source)
    return f"{len(enabled)} sources on, role {session.config.role}"


def _database(session: Session) -> str:
    totals = session.reader.totals()
    found = session.reader.connection.execute("PRAGMA quick_check(5)").fetchall()
    if found != [("ok",)]:
        raise StoreError(f"The database is damaged: {found[0][0]}.", "Restore a backup ('tracker backup' makes one).")
    size = session.database.stat().st_size / 1e6
    return f"{totals.papers:,} papers, {totals.posts:,} posts, {size:,.0f} MB, SQLite {sqlite3.sqlite_version}"


def _model(session: Session) -> str:
    standing = session.model_standing(session.reader)
    switching = ""
    if standing.answering != standing.configured:
        switching = (
            f" It has embedded {standing.done:,} of {standing.total:,} items; until then {standing.answering} answers."
        )
    try:
        dimensions = len(session.embedder.encode_query("a question"))
    except ModelError as error:
        raise ModelError(error.message + switching, error.remedy) from error
    return f"{standing.configured}, {dimensions} dimensions" + (f".{switching}" if switching else "")


def _index(session: Session) -> str:
    from tracker.indexing import measure

    index = session.index(session.reader)
    totals = session.reader.totals()
    pending = max(totals.papers + totals.posts - len(index), 0)
    words = f"{len(index):,} vectors, {index.describe()}"
    if len(index):
        measured = measure(session.reader.connection, index)
        words += f"; recall@20 {measured.recall:.3f} of an exact scan, {measured.milliseconds:.1f} ms a search"
    return words + (f"; {pending:,} items still to be embedded" if pending else "")


def _reranker(session: Session) -> str:
    reranker = session.load_reranker()
    return f"{reranker.name}, reads the first {reranker.depth} hits" if reranker else "none"


@click.command("backup", help="Copy the database to FILE, safely while it is in use.")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.pass_context
def backup_command(context: click.Context, path: Path) -> None:
    """Copy through SQLite's own backup into a new file, renamed when whole."""
    session = session_of(context)
    if path.exists():
        raise TrackerError(f"{path} is there already.", "Name a new file.")
    partial = path.with_name(path.name + ".part")
    try:
        with sqlite3.connect(partial) as copy:
            session.reader.connection.backup(copy)
        copy.close()
        partial.replace(path)
    except (sqlite3.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise TrackerError(
            f"{path} could not be written: {error}.", "Look at the disk space and the rights of the folder."
        ) from error
    click.echo(f"{path}: {path.stat().st_size:,} bytes")

"""Opening the database: one writer at a time, any number of readers, never a newer file damaged."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from tracker import times
from tracker.errors import BusyError, StoreError

VERSION = 12
"""The number of migrations this program knows; kept in `PRAGMA user_version` so that readers need not load them."""
_BUSY_MILLISECONDS = 15_000
_REFUSALS = (
    ("SQLITE_BUSY", "it is busy, another program is writing to it", "Try again when it is done."),
    ("SQLITE_LOCKED", "it is busy, another program is writing to it", "Try again when it is done."),
    ("SQLITE_FULL", "the disk is full", "Make room."),
    ("SQLITE_READONLY", "its file or folder must not be written", "Look at their rights."),
    ("SQLITE_IOERR", "the disk fails or is full", "Look at its space and its health."),
)
"""What SQLite's codes mean to a user, and what to do."""


def open_reader(path: Path) -> sqlite3.Connection:
    """Open for reading only.

    Raises:
        StoreError: there is no database, it is newer than this program, or it is none.
    """
    if not path.is_file():
        raise StoreError(
            f"There is nothing stored at {path} yet.", "Run 'tracker sync' or 'tracker import FILE' first."
        )
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        connection.execute("PRAGMA mmap_size = 134217728")
        _check_version(connection, path, least=VERSION)
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"{path} cannot be opened: {error}.", "Look at the rights of the folder: SQLite keeps files beside it."
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path} cannot be read: {error}.", "Restore a backup, or move the file away and sync again."
        ) from error
    return connection


def is_behind(path: Path) -> bool:
    """Tell whether a database is missing or of an older version, so that opening it for writing would bring it up to date."""
    if not path.is_file():
        return True
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        return False
    connection.close()
    return version < VERSION


def open_writer(path: Path) -> sqlite3.Connection:
    """Open for writing, creating and migrating as needed.

    Raises:
        StoreError: the folder cannot be written, or the database is newer than this program.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        if _check_version(connection, path, least=0) < VERSION:
            _migrate(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # acknowledged means durable, also when the power fails
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -131072")
        connection.execute("PRAGMA wal_autocheckpoint = 8000")
    except (sqlite3.DatabaseError, OSError) as error:
        raise StoreError(
            f"{path} cannot be written: {error}.", "Look at the disk space and the rights of the folder."
        ) from error
    return connection


def _check_version(connection: sqlite3.Connection, path: Path, least: int) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer tracker (version {version}, this one knows {VERSION}).",
            "Upgrade research-tracker.",
        )
    if version < least:
        raise StoreError(f"{path} is of an older tracker.", "Run 'tracker index' once: it brings the file up to date.")
    return version


def _migrate(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database  # costs 170 ms: only when there is something to migrate

    from tracker.store.schema import migrations

    connection.execute("PRAGMA auto_vacuum = NONE")
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block as one transaction: all of it is stored, or nothing. Within another one it is a part of that.

    Raises:
        StoreError: the database refuses (disk full, locked for too long).
    """
    with nullcontext() if connection.in_transaction else _outermost(connection):
        yield


@contextmanager
def part(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block as a part of the transaction that is open: when the block fails, only the part is undone."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk may have ended it
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


@contextmanager
def _outermost(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        why, remedy = _refusal(error)
        raise StoreError(
            f"The database cannot be written: {why}. Nothing of this step was stored; what was there before is safe.",
            remedy,
        ) from error


def _refusal(error: sqlite3.OperationalError) -> tuple[str, str]:
    """Return why SQLite refuses to write, and what to do."""
    code = getattr(error, "sqlite_errorname", "")
    return next(((why, remedy) for begin, why, remedy in _REFUSALS if code.startswith(begin)), (str(error), ""))


@contextmanager
def exclusive(folder: Path, command: str) -> Iterator[None]:
    """Hold the lock of a home while syncing, importing or indexing; marks need no lock.

    Raises:
        BusyError: another process holds it; the message says which.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    owner = folder / "lock.json"
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(
            f"Another tracker is at work here ({_describe(owner)}).", "Reading goes on; try again when it has finished."
        ) from error
    try:
        owner.write_text(
            json.dumps({"pid": os.getpid(), "command": command, "since": times.stamp(times.now())}), "utf-8"
        )
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def _describe(owner: Path) -> str:
    try:
        known = json.loads(owner.read_text("utf-8"))
        return f"'{known['command']}', process {known['pid']}, since {known['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it does not say which"

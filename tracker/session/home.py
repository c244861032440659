"""A home: where it is, what it says, its store."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from tracker import config, times
from tracker.errors import StoreError
from tracker.store.connect import exclusive, is_behind, open_writer
from tracker.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tracker.config import Config


LOG_BYTES = 2_000_000


class Home:
    """A home: its folders, its configuration, its store. Nothing is opened before it is asked for.

    Args:
        home: the folder with `feeds.toml` and `index/`.
        clock: returns the present moment; tests give their own.
        gap_scale: scales the waiting between requests to one host; only the demonstration and tests change it.
    """

    def __init__(self, home: Path, *, clock: Callable[[], datetime] = times.now, gap_scale: float = 1.0) -> None:
        self.home = home
        self.clock = clock
        self.gap_scale = gap_scale

    @cached_property
    def config(self) -> Config:
        """What `feeds.toml` says."""
        return config.load(self.home)

    def forget_config(self) -> None:
        """Read `feeds.toml` anew when next asked; the model that is loaded stays."""
        self.__dict__.pop("config", None)

    @property
    def database(self) -> Path:
        """Where the store is."""
        return self.home / config.DATABASE

    @property
    def folder(self) -> Path:
        """The data folder of the home."""
        return self.database.parent

    @property
    def log_file(self) -> Path:
        """Where details of failures are."""
        return self.folder / "tracker.log"

    def log_to_file(self) -> None:
        """Send details of failures to the log of the home; a log that cannot be written stops nothing."""
        from logging.handlers import RotatingFileHandler

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(self.log_file, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        except OSError:
            return
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger = logging.getLogger("tracker")
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False

    def now(self) -> str:
        """Return the present as ISO text."""
        return times.stamp(self.clock())

    @cached_property
    def reader(self) -> Reader:
        """The store for reading, for the thread that first uses it."""
        return self.new_reader()

    def new_reader(self) -> Reader:
        """Return another reader, for another thread."""
        if is_behind(self.database):
            self.writer  # noqa: B018 - opening it makes the tables, or brings them up to date
        return Reader(self.database)

    @cached_property
    def writer(self) -> sqlite3.Connection:
        """The store for marks and small writes; long writes also hold the lock of the home."""
        return open_writer(self.database)

    @contextmanager
    def _writing(self, command: str) -> Iterator[None]:
        """Be the one writer; indexes that know more than the store, which was restored then, are given up before it grows again.

        Raises:
            BusyError: another process is writing.
        """
        from tracker import fulltext, vectors
        from tracker.store.vectors import last_sequence

        with exclusive(self.folder, command):
            sequence = last_sequence(self.writer)
            fulltext.discard_newer(fulltext.index_folder(self.folder), sequence)
            vectors.discard_newer(self.home / config.VECTORS, sequence)
            yield

    def close(self) -> None:
        """Close what was opened."""
        for name in ("reader", "writer"):
            if name in self.__dict__:
                try:
                    self.__dict__[name].close()
                except sqlite3.Error as error:
                    raise StoreError(f"The database could not be closed: {error}.") from error
                del self.__dict__[name]

"""The index of words of a home: opened on first use, level with the store, built again when it is not to be trusted."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from tracker.errors import DamagedError, StoreError
from tracker.fulltext import MANIFEST, index_folder, open_index
from tracker.store import documents
from tracker.store.vectors import last_sequence

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tracker.fulltext.index import WordIndex

log = logging.getLogger("tracker")

AT_ONCE = 2_000
"""Changed items that a search brings into the index before it asks it: a fifth of a second."""
_BLOCK = 20_000


class Wording:
    """Gives search an index of words, or None where the store's own text index has to serve.

    Args:
        folder: the data folder of the home.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = index_folder(folder)
        self._index: WordIndex | None = None
        self._lock = threading.Lock()

    def index(self, connection: sqlite3.Connection) -> WordIndex | None:
        """Return the index level with the store; None when it is missing, damaged, or far behind until the next indexing."""
        with self._lock:
            try:
                found = self._opened()
                if found is None or not self._follow(connection, found, AT_ONCE):
                    return None
            except DamagedError as error:
                self._distrust(error)
                return None
            except OSError as error:  # a full disk, or another process builds it anew: what there is stays
                log.warning("index of words: %s", error)
                self._index = None
                return None
            return found

    def bring_level(self, connection: sqlite3.Connection) -> int:
        """Bring the index level with the store, building it where there is none to trust; return how many items it holds.

        Raises:
            OSError: the disk refuses.
        """
        with self._lock:
            try:
                found = self._opened()
                if found is None:
                    found = self._built(connection)
                self._follow(connection, found)
            except (DamagedError, FileNotFoundError) as error:
                self._distrust(error)
                found = self._built(connection)
            return len(found)

    def describe(self, connection: sqlite3.Connection) -> str:
        """Read every file of the index and say how much it holds, in one line.

        Raises:
            StoreError: it is damaged.
        """
        try:
            found = open_index(self._folder, thorough=True)
            if found is None:
                return "not built yet; 'tracker index' does"
            waiting = len(documents.changed_since(connection, found.sequence, _BLOCK))
            size = sum(path.stat().st_size for path in self._folder.iterdir()) / 1e6
        except (DamagedError, OSError) as error:
            raise StoreError(
                f"The index of words is not to be trusted: {error}.", "Run 'tracker index': it builds it again."
            ) from error
        return f"{len(found):,} items, {size:,.0f} MB" + (f"; {waiting:,} changes still to be read" if waiting else "")

    def forget(self) -> None:
        """Make the next indexing build the index anew."""
        with self._lock:
            self._forget()

    def distrust(self, error: DamagedError) -> None:
        """Forget an index that turned out to be damaged while it was asked."""
        with self._lock:
            self._distrust(error)

    def _opened(self) -> WordIndex | None:
        if self._index is None:
            self._index = open_index(self._folder)
        return self._index

    def _built(self, connection: sqlite3.Connection) -> WordIndex:
        from tracker.fulltext.opening import new_index

        sequence = last_sequence(connection)
        self._index = new_index(self._folder)
        self._index.change(documents.all_of(connection), sequence=sequence)
        return self._index

    def _follow(self, connection: sqlite3.Connection, index: WordIndex, most: int | None = None) -> bool:
        """Bring an index level with the change log unless more than `most` items changed; return whether it is level.

        What the log says is only which items changed; what holds now is read from the store, so following twice does no harm.
        """
        latest = last_sequence(connection)
        if latest > index.sequence:
            index.refresh()
        if latest < index.sequence:
            raise DamagedError("it is ahead of the store")
        while changed := documents.changed_since(connection, index.sequence, _BLOCK):
            rows = list({item for _, item in changed})
            if most is not None and len(rows) > most:
                return False
            if not index.change(documents.of_items(connection, rows), rows, sequence=changed[-1][0]):
                return False  # another process is doing it now
        index.sequence = latest
        return True

    def _distrust(self, error: Exception) -> None:
        log.warning("index of words: %s; it is built again by the next indexing", error)
        self._forget()

    def _forget(self) -> None:
        self._index = None
        with suppress(OSError):  # where nothing can be removed nothing can be written: it is found damaged again
            (self._folder / MANIFEST).unlink(missing_ok=True)

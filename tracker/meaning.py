"""Search by meaning for one home: the model that answers, and its index, which follows the store. Nothing is loaded unasked.

When `feeds.toml` names another model, the earlier one goes on answering until the new one has embedded as many items.
"""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker import indexing
from tracker.embed.known import KnownModels
from tracker.errors import ModelError
from tracker.models import SyncEvent
from tracker.store import vectors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from tracker.config import Config
    from tracker.ports import Embedder, VectorIndex
    from tracker.store.reader import Reader

    Engine = tuple[Embedder, VectorIndex]

log = logging.getLogger("tracker")

_CHUNKS_A_SAVE: Final = 20
"""While a new model embeds, the index of the old one is saved this often, so that a new process need not follow all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the configured model is: items that it has embedded, of all, and the name of the model that answers."""

    configured: str
    answering: str
    done: int
    total: int


class Meaning:
    """The models of a home.

    Args:
        configuration: names the model and the folders.
    """

    def __init__(self, configuration: Config) -> None:
        self._setting = configuration.model
        self._folder = configuration.vectors
        self._known = configuration.database.with_name("models.json")
        self._check_file = configuration.database.with_name("model-check.json")
        self._engine: Engine | None = None
        self._answered = ""
        self._lock = threading.RLock()

    @cached_property
    def embedder(self) -> Embedder:
        """The configured model; nothing heavy is loaded before it encodes."""
        return self._open(self._setting)

    @property
    def is_warm(self) -> bool:
        """Whether search by meaning answers at once."""
        return self._engine is not None and len(self._engine[1]) > 0

    def engine(self, reader: Reader) -> Engine | None:
        """Return the model that answers and its index, level with the store, or None while nothing is embedded.

        Raises:
            ModelError: the only model with vectors cannot be loaded.
        """
        if self._engine is None and not vectors.models(reader.connection):
            return None
        engine = self._level(reader)
        return engine if len(engine[1]) else None

    def index(self, reader: Reader) -> VectorIndex:
        """Return the index that answers, rebuilt when it was missing, damaged or of another model, and level with the store."""
        return self._level(reader)[1]

    def warm(self, reader: Reader) -> None:
        """Load model and index."""
        engine = self.engine(reader)
        if engine:
            engine[0].encode_query("warm")

    def standing(self, reader: Reader) -> Standing:
        """Return which model answers and how far the configured one is."""
        return Standing(
            configured=self.embedder.name,
            answering=self._level(reader)[0].name,
            done=vectors.coverage(reader.connection).get(self.embedder.name, 0),
            total=vectors.item_count(reader.connection),
        )

    # writing; the caller holds the lock of the home

    def bring_level(self, connection: sqlite3.Connection, reader: Reader) -> Iterator[SyncEvent]:
        """Embed what has no vector of the configured model, then let it answer.

        Raises:
            ModelError: the model cannot be found, downloaded or loaded; what answered goes on answering.
            StoreError: the database refuses.
        """
        known = KnownModels.read(self._known)
        known = replace(known, settings={**known.settings, self.embedder.name: self._absolute_setting()})
        known.write(self._known)
        old = self._predecessor(reader)
        if old:
            words = f"{old.name} answers until {self.embedder.name} has embedded as many items."
            yield SyncEvent(step="model", message=words)
        for chunk, progress in enumerate(indexing.embed_pending(connection, self.embedder), 1):
            yield SyncEvent(step="embedding", done=progress.done, total=progress.total)
            if old and chunk % _CHUNKS_A_SAVE == 0:
                self._save(self.index(reader))
        count = len(self._take_over(reader)) if vectors.models(connection) else 0
        replace(known, answering=self.embedder.name).write(self._known)
        if old:
            yield SyncEvent(step="model", message=f"{self.embedder.name} answers from now on.")
        yield SyncEvent(step="indexed", total=count)

    def prune(self, connection: sqlite3.Connection) -> int:
        """Drop vectors and indexes of all models but the configured one; return how many vectors that were."""
        from tracker.vectors.opening import index_folder

        dropped = sum(
            vectors.drop(connection, model.number)
            for model in vectors.models(connection)
            if model.name != self.embedder.name
        )
        kept = {index_folder(self._folder, model.name, model.dimension).name for model in vectors.models(connection)}
        for place in self._folder.iterdir() if self._folder.is_dir() else ():
            if place.name not in kept:
                shutil.rmtree(place, ignore_errors=True)
        known = KnownModels.read(self._known)
        settings = {name: value for name, value in known.settings.items() if name == self.embedder.name}
        replace(known, answering=self.embedder.name, settings=settings).write(self._known)
        return dropped

    def rebuild(self, reader: Reader) -> VectorIndex:
        """Build the index that answers anew from the store; other processes search the old file until the new one is whole."""
        embedder = self._choose(reader.connection)
        self._engine = (embedder, self._build_index(reader, embedder.name, self._dimension(reader, embedder)))
        return self.index(reader)

    # which model answers

    def _level(self, reader: Reader) -> Engine:
        """Return what answers, level with the store; of several threads one opens or builds the index, the others wait."""
        with self._lock:
            engine = self._engine
            if engine is None or self._is_overtaken(engine[0]):
                embedder = self._choose(reader.connection)
                engine = (embedder, self._open_index(reader, embedder))
            indexing.follow(reader.connection, engine[1])
            self._engine = engine
            return engine

    def _is_overtaken(self, embedder: Embedder) -> bool:
        """Tell whether the configured model was finished since an earlier one was chosen, be it by another process."""
        wanted = self.embedder.name
        return embedder.name != wanted and KnownModels.read(self._known).answering == wanted != self._answered

    def _choose(self, connection: sqlite3.Connection) -> Embedder:
        """Return the configured model, or one that can be loaded and covers more items.

        Counting reads an index of the store (1 s at a million items), hence only where there are several models and the
        configured one is not known to have finished.
        """
        wanted = self.embedder.name
        names = {model.name for model in vectors.models(connection)}
        known = KnownModels.read(self._known)
        self._answered = known.answering
        if not names - {wanted} or (wanted in names and known.answering == wanted):
            return self.embedder
        covered = vectors.coverage(connection)
        for name in sorted(covered, key=lambda name: (-covered[name], name)):
            if covered[name] > covered.get(wanted, 0) and (earlier := self._reopen(name, known)):
                return earlier
        return self.embedder

    def _predecessor(self, reader: Reader) -> Embedder | None:
        """Return the earlier model that answers; None when the configured one does, or nothing is embedded."""
        engine = self.engine(reader)
        return engine[0] if engine and engine[0].name != self.embedder.name else None

    def _take_over(self, reader: Reader) -> VectorIndex:
        """Let the configured model answer; what answered does so until the new index is whole."""
        engine = self._engine
        if engine is None or engine[0].name != self.embedder.name:
            engine = (self.embedder, self._open_index(reader, self.embedder))
        indexing.follow(reader.connection, engine[1])
        self._save(engine[1])
        self._engine = engine
        return engine[1]

    def _reopen(self, name: str, known: KnownModels) -> Embedder | None:
        """Return an earlier model by the name of its vectors, or None when it is gone or is another one by now."""
        setting = known.settings.get(name, name)
        embedder = self._open(setting)
        try:
            if embedder.name != name:
                raise ModelError(f"{setting} holds another model by now.")
            embedder.encode_query("is it there?")
        except ModelError as error:
            log.warning("the earlier model %s cannot answer: %s", name, error)
            return None
        return embedder

    def _open(self, setting: str) -> Embedder:
        from tracker.embed import open_embedder

        return open_embedder(setting, check_file=self._check_file)

    def _absolute_setting(self) -> str:
        """Return the setting in a form that holds in every working directory."""
        folder = Path(self._setting).expanduser()
        return str(folder.absolute()) if self._setting and folder.is_dir() else self._setting

    # its index

    def _open_index(self, reader: Reader, embedder: Embedder) -> VectorIndex:
        """Open a cached index; when it is not to be trusted, build it again from the store and say why in the log."""
        from tracker.vectors import open_index

        dimension = self._dimension(reader, embedder)
        opened = open_index(self._folder, embedder.name, dimension)
        if opened.index is not None and opened.index.sequence <= vectors.last_sequence(reader.connection):
            return opened.index
        log.info("vector index rebuilt: %s", opened.reason or "it is ahead of the store")
        return self._build_index(reader, embedder.name, dimension)

    def _build_index(self, reader: Reader, model: str, dimension: int) -> VectorIndex:
        from tracker.vectors import new_index

        index = new_index(self._folder, model, dimension)
        indexing.build(reader.connection, index)
        if len(index):
            self._save(index)
        return index

    @staticmethod
    def _dimension(reader: Reader, embedder: Embedder) -> int:
        """Return the length of a model's vectors; asking the store spares loading any model but the default."""
        known = {model.name: model.dimension for model in vectors.models(reader.connection)}
        return known.get(embedder.name) or embedder.dimension

    def _save(self, index: VectorIndex) -> None:
        """Save the cache; a full disk costs the next start some time, nothing else."""
        try:
            index.save()
        except OSError as error:
            log.warning("the vector index could not be saved: %s", error)

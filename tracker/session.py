"""The assembly: the only place where adapters are built from the configuration, each on first use."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING

from tracker import config, plugins, query, times
from tracker.errors import ConfigError, FetchError, NotFoundError, StoreError
from tracker.models import Cost, SyncEvent
from tracker.store.connect import exclusive, is_behind, open_writer
from tracker.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from tracker.config import Config, Source
    from tracker.following import Following
    from tracker.http import HttpClient
    from tracker.importing import ImportReport
    from tracker.models import Digest, Hit, Item, Mode, Trends
    from tracker.ports import Client, Embedder, Enricher, Fetcher, VectorIndex
    from tracker.query import Query
    from tracker.search import Searcher
    from tracker.store.sources import Memory
    from tracker.store.spending import Ledger

log = logging.getLogger("tracker")


class Session:
    """Everything a face needs of one home. Cheap to make: nothing is opened or imported before it is asked for.

    Args:
        home: the folder with `feeds.toml` and `index/`.
        clock: returns the present moment; tests give their own.
        gap_scale: scales the waiting between requests to one host; only the demonstration and tests change it.
    """

    def __init__(self, home: Path, *, clock: Callable[[], datetime] = times.now, gap_scale: float = 1.0) -> None:
        self.home = home
        self.clock = clock
        self.gap_scale = gap_scale

    # the home

    @cached_property
    def config(self) -> Config:
        """What `feeds.toml` says."""
        return config.load(self.home)

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

    def now(self) -> str:
        """Return the present as ISO text."""
        return times.stamp(self.clock())

    # reading

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

    def parse(self, line: str) -> Query:
        """Parse a query line with today's date.

        Raises:
            QueryError: a filter or its value is unknown.
        """
        return query.parse(line, self.clock().date())

    def search(self, line: str, *, limit: int = 20, mode: Mode = "hybrid", reader: Reader | None = None) -> list[Hit]:
        """Answer a query line.

        Raises:
            QueryError: a filter or its value is unknown.
            TrackerError: semantic search was asked for and nothing is embedded.
        """
        searcher = self.searcher if reader is None else self._searcher(reader)
        return searcher.search(self.parse(line), limit, mode)

    @cached_property
    def searcher(self) -> Searcher:
        """Search over the session's own reader."""
        return self._searcher(self.reader)

    def _searcher(self, reader: Reader) -> Searcher:
        from tracker.search import Searcher

        return Searcher(reader, lambda: self.meaning(reader))

    # meaning

    @cached_property
    def embedder(self) -> Embedder:
        """The configured model; nothing heavy is loaded before it encodes."""
        from tracker.embed import open_embedder

        return open_embedder(self.config.model, check_file=self.folder / "model-check.json")

    def meaning(self, reader: Reader) -> tuple[Embedder, VectorIndex] | None:
        """Return the embedder and an index level with the store, or None while nothing is embedded."""
        index = self.index(reader)
        return (self.embedder, index) if len(index) else None

    def index(self, reader: Reader) -> VectorIndex:
        """Return the vector index, rebuilt when it was missing, damaged or of another model, and level with the store."""
        from tracker import indexing
        from tracker.store import vectors

        index: VectorIndex | None = self.__dict__.get("_index")
        if index is None:
            index = self._open_index(reader)
        if vectors.last_sequence(reader.connection) > index.sequence:
            indexing.follow(reader.connection, self.embedder, index)
        self.__dict__["_index"] = index
        return index

    def _open_index(self, reader: Reader) -> VectorIndex:
        """Open the cached index; when it is not to be trusted or far behind, build it again from the store and say why in the log."""
        from tracker import indexing
        from tracker.store import vectors
        from tracker.vectors import new_index, open_index

        opened = open_index(self.home / config.VECTORS, self.embedder.name, self.embedder.dimension)
        if opened.index is not None and opened.index.sequence <= vectors.last_sequence(reader.connection):
            return opened.index
        log.info("vector index rebuilt: %s", opened.reason or "it is ahead of the store")
        index = new_index(self.home / config.VECTORS, self.embedder.name, self.embedder.dimension)
        indexing.build(reader.connection, self.embedder, index)
        if len(index):
            self._save_index(index)
        return index

    def _save_index(self, index: VectorIndex) -> None:
        """Save the cache; a full disk costs the next start some time, nothing else."""
        try:
            index.save()
        except OSError as error:
            log.warning("the vector index could not be saved: %s", error)

    @property
    def is_warm(self) -> bool:
        """Whether search by meaning answers at once."""
        return bool(self.__dict__.get("_index"))

    def warm(self) -> None:
        """Load model and index; for a worker thread after the first frame."""
        reader = self.new_reader()
        try:
            found = self.meaning(reader)
            if found:
                found[0].encode_query("warm")
        finally:
            reader.close()

    # writing

    def mark(
        self,
        rows: Sequence[int],
        *,
        read: bool | None = None,
        starred: bool | None = None,
        hidden: bool | None = None,
        rating: int | None = None,
        note: str | None = None,
    ) -> None:
        """Set marks of items.

        Raises:
            StoreError: the database refuses.
        """
        from tracker.store import marks

        marks.mark(self.writer, rows, self.now(), read=read, starred=starred, hidden=hidden, rating=rating, note=note)

    def tag(self, row: int, tags: Sequence[str]) -> None:
        """Replace the tags of an item.

        Raises:
            StoreError: the database refuses.
        """
        from tracker.store import marks

        marks.tag(self.writer, row, tags)

    def import_files(self, paths: Sequence[Path], progress: Callable[[Path, int], None] | None = None) -> ImportReport:
        """Bring files of JSON lines into the store.

        Raises:
            TrackerError: a file cannot be read; what came before is stored.
            BusyError: another process is writing.
        """
        from tracker import importing
        from tracker.store.writer import Writer

        report = importing.ImportReport()
        with exclusive(self.folder, "import"):
            for path, lines in importing.import_files(paths, Writer(self.writer), self.now, report):
                if progress:
                    progress(path, lines)
            for _ in self._link():
                pass
        return report

    def _link(self) -> Iterator[SyncEvent]:
        """Let posts find their papers by title, and tell people from machines."""
        from tracker import linking

        for done in linking.link(self.writer):
            yield SyncEvent(step="linked", done=done)
        linking.know_voices(self.writer)

    def _look_up(self, client: Client) -> Iterator[SyncEvent]:
        """Fetch the papers that posts name and of which nothing is known; where that fails, the next sync goes on."""
        from tracker import linking

        base = next((one.base for one in self.config.sources if one.kind == "arxiv" and one.base), "")
        try:
            yield from linking.look_up(self.writer, self.enricher("arxiv", base), client, self.now)
        except FetchError as error:
            log.warning("papers that posts name: %s", error)
            yield SyncEvent(step="warned", source=linking.SOURCE, message=error.message, remedy=error.remedy)

    def enricher(self, kind: str, base: str = "") -> Enricher:
        """Return what looks papers up at a service.

        Raises:
            ConfigError: there is none of that name.
        """
        made: Enricher = plugins.load(plugins.ENRICHERS, kind)(*([base] if base else []))
        return made

    def enrich(self, kind: str, names: Sequence[str]) -> Iterator[SyncEvent]:
        """Ask a service what it knows of stored papers: citations, other names, a missing abstract.

        Raises:
            ConfigError: there is no such service.
            FetchError: it cannot be asked; what came before is stored.
            NotFoundError: nothing is stored under a name.
            BusyError: another process is writing.
        """
        from tracker.store.sources import Memory
        from tracker.store.writer import Writer

        wanted = [name for given in names for name in self.reader.item(given).identifiers]
        with exclusive(self.folder, "enrich"):
            memory, writer = Memory(self.writer), Writer(self.writer)
            try:
                for batch in self.enricher(kind).lookup(wanted, self._client(memory)):
                    done = writer.apply(kind, batch.records, self.now())
                    yield SyncEvent(step="stored", source=kind, changed=done.changed, done=len(batch.records))
            finally:
                memory.save()

    def sync(self, names: Sequence[str] = (), *, index: bool = True) -> Iterator[SyncEvent]:
        """Fetch the followed sources (or those named), embed what is new and bring the index level.

        Raises:
            NotFoundError: a name is no source.
            BusyError: another process is writing.
        """
        from tracker.store.sources import Memory
        from tracker.sync import Syncer

        wanted = self.sources(names)
        with exclusive(self.folder, "sync"):
            memory = Memory(self.writer)
            client = self._client(memory)
            syncer = Syncer(
                self.writer,
                self.fetcher,
                lambda _: client,
                self.now,
                memory.settle,
            )
            try:
                yield from syncer.run(wanted)
                yield from self._look_up(client)
            finally:
                memory.save()
                client.close()
            yield from self._follow_moves(wanted, memory.moved_for_good())
            yield from self._link()
            if index:
                yield from self._index_events()
        yield SyncEvent(step="finished")

    def _follow_moves(self, wanted: Sequence[Source], moves: Mapping[str, str]) -> Iterator[SyncEvent]:
        """Write the new addresses of feeds that have moved for good into `feeds.toml`."""
        from tracker.following import feedsfile

        for source in wanted:
            if not source.base and (target := moves.get(str(source.options.get("url")))):
                change = partial(feedsfile.changed, name=source.name, values={"url": target})
                try:
                    feedsfile.edit(self.home, change)
                except ConfigError as error:
                    yield SyncEvent(step="warned", source=source.name, message=error.message, remedy=error.remedy)
                else:
                    told = "It has moved for good; feeds.toml names its new address now."
                    yield SyncEvent(step="warned", source=source.name, message=told)

    def cost(self, names: Sequence[str] = ()) -> Cost:
        """Return what a sync may cost, before it is run.

        Raises:
            NotFoundError: a name is no source.
        """
        from tracker.following import price

        most = 0.0
        for source in self.sources(names):
            if source.kind == "x":
                with suppress(ConfigError):  # the sync tells what is wrong with it
                    most += price(source, self.fetcher(source.kind)) or 0.0
        return Cost(most=most, spent=self.ledger.spent("x") if most else 0.0, cap=self.config.daily_usd)

    def sources(self, names: Sequence[str]) -> list[Source]:
        """Return the sources of these names, all that are on without any.

        Raises:
            NotFoundError: a name is no source.
        """
        known = {source.name: source for source in self.config.sources}
        for name in names:
            if name not in known:
                raise NotFoundError(
                    f"There is no source '{name}' in {self.home / config.FILE}.",
                    f"There are: {', '.join(sorted(known)) or 'none'}.",
                )
        return [known[name] for name in names] if names else [source for source in known.values() if source.enabled]

    def fetcher(self, kind: str) -> Fetcher:
        """Return the fetcher of a kind.

        Raises:
            ConfigError: there is none.
        """
        try:
            made = plugins.load(plugins.FETCHERS, kind)()
        except TypeError as error:
            raise ConfigError(f"The fetcher of '{kind}' cannot be made: {error}.") from error
        return made  # type: ignore[no-any-return]

    @cached_property
    def following(self) -> Following:
        """What changes `feeds.toml`; the session's own configuration stays as it was read."""
        from tracker.following import Following

        return Following(self.home, plugins.names(plugins.FETCHERS), self.fetcher, self._trial_client)

    @contextmanager
    def _trial_client(self) -> Iterator[Client]:
        """Open a way out that knows no earlier answers, so that each comes whole, and that may spend nothing."""
        from tracker.http import HttpClient
        from tracker.store.sources import Memory

        memory = Memory(self.writer) if self.database.is_file() else None  # a mere look at something makes no database
        try:
            with HttpClient(contact=self.config.contact, politeness=memory, gap_scale=self.gap_scale) as client:
                yield client
        finally:
            if memory:
                memory.save()

    def _client(self, memory: Memory) -> HttpClient:
        from tracker.http import HttpClient

        return HttpClient(
            contact=self.config.contact,
            politeness=memory,
            validators=memory,
            gap_scale=self.gap_scale,
            ledger=self.ledger,
            moves=memory,
        )

    @property
    def ledger(self) -> Ledger:
        """What was spent today on paid services, and the cap of that."""
        from tracker.store.spending import Ledger

        return Ledger(self.database, self.config.daily_usd, lambda: self.now()[:10])

    def bring_level(self) -> Iterator[SyncEvent]:
        """Embed what is pending, extract phrases, and bring the index level, under the lock.

        Raises:
            BusyError: another process is writing.
            ModelError: the model is missing or not the right one.
        """
        with exclusive(self.folder, "index"):
            yield from self._index_events()

    def _index_events(self) -> Iterator[SyncEvent]:
        from tracker import indexing
        from tracker.store import phrases

        for done in phrases.extract_pending(self.writer):
            yield SyncEvent(step="phrases", done=done)
        for progress in indexing.embed_pending(self.writer, self.embedder):
            yield SyncEvent(step="embedding", done=progress.done, total=progress.total)
        reader = self.new_reader()
        try:
            index = self.index(reader)
            self._save_index(index)
            yield SyncEvent(step="indexed", total=len(index))
        finally:
            reader.close()

    def rebuild_index(self) -> int:
        """Throw the vector index away and build it from the store; return how many vectors it holds."""
        import shutil

        with exclusive(self.folder, "index"):
            shutil.rmtree(self.home / config.VECTORS, ignore_errors=True)
            self.__dict__.pop("_index", None)
            return len(self.index(self.reader))

    # trends and digest

    def latest_week(self) -> str:
        """Return the ISO week of the newest paper, since papers are what is counted; of the newest post, or this one, without any."""
        newest = self.reader.latest_day("paper") or self.reader.latest_day()
        return times.week_of_text(newest) or times.week_of(self.clock().date())

    def trends(self, week: str | None = None, limit: int = 20, reader: Reader | None = None) -> Trends:
        """Return what is rising in a week, by default the newest one with anything stored.

        Raises:
            QueryError: the text is no ISO week.
        """
        from tracker.weekly import trends_of_week

        self._extract_phrases()
        return trends_of_week(reader or self.reader, week or self.latest_week(), limit)

    def editions(self, venue: str, before: Sequence[int], after: Sequence[int], limit: int = 20) -> Trends:
        """Return what rose from some editions of a venue to others.

        Raises:
            NotFoundError: nothing is stored of one of them.
        """
        from tracker.weekly import trends_of_editions

        self._extract_phrases()
        return trends_of_editions(self.reader, venue, before, after, limit)

    def digest(self, week: str | None = None, role: str | None = None, reader: Reader | None = None) -> Digest:
        """Return the digest of a week for a role, by default the configured one.

        Raises:
            QueryError: the text is no ISO week.
        """
        from tracker.weekly import digest_of_week

        self._extract_phrases()
        chosen = reader or self.reader
        gaps = [state.name for state in chosen.source_states() if state.failures]
        return digest_of_week(chosen, week or self.latest_week(), role or self.config.role, gaps)

    def _extract_phrases(self) -> None:
        """Extract the phrases of what came in without being indexed; most often there is nothing to do."""
        from tracker.store import phrases

        for done in phrases.extract_pending(self.writer):
            log.info("phrases of %d items extracted", done)

    # showing

    def bibtex(self, item: Item) -> str:
        """Return a BibTeX entry of a paper."""
        from tracker.bibtex import entry

        return entry(item)

    def close(self) -> None:
        """Close what was opened."""
        for name in ("reader", "writer"):
            if name in self.__dict__:
                try:
                    self.__dict__[name].close()
                except sqlite3.Error as error:
                    raise StoreError(f"The database could not be closed: {error}.") from error
                del self.__dict__[name]

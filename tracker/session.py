"""The assembly: the only place where adapters are built from the configuration, each on first use."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager, suppress
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tracker import config, plugins, query, times
from tracker.errors import ConfigError, FetchError, ModelError, NotFoundError, StoreError
from tracker.models import Cost, SyncEvent
from tracker.store.connect import exclusive, is_behind, open_writer
from tracker.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from tracker.config import Config, Source
    from tracker.delivery import Outcome
    from tracker.embed.rerank import CrossEncoderReranker
    from tracker.following import Following
    from tracker.http import HttpClient
    from tracker.importing import ImportReport
    from tracker.meaning import Meaning, Standing
    from tracker.models import Digest, Hit, Item, Line, Mode, SavedSearch, Trends
    from tracker.pages import TopicPage
    from tracker.ports import Client, Embedder, Enricher, Fetcher, Reranker, VectorIndex
    from tracker.query import Query
    from tracker.roles import Role
    from tracker.saved.service import SavedSearches
    from tracker.search.searcher import Searcher
    from tracker.search.wording import Wording
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
        return self._searcher(reader or self.reader).search(self.parse(line), limit, mode)

    def hints(self, line: str) -> list[str]:
        """Return what is worth saying beside the hits of a query line.

        Raises:
            QueryError: a filter or its value is unknown.
        """
        from tracker.search import hints

        asked = self.parse(line)
        vectors = len(self.index(self.reader)) if self.is_warm and asked.has_words else 0
        said = [*hints.unknown_values(self.reader, asked.filter), hints.not_embedded(self.reader, vectors)]
        return [hint for hint in said if hint]

    @property
    def searcher(self) -> Searcher:
        """Search over the session's own reader."""
        return self._searcher(self.reader)

    def _searcher(self, reader: Reader) -> Searcher:
        """Return search over a reader, the same one each time: it remembers what the last filters let through."""
        from tracker.search.searcher import Searcher

        if reader not in self._searchers:
            self._searchers[reader] = Searcher(
                reader, self._wording, lambda: self.meaning(reader), lambda: self.reranker
            )
        return self._searchers[reader]

    @cached_property
    def _searchers(self) -> WeakKeyDictionary[Reader, Searcher]:
        return WeakKeyDictionary()

    @cached_property
    def _wording(self) -> Wording:
        from tracker.search.wording import Wording

        return Wording(self.folder)

    @cached_property
    def saved(self) -> SavedSearches:
        """The searches that the user has saved."""
        from tracker.saved.service import SavedSearches

        return SavedSearches(self.writer, self.reader, lambda: self.embedder, self.parse, self.now)

    def news(self, limit: int, reader: Reader | None = None) -> list[tuple[SavedSearch, list[Line]]]:
        """Return the saved searches by name, each with at most so many new matches."""
        from tracker.saved.service import news

        return news(reader or self.reader, limit)

    # meaning

    @cached_property
    def _meaning(self) -> Meaning:
        from tracker.meaning import Meaning

        return Meaning(self.config)

    @property
    def embedder(self) -> Embedder:
        """The configured model; nothing heavy is loaded before it encodes."""
        return self._meaning.embedder

    def meaning(self, reader: Reader) -> tuple[Embedder, VectorIndex] | None:
        """Return the model that answers and its index, level with the store, or None while nothing is embedded."""
        return self._meaning.engine(reader)

    def index(self, reader: Reader) -> VectorIndex:
        """Return the index that answers, rebuilt when it was missing, damaged or of another model, and level with the store."""
        return self._meaning.index(reader)

    def model_standing(self, reader: Reader) -> Standing:
        """Return which model answers, and how far the configured one is."""
        return self._meaning.standing(reader)

    @cached_property
    def reranker(self) -> Reranker | None:
        """The configured reranker, loaded; None without one, and where it cannot be loaded, which is said once."""
        try:
            return self.load_reranker()
        except ModelError as error:
            log.warning("%s", error)
            return None

    def load_reranker(self) -> Reranker | None:
        """Return the configured reranker after a trial; None without one.

        Raises:
            ModelError: it is not on this machine, cannot be loaded, or is no reranker.
        """
        if self._judge:
            self._judge.score("is it there?", ["It is."])
        return self._judge

    @cached_property
    def _judge(self) -> CrossEncoderReranker | None:
        if not self.config.reranker:
            return None
        from tracker.embed.rerank import CrossEncoderReranker

        return CrossEncoderReranker(self.config.reranker, self.config.rerank)

    @property
    def is_warm(self) -> bool:
        """Whether search by meaning answers at once."""
        return self._meaning.is_warm

    def warm(self) -> None:
        """Load model, index and reranker; for a worker thread after the first frame."""
        reader = self.new_reader()
        try:
            self._meaning.warm(reader)
        finally:
            reader.close()
        self.reranker  # noqa: B018 - asking for it loads it

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
        with self._writing("import"):
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
        with self._writing("enrich"):
            memory, writer = Memory(self.writer), Writer(self.writer)
            try:
                for batch in self.enricher(kind).lookup(wanted, self._client(memory)):
                    done = writer.apply(kind, batch.records, self.now())
                    yield SyncEvent(step="stored", source=kind, changed=done.changed, done=len(batch.records))
            finally:
                memory.save()

    def sync(self, names: Sequence[str] = (), *, index: bool = True) -> Iterator[SyncEvent]:
        """Fetch the followed sources (or those named), embed what is new, bring the index level and look for the saved searches.

        Raises:
            NotFoundError: a name is no source.
            BusyError: another process is writing.
        """
        from tracker.store.sources import Memory
        from tracker.sync import Syncer

        wanted = self.sources(names)
        with self._writing("sync"):
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
            yield from self.saved.look()
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
        """Embed what is pending, extract phrases, bring the index level and look for the saved searches, under the lock.

        Raises:
            BusyError: another process is writing.
            ModelError: the model is missing or not the right one.
        """
        with self._writing("index"):
            yield from self._index_events()
            yield from self.saved.look()

    def _index_events(self) -> Iterator[SyncEvent]:
        from tracker.store import phrases

        for done in phrases.extract_pending(self.writer):
            yield SyncEvent(step="phrases", done=done)
        reader = self.new_reader()
        try:
            self._bring_words_level(reader)
            yield from self._meaning.bring_level(self.writer, reader)
        finally:
            reader.close()
        try:
            if self._judge:
                self._judge.fetch()
        except ModelError as error:
            yield SyncEvent(step="model", message=str(error))

    def describe_words(self) -> str:
        """Return what the index of words holds.

        Raises:
            StoreError: it is damaged.
        """
        return self._wording.describe(self.reader.connection)

    def _bring_words_level(self, reader: Reader) -> None:
        """Bring the index of words level; where it cannot be written, the store's own text index goes on serving."""
        try:
            self._wording.bring_level(reader.connection)
        except OSError as error:
            log.warning("the index of words could not be written: %s", error)

    def rebuild_index(self) -> int:
        """Build the vector index anew from the store, and let the next indexing do so with that of words; return how many vectors."""
        with exclusive(self.folder, "index"):
            self._wording.forget()
            return len(self._meaning.rebuild(self.reader))

    def prune_models(self) -> int:
        """Drop vectors and indexes of models that are not configured; return how many vectors that were.

        Raises:
            BusyError: another process is writing.
        """
        with exclusive(self.folder, "index"):
            return self._meaning.prune(self.writer)

    # trends and digest

    def latest_week(self) -> str:
        """Return the ISO week of the newest paper, since papers are what is counted; of the newest post, or this one, without any."""
        return times.week_of(date.fromisoformat(self.latest_day()))

    def latest_day(self) -> str:
        """Return the ISO day of the newest paper; of the newest post, or this one, without any."""
        newest = self.reader.latest_day("paper") or self.reader.latest_day()
        return newest or self.clock().date().isoformat()

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

    def topic(self, name: str, week: str | None = None, as_of: str | None = None, limit: int = 10) -> TopicPage:
        """Return what was known of a topic on an ISO day or at the end of a week, by default the newest one.

        Raises:
            QueryError: the text is no ISO week, or the name has no word that can be a part of a topic.
            NotFoundError: nothing holds it.
        """
        from tracker.topic_page import topic_page

        self._extract_phrases()
        return topic_page(self.reader, name, as_of or times.last_day(week or self.latest_week()), limit)

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """The roles shipped, changed and added to by `roles.toml` of the home."""
        from tracker import roles

        return roles.load(self.home)

    def role(self, name: str | None = None) -> Role:
        """Return a role by name, by default the configured one.

        Raises:
            ConfigError: there is no such role.
        """
        from tracker import roles

        return roles.named(self.roles, self.config.role if name is None else name)

    def digest(
        self, week: str | None = None, role: str | None = None, minutes: int = 0, reader: Reader | None = None
    ) -> Digest:
        """Return the digest of a week (by default the newest with papers) for a role (by default the configured one).

        Raises:
            QueryError: the text is no ISO week.
            ConfigError: there is no such role.
        """
        from tracker.digesting import digest_of_week

        self._extract_phrases()
        chosen, asked, newest = reader or self.reader, self.role(role), self.latest_week()
        failing = self._failing(chosen) if (week or newest) >= newest else []
        return digest_of_week(
            chosen, week or newest, asked, minutes=minutes, failing=failing, embedder=lambda: self.embedder
        )

    def brief(
        self, day: str | None = None, role: str | None = None, minutes: int = 0, reader: Reader | None = None
    ) -> Digest:
        """Return the brief of an ISO day (by default the newest with papers) for a role (by default the configured one).

        Raises:
            ConfigError: there is no such role.
        """
        from tracker.digesting import brief_of_day

        self._extract_phrases()
        chosen, asked, newest = reader or self.reader, self.role(role), self.latest_day()
        failing = self._failing(chosen) if (day or newest) >= newest else []
        return brief_of_day(
            chosen, day or newest, asked, minutes=minutes, failing=failing, embedder=lambda: self.embedder
        )

    @staticmethod
    def _failing(reader: Reader) -> list[str]:
        """Return the sources that cannot be read at present."""
        return [state.name for state in reader.source_states() if state.failures]

    def rewritten(self, made: Digest, model: str | None = None) -> Digest:
        """Return a digest with the paragraphs of its topics written by a language model and checked.

        Args:
            made: a digest of this home.
            model: as `llm models` lists it; by default the configured one. With an empty one nothing changes.

        Raises:
            ModelError: `llm` is not installed, or does not know the model.
        """
        name = self.config.llm if model is None else model
        if not name:
            return made
        from tracker.summarize.models import writer
        from tracker.summarize.rewriting import rewrite

        return rewrite(made, writer(name), self.reader.item, self.config.llm_check)

    def deliver(
        self, edition: str | None = None, role: str | None = None, *, brief: bool = False, dry_run: bool = False
    ) -> Iterator[Outcome]:
        """Deliver a digest where it has not arrived yet, and earlier ones that failed.

        Args:
            edition: ISO week, or ISO day of a brief; by default the one that ended last.
            role: by default the configured one.
            brief: deliver the brief of a day, not the digest of a week.
            dry_run: say what is due and send nothing.

        Raises:
            ConfigError: `feeds.toml` names no place, or there is no such role.
            QueryError: the text is no ISO week.
            BusyError: another process is delivering.
        """
        from tracker import delivery

        channels = delivery.channels_of(self.config.delivery, self.home, self.reader.item)
        if not channels:
            raise ConfigError(
                f"{self.home / config.FILE} names no place for digests.",
                "Add [delivery.mail], [delivery.command] or [delivery.folder].",
            )
        chosen, today = self.role(role).name, self.clock().date()
        if brief:
            wanted = edition or delivery.day_to_deliver(today, self.latest_day())
        else:
            week = edition or delivery.week_to_deliver(today, self.latest_week())
            wanted = times.week_of(times.week_start(week))
        compose = self.brief if brief else self.digest
        with delivery.alone(self.folder):
            yield from delivery.deliver(
                self.writer,
                channels,
                lambda one: self.rewritten(compose(one, chosen)),
                wanted,
                chosen,
                self.clock,
                dry_run=dry_run,
            )

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

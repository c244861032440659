"""What fills a home: imports, syncs, looking up, embedding and indexing."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING

from tracker import config, plugins
from tracker.errors import ConfigError, FetchError, ModelError, NotFoundError
from tracker.models import Cost, SyncEvent
from tracker.session.asking import Asking
from tracker.store.connect import exclusive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.config import Source
    from tracker.following import Following
    from tracker.http import HttpClient
    from tracker.importing import ImportReport
    from tracker.ports import Client, Enricher, Fetcher
    from tracker.store.reader import Reader
    from tracker.store.sources import Memory
    from tracker.store.spending import Ledger

log = logging.getLogger("tracker")


class Filling(Asking):
    """What brings things into a home: imports, syncs, looking up, embedding and indexing."""

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

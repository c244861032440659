"""What is asked of a home: search by word and meaning, saved searches."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tracker import query
from tracker.errors import ModelError
from tracker.session.home import Home

if TYPE_CHECKING:
    from tracker.embed.rerank import CrossEncoderReranker
    from tracker.meaning import Meaning, Standing
    from tracker.models import Hit, Line, Mode, SavedSearch
    from tracker.ports import Embedder, Reranker, VectorIndex
    from tracker.query import Query
    from tracker.saved.service import SavedSearches
    from tracker.search.searcher import Searcher
    from tracker.search.wording import Wording
    from tracker.store.reader import Reader

log = logging.getLogger("tracker")


class Asking(Home):
    """Search by word and meaning, and saved searches."""

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

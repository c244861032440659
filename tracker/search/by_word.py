"""Search by words: in the index of words where it is level with the store, else in the store's own text index."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tracker.errors import DamagedError
from tracker.store import filters, lexical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.fulltext.index import WordIndex
    from tracker.query import Query
    from tracker.search.narrowing import Narrowing, Scored
    from tracker.search.wording import Wording
    from tracker.store.reader import Reader

CLOSE_LOOK = 30
"""Of so many first hits the text is read to see how close the words stand together: 3 ms."""
_Answer = TypeVar("_Answer")


class WordEngine:
    """Answers one query by words, all of it from the same index: scores of two indexes cannot be compared."""

    def __init__(self, reader: Reader, wording: Wording) -> None:
        self._reader = reader
        self._wording = wording
        self._index = wording.index(reader.connection)

    def best(self, query: Query, narrowing: Narrowing, depth: int, limit: int) -> Scored:
        """Return the best (row, score) that pass: at most `depth`, no fewer than `limit` when that many match."""
        return self._ask(
            lambda index: narrowing.best(partial(index.search, query), depth, limit),
            lambda: self._from_store(query, depth),
        )

    def scores(self, query: Query, rows: Sequence[int]) -> Scored:
        """Return (row, score) of those rows that hold any of the words, comparable with `best`."""
        return self._ask(lambda index: list(index.scores(query, rows).items()), list)

    def closeness(self, query: Query, rows: Sequence[int]) -> dict[int, float]:
        """Return how close the words of a query stand together in the first of some items, see `tracker.rank.closeness`."""
        return self._ask(lambda index: index.closeness(query, lambda: self._texts(rows[:CLOSE_LOOK])), dict[int, float])

    def _texts(self, rows: Sequence[int]) -> dict[int, str]:
        return {row: f"{title}\n{text}" for row, (title, text) in self._reader.texts(rows).items()}

    def _from_store(self, query: Query, depth: int) -> Scored:
        narrows = not query.filter.is_empty or bool(self._reader.hidden())
        where, values = filters.conditions(query.filter) if narrows else ("", [])
        return lexical.search(self._reader.connection, query, depth, where, values)

    def _ask(self, ask: Callable[[WordIndex], _Answer], otherwise: Callable[[], _Answer]) -> _Answer:
        if self._index is not None:
            try:
                return ask(self._index)
            except DamagedError as error:
                self._wording.distrust(error)
                self._index = None
        return otherwise()

"""Which items a query may return: those that pass its filters, and for the vectors also its quoted phrases and `-words`.

A filter that lets many items through is tested on the candidates that an engine returns; one that lets few through is
written out as rows first. Either way no item is lost: a list that becomes too short is asked for again among the rows.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tracker.store import lexical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.query import Query
    from tracker.store.reader import Reader

SPARES = (4, 16)
"""How many times the candidates are asked for when a filter is tested on them, before its rows are written out."""
ENOUGH = 100
"""Candidates that pass which are enough of them: one in twelve of the first try, one in fifty of the second."""
Scored = list[tuple[int, float]]


class Narrowing:
    """The rows that a query may return.

    Args:
        by_words: keep to quoted phrases and leave out `-words` too, for an engine that cannot read.
    """

    def __init__(self, reader: Reader, query: Query, *, by_words: bool) -> None:
        self._reader = reader
        self._filter = query.filter
        self._must = lexical.required(query) if by_words else None
        self._never = lexical.excluded(query) if by_words else None

    def best(self, ask: Callable[[int, Sequence[int] | None], Scored], k: int, least: int) -> Scored:
        """Return the best of an engine among these rows: at most k, and no fewer than `least` when it knows so many.

        Args:
            ask: returns at most so many (row, score), best first, among some rows or among all.
        """
        if self._is_open:
            return ask(k, None)
        if "rows" not in self.__dict__ and not self._must:
            for spare in SPARES:
                found = ask(spare * k, None)
                kept = self.passing([row for row, _ in found])
                passed = [pair for pair in found if pair[0] in kept]
                if len(passed) >= min(k, max(least, ENOUGH)) or len(found) < spare * k:
                    return passed[:k]
        return ask(k, self.rows)

    @cached_property
    def rows(self) -> list[int]:
        """All of them, in order."""
        rows = set(self._reader.rows(self._filter))
        if self._must:
            rows &= set(lexical.matching(self._reader.connection, self._must))
        return sorted(rows - self._unwanted)

    @cached_property
    def _is_open(self) -> bool:
        return self._filter.is_empty and not self._must and not self._never and not self._reader.hidden()

    @cached_property
    def _unwanted(self) -> set[int]:
        return set(lexical.matching(self._reader.connection, self._never)) if self._never else set()

    def passing(self, rows: Sequence[int]) -> set[int]:
        """Return which of some rows these are; quoted phrases are not looked at."""
        return self._reader.passing(self._filter, rows) - self._unwanted

"""Plain bm25 as SQLite has it: the words of a query joined by OR, a title worth three texts."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.evaluation.beir import Document


class Bm25:
    """An index in memory; `rows` are the numbers of the documents by name."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.rows: dict[str, int] = {}
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE t USING fts5 (title, text, tokenize = 'porter unicode61')")
        for row, document in enumerate(documents, 1):
            self.rows[document.name] = row
            self._database.execute(
                "INSERT INTO t (rowid, title, text) VALUES (?, ?, ?)", [row, document.title, document.text]
            )

    def ask(self, queries: Iterable[str], depth: int = 200) -> Iterator[list[int]]:
        """Yield the rows that answer each query, best first."""
        for text in queries:
            wanted = " OR ".join(f'"{word}"' for word in re.findall(r"[a-z0-9]+", text.lower())) or '"zzz"'
            found = self._database.execute(
                "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, 3, 1) LIMIT ?", [wanted, depth]
            )
            yield [row for (row,) in found]

"""Search over papers and posts in one list: by word, by meaning, or both; filters are kept exactly; every hit says why."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from tracker import times
from tracker.errors import TrackerError
from tracker.hub.talk import in_words
from tracker.models import Hit, Mode
from tracker.rank import fuse
from tracker.store import filters, lexical
from tracker.text import clean_line, fold, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracker.models import Line
    from tracker.ports import Embedder, FloatArray, IntArray, VectorIndex
    from tracker.query import Query
    from tracker.store.reader import Reader

CANDIDATES = 300
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")


class Searcher:
    """Answers queries over one reader; the embedder and the index are built when meaning is first asked for.

    Args:
        meaning: returns (embedder, index), or None while nothing is embedded.
    """

    def __init__(self, reader: Reader, meaning: Callable[[], tuple[Embedder, VectorIndex] | None]) -> None:
        self._reader = reader
        self._meaning = meaning

    def search(self, query: Query, limit: int, mode: Mode = "hybrid") -> list[Hit]:
        """Return the best `limit` hits; never fewer when that many items match the filters and words or have vectors.

        Raises:
            TrackerError: semantic search was asked for and nothing is embedded.
        """
        if query.sort == "discussed":
            return self._discussed(query, limit, mode)
        if query.sort == "newest":
            found = self._ranked(query, max(limit, CANDIDATES), mode)
            return sorted(found, key=lambda hit: (hit.line.date, hit.line.row), reverse=True)[:limit]
        return self._ranked(query, limit, mode)

    def _discussed(self, query: Query, limit: int, mode: Mode) -> list[Hit]:
        """Return what passes, the most talked about of late first, then the rest in its own order."""
        if query.has_words:
            found = self._ranked(query, max(limit, CANDIDATES), mode)
        else:
            named = replace(query.filter, kind=query.filter.kind or "paper", has=query.filter.has | {"mentions"})
            unwanted = (
                set(lexical.matching(self._reader.connection, never)) if (never := lexical.excluded(query)) else set()
            )
            rows = [row for row in self._reader.rows(named) if row not in unwanted]
            found = [Hit(line=line, score=0.0, why="") for line in self._reader.lines(rows)]
        newest = min(self._reader.latest_day() or "1970-01-01", times.now().date().isoformat())
        talks = self._reader.talk_about([hit.line.row for hit in found], date.fromisoformat(newest))
        told = [(hit, talks[hit.line.row]) for hit in found if hit.line.row in talks]
        told.sort(key=lambda pair: (-pair[1].score, -pair[0].line.row))
        hits = [replace(hit, score=talk.score, why=in_words(talk)) for hit, talk in told]
        return [*hits, *(hit for hit in found if hit.line.row not in talks)][:limit]

    def _ranked(self, query: Query, limit: int, mode: Mode) -> list[Hit]:
        """Return hits by words and meaning, or the newest where there is nothing to rank by."""
        if not query.has_words:
            return [Hit(line=line, score=0.0, why="newest first") for line in self._listed(query, limit)]
        engines = None if mode == "lexical" and not query.like else self._meaning()
        if engines is None:
            if mode == "semantic" or query.like:
                raise TrackerError(
                    "Nothing is embedded yet, so there is no search by meaning.",
                    "Run 'tracker index', or search with --mode lexical.",
                )
            return self._hits(query, self._words(query, limit), {})
        if mode == "semantic" or query.like:
            cosine = self._meant(query, engines, limit)
            return self._hits(query, sorted(cosine.items(), key=lambda pair: (-pair[1], pair[0]))[:limit], cosine)
        return self._both(query, engines, limit)

    def _listed(self, query: Query, limit: int) -> list[Line]:
        """List what passes, newest first, for a query that has nothing to rank by."""
        never = lexical.excluded(query)
        if not never:
            return self._reader.page(query.filter, limit)
        unwanted = set(lexical.matching(self._reader.connection, never))
        kept = (row for row in self._reader.order(query.filter) if row not in unwanted)
        return self._reader.lines(list(islice(kept, limit)))

    def _words(self, query: Query, limit: int) -> list[tuple[int, float]]:
        where, values = filters.conditions(query.filter)
        return lexical.search(
            self._reader.connection,
            query,
            limit,
            where if self._narrows(query) else "",
            values if self._narrows(query) else (),
        )

    def _narrows(self, query: Query) -> bool:
        return not query.filter.is_empty or bool(self._reader.hidden())

    def _both(self, query: Query, engines: tuple[Embedder, VectorIndex], limit: int) -> list[Hit]:
        import numpy as np

        by_word = self._words(query, max(limit, CANDIDATES))
        vector = engines[0].encode_query(query.text)
        cosine = self._nearest(query, vector, engines[1], max(limit, CANDIDATES))
        missing = [row for row, _ in by_word if row not in cosine]
        if missing:
            ids, scores = engines[1].search(vector, len(missing), np.asarray(missing, dtype=np.int64))
            cosine.update(zip(ids.tolist(), scores.tolist(), strict=True))
        return self._hits(query, fuse(by_word, cosine, limit), cosine)

    def _meant(self, query: Query, engines: tuple[Embedder, VectorIndex], limit: int) -> dict[int, float]:
        """Search by meaning alone; `like:ID` asks with the vectors of items, which are left out of the answer."""
        if not query.like:
            return self._nearest(query, engines[0].encode_query(query.text), engines[1], limit)
        import numpy as np

        rows = [self._reader.row_of(name) for name in query.like]
        own = engines[1].vectors(np.asarray(rows, dtype=np.int64))
        if not len(own):
            raise TrackerError(f"{query.like[0]} has no vector yet.", "Run 'tracker index'.")
        vector = own.mean(axis=0)
        if query.text:
            vector = vector + engines[0].encode_query(query.text)
        found = self._nearest(query, vector / np.linalg.norm(vector), engines[1], limit + len(rows))
        return {row: score for row, score in found.items() if row not in rows}

    def _nearest(self, query: Query, vector: FloatArray, index: VectorIndex, limit: int) -> dict[int, float]:
        allowed = self._allowed(query)
        if allowed is not None:
            ids, scores = index.search(vector, limit, allowed)
            return dict(zip(ids.tolist(), scores.tolist(), strict=True))
        hidden = set(self._reader.hidden())
        ids, scores = index.search(vector, limit + len(hidden))
        return {row: score for row, score in zip(ids.tolist(), scores.tolist(), strict=True) if row not in hidden}

    def _allowed(self, query: Query) -> IntArray | None:
        """Return the rows that filters, quoted phrases and `-words` leave; None when they leave everything but hidden items."""
        import numpy as np

        must, never = lexical.required(query), lexical.excluded(query)
        if query.filter.is_empty and not must and not never:
            return None
        rows = np.asarray(self._reader.rows(query.filter), dtype=np.int64)
        if must:
            rows = np.intersect1d(rows, np.asarray(lexical.matching(self._reader.connection, must), dtype=np.int64))
        if never:
            rows = np.setdiff1d(rows, np.asarray(lexical.matching(self._reader.connection, never), dtype=np.int64))
        return rows

    def _hits(self, query: Query, ranked: Sequence[tuple[int, float]], cosine: Mapping[int, float]) -> list[Hit]:
        lines = {line.row: line for line in self._reader.lines([row for row, _ in ranked])}
        texts = self._reader.texts(lines)
        wanted = [] if query.like else lexical.content_words(query)
        hits = []
        for row, score in ranked:
            if row in lines:
                title, text = texts[row]
                found = matched_words(wanted, f"{title} {text}")
                hits.append(
                    Hit(
                        line=lines[row],
                        score=round(score, 6),
                        why=_why(query, found, cosine.get(row)),
                        snippet=best_sentence(text, wanted),
                    )
                )
        return hits


def matched_words(wanted: Sequence[str], text: str) -> list[str]:
    """Return which of the words stand in a text, also in another ending."""
    there = set(re.findall(r"[^\W_]+", fold(text[:20_000])))
    stems = {word[:-1] for word in there if len(word) > 4 and word.endswith("s")} | there
    return [
        word
        for word in wanted
        if word in there
        or word.rstrip("s") in stems
        or (len(word) > 6 and any(other.startswith(word[:-2]) for other in there))
    ]


def best_sentence(text: str, wanted: Sequence[str], width: int = 220) -> str:
    """Return the sentence that holds most of the words, endings aside; the first one when none holds any."""
    sentences = _SENTENCE.split(text[:6_000])
    stems = [word[: max(len(word) - 2, 4)] for word in wanted]
    held = [sum(stem in sentence.lower() for stem in stems) for sentence in sentences]
    best = held.index(max(held))
    return shorten(clean_line(sentences[best], 1_000), width)


def _why(query: Query, found: Sequence[str], cosine: float | None) -> str:
    parts = []
    if found:
        parts.append("words: " + ", ".join(found[:6]) + (" …" if len(found) > 6 else ""))
    if cosine is not None:
        parts.append(f"{'alike' if query.like else 'meaning'} {cosine:.2f}")
    return " · ".join(parts) or "words"

"""Search over papers and posts in one list: by word, by meaning, or both; filters are kept exactly; every hit says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from tracker import times
from tracker.errors import TrackerError
from tracker.hub.talk import in_words
from tracker.models import Hit, Mode
from tracker.rank import CLOSENESS_WEIGHT, NAMED_WEIGHT, fuse, semantic_weight, with_estimates
from tracker.search.by_word import WordEngine
from tracker.search.explaining import best_sentence, matched_words, wanted_words, why
from tracker.search.narrowing import Narrowing
from tracker.search.reranking import rerank
from tracker.store import lexical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracker.models import Line
    from tracker.ports import Embedder, FloatArray, Reranker, VectorIndex
    from tracker.query import Query
    from tracker.search.wording import Wording
    from tracker.store.reader import Reader

CANDIDATES = 300
SPARE = 2
"""How many times the hits are looked at from which those that say the same are left out."""
JUDGED = 100
"""Of so many nearest ones the words are counted where words did not find them; none of the rest comes up by a few words."""


class Searcher:
    """Answers queries over one reader; the embedder and the index are built when meaning is first asked for.

    Args:
        wording: the index of words.
        meaning: returns (embedder, index), or None while nothing is embedded.
        reranker: returns what orders the first hits anew, or None.
    """

    def __init__(
        self,
        reader: Reader,
        wording: Wording,
        meaning: Callable[[], tuple[Embedder, VectorIndex] | None],
        reranker: Callable[[], Reranker | None] | None = None,
    ) -> None:
        self._reader = reader
        self._wording = wording
        self._meaning = meaning
        self._narrowings: dict[object, Narrowing] = {}
        self._reranker = reranker

    def search(self, query: Query, limit: int, mode: Mode = "hybrid") -> list[Hit]:
        """Return the best `limit` hits; never fewer when that many items match the filters and words or have vectors.

        Raises:
            TrackerError: semantic search was asked for and nothing is embedded.
        """
        if query.sort == "discussed":
            return self._discussed(query, limit, mode)
        if query.sort == "newest":
            found = self._relevant(query, limit, mode)
            return sorted(found, key=lambda hit: (hit.line.date, hit.line.row), reverse=True)[:limit]
        return self._ranked(query, limit, mode)

    def _discussed(self, query: Query, limit: int, mode: Mode) -> list[Hit]:
        """Return what passes, the most talked about of late first, then the rest in its own order."""
        if query.has_words:
            found = self._relevant(query, limit, mode)
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

    def _relevant(self, query: Query, limit: int, mode: Mode) -> list[Hit]:
        """Return the best hits that are half as good as the first: what else holds a word or two is no news of the subject."""
        found = self._ranked(query, max(limit, CANDIDATES), mode)
        return [hit for hit in found if hit.score >= found[0].score / 2]

    def _ranked(self, query: Query, limit: int, mode: Mode) -> list[Hit]:
        """Return the best hits, their first ones in the order of a reranker where there is one and a question to judge by."""
        asked = self._reranker and query.text and mode != "lexical" and not (query.like or query.sort)
        reranker = self._reranker() if self._reranker and asked else None
        if reranker is None:
            return self._found(query, limit, mode)
        hits = self._found(query, max(limit, reranker.depth), mode)
        texts = self._reader.texts([hit.line.row for hit in hits[: reranker.depth]])
        return rerank(hits, texts, query.text, reranker)[:limit]

    def _found(self, query: Query, limit: int, mode: Mode) -> list[Hit]:
        """Return hits by words and meaning, or the newest where there is nothing to rank by."""
        if not query.has_words:
            return [Hit(line=line, score=0.0, why="newest first") for line in self._listed(query, limit)]
        engines = None if mode == "lexical" and not query.like else self._meaning()
        if engines is None:
            if mode == "semantic" or query.like:
                raise TrackerError(
                    "Nothing is embedded yet, so there is no search by meaning.",
                    "Run 'tracker index', or search by words alone (--mode lexical).",
                )
            return self._hits(query, self._by_word(query, limit), {}, limit)
        if mode == "semantic" or query.like:
            cosine = self._meant(query, engines, SPARE * limit)
            return self._hits(query, sorted(cosine.items(), key=lambda pair: (-pair[1], pair[0])), cosine, limit)
        return self._both(query, engines, limit)

    def _listed(self, query: Query, limit: int) -> list[Line]:
        """List what passes, newest first, for a query that has nothing to rank by."""
        never = lexical.excluded(query)
        if not never:
            return self._reader.page(query.filter, limit)
        unwanted = set(lexical.matching(self._reader.connection, never))
        kept = (row for row in self._reader.order(query.filter) if row not in unwanted)
        return self._reader.lines(list(islice(kept, limit)))

    def _by_word(self, query: Query, limit: int) -> list[tuple[int, float]]:
        """Search by words, those that stand close together counting more."""
        words, depth = WordEngine(self._reader, self._wording), max(limit, CANDIDATES)
        found = words.best(query, self._narrowed(query, by_words=False), depth, limit)
        return fuse(found, {}, self._bonus(query, words, [row for row, _ in found]), depth)

    def _both(self, query: Query, engines: tuple[Embedder, VectorIndex], limit: int) -> list[Hit]:
        """Search by words and by meaning; what only one of them found is judged by the other too."""
        import numpy as np

        words, depth = WordEngine(self._reader, self._wording), max(limit, CANDIDATES)
        by_word = words.best(query, self._narrowed(query, by_words=False), depth, limit)
        vector = engines[0].encode_query(query.text)
        cosine = self._nearest(query, vector, engines[1], depth, limit)
        known = {row for row, _ in by_word}
        unread = [row for row in islice(cosine, max(limit, JUDGED)) if row not in known]
        by_word += words.scores(query, unread)
        missing = [row for row in known if row not in cosine]
        if missing:
            ids, scores = engines[1].search(vector, len(missing), np.asarray(missing, dtype=np.int64))
            cosine.update(zip(ids.tolist(), scores.tolist(), strict=True))
        likely, weight = with_estimates(by_word, cosine), semantic_weight(query.text)
        first = fuse(by_word, likely, {}, depth, weight)
        bonus = self._bonus(query, words, [row for row, _ in first])
        return self._hits(query, fuse(by_word, likely, bonus, depth, weight), cosine, limit)

    def _bonus(self, query: Query, words: WordEngine, rows: Sequence[int]) -> dict[int, float]:
        """Return what speaks for items beside words and meaning: words that stand together, the very title, a name."""
        close = words.closeness(query, rows)
        bonus = {row: CLOSENESS_WEIGHT * share for row, share in close.items()}
        if query.text and not query.phrases and not query.sort:
            named = self._reader.named(query.text)
            passing = self._narrowed(query, by_words=True).passing(named) if named else ()
            bonus.update((row, bonus.get(row, 0.0) + NAMED_WEIGHT) for row in passing)
        return bonus

    def _meant(self, query: Query, engines: tuple[Embedder, VectorIndex], limit: int) -> dict[int, float]:
        """Search by meaning alone; `like:ID` asks with the vectors of items, which are left out of the answer."""
        if not query.like:
            return self._nearest(query, engines[0].encode_query(query.text), engines[1], limit, limit)
        import numpy as np

        rows = [self._reader.row_of(name) for name in query.like]
        own = engines[1].vectors(np.asarray(rows, dtype=np.int64))
        if not len(own):
            raise TrackerError(f"{query.like[0]} has no vector yet.", "Run 'tracker index'.")
        vector = own.mean(axis=0)
        if query.text:
            vector = vector + engines[0].encode_query(query.text)
        limit += len(rows)
        found = self._nearest(query, vector / np.linalg.norm(vector), engines[1], limit, limit)
        return {row: score for row, score in found.items() if row not in rows}

    def _nearest(
        self, query: Query, vector: FloatArray, index: VectorIndex, depth: int, limit: int
    ) -> dict[int, float]:
        """Return the nearest rows that pass: at most `depth`, no fewer than `limit` when that many have vectors."""
        import numpy as np

        def ask(k: int, rows: Sequence[int] | None) -> list[tuple[int, float]]:
            allowed = None if rows is None else np.asarray(rows, dtype=np.int64)
            ids, scores = index.search(vector, k, allowed)
            return list(zip(ids.tolist(), scores.tolist(), strict=True))

        return dict(self._narrowed(query, by_words=True).best(ask, depth, limit))

    def _narrowed(self, query: Query, *, by_words: bool) -> Narrowing:
        """Return which rows a query may return; the last few are kept while nothing is written, as somebody types on."""
        (version,) = self._reader.connection.execute("PRAGMA data_version").fetchone()
        words = (query.phrases, query.excluded) if by_words else ()
        key = (version, query.filter, words)
        if key not in self._narrowings:
            self._narrowings = dict([*self._narrowings.items()][-3:])
            self._narrowings[key] = Narrowing(self._reader, query, by_words=by_words)
        return self._narrowings[key]

    def _hits(
        self, query: Query, ranked: Sequence[tuple[int, float]], cosine: Mapping[int, float], limit: int
    ) -> list[Hit]:
        """Return the first hits with their reasons; of posts that tell one story, or say the same, the best one."""
        chosen = self._once(ranked, limit)
        lines = {line.row: line for line in self._reader.lines([row for row, _ in chosen])}
        texts = self._reader.texts(lines)
        wanted = {} if query.like else wanted_words(query)
        hits = []
        for row, score in chosen:
            if row in lines:
                title, text = texts[row]
                found = matched_words(wanted, f"{title} {text} {lines[row].byline}")
                hits.append(
                    Hit(
                        line=lines[row],
                        score=round(score, 6),
                        why=why(found, cosine.get(row), alike=bool(query.like)),
                        snippet=best_sentence(text, found),
                        words=tuple(found),
                    )
                )
        return hits

    def _once(self, ranked: Sequence[tuple[int, float]], limit: int) -> list[tuple[int, float]]:
        told: set[int] = set()
        first = list(ranked[: SPARE * limit])
        tellings = self._reader.tellings([row for row, _ in first])
        chosen = []
        for row, score in first:
            shared = tellings.get(row, set())
            if told.isdisjoint(shared):
                chosen.append((row, score))
            told |= shared
        return chosen[:limit]

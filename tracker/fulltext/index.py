"""The index of words: bm25 by block-max WAND (Ding and Suel 2011), which looks at few of the items that hold common words.

Twenty words joined by OR take 2 ms over 185,000 items on one core, where FTS5 scores every item that holds any of them.
"""

from __future__ import annotations

import json
import math
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

import tantivy

from tracker.errors import DamagedError
from tracker.files import replace_file
from tracker.fulltext import asking
from tracker.fulltext.analysis import ALL, AUTHORS, ROW, TITLE, register, schema, searchable, terms
from tracker.fulltext.checking import MANIFEST, verify
from tracker.rank import closeness
from tracker.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.models import Document
    from tracker.query import Query

_FEW: Final = 20_000
"""Rows up to which they are named in the query; more are picked from a longer list of hits."""
_SMALL_HEAP: Final = 15_000_000
_LARGE_HEAP: Final = 150_000_000
_MANY: Final = 5_000
_REFUSED: Final = ("IO error", "IoError", "worker thread encountered an error")


class WordIndex:
    """Items by their words. Readers never wait for a writer; a writer holds tantivy's own lock of the folder.

    Args:
        folder: where its files are.
        inner: the opened tantivy index.
        sequence: the last change of the store it contains.
    """

    def __init__(self, folder: Path, inner: Any, sequence: int) -> None:  # noqa: ANN401 - tantivy's types do not reach mypy
        register(inner)
        self.sequence = sequence
        self._folder = folder
        self._inner = inner
        self._lock = threading.RLock()

    @classmethod
    def empty(cls, folder: Path) -> Self:
        """Return an index with nothing in it, in a folder that is empty."""
        folder.mkdir(parents=True, exist_ok=True)
        with _damage():
            return cls(folder, tantivy.Index(schema(), path=str(folder), reuse=False), 0)

    @classmethod
    def load(cls, folder: Path, sequence: int, *, thorough: bool = False) -> Self:
        """Map the verified files of an index.

        Raises:
            DamagedError: they are not what was written.
        """
        verify(folder, thorough=thorough)
        with _damage():
            return cls(folder, tantivy.Index.open(str(folder)), sequence)

    def __len__(self) -> int:
        return int(self._inner.searcher().num_docs)

    def search(self, query: Query, k: int, allowed: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Return at most k (row, score), best first, among `allowed` only when given: exactly k when k are there.

        Raises:
            DamagedError: the files are not what was written.
        """
        with _damage():
            searcher = self._inner.searcher()
            asked = asking.tantivy_query(query, searcher)
            if allowed is None:
                return _ranked(searcher, asked, k)
            if len(allowed) <= _FEW:
                return _ranked(searcher, asking.among(asked, allowed), k) if len(allowed) else []
            return _picked(searcher, asked, k, set(allowed))

    def scores(self, query: Query, rows: Sequence[int]) -> dict[int, float]:
        """Return the scores of those rows that hold any of the words.

        Raises:
            DamagedError: the files are not what was written.
        """
        return dict(self.search(query, len(rows), rows)) if rows else {}

    def closeness(self, query: Query, texts: Callable[[], Mapping[int, str]]) -> dict[int, float]:
        """Return how close the words of a query stand together in some texts, see `tracker.rank.closeness`.

        Nothing is returned for a query that is short enough to be looked for as it stands.

        Raises:
            DamagedError: the files are not what was written.
        """
        if asking.as_spoken(query):
            return {}
        asked = [term for word in query.words if word.lower() not in FUNCTION_WORDS for term in terms(word)]
        with _damage():
            searcher = self._inner.searcher()
            total = int(searcher.num_docs)
            held = {term: min(int(searcher.doc_freq(ALL, term)), total) for term in set(asked)}
        rarity = {term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in held.items()}
        return {row: closeness(asked, terms(text), rarity) for row, text in texts().items()}

    def change(self, documents: Iterable[Document], removed: Sequence[int] = (), *, sequence: int) -> bool:
        """Put documents in, replacing those of the same rows, take rows out, and note up to which change this is.

        Returns:
            Whether it was done: False when another process is writing at this moment.

        Raises:
            OSError: the disk refuses; what was there before is whole.
            DamagedError: the files are not what was written.
        """
        with self._lock, _damage(), _refusal():
            writer = self._writer(large=len(removed) == 0 or len(removed) > _MANY)
            if writer is None:
                return False
            try:
                for row in removed:
                    writer.delete_documents_by_term(ROW, row)
                for document in documents:
                    writer.add_document(_entry(document))
                writer.commit()
                writer.wait_merging_threads()
            finally:
                del writer  # and with it the lock, which an error that somebody keeps would hold
            self._inner.reload()
            self._note(sequence)
            return True

    def refresh(self) -> None:
        """See what another process has written since.

        Raises:
            FileNotFoundError: another process is building it anew.
            DamagedError: the files are not what was written.
        """
        with self._lock, _damage():
            sequence = noted(self._folder)  # first: what is written between the two is read again, not missed
            self._inner.reload()
            self.sequence = max(self.sequence, sequence)

    def _writer(self, *, large: bool) -> Any | None:  # noqa: ANN401
        heap = _LARGE_HEAP if large else _SMALL_HEAP
        try:
            return self._inner.writer(heap_size=heap, num_threads=1)
        except ValueError as error:
            if "LockBusy" in str(error):
                return None
            raise

    def _note(self, sequence: int) -> None:
        """Write down up to which change it goes: after the commit, so that a kill between the two costs doing it again."""
        replace_file(self._folder / MANIFEST, manifest(sequence))
        self.sequence = sequence


def manifest(sequence: int) -> str:
    """Return the text of a manifest."""
    from tracker.fulltext.analysis import VERSION

    return json.dumps({"version": VERSION, "library": str(getattr(tantivy, "__version__", "")), "sequence": sequence})


def noted(folder: Path) -> int:
    """Return the last change that an index contains by its manifest.

    Raises:
        FileNotFoundError: there is no index.
        DamagedError: it was made by another version, or cannot be read.
    """
    try:
        table = json.loads((folder / MANIFEST).read_bytes())
        sequence = table["sequence"]
        if json.loads(manifest(sequence)) != table or not isinstance(sequence, int):
            raise DamagedError("it was written by another version")
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedError(f"its manifest cannot be read: {error}") from error
    return sequence


def _entry(document: Document) -> Any:  # noqa: ANN401
    made = tantivy.Document()
    made.add_integer(ROW, document.row)
    title = searchable(document.title)
    made.add_text(TITLE, title)
    for text in (title, title, searchable(document.text), searchable(document.keywords), searchable(document.tldr)):
        made.add_text(ALL, text)
    made.add_text(AUTHORS, searchable(document.authors))
    return made


def _ranked(searcher: Any, asked: Any, k: int) -> list[tuple[int, float]]:  # noqa: ANN401
    hits = searcher.search(asked, max(k, 1), count=False).hits
    rows = searcher.fast_field_values(ROW, [address for _, address in hits])
    found = [(int(row), float(score)) for row, (score, _) in zip(rows, hits, strict=True)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]


def _picked(searcher: Any, asked: Any, k: int, allowed: set[int]) -> list[tuple[int, float]]:  # noqa: ANN401
    """Take the first k that are allowed from a list of hits that grows until it holds so many, or all there are."""
    total = int(searcher.num_docs)
    wanted = min(2 * k * max(total // len(allowed), 1), total)
    while True:
        hits = _ranked(searcher, asked, wanted)
        found = [pair for pair in hits if pair[0] in allowed]
        if len(found) >= k or len(hits) < wanted or wanted >= total:
            return found[:k]
        wanted = min(4 * wanted, total)


@contextmanager
def _refusal() -> Iterator[None]:
    """Turn what tantivy says of a disk that takes no more, be it in a thread of its own, into an `OSError`."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        if not any(words in str(error) for words in _REFUSED):
            raise
        raise OSError(str(error)[:200]) from error


@contextmanager
def _damage() -> Iterator[None]:
    """Turn what tantivy says of files it cannot read into a `DamagedError`; it also panics, which is no `Exception`."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        raise DamagedError(f"tantivy cannot read it: {str(error)[:200]}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise DamagedError(f"tantivy cannot read it: {str(error)[:200]}") from error

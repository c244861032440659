"""Asking the queries of a test set in each mode, over a home that holds nothing but its corpus."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from tracker.errors import NotFoundError, TrackerError
from tracker.evaluation.metrics import Estimate, bootstrap, difference, figures
from tracker.models import Mode, Record
from tracker.query import Query
from tracker.store.connect import exclusive, transaction
from tracker.store.vectors import item_count
from tracker.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from tracker.evaluation.beir import Document, TestSet
    from tracker.models import SyncEvent
    from tracker.session import Session

MODES: Final[tuple[Mode, ...]] = ("lexical", "semantic", "hybrid")
_SOURCE: Final = "corpus"
_BATCH: Final = 4_000
_DEPTH: Final = 10
_DEPTH_OF_JUDGED: Final = 200
"""Hits asked for when documents that nobody judged are taken out of the answers."""

Figures = dict[str, list[float]]
"""By the name of a figure, one value a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run found.

    Attributes:
        missing: documents that judgements name and the corpus does not hold; they count as not found.
        bad_lines: lines of the files that could not be read.
        modes: by mode and name of a figure.
        differences: of hybrid to the others, paired by query.
    """

    queries: int
    documents: int
    judgements: int
    missing: int
    bad_lines: int
    model: str
    modes: Mapping[str, Mapping[str, Estimate]]
    differences: Mapping[str, Mapping[str, Estimate]]


def fill(session: Session, test_set: TestSet) -> Iterator[SyncEvent]:
    """Bring the corpus into a home and embed it; what is there already is left as it is.

    Each document becomes an item of its own: without authors, no two are taken for one paper because of their titles.

    Raises:
        TrackerError: the corpus cannot be read, or the home holds other items too.
    """
    documents, count = test_set.documents(), 0
    with exclusive(session.folder, "import"), transaction(session.writer):  # a home that is refused stays as it was
        writer = Writer(session.writer)
        while batch := list(islice(documents, _BATCH)):
            count += len(batch)
            writer.apply(_SOURCE, [_record(document) for document in batch], session.now())
        held = item_count(session.writer)
        if held != count:
            raise TrackerError(
                f"{session.home} would hold {held:,} items, the corpus {count:,} documents.",
                "Keep each corpus in a folder of its own.",
            )
    yield from session.bring_level()


def evaluate(session: Session, test_set: TestSet) -> Report:
    """Ask every query in each mode.

    Raises:
        TrackerError: nothing is embedded.
    """
    rows = known_rows(session, test_set)
    answers = {mode: score(test_set, ask(session, test_set, mode), rows) for mode in MODES}
    named = {name for gains in test_set.judgements.values() for name in gains}
    return Report(
        queries=len(test_set.queries),
        documents=session.reader.totals().papers,
        judgements=sum(map(len, test_set.judgements.values())),
        missing=len(named - rows.keys()),
        bad_lines=test_set.bad_lines,
        model=session.model_standing(session.reader).answering,
        modes={mode: estimates(answers[mode]) for mode in MODES},
        differences={f"hybrid - {mode}": differences(answers["hybrid"], answers[mode]) for mode in MODES[:2]},
    )


def ask(session: Session, test_set: TestSet, mode: Mode) -> Iterator[list[int]]:
    """Yield the rows that answer each query, best first. Queries are words: nothing in them is a filter."""
    depth = _DEPTH if test_set.judged is None else _DEPTH_OF_JUDGED
    for text in test_set.queries.values():
        hits = session.searcher.search(Query(text=text, words=tuple(text.split())), depth, mode)
        yield [hit.line.row for hit in hits]


def score(test_set: TestSet, answers: Iterable[Sequence[int]], rows: Mapping[str, int]) -> Figures:
    """Return the figures of answers, in the order of the queries.

    Args:
        answers: rows, best first.
        rows: the row of each document that counts, by its name. Two names of one row count as one, with the higher grade.
    """
    judged = None if test_set.judged is None else {rows[name] for name in test_set.judged if name in rows}
    found: Figures = {}
    for gains, answer in zip(test_set.judgements.values(), answers, strict=True):
        graded: dict[Hashable, float] = {}
        for name, grade in gains.items():
            graded[rows.get(name, name)] = max(grade, graded.get(rows.get(name, name), 0.0))
        kept = answer if judged is None else [row for row in answer if row in judged]
        for name, value in figures(kept, graded).items():
            found.setdefault(name, []).append(value)
    return found


def estimates(found: Figures) -> dict[str, Estimate]:
    """Return means with their intervals."""
    return {name: bootstrap(values) for name, values in found.items()}


def differences(one: Figures, other: Figures) -> dict[str, Estimate]:
    """Return by how much one search beats another, with paired intervals."""
    return {name: difference(values, other[name]) for name, values in one.items()}


def _record(document: Document) -> Record:
    return Record(kind="paper", key=_key(document.name), title=document.title, text=document.text)


def _key(name: str) -> str:
    return f"{_SOURCE}:{name}"


def known_rows(session: Session, test_set: TestSet) -> dict[str, int]:
    """Return the rows of the documents that judgements name, as far as the corpus holds them."""
    rows = {}
    for name in {name for gains in test_set.judgements.values() for name in gains} | (test_set.judged or frozenset()):
        try:
            rows[name] = session.reader.row_of(_key(name))
        except NotFoundError:
            continue
    return rows

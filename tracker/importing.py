"""Bringing files of records into the store: streaming, in batches, idempotent."""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tracker.errors import TrackerError
from tracker.fetch import jsonlines
from tracker.fetch.x import archive as x_archive
from tracker.models import Record
from tracker.store.writer import Outcome, Writer

BATCH = 8_000
BAD_LINES_NAMED = 5
_HEAD_BYTES = 64


@dataclass(slots=True)
class ImportReport:
    """What an import did. `bad` names the first bad lines; `bad_count` counts all."""

    outcome: Outcome = field(default_factory=Outcome)
    lines: int = 0
    bad_count: int = 0
    bad: list[str] = field(default_factory=list)


def import_files(
    paths: Sequence[Path], writer: Writer, now: Callable[[], str], report: ImportReport
) -> Iterator[tuple[Path, int]]:
    """Read files into the store; yield (file, lines so far) after each batch, which is then stored.

    Raises:
        TrackerError: a file cannot be read; what came before it is stored.
        StoreError: the database refuses.
    """
    for path in paths:
        waiting: dict[str, list[Record]] = defaultdict(list)
        count = 0
        try:
            unit, entries = _read(path)
            for number, source, record, _ in entries:
                report.lines += 1
                if isinstance(record, str):
                    report.bad_count += 1
                    if len(report.bad) < BAD_LINES_NAMED:
                        report.bad.append(f"{path.name}, {unit} {number}: {record}")
                    continue
                waiting[source].append(record)
                count += 1
                if count >= BATCH:
                    _store(waiting, writer, now(), report)
                    count = 0
                    yield path, report.lines
        except (OSError, EOFError, zlib.error) as error:
            _store(waiting, writer, now(), report)
            raise TrackerError(
                f"{path} cannot be read to its end: {error}.",
                "What came before is stored; mend the file and import it again.",
            ) from error
        _store(waiting, writer, now(), report)
        yield path, report.lines


def _read(path: Path) -> tuple[str, Iterator[tuple[int, str, Record | str, int]]]:
    """Return what the file is counted in and its content, read as what its first bytes show it to be."""
    with path.open("rb") as probe:
        head = probe.read(_HEAD_BYTES)
    return ("entry", x_archive.read(path)) if x_archive.is_archive(head) else ("line", jsonlines.read(path))


def _store(waiting: dict[str, list[Record]], writer: Writer, seen: str, report: ImportReport) -> None:
    for source, records in waiting.items():
        report.outcome.add(writer.apply(source, records, seen))
    waiting.clear()

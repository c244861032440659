"""Reading a test set in the form of BEIR (Thakur and others, 2021): `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`."""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tracker.errors import TrackerError
from tracker.fetch.jsonlines import LINE_BYTES, open_lines
from tracker.text import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_QUERIES: Final = 100_000
_MOST_JUDGEMENTS: Final = 5_000_000
_FORM: Final = "See docs/evaluation.md for the form."


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the corpus."""

    name: str
    title: str
    text: str


@dataclass(slots=True)
class TestSet:
    """Questions with graded answers.

    Attributes:
        queries: by name, those that have a right answer.
        gains: by query and document, the grade.
        judged: the only documents that count; None when all do. Others are taken out of answers before they are ranked:
            "not judged" is not "wrong" (condensed lists: Sakai, 2007).
        bad_lines: lines that could not be read.
    """

    __test__ = False  # pytest takes it for a test by its name

    folder: Path
    queries: dict[str, str] = field(default_factory=dict)
    gains: dict[str, dict[str, float]] = field(default_factory=dict)
    judged: frozenset[str] | None = None
    bad_lines: int = 0

    @classmethod
    def read(cls, folder: Path, split: str = "test") -> TestSet:
        """Read queries and judgements; the corpus is read by `documents`.

        Raises:
            TrackerError: a file is missing, cannot be read or is too large, or no query has a right answer.
        """
        _file(folder, "corpus.jsonl")
        made = cls(folder)
        made._read_judgements(_file(folder, f"qrels/{split}.tsv", "qrels.tsv"))
        for row in made._rows(_file(folder, "queries.jsonl")):
            name, text = _name(row), clean_line(row.get("text"), 4_000)
            if text and any(grade > 0 for grade in made.gains.get(name, {}).values()):
                made.queries[name] = text
            if len(made.queries) > _MOST_QUERIES:
                raise TrackerError(f"{folder} has more than {_MOST_QUERIES:,} queries.", "Take a part of them.")
        if not made.queries:
            raise TrackerError(f"No query of {folder} has a right answer.", _FORM)
        if (judged := folder / "judged.txt").is_file():
            made.judged = frozenset(clean_line(line.decode("utf-8", "replace"), 300) for line in _lines(judged))
        return made

    @property
    def judgements(self) -> dict[str, dict[str, float]]:
        """The grades of the queries that are asked."""
        return {name: self.gains[name] for name in self.queries}

    def documents(self) -> Iterator[Document]:
        """Yield the documents of the corpus, each name once.

        Raises:
            TrackerError: the corpus cannot be read.
        """
        seen: set[str] = set()
        for row in self._rows(_file(self.folder, "corpus.jsonl")):
            document = Document(_name(row), clean_line(row.get("title")), clean_text(row.get("text")))
            if document.name and document.name not in seen and (document.title or document.text):
                seen.add(document.name)
                yield document
            else:
                self.bad_lines += 1

    def _read_judgements(self, path: Path) -> None:
        """Read `query-id corpus-id score`, by tabs, the first line being these words; of a pair given twice the last counts."""
        for number, line in enumerate(_lines(path)):
            if number > _MOST_JUDGEMENTS:
                raise TrackerError(f"{path} has more than {_MOST_JUDGEMENTS:,} judgements.", "Take a part of them.")
            query, document, grade = (*line.decode("utf-8", "replace").rstrip("\r\n").split("\t"), "", "", "")[:3]
            if math.isfinite(value := _number(grade)):
                self.gains.setdefault(clean_line(query, 300), {})[clean_line(document, 300)] = value
            else:
                self.bad_lines += bool(number and line.strip())

    def _rows(self, path: Path) -> Iterator[dict[str, Any]]:
        for line in _lines(path):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict):
                yield row
            else:
                self.bad_lines += bool(line.strip())


def _name(row: dict[str, Any]) -> str:
    value = row.get("_id")
    return clean_line(str(value), 300) if isinstance(value, str | int) else ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _file(folder: Path, *names: str) -> Path:
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    raise TrackerError(f"{folder} has no {' and no '.join(names)}.", _FORM)


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, packed or not; a line without end comes in pieces, none of which can be read."""
    try:
        with open_lines(path) as file:
            while line := file.readline(LINE_BYTES):
                yield line
    except (OSError, EOFError, zlib.error) as error:
        raise TrackerError(f"{path} cannot be read to its end: {error}.", "Fetch the file again.") from error

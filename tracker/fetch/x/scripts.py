"""Files of the archive of X, `window.YTD.tweets.part0 = [ {…}, {…} ]`, entry by entry: one of any size takes little memory."""

from __future__ import annotations

import io
import json
import re
from typing import IO, TYPE_CHECKING

from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_CHARACTERS = 2_000_000_000
ENTRY_CHARACTERS = 2_000_000
BROKEN_ENTRIES = 1_000
_CHUNK = 1_000_000
_HEAD = re.compile(r"\s*window\.YTD\.(\w+)\.part\d+\s*=\s*\[")
_BETWEEN = re.compile(r"[\s,]*")
_NEXT = re.compile(r'\{\s*"(?:tweet|like)"\s*:\s*\{')
_NEXT_LENGTH = 200
_decoder = json.JSONDecoder()


class Script:
    """One file. `name` says what it holds (`tweets`, `like`, `account` …); empty when it is no file of an archive."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", errors="replace")
        self._buffer = self._text.read(_CHUNK)
        self._taken = len(self._buffer)
        head = _HEAD.match(self._buffer)
        self.name = head[1] if head else ""
        self._place = head.end() if head else 0

    def entries(self) -> Iterator[tuple[int, object, int]]:
        """Yield (number, entry, characters); a text in place of an entry says what is wrong with it.

        Raises:
            OSError: the file is larger than anything that is read here, or damaged.
        """
        number = broken = 0
        while (sign := self._sign()) != "]":
            number += 1
            if not sign or broken >= BROKEN_ENTRIES:
                yield number, "too much is broken; the rest is left out" if sign else "the file breaks off here", 0
                return
            entry, size = self._entry()
            broken += isinstance(entry, str)
            yield number, entry, size

    def _sign(self) -> str:
        """Return the character with which the next entry begins, or the end of the list; empty at the end of the file."""
        while True:
            found = _BETWEEN.match(self._buffer, self._place)
            self._place = found.end() if found else self._place
            if self._place < len(self._buffer) or not self._more():
                return self._buffer[self._place : self._place + 1]

    def _entry(self) -> tuple[object, int]:
        while True:
            try:
                entry, end = _decoder.raw_decode(self._buffer, self._place)
            except (ValueError, RecursionError) as error:
                is_cut = isinstance(error, ValueError) and len(self._buffer) - self._place < ENTRY_CHARACTERS
                if is_cut and self._more():
                    continue
                return f"no JSON ({clean_line(str(error), 100)})", self._skip()
            size, self._place = end - self._place, end
            return entry, size

    def _skip(self) -> int:
        """Go to where the next post begins; return how many characters were passed over."""
        passed, start = 0, self._place + 1
        while not (found := _NEXT.search(self._buffer, start)):
            kept = max(start, len(self._buffer) - _NEXT_LENGTH)
            passed, self._place = passed + kept - self._place, kept
            if not self._more():
                self._place = len(self._buffer)
                return passed
            start = 0
        passed, self._place = passed + found.start() - self._place, found.start()
        return passed

    def _more(self) -> bool:
        """Read on; tell whether there was more. What lies before the place is forgotten."""
        chunk = self._text.read(_CHUNK)
        self._taken += len(chunk)
        if self._taken > FILE_CHARACTERS:
            raise OSError(f"it is larger than {FILE_CHARACTERS:,} characters")
        self._buffer, self._place = self._buffer[self._place :] + chunk, 0
        return bool(chunk)

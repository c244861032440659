"""Asks every kind whether a text is one of its own."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tracker.errors import TrackerError
from tracker.following.subscriptions import PLAIN
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tracker.ports import Fetcher

_PLACE = re.compile(r"^[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?$")
log = logging.getLogger("tracker.following")


class Recogniser:
    """Knows which kinds can read what a person names; plain feeds come last, since nearly every page could be one.

    Args:
        kinds: names of all kinds that can be fetched.
        fetcher_of: returns the fetcher of a kind, or raises ConfigError.
    """

    def __init__(self, kinds: Iterable[str], fetcher_of: Callable[[str], Fetcher]) -> None:
        self._asked: list[tuple[str, Callable[[str], object]]] = []
        for kind in sorted(kinds, key=lambda kind: (kind == PLAIN, kind)):
            try:
                recognise = getattr(fetcher_of(kind), "recognise", None)  # other packages' may be older than it
            except TrackerError as error:
                log.warning("%s: %s", kind, error)
                continue
            if recognise:
                self._asked.append((kind, recognise))

    def candidates(self, text: str) -> list[tuple[str, dict[str, Any]]]:
        """Return (kind, options) of every kind that recognises a text; `https://` may be left out of it."""
        typed = clean_line(text, 2_000)
        spellings = [typed, f"https://{typed}"] if _PLACE.match(typed) else [typed]
        found: list[tuple[str, dict[str, Any]]] = []
        for kind, recognise in self._asked:
            for spelling in spellings:
                options = _options(kind, recognise, spelling)
                if options is not None and (kind, options) not in found:
                    found.append((kind, options))
        return found


def _options(kind: str, recognise: Callable[[str], object], text: str) -> dict[str, Any] | None:
    try:
        options = recognise(text)
    except Exception:  # a fetcher's mistake must not stop the others
        log.exception("%s cannot tell whether '%s' is its own", kind, text)
        return None
    return dict(options) if isinstance(options, Mapping) else None

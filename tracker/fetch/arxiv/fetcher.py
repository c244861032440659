"""Follows arXiv: categories by the daily lists or by the archive, searches and authors by the query API."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from tracker import times
from tracker.errors import ConfigError
from tracker.fetch import options
from tracker.fetch.arxiv import daily as arxiv_daily
from tracker.fetch.arxiv import history as arxiv_history
from tracker.fetch.arxiv import search as arxiv_search
from tracker.fetch.arxiv.daily import missed
from tracker.fetch.arxiv.names import recognised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Batch, Client

__all__ = ["OPTIONS", "ArxivFetcher", "missed", "via"]
OPTIONS = frozenset({"categories", "query", "authors", "since", "via", "max_results"})
_WAYS = ("rss", "atom", "oai", "api")
_CATEGORY = re.compile(r"[a-z][a-z-]+(?:\.[A-Za-z-]+)?")


class ArxivFetcher:
    """Options: `categories`, `query`, `authors` (at least one), `since`, `via` and `max_results`."""

    kind: ClassVar[str] = "arxiv"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        categories = options.texts(source, "categories")
        if not categories and not _searches(source):
            raise ConfigError(
                f"Source '{source.name}' needs categories or a query, or authors.", 'Add categories = ["cs.LG"].'
            )
        for name in categories:
            if not _CATEGORY.fullmatch(name):
                raise ConfigError(
                    f"Source '{source.name}': '{name}' is no arXiv category.", "Write cs.LG, for instance."
                )
        way = via(source)
        if way != "api" and _searches(source):
            raise ConfigError(f"Source '{source.name}': a query cannot be read via {way}.", 'Write via = "api".')
        if since(source) and way == "api":
            raise ConfigError(
                f"Source '{source.name}': since needs categories without a query.", "Leave since out, or the query."
            )
        options.number(source, "max_results", arxiv_search.MAX_RESULTS, 1, arxiv_search.MOST_RESULTS)

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return the options for `cs.LG`, `arxiv:cs.LG+stat.ML`, `arxiv:au:Name`, `arxiv:"words"` or a list's address."""
        return recognised(text)

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield what is new; the cursor moves with the last batch, that of history with every one."""
        way = via(source)
        if way == "api":
            return arxiv_search.newest(source, cursor, client)
        if way == "oai":
            return arxiv_history.followed(source, since(source), cursor, client)
        return arxiv_daily.fetch(source, way, since(source), cursor, client)

    def fill(self, source: Source, first: date, last: date, client: Client) -> Iterator[Batch]:
        """Yield the papers announced from one day to another, see `tracker.fetch.arxiv.daily.fill`."""
        return arxiv_daily.fill(source, first, last, client)


def via(source: Source) -> str:
    """Return the way a source is read: `rss`, `atom`, `oai` or `api`."""
    chosen = options.text(source, "via") or ("api" if _searches(source) else "rss")
    if chosen not in _WAYS:
        raise ConfigError(f"Source '{source.name}': via must be one of {', '.join(_WAYS)}.")
    return chosen


def since(source: Source) -> date | None:
    """Return the day from which on history is wanted; TOML has dates of its own, so it need not be a text."""
    given = source.options.get("since")
    if given is None or given == "":
        return None
    try:
        day = given if type(given) is date else date.fromisoformat(given)
    except (TypeError, ValueError):
        day = None
    if day is None or day.year < 1991 or day > times.now().date():
        raise ConfigError(f"Source '{source.name}': since must be a day that has been.", "Write it as 2025-01-31.")
    return day


def _searches(source: Source) -> bool:
    return bool(options.text(source, "query") or options.texts(source, "authors"))

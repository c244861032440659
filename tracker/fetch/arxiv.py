"""Reads arXiv: the daily list of categories, or a query; days that the daily list has lost are filled from the query API."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from tracker import times
from tracker.errors import ConfigError
from tracker.fetch import arxiv_api, arxiv_rss, options
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.models import Record
    from tracker.ports import Client

OPTIONS = frozenset({"categories", "query", "via", "max_results"})
MAX_RESULTS = 200
MOST_RESULTS = 2_000
OVERLAP = timedelta(days=3)
"""How far before the newest known submission a query looks again: some papers are held back before they are announced."""
_CATEGORY = re.compile(r"[a-z][a-z-]+(?:\.[A-Za-z-]+)?")
_FILL_DAYS = 31


class ArxivFetcher:
    """Options: `categories` and/or `query`, `via` (`rss` for categories alone, else `api`), `max_results` (200)."""

    kind: ClassVar[str] = "arxiv"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        categories = options.texts(source, "categories")
        if not categories and not options.text(source, "query"):
            raise ConfigError(f"Source '{source.name}' needs categories or a query.", 'Add categories = ["cs.LG"].')
        for name in categories:
            if not _CATEGORY.fullmatch(name):
                raise ConfigError(
                    f"Source '{source.name}': '{name}' is no arXiv category.", "Write cs.LG, for instance."
                )
        if via(source) == "rss" and (options.text(source, "query") or not categories):
            raise ConfigError(f"Source '{source.name}': a query cannot be read via rss.", 'Write via = "api".')
        options.number(source, "max_results", MAX_RESULTS, 1, MOST_RESULTS)

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield what is new; the cursor moves with the last batch."""
        return _daily(source, cursor, client) if via(source) == "rss" else _queried(source, cursor, client)


def via(source: Source) -> str:
    """Return `rss` or `api`."""
    chosen = options.text(source, "via") or ("api" if options.text(source, "query") else "rss")
    if chosen not in {"rss", "api"}:
        raise ConfigError(f"Source '{source.name}': via must be rss or api.")
    return chosen


def query_of(source: Source) -> str:
    """Return the query for the API: the categories, and within them the user's own query."""
    categories = " OR ".join(f"cat:{name}" for name in options.texts(source, "categories"))
    query = options.text(source, "query")
    if categories and query:
        return f"({categories}) AND ({query})"
    return categories or query


def _queried(source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
    count = options.number(source, "max_results", MAX_RESULTS, 1, MOST_RESULTS)
    newest, oldest = str(cursor.get("newest") or ""), ""
    stop = _earlier(newest)
    records: list[Record] = []
    seen, passed = 0, False
    for result in arxiv_api.results(query_of(source), count, client, source.base):
        seen += 1
        record = arxiv_api.record_of(result)
        if record is None:
            continue
        if stop and record.published and record.published < stop:
            passed = True
            break
        records.append(record)
        if len(records) == arxiv_api.PAGE_SIZE:
            yield Batch(records=records, cursor=dict(cursor))
            records = []
        newest = max(newest, record.published or "")
        oldest = record.published or oldest
    problems = []
    if stop and not passed and seen >= count and oldest > str(cursor["newest"]):
        problems.append(f"There are more than {count} new papers: raise max_results or narrow the query.")
    yield Batch(records=records, cursor={**cursor, "newest": newest}, problems=problems)


def _earlier(newest: str) -> str:
    """Return the submission time at which a query may stop, empty when nothing is known yet."""
    day = times.parse(newest)
    if not day or len(day) < 10:
        return ""
    return (date.fromisoformat(day[:10]) - OVERLAP).isoformat()


def _daily(source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
    """Yield the list of today, then what the days since the last one read hold, for a list shows one day only.

    The cursor's `day` is the last one from which on nothing is missing; `listed` is the day of the last list read.
    """
    categories = options.texts(source, "categories")
    answer = client.get(arxiv_rss.request(categories, source.base))
    listed = cursor.get("listed")
    if answer.status == 304:
        span = missed(cursor.get("day"), listed)
    else:
        records, problems, day = arxiv_rss.parse(answer.body)
        listed = (day if records else None) or listed
        span = missed(cursor.get("day"), listed)
        yield Batch(
            records=records, cursor={"day": cursor.get("day") if span else listed, "listed": listed}, problems=problems
        )
    if span:
        yield from _filled(categories, span, client, source.base, {"day": listed, "listed": listed})


def missed(known: object, listed: object) -> tuple[date, date] | None:
    """Return the first and last day of announcement lost between two lists, or None when no working day lies between."""
    if not isinstance(known, str) or not isinstance(listed, str):
        return None
    try:
        last, newest = date.fromisoformat(known), date.fromisoformat(listed)
    except ValueError:
        return None
    first = max(last + timedelta(days=1), newest - timedelta(days=_FILL_DAYS))
    days = [first + timedelta(days=n) for n in range((newest - first).days)]
    working = [day for day in days if day.weekday() < 5]
    return (working[0], working[-1]) if working else None


def _filled(
    categories: tuple[str, ...], span: tuple[date, date], client: Client, base: str, cursor: Mapping[str, Any]
) -> Iterator[Batch]:
    """Yield the papers submitted for the days lost; a list appears one to three days after the submissions on it."""
    first, last = span[0] - timedelta(days=4), span[1]
    query = " OR ".join(f"cat:{name}" for name in categories)
    window = f"submittedDate:[{first:%Y%m%d}0000 TO {last:%Y%m%d}2359]"
    found = [
        arxiv_api.record_of(result)
        for result in arxiv_api.results(f"({query}) AND {window}", MOST_RESULTS, client, base)
    ]
    records = [record for record in found if record]
    problems = (
        ["More papers were missed than one query returns; some days stay incomplete."]
        if len(found) >= MOST_RESULTS
        else []
    )
    yield Batch(records=records, cursor=cursor, problems=problems)

"""Reads what a search of arXiv finds: of words, of authors, within categories, or of some days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tracker import times
from tracker.fetch import options
from tracker.fetch.arxiv import api as arxiv_api
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.models import Record
    from tracker.ports import Client

MAX_RESULTS = 200
MOST_RESULTS = 2_000
OVERLAP = timedelta(days=3)
"""How far before the newest known submission a query looks again: some papers are held back before they are announced."""
_LIST_DELAY = timedelta(days=4)
"""A list appears one to three days after the submissions on it, and one more on Mondays."""


def query_of(source: Source) -> str:
    """Return the query for the API: the categories, and within them the authors and the user's own query."""
    parts = (
        " OR ".join(f"cat:{name}" for name in options.texts(source, "categories")),
        " OR ".join(f'au:"{name}"' for name in map(_plain, options.texts(source, "authors")) if name),
        options.text(source, "query"),
    )
    found = [part for part in parts if part]
    return found[0] if len(found) == 1 else " AND ".join(f"({part})" for part in found)


def _plain(name: str) -> str:
    """Return a name without what would end its quotes; `del_maestro` is how arXiv itself writes `Del Maestro`."""
    return " ".join(re.sub(r'["()\\_]', " ", name).split())


def newest(source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
    """Yield the newest submissions, back to some days before the newest one known."""
    count = options.number(source, "max_results", MAX_RESULTS, 1, MOST_RESULTS)
    latest, oldest = str(cursor.get("newest") or ""), ""
    stop = _earlier(latest)
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
        latest = max(latest, record.published or "")
        oldest = record.published or oldest
    problems = []
    if stop and not passed and seen >= count and oldest > str(cursor["newest"]):
        problems.append(f"There are more than {count} new papers: raise max_results or narrow the query.")
    yield Batch(records=records, cursor={**cursor, "newest": latest}, problems=problems)


def _earlier(latest: str) -> str:
    """Return the submission time at which a query may stop, empty when nothing is known yet."""
    day = times.parse(latest)
    if not day or len(day) < 10:
        return ""
    return (date.fromisoformat(day[:10]) - OVERLAP).isoformat()


def submitted(source: Source, first: date, last: date, client: Client) -> Batch:
    """Return the papers in a source's categories that were submitted for the lists of some days."""
    span = f"submittedDate:[{first - _LIST_DELAY:%Y%m%d}0000 TO {last:%Y%m%d}2359]"
    found = [
        arxiv_api.record_of(result)
        for result in arxiv_api.results(f"({query_of(source)}) AND {span}", MOST_RESULTS, client, source.base)
    ]
    problem = "More papers were missed than one query returns; some days stay incomplete."
    problems = [problem] if len(found) >= MOST_RESULTS else []
    return Batch(records=[record for record in found if record], cursor={}, problems=problems)

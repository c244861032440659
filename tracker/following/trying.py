"""Asks sources once, as their first sync would, and stores nothing."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from tracker.errors import FetchError, TrackerError
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.config import Source
    from tracker.models import Record
    from tracker.ports import Client, Fetcher

NEWEST = 3
BATCHES = 3
WORKERS = 4
log = logging.getLogger("tracker.following")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a source answered when it was asked once.

    Attributes:
        title: the voice that all entries share, empty where there is none.
        entries: how many the first answer held.
        newest: (date, title) of the newest ones.
        problems: what could not be read.
        address: where the feed of a page was found, empty where it was asked for itself.
    """

    title: str = ""
    entries: int = 0
    newest: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    address: str = ""


def price(source: Source, fetcher: Fetcher) -> float | None:
    """Return the US dollars that a sync of a source may cost; None where reading costs nothing."""
    estimate = getattr(fetcher, "estimate", None)
    return (float(estimate(source)) or None) if estimate else None


def attempt(source: Source, fetcher: Fetcher, client: Client) -> Trial:
    """Read batches of a source until one holds anything.

    Raises:
        FetchError: it cannot be read.
        ConfigError: its options are wrong.
    """
    fetcher.check(source)
    records: list[Record] = []
    problems: list[str] = []
    address = ""
    try:
        for batch in islice(fetcher.fetch(source, {}, client), BATCHES):
            records += batch.records
            problems += batch.problems
            address = str(batch.cursor.get("feed", ""))
            if records:
                break
    except TrackerError:
        raise
    except Exception as error:  # a fetcher's mistake is told like any other failure; the log has it whole
        log.exception("%s failed", source.name)
        said = clean_line(str(error), 200)
        raise FetchError(f"It failed unexpectedly: {type(error).__name__}: {said}.", "Please report it.") from error
    return _trial(records, problems, address)


def attempts(
    sources: Sequence[Source], fetcher_of: Callable[[str], Fetcher], client: Client
) -> Iterator[tuple[Source, Trial | TrackerError]]:
    """Try sources, some at a time, and yield what came of each in their order; what costs money is not asked."""

    def attempted(source: Source) -> Trial | TrackerError:
        try:
            fetcher = fetcher_of(source.kind)
            if price(source, fetcher) is not None:
                return FetchError("Reading it costs money, so it was not tried.", state="off")
            return attempt(source, fetcher, client)
        except TrackerError as error:
            return error

    with ThreadPoolExecutor(min(WORKERS, len(sources)) or 1, thread_name_prefix="try") as pool:
        try:
            for source, tried in [(source, pool.submit(attempted, source)) for source in sources]:
                yield source, tried.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _trial(records: Sequence[Record], problems: Sequence[str], address: str) -> Trial:
    voices = {record.author for record in records}
    dated = sorted(records, key=lambda record: record.announced or record.published or "", reverse=True)
    return Trial(
        title=voices.pop() if len(voices) == 1 else "",
        entries=len(records),
        newest=tuple((one.announced or one.published or "", one.title) for one in dated[:NEWEST]),
        problems=tuple(problems),
        address=address,
    )

"""Reads arXiv's list of the day, and fills what lists have lost: each shows one day only, and some break off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tracker.errors import FetchError
from tracker.fetch import options
from tracker.fetch.arxiv import history as arxiv_history
from tracker.fetch.arxiv import rss as arxiv_rss
from tracker.fetch.arxiv import search as arxiv_search
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Client

_DAY = timedelta(days=1)
_FILL_DAYS = 31


def fetch(source: Source, form: str, since: date | None, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
    """Yield the list of today, then what lists have lost since the last one, then history where it is wanted.

    The cursor's `day` is the last one up to which nothing is missing; `listed` is the day of the last list read, of
    which papers are missing too when it `is_cut`; `history` is the state of `tracker.fetch.arxiv.history`.
    """
    answer = client.get(arxiv_rss.request(options.texts(source, "categories"), source.base, form))
    state = dict(cursor)
    if answer.status != 304:
        listing = arxiv_rss.parse(answer.body)
        if listing.day and (listing.records or listing.is_cut):
            state = _listed(state, listing.day, is_cut=listing.is_cut)
        yield Batch(records=listing.records, cursor=state, problems=listing.problems)
    if span := _lost(state):
        for batch in fill(source, *span, client):
            yield replace(batch, cursor=state)
        state = {**{name: value for name, value in state.items() if name != "is_cut"}, "day": state["listed"]}
        yield Batch(records=[], cursor=state)
    if since:
        yield from arxiv_history.past(source, since, state, client)


def _listed(state: Mapping[str, Any], day: str, *, is_cut: bool) -> dict[str, Any]:
    """Return the cursor after a list: its day is claimed when nothing is missing up to it."""
    known = state.get("day") or (_before(day) if is_cut else day)
    new = {**state, "day": known, "listed": day} | ({"is_cut": True} if is_cut else {})
    if not is_cut:
        new.pop("is_cut", None)
    return new if _lost(new) else {**new, "day": day}


def _before(day: str) -> str:
    return (date.fromisoformat(day) - _DAY).isoformat()


def _lost(state: Mapping[str, Any]) -> tuple[date, date] | None:
    """Return the first and last day of which papers are missing, the one of a list that is cut included."""
    span = missed(state.get("day"), state.get("listed"))
    if not state.get("is_cut"):
        return span
    try:
        cut = date.fromisoformat(str(state.get("listed")))
    except ValueError:
        return span
    return (span[0], cut) if span else (cut, cut)


def missed(known: object, listed: object) -> tuple[date, date] | None:
    """Return the first and last day of announcement lost between two lists, or None when no working day lies between."""
    if not isinstance(known, str) or not isinstance(listed, str):
        return None
    try:
        last, newest = date.fromisoformat(known), date.fromisoformat(listed)
    except ValueError:
        return None
    first = max(last + _DAY, newest - timedelta(days=_FILL_DAYS))
    days = [first + timedelta(days=n) for n in range((newest - first).days)]
    working = [day for day in days if day.weekday() < 5]
    return (working[0], working[-1]) if working else None


def fill(source: Source, first: date, last: date, client: Client) -> Iterator[Batch]:
    """Yield the papers announced from one day to another in a source's categories; the cursors say nothing.

    The archive is asked for all that changed since, up to the present: what changed once more would be missing from the
    days themselves. Where it cannot be asked, the query API is; and it alone for a source that is a search.

    Raises:
        FetchError: neither answers.
    """
    categories = options.texts(source, "categories")
    if options.text(source, "query") or options.texts(source, "authors"):
        yield arxiv_search.submitted(source, first, last, client)
        return
    begin = first - _DAY  # a list bears the day of New York, the archive that of Greenwich
    state = arxiv_history.begun({}, categories, begin)
    try:
        for batch in arxiv_history.harvest(categories, state, client, source.base, first - arxiv_history.HELD):
            yield replace(batch, cursor={})
    except FetchError:
        yield arxiv_search.submitted(source, first, last, client)

"""Reads all that changed in some categories since a day, page by page; where it broke off, the state says where to go on.

The state is JSON: `from` (all days before it are read), `sets`, `since` (what was asked for), and while a stretch of days
is being read `until` (empty: to the present), `set`, `token` and `day` (when it was begun). `done` says that it has once
come to the present.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tracker import times
from tracker.errors import FetchError
from tracker.fetch import options
from tracker.fetch.arxiv import oai as arxiv_oai
from tracker.fetch.arxiv.names import is_within, set_of
from tracker.fetch.options import items, mapping
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.config import Source
    from tracker.fetch.arxiv.oai import Page
    from tracker.models import Record
    from tracker.ports import Client

State = dict[str, Any]
STRETCH = timedelta(days=90)
"""How many days are asked for at a time: a place in a list is kept until the evening, and a stretch should be done by then."""
PAGES = 40
HELD = timedelta(days=14)
"""Papers may be held back some days before they are announced, so that a new one can be that old."""
_WEEK = timedelta(days=7)
_STRETCH_KEYS = ("until", "set", "token", "day")


def begun(state: object, categories: Sequence[str], since: date | None) -> State:
    """Return the state to go on from: the one kept, or a new one where more is asked for than it covers."""
    known, sets = mapping(state), list(dict.fromkeys(map(set_of, categories)))
    asked, covered = since.isoformat() if since else "", str(known.get("since") or "")
    is_covered = not asked or ("" < covered <= asked)
    if _day(known.get("from")) and is_covered and set(sets) <= {str(name) for name in items(known.get("sets"))}:
        return dict(known)
    return {"since": asked, "sets": sets, "from": max(since or _today() - _WEEK, arxiv_oai.EARLIEST).isoformat()}


def harvest(categories: tuple[str, ...], state: State, client: Client, base: str, oldest: date) -> Iterator[Batch]:
    """Yield pages until the present is reached or `PAGES` are read; each batch's cursor is the state after it.

    Papers submitted before `oldest` come as updates only: a record is listed by the day on which anything in it changed.

    Raises:
        FetchError: the archive cannot be asked; the state of the last batch is where to go on.
    """
    sets = list(dict.fromkeys(map(set_of, categories)))
    for _ in range(PAGES):
        state = state if state.get("set") in sets else _opened(state, sets)
        page, state = _read(state, client, base)
        records = _wanted(page.records, categories, oldest)
        if page.is_cut:
            yield Batch(records=records, cursor=state, problems=page.problems)
            raise FetchError("arXiv's archive sent a page that breaks off.", "It will be asked for again.")
        state = _after(state, page, sets)
        yield Batch(records=records, cursor=state, problems=page.problems)
        if _rests(state):
            return
    problem = f"All changes before {state['from']} are read; the next sync goes on."
    yield Batch(records=[], cursor=state, problems=[problem])


def past(source: Source, since: date, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
    """Yield what changed in a source's categories since a day, once; the cursor's `history` is the state."""
    categories = options.texts(source, "categories")
    state = begun(cursor.get("history"), categories, since)
    if not _rests(state):
        for batch in harvest(categories, state, client, source.base, since):
            yield replace(batch, cursor={**cursor, "history": batch.cursor})


def followed(source: Source, since: date | None, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
    """Yield what changed in a source's categories since the last time; at first since a day, or for a week."""
    categories = options.texts(source, "categories")
    state = begun(cursor.get("history"), categories, since)
    oldest = since or (_day(state["from"]) or _today()) - HELD
    for batch in harvest(categories, state, client, source.base, oldest):
        yield replace(batch, cursor={**cursor, "history": batch.cursor})


def _rests(state: Mapping[str, Any]) -> bool:
    return bool(state.get("done")) and "set" not in state


def _opened(state: State, sets: Sequence[str]) -> State:
    """Begin a stretch of days; one that ends today or later is open, for the archive refuses days that are to come."""
    first = max(_day(state.get("from")) or _today() - _WEEK, arxiv_oai.EARLIEST)
    last = first + STRETCH - timedelta(days=1)
    kept = {name: value for name, value in state.items() if name not in {*_STRETCH_KEYS, "done"}}
    until = last.isoformat() if last < _today() else ""
    return {**kept, "from": first.isoformat(), "until": until, "set": sets[0], "token": "", "day": ""}


def _read(state: State, client: Client, base: str) -> tuple[Page, State]:
    """Ask for the page that the state points to; a place that is forgotten means the set from the start of the stretch."""
    if token := str(state.get("token") or ""):
        try:
            return arxiv_oai.ask(arxiv_oai.next_request(token, base), client), state
        except arxiv_oai.ExpiredTokenError:
            state = {**state, "token": ""}
    first, last = _day(state["from"]) or arxiv_oai.EARLIEST, _day(state.get("until"))
    return arxiv_oai.ask(arxiv_oai.records_request(str(state["set"]), first, last, base), client), state


def _after(state: State, page: Page, sets: Sequence[str]) -> State:
    """Return where to go on: the next page, the next set, the next stretch, or at rest until something changes."""
    day = state.get("day") or min(page.answered or _today(), _today()).isoformat()
    if page.token and page.token == state["token"]:
        raise FetchError("arXiv's archive leads from a page to the same page.", "It will be tried again.")
    if page.token:
        return {**state, "day": day, "token": page.token}
    if state["set"] != sets[-1]:
        return {**state, "day": day, "token": "", "set": sets[sets.index(state["set"]) + 1]}
    rest = {name: value for name, value in state.items() if name not in _STRETCH_KEYS}
    if until := _day(state.get("until")):
        return {**rest, "from": (until + timedelta(days=1)).isoformat()}
    return {**rest, "from": max(day, str(state["from"])), "done": True}


def _wanted(records: Sequence[Record], categories: tuple[str, ...], oldest: date) -> list[Record]:
    """Return the records of the categories; a deleted one has none and is an update."""
    found = [one for one in records if one.updates_only or any(is_within(name, categories) for name in one.categories)]
    limit = oldest.isoformat()
    return [one if (one.published or "") >= limit else replace(one, updates_only=True) for one in found]


def _today() -> date:
    return times.now().date()


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None

"""Reads accounts, a list or a recent search of X: through its API v2, which is paid for, or accounts through a bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tracker.credentials import required
from tracker.errors import ConfigError, FetchError
from tracker.fetch import options
from tracker.fetch.options import mapping
from tracker.fetch.x import bridge as x_bridge
from tracker.fetch.x.pages import USER_COST, Desk, Target
from tracker.fetch.x.refusals import TOKEN, TargetError
from tracker.fetch.x.targets import (
    account_of,
    account_target,
    check_bridge,
    list_address,
    most_posts,
    other_targets,
    path_of,
    users_of,
)
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.config import Source
    from tracker.models import Record
    from tracker.ports import Client

BASE = "https://api.x.com"
OPTIONS = frozenset({"users", "list", "search", "reposts", "replies", "bridge", "max_posts"})
_QUERY_LENGTH = 512


class XFetcher:
    """Options: `users`, `list`, `search`, one of them at least; `reposts`, `replies` and `max_posts`; `bridge`."""

    kind: ClassVar[str] = "x"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        query = options.text(source, "search")
        if not [*users_of(source), *other_targets(source)]:
            raise ConfigError(
                f"Source '{source.name}' follows nothing.", 'Add users = ["…"], list = "…" or search = "…".'
            )
        if len(query) > _QUERY_LENGTH:
            raise ConfigError(
                f"Source '{source.name}': search is longer than {_QUERY_LENGTH} characters.", "Shorten it."
            )
        options.switch(source, "reposts")
        options.switch(source, "replies")
        most_posts(source)
        check_bridge(source)

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return the options for the address of an account or a list, or for `x:name`. Pure."""
        text = text.strip()
        if text.lower().startswith("x:") and (name := account_of(text[2:])):
            return {"users": [name]}
        path = path_of(text)
        if number := list_address(path):
            return {"list": number}
        return {"users": [name]} if path and (name := account_of(path)) else None

    def estimate(self, source: Source, cursor: Mapping[str, Any] | None = None) -> float:
        """Return the most US dollars that one sync of a source may cost; 0.0 through a bridge. Pure.

        It is reached when everything followed has `max_posts` new posts that all answer one post and quote another;
        only what comes is charged. Without a cursor the source is taken as new.

        Raises:
            ConfigError: options are wrong.
        """
        if options.text(source, "bridge"):
            return 0.0
        names, known = users_of(source), mapping((cursor or {}).get("users"))
        strangers = [name for name in names if name.lower() not in known]
        targets = [account_target(source, "0", name) for name in names] + other_targets(source)
        return round(len(strangers) * USER_COST + sum(most_posts(source) * target.price for target in targets), 6)

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield page after page of everything followed, newest first, each until a known post or `max_posts`.

        When money, limit or service end in the middle, what was paid for is kept, and the next run begins with what
        this one did not reach. One account, list or search that cannot be read is a problem while others can.

        Raises:
            FetchError: it cannot be paid or read on, or nothing can be read at all.
        """
        if options.text(source, "bridge"):
            yield from x_bridge.fetch(source, users_of(source), cursor, client)
            return
        token = required(TOKEN, "X shows nothing without a token of its API, which is paid for by what is read.")
        yield from _Run(source, cursor, Desk(client, source.base or BASE, token)).batches()


class _Run:
    """One reading of a source: what it knew, what it has learnt."""

    def __init__(self, source: Source, cursor: Mapping[str, Any], desk: Desk) -> None:
        self._source, self._desk = source, desk
        self._names = {name.lower(): name for name in users_of(source)}
        known = mapping(cursor.get("users"))
        self._users: dict[str, list[str]] = {name: list(known[name]) for name in self._names if name in known}
        self._newest: dict[str, str] = dict(mapping(cursor.get("newest")))
        self._turn = str(cursor.get("turn", ""))
        self._refused: list[FetchError] = []
        self._has_learnt = False

    def batches(self) -> Iterator[Batch]:
        try:
            self._meet()
            for target in self._in_turn():
                self._turn = target.key
                yield from self._read(target)
            self._turn = ""
        except FetchError:
            if self._has_learnt:
                yield self._remarks()
            raise
        if self._refused and not self._has_learnt:
            raise self._refused[0]
        yield self._remarks()

    def _meet(self) -> None:
        """Learn the ids of accounts that were never read, once and for all: each costs."""
        waiting = [name for name in self._names if name not in self._users]
        while waiting:
            asked, found, missing = self._desk.users(waiting)
            self._users |= {name: list(found[name]) for name in waiting[:asked] if name in found}
            self._refused += [TargetError(words, "Check the name.") for words in missing]
            self._has_learnt |= bool(found)
            waiting = waiting[asked:]

    def _in_turn(self) -> list[Target]:
        """Return what is read, beginning with what the last run did not reach."""
        targets = [account_target(self._source, *self._users[name]) for name in self._names if name in self._users]
        targets += other_targets(self._source)
        self._newest = {target.key: self._newest[target.key] for target in targets if target.key in self._newest}
        start = next((place for place, target in enumerate(targets) if target.key == self._turn), 0)
        return targets[start:] + targets[:start]

    def _read(self, target: Target) -> Iterator[Batch]:
        """Read one target; its newest post is noted when there is no gap between it and the one known before."""
        known = newest = int(self._newest.get(target.key, 0))
        mark, left, is_over = "", most_posts(self._source), False
        while not is_over:
            try:
                page = self._desk.page(target, known, mark, left)
            except TargetError as error:
                self._refused.append(error)
                return
            except FetchError as error:
                if error.state == "slowed" and mark:  # to begin anew tomorrow would spend the money on the same posts
                    self._newest[target.key] = str(newest)
                    if known:
                        raise _broken_off(error, target) from error
                raise
            self._has_learnt = True
            newest, mark = max(newest, *page.ids, 0), page.mark
            left -= max(len(page.ids), target.least)  # pages may be empty and yet not the last
            is_level = not mark or any(number <= known for number in page.ids)
            is_over = is_level or left < target.least
            if is_over:
                self._newest[target.key] = str(newest)
            if is_over and not is_level and known:
                self._refused.append(_left_out(target))
            yield self._batch(page.records, page.problems)

    def _remarks(self) -> Batch:
        return self._batch(problems=[str(error) for error in self._refused])

    def _batch(self, records: Sequence[Record] = (), problems: Sequence[str] = ()) -> Batch:
        cursor = {"users": dict(self._users), "newest": dict(self._newest), "turn": self._turn}
        return Batch(records=records, cursor=cursor, problems=problems)


def _left_out(target: Target) -> FetchError:
    return FetchError(f"There was more of {target.shown} than was read; older posts are left out.")


def _broken_off(error: FetchError, target: Target) -> FetchError:
    message = f"{error.message} {_left_out(target).message}"
    return FetchError(message, error.remedy, state=error.state, retry_after=error.retry_after)

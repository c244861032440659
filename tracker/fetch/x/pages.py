"""Asks the API v2 of X for pages of posts and for the ids of accounts, each paid for before it is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.options import items, mapping
from tracker.fetch.x.posts import Included, moment_of, number_of, record_of
from tracker.fetch.x.refusals import in_words, is_free, not_given
from tracker.ports import Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.models import Record
    from tracker.ports import Client

ACCOUNT = "x"
POST_COST, USER_COST = 0.005, 0.010
"""US dollars for each post and each account that an answer holds."""
_SMALLEST = 0.001
PAGE_SIZE = 25
USERS_AT_ONCE = 100
_SEARCHABLE = timedelta(days=7, hours=-2)  # somewhat less than a week: the clocks of two machines
_FIELDS = {
    "tweet.fields": "created_at,author_id,entities,public_metrics,referenced_tweets,conversation_id,note_tweet",
    "expansions": "referenced_tweets.id",
}
_turn = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing that is read page by page.

    Attributes:
        key: its name in the cursor.
        shown: its name in messages.
        path: of the API.
        least: the smallest page that the API gives.
        query: parameters of its own.
        author: whose posts they are; empty when those of many, whose names then come along and cost.
        has_since: whether it can be asked for posts after a known one only.
        is_search: whether it is a search, which goes back a week.
    """

    key: str
    shown: str
    path: str
    least: int
    query: Mapping[str, str] = field(default_factory=dict)
    author: str = ""
    has_since: bool = True
    is_search: bool = False

    @property
    def price(self) -> float:
        """The most that a post of it costs: itself, those that it answers and quotes, and the name of its author."""
        return 3 * POST_COST + (0.0 if self.author else USER_COST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer: its posts, the ids of all of them, the mark of the next page, and what it cost."""

    records: Sequence[Record]
    problems: Sequence[str]
    ids: Sequence[int]
    mark: str
    cost: float


class Desk:
    """Asks with the user's token. What an answer did not use of what was put down for it is given back."""

    def __init__(self, client: Client, base: str, token: str) -> None:
        self._client, self._base = client, base
        self._headers = {"authorization": f"Bearer {token}"}

    def page(self, target: Target, since: int, mark: str, most: int) -> Page:
        """Return a page of at most `most` posts, fewer when no more can be paid.

        Raises:
            FetchError: it cannot be paid or read; a `tracker.fetch.x.refusals.TargetError` when others may be.
        """
        with _turn:  # what is put down for one request may not stand in the way of another that the cap has room for
            size = self._afford(min(most, PAGE_SIZE), target.price, target.least)
            paid = size * target.price
            page = parse(self._answer(self._posts(target, since, mark, size), target.shown, paid), target)
            self._settle(page.cost - paid)
            return page

    def users(self, names: Sequence[str]) -> tuple[int, dict[str, tuple[str, str]], list[str]]:
        """Return how many of the names were asked for, see `parse_users` for the rest; fewer when no more can be paid.

        Raises:
            FetchError: see `page`.
        """
        with _turn:
            count = self._afford(min(len(names), USERS_AT_ONCE), USER_COST, 1)
            url = f"{self._base}/2/users/by?{urlencode({'usernames': ','.join(names[:count])})}"
            wanted = Request(url=url, headers=self._headers, accept="application/json")
            body = self._answer(wanted, "the accounts", count * USER_COST)
            found, problems = parse_users(body)
            self._settle((len(found) - count) * USER_COST)
            return count, found, problems

    def _posts(self, target: Target, since: int, mark: str, size: int) -> Request:
        query = {**target.query, **_FIELDS, "max_results": str(size)}
        if not target.author:
            query |= {"expansions": f"author_id,{_FIELDS['expansions']}", "user.fields": "username,name"}
        if since := searchable(since) if target.is_search else since * target.has_since:
            query["since_id"] = str(since)
        if mark:
            query["next_token" if target.is_search else "pagination_token"] = mark
        return Request(
            url=f"{self._base}{target.path}?{urlencode(query)}", headers=self._headers, accept="application/json"
        )

    def _afford(self, count: int, price: float, least: int) -> int:
        """Put down what so many things cost at most, or half as many while the cap does not allow it; return how many."""
        while True:
            try:
                self._client.spend(ACCOUNT, round(count * price, 6))
            except FetchError:
                if count <= least:
                    raise
                count = max(least, count // 2)
            else:
                return count

    def _answer(self, request: Request, shown: str, paid: float) -> bytes:
        try:
            return self._client.get(request).body
        except FetchError as error:
            if is_free(error):
                self._settle(-paid)
            raise in_words(error, shown) from error

    def _settle(self, change: float) -> None:
        """Give back what was not used. Should more have come than was asked for, put down as much of it as the cap holds."""
        while abs(change := round(change, 6)) >= _SMALLEST:
            try:
                self._client.spend(ACCOUNT, change)
            except FetchError:
                change /= 2
            else:
                return


def searchable(since: int) -> int:
    """Return the id after which to search, 0 when it is older than the search goes back: it would be refused."""
    earliest = times.stamp(times.now() - _SEARCHABLE)
    return since if (moment_of(since) or "") > earliest else 0


def parse(body: bytes, target: Target) -> Page:
    """Return what a page of posts holds.

    Raises:
        FetchError: it is no answer of the API, or says that the target cannot be given.
    """
    answer = _answer_of(body)
    posts, includes = items(answer.get("data")), mapping(answer.get("includes"))
    if not posts and (refused := not_given(answer, target.shown)):
        raise refused
    beside = [mapping(post) for post in items(includes.get("tweets") or includes.get("posts"))]
    users = [mapping(user) for user in items(includes.get("users"))]
    included = Included(users=_by_id(users), posts=_by_id(beside))
    found = [record_of(mapping(post), included, target.author) for post in posts]
    records = {record.key: record for record in found if record}
    return Page(
        records=list(records.values()),
        problems=_problems(found.count(None), len(items(answer.get("errors"))), target),
        ids=[
            number
            for post, record in zip(posts, found, strict=True)
            if record and (number := number_of(mapping(post).get("id")))
        ],
        mark=clean_line(mapping(answer.get("meta")).get("next_token"), 500),
        cost=(len(posts) + len(beside)) * POST_COST + len(users) * USER_COST,
    )


def parse_users(body: bytes) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Return (id, name as the account writes it) by name in lower case, and what X says of those that it does not give.

    Raises:
        FetchError: it is no answer of the API.
    """
    answer = _answer_of(body)
    found = {}
    for user in map(mapping, items(answer.get("data"))):
        name, number = clean_line(user.get("username"), 50), number_of(user.get("id"))
        if name and number:
            found[name.lower()] = (str(number), name)
    details = [
        clean_line(mapping(error).get("detail") or mapping(error).get("title"), 200)
        for error in items(answer.get("errors"))
    ]
    return found, [f"X says: {detail}" for detail in details if detail]


def _answer_of(body: bytes) -> Mapping[str, Any]:
    try:
        answer = mapping(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise FetchError("X sent something that is not JSON.", "It will be tried again with the next sync.") from error
    is_known = isinstance(answer.get("data", []), list) and answer.keys() & {"data", "meta", "errors"}
    if not is_known:
        raise FetchError(
            "X sent an answer of a shape that is not known here.", "Look for a newer research-tracker, or report it."
        )
    return answer


def _problems(unread: int, missing: int, target: Target) -> list[str]:
    found = []
    if unread:
        found.append(f"{unread} of the entries of {target.shown} are no posts that can be read.")
    if missing:
        found.append(f"X keeps back {missing} of the posts that those of {target.shown} refer to.")
    return found


def _by_id(entries: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(number): entry for entry in entries if (number := number_of(entry.get("id"))) is not None}

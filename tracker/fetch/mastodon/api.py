"""Asks a Mastodon server, or one that speaks like it: requests, the words for its refusals, pages and their marks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.mastodon.posts import records_of, voice
from tracker.fetch.options import mapping
from tracker.http.refusals import StatusError
from tracker.ports import Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.models import Record
    from tracker.ports import Client, Response

BASE = "https://{server}"
PAGE_SIZE = 40
_LINK = re.compile(r'<([^<>]*)>\s*;\s*rel="?(next|prev)"?')
_SERVER_REMEDY = "Check that the address is that of a Mastodon server."


class UnknownPlaceError(FetchError):
    """The server has no such account or page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where posts are read.

    Attributes:
        server: the host that is asked.
        base: the address that is asked in its place, or its own.
        path: of the requests, below `/api/v1/`; that of an account is found by its name.
        account: full name, empty for hashtags and trends.
        feed: the address under which the server gives the same as a feed; empty where it gives none.
    """

    server: str
    base: str
    path: str = ""
    account: str = ""
    feed: str = ""
    reposts: bool = False
    replies: bool = False

    @property
    def name(self) -> str:
        """What tells places apart."""
        return f"{self.server} {self.account or self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a time line, newest first.

    Attributes:
        ids: those of its entries, also of those that are no records.
        older, newer: the marks at which the pages beside it begin, empty where the server names none.
        pause: words for the end of what the server allows, or empty.
    moved: words for it when the account that is read has moved, or empty.
    """

    records: list[Record]
    problems: list[str]
    ids: list[str]
    older: str
    newer: str
    pause: str
    moved: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The posts of a place, page by page.

    Attributes:
        number: the id of an account on this server; empty for hashtags and trends.
        home: the host of accounts that the server names without one.
    """

    place: Place
    client: Client
    number: str
    home: str

    def page(self, **marks: str) -> Page:
        """Return the newest page, that of what is older than `max_id`, or that of what follows `min_id`.

        Raises:
            FetchError: the server refuses, or sends no list of posts.
        """
        answer = _asked(self.place, request(self.place, self.number, marks), self.client)
        return parse(answer, self.place, self.home)


def lookup(place: Place, client: Client) -> tuple[str, str]:
    """Return (id on this server, host of those that it names without one) of an account.

    Raises:
        FetchError: it is unknown, closed, or the server does not tell.
    """
    name, _, host = place.account.partition("@")
    asked = name if host == place.server else place.account  # its own accounts every server knows by the short name
    url = f"{place.base}/api/v1/accounts/lookup?{urlencode({'acct': asked})}"
    account = mapping(_json(_asked(place, Request(url=url, accept="application/json"), client).body, place))
    number = clean_line(account.get("id"), 100)
    if not number:
        raise FetchError(f"{place.server} did not say who {place.account} is{_said(account)}.", _SERVER_REMEDY)
    if account.get("suspended") is True:
        raise _closed(place)
    return number, place.server if "@" in clean_line(account.get("acct"), 300) else host


def request(place: Place, number: str, marks: Mapping[str, str]) -> Request:
    """Return the request for a page, see `Timeline`.

    It is not conditional: a run that broke off after the first page would be told 304 and never see the others.
    """
    query = {"limit": str(PAGE_SIZE), **marks}
    path = place.path
    if number:
        path = f"accounts/{quote(number, safe='')}/statuses"
        query |= {
            name: "true"
            for name, wanted in (("exclude_reblogs", place.reposts), ("exclude_replies", place.replies))
            if not wanted
        }
    return Request(url=f"{place.base}/api/v1/{path}?{urlencode(query)}", accept="application/json")


def parse(answer: Response, place: Place, home: str) -> Page:
    """Return the page that an answer is, see `Timeline`."""
    statuses = _json(answer.body, place)
    if not isinstance(statuses, list):
        raise FetchError(f"{place.server} sent no list of posts{_said(statuses)}.", _SERVER_REMEDY)
    records, unread = records_of(statuses, home, reposts=place.reposts, replies=place.replies)
    older, newer = marks_of(answer.headers.get("link", ""))
    return Page(
        records=records,
        problems=[f"{unread} of the entries are no posts that can be read."] if unread else [],
        ids=[number for status in statuses if (number := clean_line(mapping(status).get("id"), 100))],
        older=older,
        newer=newer,
        pause=pause_of(answer.headers, place.server),
        moved=_moved(statuses, place) if place.account else "",
    )


def _moved(statuses: list[Any], place: Place) -> str:
    account = mapping(mapping(next(iter(statuses), None)).get("account"))
    target = voice(mapping(account.get("moved")), place.server)
    return f"{place.account} has moved to {target}: follow that one." if target else ""


def marks_of(link: str) -> tuple[str, str]:
    """Return (`max_id` of the next page, `min_id` of the one before) of a Link header.

    Only the marks are taken: the addresses themselves might lead elsewhere.
    """
    found = {"next": "", "prev": ""}
    for url, relation in _LINK.findall(link[:4_000]):
        try:
            values = parse_qs(urlsplit(url).query)
        except ValueError:
            continue
        found[relation] = clean_line(next(iter(values.get("max_id" if relation == "next" else "min_id", [])), ""), 100)
    return found["next"], found["prev"]


def pause_of(headers: Mapping[str, str], server: str) -> str:
    """Return words for it when the server allows no further request for now.

    The end of the pause is a time in ISO form with Mastodon itself, and seconds since 1970 with others.
    """
    if headers.get("x-ratelimit-remaining", "").strip() != "0":
        return ""
    reset = headers.get("x-ratelimit-reset", "").strip()
    moment = times.parse(reset)
    if re.fullmatch(r"\d{9,10}", reset):
        moment = times.stamp(datetime.fromtimestamp(int(reset), UTC))
    until = f" until {moment[11:16]} UTC" if moment and len(moment) > 16 else ""
    return f"{server} allows no further requests{until}; the next sync goes on."


def _asked(place: Place, wanted: Request, client: Client) -> Response:
    try:
        return client.get(wanted)
    except StatusError as error:
        if known := _refused(place, error.status):
            raise known from error
        raise


def _refused(place: Place, status: int) -> FetchError | None:
    """Return the error for a status that means something of its own here."""
    if status in {401, 422}:
        return FetchError(
            f"{place.server} shows its posts only to people who are logged in there ({status}).",
            f'Try the feed instead: kind = "feed", url = "{place.feed}".' if place.feed else "Ask another server.",
            state="login",
        )
    if status == 410:
        return _closed(place)
    if status == 404 and place.account:
        return UnknownPlaceError(
            f"{place.server} knows no account {place.account}.",
            "Check the name; if its server has another address than its name says, add instance = that address.",
        )
    if status == 404:
        return UnknownPlaceError(f"{place.server} has nothing of that kind (404).", _SERVER_REMEDY)
    return None


def _closed(place: Place) -> FetchError:
    return FetchError(f"{place.account or place.server} was closed.", "Remove the source.", state="gone")


def _json(body: bytes, place: Place) -> Any:  # noqa: ANN401 - JSON is of any shape
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchError(
            f"{place.server} sent something that is not JSON, or only the beginning of it.",
            f"It will be tried again with the next sync. {_SERVER_REMEDY}",
        ) from error


def _said(answer: object) -> str:
    said = clean_line(mapping(answer).get("error"), 200).rstrip(".")
    return f": {said}" if said else ""

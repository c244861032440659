"""Reads the posts of a Lemmy community at its home server; no login needed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from tracker.errors import ConfigError, FetchError
from tracker.fetch import options
from tracker.fetch.fediverse import belongs, full_name, server_of, split_address
from tracker.fetch.lemmy.posts import parse
from tracker.fetch.options import mapping
from tracker.http.refusals import StatusError
from tracker.ports import Batch, Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Client

OPTIONS = frozenset({"community", "instance", "sort"})
BASE = "https://{server}"
PAGE_SIZE = 50
FIRST_PAGES, LATER_PAGES = 3, 20
NEWEST = "New"
SORTS = (
    *(NEWEST, "Hot", "Active", "Scaled", "Controversial", "MostComments", "NewComments"),
    *("TopHour", "TopSixHour", "TopTwelveHour", "TopDay", "TopWeek", "TopMonth"),
    *("TopThreeMonths", "TopSixMonths", "TopNineMonths", "TopYear", "TopAll"),
)
_LEMMY = re.compile(r"lemm|feddit")
_SERVERS = frozenset(
    """
    programming.dev sh.itjust.works beehaw.org discuss.tchncs.de infosec.pub sopuli.xyz mander.xyz aussie.zone
    slrpnk.net reddthat.com ttrpg.network startrek.website hexbear.net jlai.lu awful.systems midwest.social
    """.split()
)


class LemmyFetcher:
    """Options: `community` (`name@host`), `instance` (its home unless given), `sort` (`New` unless given)."""

    kind: ClassVar[str] = "lemmy"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        community_of(source)
        instance_of(source)
        sort_of(source)

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return options for `!name@host`, or the page of a community on a server that is surely Lemmy's."""
        text = text.strip()
        host, path = split_address(text)
        found = full_name(text, "!", "c/") if host or text.startswith("!") else None
        if not found or (host and not ("@" in path or _LEMMY.search(host) or belongs(host, _SERVERS))):
            return None
        return {"community": "@".join(found)}

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield pages, newest first, until a known post; of a ranking one page. The cursor moves with the last page."""
        place = f"{instance_of(source)} {'@'.join(community_of(source))} {sort_of(source)}"
        known = str(cursor.get("newest", "")) if cursor.get("place") == place else ""
        pages = 1 if sort_of(source) != NEWEST else LATER_PAGES if known else FIRST_PAGES
        newest, mark = known, dict[str, str]()
        for number in range(1, pages + 1):
            page = parse(_asked(source, mark, client), number)
            newest, mark = max([newest, *page.moments]), page.next
            reached = bool(known and page.moments and page.moments[-1] <= known)
            if not mark or reached or number == pages:
                hole = [] if reached or not known or not mark or pages == 1 else [_HOLE]
                after = {"place": place, "newest": newest}
                yield Batch(records=page.records, cursor=after, problems=page.problems + hole)
                return
            yield Batch(records=page.records, cursor=dict(cursor), problems=page.problems)


_HOLE = f"There are more than {LATER_PAGES * PAGE_SIZE} new posts; the oldest of them were not read."


def community_of(source: Source) -> tuple[str, str]:
    """Return (name, host) of the community.

    Raises:
        ConfigError: it is missing or not whole.
    """
    text = options.text(source, "community", None)
    if found := full_name(text, "!", "c/"):
        return found
    raise ConfigError(f"Source '{source.name}': '{text}' is no Lemmy community.", 'Write it whole: "name@host".')


def instance_of(source: Source) -> str:
    """Return the server to ask: the home of the community unless another one is given.

    Raises:
        ConfigError: it is no server.
    """
    text = options.text(source, "instance")
    if text and not server_of(text):
        raise ConfigError(f"Source '{source.name}': '{text}' is no server.", 'Write instance = "lemmy.world", for one.')
    return server_of(text) or community_of(source)[1]


def sort_of(source: Source) -> str:
    """Return the order to ask for.

    Raises:
        ConfigError: Lemmy knows no such order.
    """
    asked = options.text(source, "sort", NEWEST)
    known = next((sort for sort in SORTS if sort.lower() == asked.lower()), None)
    if known is None:
        raise ConfigError(f"Source '{source.name}': '{asked}' is no sort of Lemmy.", f"Known: {', '.join(SORTS)}.")
    return known


def request(source: Source, mark: Mapping[str, str]) -> Request:
    """Return the request for the page at a mark, the first one when it is empty; not conditional, for votes change."""
    (name, home), server = community_of(source), instance_of(source)
    asked = name if server == home else f"{name}@{home}"
    query = {"community_name": asked, "type_": "All", "sort": sort_of(source), "limit": str(PAGE_SIZE), **mark}
    base = source.base or BASE.format(server=server)
    return Request(url=f"{base}/api/v3/post/list?{urlencode(query)}", accept="application/json")


def _asked(source: Source, mark: Mapping[str, str], client: Client) -> bytes:
    try:
        return client.get(request(source, mark)).body
    except StatusError as error:
        if error.status not in {400, 403, 404}:
            raise
        raise _refused(source, error) from error


def _refused(source: Source, error: StatusError) -> FetchError:
    """Return the error for what the service says in its own words."""
    try:
        said = clean_line(mapping(json.loads(error.body)).get("error"), 200)
    except (ValueError, RecursionError):
        said = ""
    name, host = "@".join(community_of(source)), instance_of(source)
    if said in {"couldnt_find_community", "not_found"}:
        return FetchError(f"{host} knows no community '{name}'.", "Check the name and the server.")
    if "private" in said:
        return FetchError(
            f"{host} shows its posts only to people who are logged in there.",
            "Follow another community.",
            state="login",
        )
    if said:
        return FetchError(f"{host} refuses to show '{name}': {said}.", "Check the name and the server.")
    return error

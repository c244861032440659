"""Finds the feed of a web page (the one that it names, else one under a usual name) and the further pages of a feed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.errors import FetchError
from tracker.fetch.feed.addresses import site_of, usual_places
from tracker.fetch.feed.reader import WebPageError, read
from tracker.http.bounds import is_public
from tracker.http.refusals import StatusError
from tracker.ports import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.fetch.feed.documents import Document
    from tracker.ports import Client

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
TRIES = 5
PAGES = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What was read.

    Attributes:
        url: the final address, after redirects.
        document: None when it has not changed.
        address: where the feed was found, empty when it is the address that was asked for.
    """

    url: str
    document: Document | None
    address: str = ""


def find(wanted: Request, remembered: str, client: Client) -> Found:
    """Read the feed at an address, or the one of the page there; first of all where it was found the last time.

    Raises:
        FetchError: there is no feed, or it cannot be read.
    """
    if remembered:
        try:
            return _read(wanted, remembered, client)
        except WebPageError:
            pass
        except StatusError as error:
            if error.status not in {404, 410}:
                raise
        wanted = replace(wanted, conditional=False)  # the page is unchanged, but it must be looked at again
    try:
        return _read(wanted, "", client)
    except WebPageError as page:
        return _beside(page, wanted, client)


def pages(found: Found, known: str, client: Client) -> Iterator[tuple[str, Document]]:
    """Yield (address, document) of a feed, and of the older pages that it names, five at most, until a known moment."""
    url, document, seen = found.url, found.document, {found.url}
    while document is not None:
        yield url, document
        following = document.next_page
        if not following or following in seen or len(seen) == PAGES or site_of(following) != site_of(url):
            return
        if known and min((entry.published for entry in document.entries if entry.published), default="") <= known:
            return
        seen.add(following)
        answer = client.get(Request(url=following, accept=ACCEPT))
        url, document = following, read(answer.body, answer.url, answer.headers.get("content-type", ""))


def _read(wanted: Request, address: str, client: Client) -> Found:
    answer = client.get(replace(wanted, url=address) if address else wanted)
    if answer.status == 304:
        return Found(answer.url, None, address)
    return Found(answer.url, read(answer.body, answer.url, answer.headers.get("content-type", "")), address)


def _beside(page: WebPageError, wanted: Request, client: Client) -> Found:
    """Try the feeds that a page names, then the usual names, five addresses at most; none of them: the page is the error."""
    tried = [address for address in dict.fromkeys((*page.feeds, *usual_places(page.url))) if address != wanted.url]
    for address in tried[:TRIES]:
        if not _may_lead_to(page.url, address):
            continue
        try:
            return _read(replace(wanted, conditional=True), address, client)
        except FetchError as error:
            if error.state == "slowed":
                raise
    raise page


def _may_lead_to(url: str, address: str) -> bool:
    """Tell whether a page may send its reader to an address: not from elsewhere into a private network."""
    here, there = urlsplit(url).hostname or "", urlsplit(address).hostname or ""
    return here == there or is_public(there)

"""The feeds of Bluesky: which method gives the posts of a place, and its pages one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.errors import FetchError
from tracker.fetch.bluesky.api import did_of
from tracker.fetch.bluesky.places import is_did
from tracker.fetch.bluesky.posts import page_of
from tracker.fetch.options import mapping
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.fetch.bluesky.api import Service
    from tracker.fetch.bluesky.places import Place
    from tracker.fetch.bluesky.posts import Wanted

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A method with its parameters that gives pages of posts.

    Attributes:
        what: what is read, for the words of errors.
        is_ranked: whether its program orders the posts as it likes; else the newest come first.
    """

    what: object
    method: str
    query: Mapping[str, str]
    wanted: Wanted
    is_ranked: bool = False


def author_feed(place: Place, account: str, wanted: Wanted) -> Feed:
    """Return the feed of an account."""
    shown = "posts_with_replies" if wanted.replies else "posts_and_author_threads"
    query = {"actor": account, "filter": shown}
    return Feed(what=place, method="app.bsky.feed.getAuthorFeed", query=query, wanted=wanted)


def feed_of(service: Service, place: Place, wanted: Wanted) -> Feed:
    """Return the feed of a place, for `follows` the timeline of the user; lists and feeds are looked up first.

    Raises:
        FetchError: there is no such list, feed or starter pack, or the service cannot be asked.
    """
    if place.option == "actor":
        return author_feed(place, place.account, wanted)
    if place.option == "follows":
        return Feed(what=place, method="app.bsky.feed.getTimeline", query={}, wanted=wanted)
    if place.option == "search":
        query = {"q": place.words or "*", "sort": "latest"} | ({"domain": place.domain} if place.domain else {})
        return Feed(what=place, method="app.bsky.feed.searchPosts", query=query, wanted=wanted)
    uri = place.uri(did_of(service, place.account, place))
    if place.option == "feed":  # servers with a login answer 500 for the posts of a feed that is not there
        service.ask("app.bsky.feed.getFeedGenerator", {"feed": uri}, place)
        return Feed(what=place, method="app.bsky.feed.getFeed", query={"feed": uri}, wanted=wanted, is_ranked=True)
    if place.option == "starter_pack":
        uri = _list_of_pack(service, place, uri)
    else:  # a list that is not there has an empty feed
        service.ask("app.bsky.graph.getList", {"list": uri, "limit": "1"}, place)
    return Feed(what=place, method="app.bsky.feed.getListFeed", query={"list": uri}, wanted=wanted)


def _list_of_pack(service: Service, place: Place, uri: str) -> str:
    pack = mapping(service.ask("app.bsky.graph.getStarterPack", {"starterPack": uri}, place).get("starterPack"))
    found = mapping(pack.get("list")).get("uri") or mapping(pack.get("record")).get("list")
    if not isinstance(found, str) or not is_did(found.removeprefix("at://").split("/")[0]):
        raise FetchError(f"The Bluesky {place} names no list of accounts.", "Follow its accounts or another list.")
    return found


def pages(service: Service, feed: Feed, cursor: Mapping[str, Any], *, first: int, later: int) -> Iterator[Batch]:
    """Yield the pages of a feed until posts that were known; the cursor (`newest`) moves with the last one.

    Args:
        first, later: how many pages at most when nothing is known yet, and else.
    """
    known = newest = str(cursor.get("newest", ""))
    mark, most = "", later if known else first
    for number in range(1, most + 1):
        paging = {"limit": str(PAGE_SIZE)} | ({"cursor": mark} if mark else {})
        page = page_of(service.ask(feed.method, {**feed.query, **paging}, feed.what), feed.wanted)
        newest, mark = max([newest, *page.moments]), page.mark
        met = bool(known) and _met(known, page.moments, is_ranked=feed.is_ranked)
        if mark and not met and number < most:
            yield Batch(records=page.records, cursor=dict(cursor), problems=page.problems)
            continue
        problems = [*page.problems]
        if mark and known and not met:
            problems.append(f"Posts between this sync and the last one are missing: there are more than {most} pages.")
        yield Batch(records=page.records, cursor={"newest": newest}, problems=problems)
        return


def _met(known: str, moments: Sequence[str], *, is_ranked: bool) -> bool:
    """Tell whether a page reaches what was known; a ranked feed shows old posts among the new."""
    are_known = [moment <= known for moment in moments]
    return all(are_known) if is_ranked else any(are_known)

"""Reads Bluesky: an account, a list, a custom feed, a starter pack, everyone whom an account follows, or a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tracker.fetch import options
from tracker.fetch.bluesky import login as bluesky_login
from tracker.fetch.bluesky.api import AppView
from tracker.fetch.bluesky.feeds import author_feed, feed_of, pages
from tracker.fetch.bluesky.follows import batches
from tracker.fetch.bluesky.login import Login
from tracker.fetch.bluesky.places import place_of, recognised
from tracker.fetch.bluesky.posts import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.fetch.bluesky.api import Service
    from tracker.fetch.bluesky.places import Place
    from tracker.ports import Batch, Client

OPTIONS = frozenset({"actor", "list", "feed", "follows", "starter_pack", "search", "domain", "reposts", "replies"})
BASE = "https://public.api.bsky.app"
FIRST_PAGES, LATER_PAGES, PAGES_OF_FOLLOWED = 2, 20, 3
_CHOSEN = frozenset({"feed", "search"})
"""Places where somebody else's program chooses the posts: replies belong to what it chose."""


class BlueskyFetcher:
    """Options: one of `actor`, `list`, `feed`, `follows`, `starter_pack`, `search` (with `domain`); `reposts`, `replies`."""

    kind: ClassVar[str] = "bluesky"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        wanted_of(source, place_of(source))

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return options for a page of bsky.app, a handle of bsky.social, a DID or an `at://` name."""
        place = recognised(text)
        return place.options() if place else None

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield pages, newest first, until known posts; the cursor moves with the last one."""
        place = place_of(source)
        wanted, service = wanted_of(source, place), service_of(source, place, client)

        def posts(did: str, known: Mapping[str, Any]) -> Iterator[Batch]:
            return pages(service, author_feed(place, did, wanted), known, first=1, later=PAGES_OF_FOLLOWED)

        if place.option == "follows" and not isinstance(service, Login):
            yield from batches(service, place, cursor, posts)
        else:
            feed = feed_of(service, place, wanted)
            yield from pages(service, feed, cursor, first=FIRST_PAGES, later=LATER_PAGES)


def wanted_of(source: Source, place: Place) -> Wanted:
    """Return which entries are kept beside the posts of the accounts themselves."""
    return Wanted(
        reposts=options.switch(source, "reposts"),
        replies=options.switch(source, "replies", default=place.option in _CHOSEN),
    )


def service_of(source: Source, place: Place, client: Client) -> Service:
    """Return who is asked: the public AppView, or with a login the user's server for what only it can show.

    Raises:
        FetchError: a search without a login.
    """
    if place.option == "search":
        return Login(client, place)
    if place.option in {"feed", "follows"} and bluesky_login.is_there():
        login = Login(client, place)
        if place.option == "feed" or place.account.lower() == login.handle.lower():
            return login
    return AppView(client, source.base or BASE)

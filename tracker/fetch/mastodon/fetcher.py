"""Reads Mastodon: an account at its home server, a hashtag or the trending posts of a server; no login needed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from tracker.errors import ConfigError
from tracker.fetch import options
from tracker.fetch.fediverse import belongs, full_name, server_of, split_address
from tracker.fetch.mastodon.api import BASE, Page, Place, Timeline, UnknownPlaceError, lookup
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Client

OPTIONS = frozenset({"account", "hashtag", "trends", "instance", "reposts", "replies"})
FIRST_PAGES, LATER_PAGES = 3, 10
TRENDS = "trends/statuses"
_HASHTAG = re.compile(r"[\w·・]+")
_MASTODON = re.compile(r"mastodon|mstdn|(^|\.)(masto|toot)\b|\.social$")
_SERVERS = frozenset(
    """
    fosstodon.org hachyderm.io mathstodon.xyz fediscience.org infosec.exchange mas.to techhub.social scholar.social
    universeodon.com c.im chaos.social ioc.exchange qoto.org data-folks.masto.host vis.social floss.social
    """.split()
)
_OTHERS = frozenset(
    """
    brid.gy medium.com youtube.com tiktok.com threads.net threads.com substack.com t.me telegram.me hackmd.io
    observablehq.com unsplash.com hashnode.com hashnode.dev odysee.com lbry.tv rumble.com kick.com replit.com jsr.io
    truthsocial.com producthunt.com velog.io brunch.co.kr glitch.com steemit.com hive.blog peakd.com ecency.com
    paragraph.xyz paragraph.com snapchat.com matters.town zora.co write.as npmjs.com google.com dev.to wattpad.com
    """.split()
)
"""Services with `@name` in their addresses, or accounts that Mastodon shows, but without its interface."""


class MastodonFetcher:
    """Options: `account`, or `hashtag` or `trends` with `instance`; `reposts` and `replies` (both false unless set)."""

    kind: ClassVar[str] = "mastodon"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        place_of(source)

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return options for `@name@host`, a profile or the page of a hashtag on a server that is surely Mastodon's."""
        text = text.strip()
        host, path = split_address(text)
        if belongs(host, _OTHERS):
            return None
        tag = path.removeprefix("tags/")
        if tag != path and _HASHTAG.fullmatch(tag) and (_MASTODON.search(host) or belongs(host, _SERVERS)):
            return {"hashtag": tag, "instance": host}
        found = full_name(text, "@", "@") if host or text.startswith("@") else None
        if not found or (belongs(found[1], _OTHERS) and not host):
            return None
        seen_elsewhere = {"instance": host} if belongs(found[1], _OTHERS) else {}  # its own service does not tell
        return {"account": "@".join(found), **seen_elsewhere}

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield the newest page, which brings counts and edits up to date; then what lies between it and the last sync.

        At the first sync that is a few older pages, later everything, from the known posts upwards.
        """
        place = place_of(source)
        memory = dict(cursor) if cursor.get("place") == place.name else {"place": place.name}
        timeline, memory, page = _opened(place, memory, client)
        problems = [page.moved, *page.problems] if page.moved else page.problems
        first = Batch(records=page.records, cursor=memory, problems=problems)
        known = str(memory.get("newest", ""))
        if place.path == TRENDS:
            yield first
        elif not known:
            yield first
            yield from _descend(timeline, memory, page)
        elif page.ids and _rank(page.ids[-1]) > _rank(known):
            yield first
            yield from _climb(timeline, memory, page)
        else:
            newest = memory | {"newest": _latest(known, *page.ids)}
            yield Batch(records=first.records, cursor=newest, problems=first.problems)


def place_of(source: Source) -> Place:
    """Return where the posts of a source are.

    Raises:
        ConfigError: the options name no place, or more than one.
    """
    account, hashtag = options.text(source, "account"), options.text(source, "hashtag").lstrip("#")
    trends, instance = options.switch(source, "trends"), options.text(source, "instance")
    if [bool(account), bool(hashtag), trends].count(True) != 1:
        raise ConfigError(
            f"Source '{source.name}' needs one of account, hashtag and trends.", 'Write account = "name@host", for one.'
        )
    name = full_name(account.removeprefix("acct:"), "@", "@") if account else None
    server = server_of(instance)
    if account and not name:
        raise ConfigError(f"Source '{source.name}': '{account}' is no account.", 'Write it whole: "name@host".')
    if not server and (instance or not name):
        raise ConfigError(
            f"Source '{source.name}': instance must name a server.", 'Write instance = "mastodon.social", for one.'
        )
    if hashtag and not _HASHTAG.fullmatch(hashtag):
        raise ConfigError(f"Source '{source.name}': '{hashtag}' is no hashtag.", "Write one word, without spaces.")
    server = server or (name[1] if name else "")
    base = source.base or BASE.format(server=server)
    reposts, replies = options.switch(source, "reposts"), options.switch(source, "replies")
    if name:
        return Place(
            server=server,
            base=base,
            account="@".join(name),
            feed=f"https://{server}/@{name[0]}.rss",
            reposts=reposts,
            replies=replies,
        )
    word = quote(hashtag, safe="")
    return Place(
        server=server,
        base=base,
        path=f"timelines/tag/{word}" if hashtag else TRENDS,
        feed=f"https://{server}/tags/{word}.rss" if hashtag else "",
        reposts=reposts,
        replies=replies,
    )


def _opened(place: Place, memory: dict[str, Any], client: Client) -> tuple[Timeline, dict[str, Any], Page]:
    """Return (time line, what is remembered, newest page).

    An account is looked up when its id on the server is not known, or not known there any more.
    """
    if not place.account:
        timeline = Timeline(place, client, "", place.server)
        return timeline, memory, timeline.page()
    if memory.get("id"):
        timeline = Timeline(place, client, str(memory["id"]), str(memory.get("home", "")))
        try:
            return timeline, memory, timeline.page()
        except UnknownPlaceError:
            pass
    number, home = lookup(place, client)
    if number != memory.get("id"):  # another account of that name, or a server made anew: its marks mean nothing here
        memory = {"place": place.name, "id": number, "home": home}
    timeline = Timeline(place, client, number, home)
    return timeline, memory, timeline.page()


def _descend(timeline: Timeline, memory: dict[str, Any], page: Page) -> Iterator[Batch]:
    """Yield the pages below the newest one; the cursor moves with the last of them."""
    newest = _latest(*page.ids)
    for _ in range(FIRST_PAGES - 1):
        if not page.older or not page.ids or page.pause:
            break
        page = timeline.page(max_id=page.older)
        yield Batch(records=page.records, cursor=memory, problems=page.problems)
    yield Batch(records=[], cursor=memory | ({"newest": newest} if newest else {}))


def _climb(timeline: Timeline, memory: dict[str, Any], top: Page) -> Iterator[Batch]:
    """Yield what lies between the known posts and the newest page, upwards: wherever it ends, there is no hole."""
    mark, page = str(memory["newest"]), top
    for _ in range(LATER_PAGES):
        if page.pause:
            break
        page = timeline.page(min_id=mark)
        reached = _latest(mark, page.newer, *page.ids)
        if reached == mark or _rank(reached) >= _rank(top.ids[-1]):
            newest = memory | {"newest": _latest(reached, *top.ids)}
            yield Batch(records=page.records, cursor=newest, problems=page.problems)
            return
        mark = reached
        yield Batch(records=page.records, cursor=memory | {"newest": mark}, problems=page.problems)
    remark = page.pause or "There are more new posts than one sync reads; the next one goes on."
    yield Batch(records=[], cursor=memory | {"newest": mark}, problems=[remark])


def _latest(*ids: str) -> str:
    return max(ids, key=_rank, default="")


def _rank(number: str) -> tuple[int, str]:
    """Return the order of an id: numbers on Mastodon, letters and digits of one length on others."""
    return len(number), number

"""Sources and the outlines of OPML, turned into each other without loss; and which source already covers a wish."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tracker.config import AUTHORITIES, Source, default_name
from tracker.following.opml import Outline
from tracker.identity import canonical_url, is_web_address
from tracker.text import clean_line, fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PLAIN = "feed"
"""The kind that every feed reader knows."""
_SECONDARY = {PLAIN: frozenset({"network", "author"}), "arxiv": frozenset({"via", "since"})}
"""Options of a kind that do not change what is followed."""
_NOT_TAKEN = frozenset({"kind", "name", "group", "base"})
"""A list from elsewhere must not choose the server that a login is sent to."""


def covers(source: Source, kind: str, options: Mapping[str, Any]) -> bool:
    """Tell whether a source reads all that these options ask for: it may have more categories, and switches of its own."""
    if source.kind != kind or source.base:
        return False
    secondary = _SECONDARY.get(kind, frozenset())
    narrowing = {name for name, value in source.options.items() if isinstance(value, str | list)} - secondary
    asked = {name: value for name, value in options.items() if name not in secondary}
    return narrowing <= asked.keys() and all(
        name in source.options and _plain(value) <= _plain(source.options[name]) for name, value in asked.items()
    )


def _plain(value: object) -> frozenset[str]:
    """Return what a value names, however it is spelt."""
    return frozenset(_comparable(str(one)) for one in (value if isinstance(value, list | tuple) else [value]))


@lru_cache(maxsize=20_000)  # a list of a thousand feeds is compared with itself
def _comparable(text: str) -> str:
    return canonical_url(text) or text.strip().lstrip("@").casefold()


def slug(text: str) -> str:
    """Return a title as a name that can be typed: `simon-willison`."""
    return re.sub(r"[^\w.]+", "-", re.sub(r"['’`]", "", fold(text)))[:50].strip("-.")


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return the name, with a number behind it where it is taken."""
    number = 1
    name = wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def table(
    kind: str, options: Mapping[str, Any], taken: Collection[str], *, name: str = "", title: str = "", group: str = ""
) -> dict[str, Any]:
    """Return a `[[source]]` table for new options, under a name that is free."""
    wanted = name or (slug(title) if kind == PLAIN else "") or default_name(kind, options)
    return {"kind": kind, "name": free_name(wanted, taken), **({"group": group} if group else {}), **options}


def outline_of(source: Source) -> Outline:
    """Return a source as an outline; what is more than an address is kept in attributes of tracker's own."""
    extra: dict[str, Any] = {
        **source.options,
        **({} if source.enabled else {"enabled": False}),
        **({} if source.weight == 1.0 else {"weight": source.weight}),
        **({} if source.per_week is None else {"per_week": source.per_week}),
        **({} if source.authority == AUTHORITIES[0] else {"authority": source.authority}),
        **({"fallback": source.fallback} if source.fallback else {}),
    }
    return Outline(
        title=source.name,
        address=public_address(source.kind, source.options),
        folder=tuple(part for part in source.group.split("/") if part),
        kind=source.kind,
        options=extra,
    )


def table_of(outline: Outline, taken: Collection[str]) -> dict[str, Any]:
    """Return an outline as a `[[source]]` table: as tracker wrote it, or as the feed that it is."""
    group = "/".join(part.replace("/", "-") for part in outline.folder)
    if not outline.kind:
        return table(PLAIN, {"url": outline.address}, taken, title=outline.title, group=group)
    options = {name: value for name, value in outline.options.items() if name not in _NOT_TAKEN}
    return table(outline.kind, options, taken, name=clean_line(outline.title, 100), group=group)


def public_address(kind: str, options: Mapping[str, Any]) -> str:
    """Return the address of a feed that any reader can read for these options, empty where there is none."""
    write = _ADDRESSES.get(kind)
    address = write(options) if write else ""
    return address if is_web_address(address) else ""


def _youtube(options: Mapping[str, Any]) -> str:
    channel, playlist = str(options.get("channel", "")), str(options.get("playlist", ""))
    place = f"channel_id={quote(channel)}" if channel.startswith("UC") else f"playlist_id={quote(playlist)}"
    return f"https://www.youtube.com/feeds/videos.xml?{place}" if channel.startswith("UC") or playlist else ""


def _reddit(options: Mapping[str, Any]) -> str:
    name = options.get("subreddit", "")
    names = "+".join(map(str, name)) if isinstance(name, list) else str(name)
    return f"https://www.reddit.com/r/{quote(names, safe='+')}/.rss" if names else ""


def _arxiv(options: Mapping[str, Any]) -> str:
    if options.get("query") or options.get("authors"):
        return ""
    names = options.get("categories", [])
    listed = "+".join(map(str, names)) if isinstance(names, list) else str(names)
    return f"https://rss.arxiv.org/rss/{quote(listed, safe='+')}" if listed else ""


def _mastodon(options: Mapping[str, Any]) -> str:
    user, _, host = str(options.get("account", "")).lstrip("@").partition("@")
    if user and host:
        return f"https://{host}/@{quote(user)}.rss"
    tag, instance = options.get("hashtag", ""), options.get("instance", "")
    return f"https://{instance}/tags/{quote(str(tag).lstrip('#'))}.rss" if tag and instance else ""


def _bluesky(options: Mapping[str, Any]) -> str:
    actor = str(options.get("actor", "")).lstrip("@")
    return f"https://bsky.app/profile/{quote(actor, safe=':.')}/rss" if actor else ""


def _feed(options: Mapping[str, Any]) -> str:
    return str(options.get("url", ""))


_ADDRESSES = {
    PLAIN: _feed,
    "youtube": _youtube,
    "reddit": _reddit,
    "arxiv": _arxiv,
    "mastodon": _mastodon,
    "bluesky": _bluesky,
}

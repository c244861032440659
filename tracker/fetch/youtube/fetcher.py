"""Reads the newest videos of a YouTube channel or playlist; no login needed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlencode

from tracker.errors import ConfigError, FetchError
from tracker.fetch import options, pasted
from tracker.fetch.feed.documents import require_whole
from tracker.fetch.youtube.videos import parse
from tracker.http.refusals import StatusError
from tracker.ports import Batch, Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Client

BASE = "https://www.youtube.com"
OPTIONS = frozenset({"channel", "playlist"})
PAGE_BYTES = 5_000_000
_CHANNEL = re.compile(r"^UC[\w-]{22}$", re.ASCII)
_PLAYLIST = re.compile(r"^(?:PL|UU|OL|FL|LL)[\w-]{10,40}$", re.ASCII)
_HANDLE = re.compile(r"^@[\w.·-]{1,60}$")
_OF_PAGE = re.compile(
    rb"(?:feeds/videos\.xml\?channel_id=|rel=\"canonical\" href=\"https://www\.youtube\.com/channel/"
    rb"|itemprop=\"(?:identifier|channelId)\" content=\"|\"externalId\":\s?\")(UC[\w-]{22})"
)
_BY_ID = "Write the channel by its id (UC…): on its page under 'more', 'Share channel', 'Copy channel ID'."


class YoutubeFetcher:
    """Options: `channel` (its id, its @handle or an address of it), or `playlist` (its id or address)."""

    kind: ClassVar[str] = "youtube"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        channel, playlist = options.text(source, "channel"), options.text(source, "playlist")
        if bool(channel) == bool(playlist):
            raise ConfigError(f"Source '{source.name}' needs channel or playlist, one of them.")
        if channel and not channel_of(channel):
            raise ConfigError(
                f"Source '{source.name}': '{channel}' is no channel.", "Write @handle, its id (UC…) or its address."
            )
        if playlist and not playlist_of(playlist):
            raise ConfigError(f"Source '{source.name}': '{playlist}' is no playlist.", "Write its id or its address.")

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return options for addresses of channels and playlists and for `youtube:@handle`; a bare @handle is anyone's."""
        text = text.strip()
        named = re.match(r"youtube:\s*(?!//)", text, re.IGNORECASE)
        name = text[named.end() :] if named else text
        if name.startswith("@") and not named:
            return None
        if channel := channel_of(name):
            return {"channel": f"{BASE}/{channel}" if "/" in channel else channel}
        return {"playlist": playlist} if (playlist := playlist_of(name)) else None

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield the newest videos, 15 at most; nothing when the feed has not changed."""
        name, after = channel_of(options.text(source, "channel")), dict(cursor)
        if name and not _CHANNEL.match(name):
            known = str(cursor.get("id", "")) if cursor.get("name") == name else ""
            channel = known if _CHANNEL.match(known) else identified(source, name, client)
            name, after = channel, {"name": name, "id": channel}
        try:
            answer = client.get(request(source, name))
        except StatusError as error:
            raise _refused(source, error) from error
        if answer.status != 304:
            records, problems = parse(answer.body)
            yield Batch(records=records, cursor=after, problems=problems)
            require_whole(problems)


def channel_of(text: str) -> str:
    """Return the id (`UC…`), the handle (`@name`) or the path (`c/name`, `user/name`) of a channel, empty when it is none."""
    if _CHANNEL.match(text) or _HANDLE.match(text):
        return text
    found = pasted.address(text)
    if found is None or found.host != "youtube.com" or not found.segments:
        return ""
    if found.segments == ("feeds", "videos.xml"):
        name = found.query.get("channel_id", "")
    elif found.segments[0] in {"c", "user", "channel"}:
        name = "/".join(found.segments[:2]).removeprefix("channel/")
    else:
        name = found.segments[0]
    return name if _CHANNEL.match(name) or _HANDLE.match(name) or re.match(r"^(?:c|user)/[\w.-]+$", name) else ""


def playlist_of(text: str) -> str:
    """Return the id of a playlist, empty when it is none."""
    if _PLAYLIST.match(text):
        return text
    found = pasted.address(text)
    if found is None or found.host != "youtube.com" or found.segments not in {("playlist",), ("feeds", "videos.xml")}:
        return ""
    name = found.query.get("list", "") or found.query.get("playlist_id", "")
    return name if _PLAYLIST.match(name) else ""


def identified(source: Source, name: str, client: Client) -> str:
    """Return the id of a channel, which its page holds.

    Raises:
        FetchError: there is no such page, or none that tells.
    """
    wanted = Request(url=f"{source.base or BASE}/{quote(name, safe='@/')}", byte_limit=PAGE_BYTES, accept="text/html")
    try:
        page = client.get(wanted)
    except StatusError as error:
        if error.status != 404:
            raise
        raise FetchError(f"YouTube knows no channel '{name}' (404).", "Check the spelling.") from error
    if found := _OF_PAGE.search(page.body):
        return found[1].decode("ascii")
    if "consent." in page.url:
        raise FetchError(f"YouTube asks for consent to cookies instead of showing '{name}'.", _BY_ID)
    raise FetchError(f"The page of '{name}' on YouTube does not tell the id of the channel.", _BY_ID)


def request(source: Source, channel: str) -> Request:
    """Return the request for the feed of a channel by its id, of the playlist when that is empty."""
    asked = {"channel_id": channel} if channel else {"playlist_id": playlist_of(options.text(source, "playlist"))}
    url = f"{source.base or BASE}/feeds/videos.xml?{urlencode(asked)}"
    return Request(url=url, accept="application/atom+xml, */*;q=0.5", conditional=True)


def _refused(source: Source, error: StatusError) -> FetchError:
    """Return the error for a feed that is not there: the service has spells of that, and a channel is seldom gone."""
    if error.status not in {404, 410, 500}:
        return error
    name = options.text(source, "channel") or options.text(source, "playlist")
    return FetchError(
        f"YouTube answers {error.status} for '{name}'; its feeds have spells of that for hours or days.",
        "It will be tried again with the next sync; if it lasts for a week, check the channel in a browser.",
    )

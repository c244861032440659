"""What of Bluesky can be followed: the options of a source, the pages of the app, `at://` names, handles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import ConfigError
from tracker.fetch import options
from tracker.fetch.pasted import address

if TYPE_CHECKING:
    from tracker.config import Source

PLACES = ("actor", "list", "feed", "follows", "starter_pack", "search", "domain")
_COLLECTIONS = {
    "list": "app.bsky.graph.list",
    "feed": "app.bsky.feed.generator",
    "starter_pack": "app.bsky.graph.starterpack",
}
_PAGES = {"list": "profile/{}/lists/{}", "feed": "profile/{}/feed/{}", "starter_pack": "starter-pack/{}/{}"}
_NOUNS = {"list": "list", "feed": "feed", "starter_pack": "starter pack"}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HANDLE = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.IGNORECASE)
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]")
_KEY = re.compile(r"[A-Za-z0-9._~:-]{1,512}")
_OWN_DOMAIN = ".bsky.social"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where posts are read.

    Attributes:
        option: the option that names it.
        account: handle or DID of the account, or of the owner of a list, feed or starter pack.
        key: the name that a list, feed or starter pack has with its owner.
        words, domain: what a search asks for.
    """

    option: str
    account: str = ""
    key: str = ""
    words: str = ""
    domain: str = ""

    def __str__(self) -> str:
        if self.key:
            return f"{_NOUNS[self.option]} '{self.key}' of {self.account}"
        if self.account:
            return f"account '{self.account}'"
        return f"search for '{' '.join(filter(None, [self.words, self.domain]))}'"

    def uri(self, did: str) -> str:
        """Return the `at://` name of a list, feed or starter pack; services take the DID of its owner only."""
        return f"at://{did}/{_COLLECTIONS[self.option]}/{self.key}"

    def options(self) -> dict[str, str]:
        """Return the options of a source that reads it."""
        page = _PAGES.get(self.option, "").format(self.account, self.key)
        return {self.option: f"https://bsky.app/{page}" if page else self.account or self.words}


def is_handle(text: str) -> bool:
    """Tell whether a text has the form of a handle, which is that of a host name."""
    return len(text) <= 253 and _HANDLE.fullmatch(text) is not None


def is_did(text: str) -> bool:
    """Tell whether a text has the form of a DID, the lasting name of an account."""
    return len(text) <= 2_048 and _DID.fullmatch(text) is not None


def place_of(source: Source) -> Place:
    """Return what a source reads.

    Raises:
        ConfigError: nothing is named, or more than one place, or it is not written as it should be.
    """
    named = [name for name in PLACES if source.options.get(name)]
    if named and set(named) <= {"search", "domain"}:
        return _search(source)
    if len(named) != 1:
        raise ConfigError(
            f"Source '{source.name}' must name one of {', '.join(PLACES[:-2])} and search (or domain).",
            'Write actor = "name.bsky.social", for instance.',
        )
    option, text = named[0], options.text(source, named[0], None)
    place = _named(text)
    if place and place.option == option:
        return place
    if place and place.option == "actor" and option == "follows":
        return Place(option=option, account=place.account)
    if place:
        raise ConfigError(
            f"Source '{source.name}': '{text}' is no {option}.", f'Write {place.option} = "{text}" in its place.'
        )
    raise _unreadable(source, option, text)


def _search(source: Source) -> Place:
    domain = options.text(source, "domain").lower()
    if domain and not is_handle(domain):
        raise ConfigError(f"Source '{source.name}': '{domain}' is no domain.", 'Write domain = "arxiv.org".')
    return Place(option="search", words=options.text(source, "search"), domain=domain)


def _unreadable(source: Source, option: str, text: str) -> ConfigError:
    if option in _COLLECTIONS:
        return ConfigError(
            f"Source '{source.name}': '{text}' is the address of no {_NOUNS[option]} on Bluesky.",
            "Copy it from the browser: https://bsky.app/" + _PAGES[option].format("NAME", "KEY"),
        )
    remedy = f"Write it whole: {text.lstrip('@')}{_OWN_DOMAIN}." if re.fullmatch(r"@?[\w-]+", text) else ""
    return ConfigError(f"Source '{source.name}': '{text}' is no Bluesky handle.", remedy)


def recognised(text: str) -> Place | None:
    """Return the place that a text surely names; a handle of another domain could belong to another network."""
    bare = _bare(text).lower()
    return None if is_handle(bare) and not bare.endswith(_OWN_DOMAIN) else _named(text)


def _named(text: str) -> Place | None:
    """Return the place that a text names when it is known to be of Bluesky."""
    text = text.strip()
    if text.startswith("at://"):
        return _of_name(text.removeprefix("at://").rstrip("/").split("/"))
    page = address(text)
    if page and page.host == "bsky.app":
        return _of_page(page.segments, page.query.get("q", ""))
    return _account("actor", _bare(text))


def _bare(text: str) -> str:
    """Return a handle without what is often put around it; the profile of a handle is also found at its host."""
    return re.sub(r"^https?://", "", text.strip(), flags=re.IGNORECASE).strip("/").removeprefix("@")


def _of_name(parts: list[str]) -> Place | None:
    """Return what the parts of an `at://` name stand for."""
    if len(parts) == 1 or (len(parts) == 3 and parts[1] == "app.bsky.feed.post"):
        return _account("actor", parts[0])
    option = next((name for name, collection in _COLLECTIONS.items() if parts[1] == collection), "")
    return _kept(option, parts[0], parts[2]) if option and len(parts) == 3 else None


def _of_page(segments: tuple[str, ...], query: str) -> Place | None:
    """Return what a page of the app shows."""
    place = None
    match segments:
        case ("profile", name) | ("profile", name, "rss") | ("profile", name, "post", _):
            place = _account("actor", name)
        case ("profile", name, "follows"):
            place = _account("follows", name)
        case ("profile", name, "lists" | "feed" as page, key):
            place = _kept("list" if page == "lists" else page, name, key)
        case ("starter-pack" | "start", name, key):
            place = _kept("starter_pack", name, key)
        case ("search",) | ("hashtag", _):
            words = f"#{segments[1]}" if len(segments) == 2 else query.strip()
            place = Place(option="search", words=words) if words else None
    return place


def _account(option: str, name: str) -> Place | None:
    return Place(option=option, account=name) if is_handle(name) or is_did(name) else None


def _kept(option: str, name: str, key: str) -> Place | None:
    place = _account(option, name)
    return Place(option=option, account=name, key=key) if place and _KEY.fullmatch(key) else None

"""What the options of an X source name: accounts, a list, a search, and how each is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.errors import ConfigError
from tracker.fetch import options
from tracker.fetch.x import bridge as x_bridge
from tracker.fetch.x.pages import Target
from tracker.identity import is_web_address

if TYPE_CHECKING:
    from tracker.config import Source

MAX_POSTS = 100
_LEAST_POSTS, _MOST_POSTS = 10, 3_200
_NAME = re.compile(r"\w{1,15}", re.ASCII)
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/([^?#]*?)/?(?:[?#].*)?", re.IGNORECASE)
_LIST = re.compile(r"i/lists/(\d{1,19})", re.ASCII)
_PAGES = frozenset(
    "about compose download explore hashtag help home i intent jobs login logout messages notifications oauth"
    " privacy search settings share signup tos".split()
)
"""First parts of addresses that are no accounts."""


def users_of(source: Source) -> list[str]:
    """Return the names of the accounts, without `@`."""
    names = []
    for text in options.texts(source, "users"):
        name = account_of(path_of(text) or text)
        if not name:
            raise ConfigError(f"Source '{source.name}': '{text}' is no account of X.", "Write the name only: karpathy.")
        names.append(name)
    return list(dict.fromkeys(names))


def list_of(source: Source) -> str:
    """Return the number of the list; empty when there is none."""
    text = options.text(source, "list")
    number = list_address(path_of(text)) or (text if text.isascii() and text.isdecimal() else "")
    if text and not number:
        raise ConfigError(
            f"Source '{source.name}': '{text}' is no list of X.", "Write its address or its number in quotes."
        )
    return number


def list_address(path: str) -> str:
    """Return the number of the list that the path of an address leads to; empty when it leads to none."""
    found = _LIST.fullmatch(path)
    return found[1] if found else ""


def account_of(text: str) -> str:
    """Return the name of an account without `@`, or an empty text for what cannot be one."""
    name = text.strip().removeprefix("@")
    return name if _NAME.fullmatch(name) and name.lower() not in _PAGES else ""


def path_of(text: str) -> str:
    """Return the path of an address of X, or an empty text for anything else."""
    found = _ADDRESS.fullmatch(text.strip())
    return found[1] if found else ""


def account_target(source: Source, number: str, name: str) -> Target:
    """Return how the posts of an account are asked for, by its id."""
    left_out = [
        kind for kind, option in (("retweets", "reposts"), ("replies", "replies")) if not options.switch(source, option)
    ]
    query = {"exclude": ",".join(left_out)} if left_out else {}
    return Target(
        key=f"user:{number}", shown=f"@{name}", path=f"/2/users/{number}/tweets", least=5, query=query, author=name
    )


def other_targets(source: Source) -> list[Target]:
    """Return how the list and the search are asked for, where there are such."""
    found = []
    if number := list_of(source):
        path = f"/2/lists/{number}/tweets"
        found.append(Target(key=f"list:{number}", shown=f"list {number}", path=path, least=1, has_since=False))
    if query := options.text(source, "search"):
        found.append(
            Target(
                key=f"search:{query}",
                shown="the search",
                path="/2/tweets/search/recent",
                least=10,
                query={"query": query},
                is_search=True,
            )
        )
    return found


def most_posts(source: Source) -> int:
    """Return how many posts one run reads of each account, list and search at most."""
    return options.number(source, "max_posts", MAX_POSTS, _LEAST_POSTS, _MOST_POSTS)


def check_bridge(source: Source) -> None:
    """Raise `tracker.errors.ConfigError` when there is a bridge and it cannot be used."""
    bridge = options.text(source, "bridge")
    if not bridge:
        return
    if x_bridge.PLACE not in bridge or not is_web_address(bridge.replace(x_bridge.PLACE, "name")):
        raise ConfigError(
            f"Source '{source.name}': bridge is no address with {x_bridge.PLACE} in it.",
            'Write bridge = "https://bridge.example.org/{name}/rss".',
        )
    if list_of(source) or options.text(source, "search"):
        raise ConfigError(
            f"Source '{source.name}': a bridge reads accounts only.", "Put list and search into a source of their own."
        )

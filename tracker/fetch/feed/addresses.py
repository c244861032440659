"""Addresses of feeds: what a person may type for one, where a site that names none may keep it, whose site it is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.fetch import pasted
from tracker.fetch.feed.documents import join
from tracker.identity import is_web_address

if TYPE_CHECKING:
    from tracker.fetch.pasted import Address

USUAL = ("feed", "rss.xml", "atom.xml", "index.xml", "feed.xml")
_SHARED_HOSTS = frozenset(
    {
        "github.io",
        "gitlab.io",
        "substack.com",
        "medium.com",
        "blogspot.com",
        "wordpress.com",
        "tumblr.com",
        "ghost.io",
        "netlify.app",
        "vercel.app",
        "pages.dev",
        "bearblog.dev",
        "hashnode.dev",
        "feedburner.com",
    }
)
_FILES = frozenset("opml xml json jsonl toml yaml yml txt md csv tsv js html htm pdf zip gz bib py db".split())
_NO_OWNERS = frozenset(
    "about apps blog collections customer-stories enterprise explore features login marketplace new notifications orgs "
    "pricing search security settings sponsors stars topics trending".split()
)


def recognised(text: str) -> str | None:
    """Return the address of a feed, or of a page that may name one, for what a person typed; None when it is no address."""
    text = text.strip()
    if text.lower().startswith("feed:"):
        text = text[5:].removeprefix("//")
    found = pasted.address(text)
    if "://" not in text:
        return _known(found) or f"https://{text}" if found and _looks_like_a_site(text) else None
    if urlsplit(text).username is not None if is_web_address(text) else True:
        return None  # no address, or one that holds a login
    return (_known(found) if found else None) or text


def repository_of(url: str) -> str:
    """Return `owner/name` of the repository whose releases or tags an address on GitHub lists, empty for other addresses."""
    found = pasted.address(url)
    if found is None or found.host != "github.com" or len(found.segments) != 3:
        return ""
    owner, name, page = found.segments
    return f"{owner}/{name}" if page in {"releases.atom", "tags.atom"} else ""


def site_of(url: str) -> str:
    """Return the part of a host that one owner has: `example.org` of `blog.example.org`, all of `ada.github.io`."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    labels = host.split(".")
    shared = ".".join(labels[-2:]) in _SHARED_HOSTS or (len(labels[-1]) == 2 and len(labels[-2:][0]) <= 3)
    return host if host.replace(".", "").isdigit() else ".".join(labels[-3 if shared else -2 :])


def usual_places(url: str) -> tuple[str, ...]:
    """Return where the feed of a page may be when the page names none: below it, under the usual names."""
    folder = url.partition("#")[0].partition("?")[0].rstrip("/")
    return tuple(join(f"{folder}/", name) for name in USUAL)


def _looks_like_a_site(text: str) -> bool:
    """Tell a host from names of files and of arXiv's categories (`cs.LG`), which have dots too."""
    host, _, path = text.partition("/")
    return host == host.lower() and (bool(path) or host.rpartition(".")[2] not in _FILES)


def _known(found: Address) -> str | None:
    """Return the feed of a page on a site whose rule for them is known."""
    host, segments = found.host, found.segments
    page = segments[0] if segments else ""
    if host == "github.com" and (len(segments) == 2 or (len(segments) == 3 and segments[2] in {"releases", "tags"})):
        name = segments[1].removesuffix(".git")
        kind = segments[2] if len(segments) == 3 else "releases"
        return None if page in _NO_OWNERS else f"https://github.com/{page}/{name}/{kind}.atom"
    if host == "medium.com" and page not in {"", "feed", "tag", "m"} and (len(segments) == 1 or page.startswith("@")):
        return f"https://medium.com/feed/{page}"
    if host.endswith(".medium.com") and not segments:
        return f"https://{host}/feed"
    return f"https://{host}/feed" if host.endswith(".substack.com") else None

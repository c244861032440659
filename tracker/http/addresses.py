"""Addresses: which may be asked, where a redirect may lead, and what of an address must not be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tracker.errors import FetchError
from tracker.http.bounds import is_public
from tracker.http.refusals import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """Return the host of an address that was checked."""
    return (urlsplit(url).hostname or "").rstrip(".")


def checked(url: str, origin: str = "") -> str:
    """Return an address that may be asked.

    Raises:
        FetchError: it is not http(s) or cannot be read.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if sound:
        return url
    if origin:
        raise FetchError(
            f"{shown(origin)} redirects to something that is not http or https.", "Check the address in a browser."
        )
    raise FetchError(f"'{url[:80]}' is not an http or https address.", "Mend it in feeds.toml.")


def next_hop(url: str, location: str | None, first: str, seen: set[str]) -> str:
    """Return where a redirect from an address leads, and add it to those seen.

    Raises:
        FetchError: it may not be followed: nowhere, in a loop, not http(s), or from the public internet into a private network.
    """
    try:
        target = urljoin(url, location or "")
    except ValueError:
        location = None
    if not location:
        raise FetchError(f"{shown(first)} redirects to nowhere.", "Check the address in a browser.")
    target = checked(target, first).partition("#")[0]
    if target in seen:
        raise FetchError(f"{shown(first)} redirects in a loop.", "Open it in a browser and note where it ends.")
    if host_of(target) != host_of(first) and not is_public(host_of(target)):
        raise FetchError(
            f"{shown(first)} redirects to {host_of(target)}, an address of a private network; that was not followed.",
            "A network that wants you to sign in first does this; if it is meant, put that address into feeds.toml.",
        )
    seen.add(target)
    return target


def keeps_login(url: str, target: str) -> bool:
    """Tell whether what is meant for one address may be sent to another: the same server, or the same one made secure."""
    old, new = urlsplit(url), urlsplit(target)
    ports = [part.port or _PORTS.get(part.scheme) for part in (old, new)]
    same = old.scheme == new.scheme and ports[0] == ports[1]
    return host_of(url) == host_of(target) and (same or (old.scheme, new.scheme, ports) == ("http", "https", [80, 443]))


def with_private(url: str, private: Mapping[str, str] | None) -> str:
    """Return an address with the parameters that are sent but not shown."""
    if not private:
        return url
    page = url.partition("#")[0]
    return f"{page}{'&' if '?' in page else '?'}{urlencode(private)}"


def without_private(url: str, private: Mapping[str, str] | None) -> str:
    """Return an address without the values of private parameters, under whatever name a redirect gave them back."""
    if not private:
        return url
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if value not in private.values()
    ]
    return urlunsplit(parts._replace(query=urlencode(kept)))

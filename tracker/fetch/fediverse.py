"""Names and addresses of the open social web, where a name tells its server: `name@host`."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from tracker import times

_NAME = r"\w(?:[\w.-]*\w)?"
_HOST = r"(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])|localhost)(?::\d{1,5})?"
_SERVER = re.compile(_HOST, re.IGNORECASE | re.ASCII)
_FULL = re.compile(rf"({_NAME})@({_HOST})", re.IGNORECASE | re.ASCII)
_LOCAL = re.compile(r"\w+", re.ASCII)


def server_of(text: str) -> str:
    """Return the host, with its port where it has one, of `host` or of an address on it; empty for anything else."""
    text = text.strip().lower()
    host = split_address(text)[0] if "://" in text else text.rstrip("/")
    return host if _SERVER.fullmatch(host) else ""


def split_address(text: str) -> tuple[str, str]:
    """Return (host with port, path without slashes around it) of a web address; empty texts for anything else."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return "", ""
    if parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc:
        return "", ""
    return parts.netloc.lower(), unquote(parts.path).strip("/")


def full_name(text: str, sign: str, page: str) -> tuple[str, str] | None:
    """Return (name, host) of what a person writes for an account or a community, or None.

    Args:
        sign: what may stand before the name: `@` or `!`.
        page: what stands before the name in the path of its page: `@` or `c/`.
    """
    host, path = split_address(text)
    if not host:
        found = _FULL.fullmatch(text.strip().removeprefix(sign))
        return (found[1], found[2].lower()) if found else None
    if not path.startswith(page) or not _SERVER.fullmatch(host):
        return None
    name = path.removeprefix(page)
    if found := _FULL.fullmatch(name):  # a server shows those of other servers under their full name
        return found[1], found[2].lower()
    return (name, host) if _LOCAL.fullmatch(name) else None


def belongs(host: str, domains: frozenset[str]) -> bool:
    """Tell whether a host is one of some domains or lies below one."""
    labels = host.partition(":")[0].split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels)))


def posted(value: object) -> str | None:
    """Return when a post was written; its server says so, and what lies in the future is a mistake of its clock."""
    moment = times.parse(value) if isinstance(value, str) else None
    return moment if moment and moment <= times.stamp(times.now() + timedelta(hours=1)) else None

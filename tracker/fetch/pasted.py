"""What a person pastes to follow something: the parts of an address, with or without its scheme."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAME_SITE = re.compile(r"^(?:www|m|old|new|np|amp)\.(?=[^.]+\.)")
_HOST = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$")


@dataclass(frozen=True, slots=True)
class Address:
    """A web address taken apart: host in lower case without `www.` and its like, decoded segments of the path."""

    host: str
    segments: tuple[str, ...]
    query: Mapping[str, str]


def address(text: str) -> Address | None:
    """Return the parts of a web address, None for anything else; `example.org/page` counts as one."""
    text = text.strip()
    if not text or re.search(r"\s", text):
        return None
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower().rstrip(".")
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or parts.username is not None or not _HOST.match(host):
        return None
    segments = tuple(unquote(one) for one in parts.path.split("/") if one)
    return Address(_SAME_SITE.sub("", host), segments, dict(parse_qsl(parts.query)))

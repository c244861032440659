"""What the answers of several services have in common: JSON, counts, addresses in plain text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tracker.errors import FetchError
from tracker.identity import is_web_address

if TYPE_CHECKING:
    from collections.abc import Mapping

LINK_LIMIT = 200
_LARGEST_COUNT = 1e15
_ADDRESS = re.compile(r"https?://[^\s<>\"\u201c\u201d]+", re.IGNORECASE)
_CLOSING = {")": "(", "]": "["}


def decoded(body: bytes, service: str) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return what a body says in JSON.

    Raises:
        FetchError: it is no JSON.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchError(
            f"{service} sent something that is not JSON.", "It will be tried again with the next sync."
        ) from error


def counts(answer: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, float]:
    """Return the counts of an answer by our names (the keys of `names`); one that is no number is left out."""
    found = {name: answer.get(theirs) for name, theirs in names.items()}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST_COUNT
    }


def links_in(text: str) -> tuple[str, ...]:
    """Return the web addresses that plain text holds, without the punctuation of the sentence; at most 200."""
    found = dict.fromkeys(_without_punctuation(one) for one in _ADDRESS.findall(text))
    return tuple(address for address in found if is_web_address(address))[:LINK_LIMIT]


def _without_punctuation(address: str) -> str:
    while address and (address[-1] in ".,;:!?'…" or (address[-1] in _CLOSING and _CLOSING[address[-1]] not in address)):
        address = address[:-1]
    return address

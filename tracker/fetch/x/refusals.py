"""What X says when it gives nothing, in words: of one account or list, or of everything that is asked with the token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tracker.credentials import variable_of
from tracker.errors import FetchError
from tracker.fetch.options import items, mapping
from tracker.http.refusals import StatusError
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN = "x_bearer_token"  # noqa: S105 - its name
_OF_ONE = ("not-authorized-for-resource", "resource-not-found", "disallowed-resource", "resource-unavailable")

_NOT_CONNECTED = frozenset({"ConnectError", "ConnectTimeout"})  # of httpx, whose import takes 240 ms


class TargetError(FetchError):
    """One of the things that are followed cannot be read; the others may be."""


def is_free(error: FetchError) -> bool:
    """Tell whether a request that failed was surely not charged: it was refused, or never sent.

    An answer that breaks off on its way may have been charged, and so may a fault of the service.
    """
    if isinstance(error, StatusError) and error.status < 500:
        return True
    return error.state == "slowed" or type(error.__cause__).__name__ in _NOT_CONNECTED


def in_words(error: FetchError, shown: str) -> FetchError:
    """Return the error of a request in the words for X; other errors as they are.

    Args:
        shown: what was asked for, as messages name it.
    """
    if not isinstance(error, StatusError):
        return error
    try:
        said = mapping(json.loads(error.body))
    except (ValueError, RecursionError):
        said = {}
    return _of_token(error, said) or _of_target(error, said, shown) or error


def _of_token(error: StatusError, said: Mapping[str, Any]) -> FetchError | None:
    """Return the error where nothing at all can be read with the token for now."""
    if error.status == 401:
        return FetchError("X does not accept the token.", f"Check {variable_of(TOKEN)}.", state="login")
    if _kind(said) == "usage-capped":
        message = f"The plan of this token allows no more reading for now: {_detail(said) or 'its cap is reached'}."
        return FetchError(message, "Raise the spending limit in X's developer console, or wait.", state="slowed")
    if error.status == 402 or (error.status == 403 and "credits" in str(said).lower()):
        message = "The credits of this token are used up."
        return FetchError(message, "Buy some in X's developer console (console.x.com).", state="login")
    return None


def _of_target(error: StatusError, said: Mapping[str, Any], shown: str) -> FetchError | None:
    kind, detail = _kind(said), _detail(said)
    if error.status == 404 or kind in _OF_ONE:
        return _gone(shown, kind, detail)
    if error.status == 403 and error.state != "slowed":
        message = f"X does not let this token read {shown}: {detail or 'forbidden'}."
        return FetchError(message, "Its app must belong to a project with access to the API v2.", state="login")
    if error.status == 400:
        message = f"X does not understand the request for {shown}: {detail or 'bad request'}."
        return TargetError(message, "Check the options.")
    return None


def not_given(answer: Mapping[str, Any], shown: str) -> FetchError | None:
    """Return the error for an answer 200 that holds errors in place of posts, or None for one without errors."""
    errors = [mapping(error) for error in items(answer.get("errors"))]
    return _gone(shown, _kind(errors[0]), _detail(errors[0])) if errors else None


def _gone(shown: str, kind: str, detail: str) -> TargetError:
    if kind == "not-authorized-for-resource":
        return TargetError(f"X does not show {shown}: it is protected.", "Remove it from the source.")
    return TargetError(
        f"X does not give {shown}: {detail or 'not found'}.", "Check the name; it may be suspended or gone."
    )


def _kind(said: Mapping[str, Any]) -> str:
    return clean_line(said.get("type"), 200).rsplit("/", 1)[-1]


def _detail(said: Mapping[str, Any]) -> str:
    first = next((mapping(error) for error in items(said.get("errors"))), {})
    words = said.get("detail") or first.get("message") or first.get("detail") or said.get("title")
    return clean_line(words, 200).rstrip(".")

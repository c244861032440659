"""The two interfaces of OpenReview: login, pages of notes, and its refusals in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tracker import times
from tracker.credentials import required
from tracker.errors import FetchError
from tracker.fetch.options import mapping
from tracker.http.refusals import DAY, StatusError, span
from tracker.ports import Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.ports import Client

ADDRESSES = {2: "https://api2.openreview.net", 1: "https://api.openreview.net"}
PAGE_SIZE = 1_000
BYTE_LIMIT = 30_000_000
_NEEDED = "OpenReview shows its notes only to people who are logged in; an account there is free."


def login(base: str, client: Client) -> str:
    """Return a token, which serves both interfaces and is kept in memory only.

    Raises:
        FetchError: state `login`: there is no login, it is refused, or it wants a second step.
    """
    name, word = required("openreview_username", _NEEDED), required("openreview_password", _NEEDED)
    request = Request(url=f"{base or ADDRESSES[2]}/login", accept="application/json")
    try:
        answer = mapping(decoded(client.post(request, {"id": name, "password": word}).body))
    except StatusError as error:
        if error.status in {400, 401}:
            raise FetchError(
                f"OpenReview refuses the login{_said(error)}.",
                "Check TRACKER_OPENREVIEW_USERNAME and TRACKER_OPENREVIEW_PASSWORD.",
                state="login",
            ) from error
        raise explained(error) from error
    if answer.get("mfaPending"):
        raise FetchError(
            "The OpenReview account wants a second step at login, which a sync cannot take.",
            "Use an account without multi-factor authentication.",
            state="login",
        )
    token = answer.get("token")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise FetchError("OpenReview answered the login without a token.", "A newer tracker may read it.")
    return token


def notes(api: int, base: str, token: str, asked: Mapping[str, str | int], client: Client) -> list[Mapping[str, Any]]:
    """Return a page of notes.

    Raises:
        FetchError: OpenReview refuses, or the answer has another shape than known.
    """
    request = Request(
        url=f"{base or ADDRESSES[api]}/notes?{urlencode({**asked, 'limit': PAGE_SIZE})}",
        headers={"Authorization": f"Bearer {token}"},
        accept="application/json",
        byte_limit=BYTE_LIMIT,
    )
    try:
        found = mapping(decoded(client.get(request).body)).get("notes")
    except StatusError as error:
        raise explained(error) from error
    if not isinstance(found, list):
        raise FetchError("OpenReview's answer holds no list of notes.", "A newer tracker may read it.")
    return [mapping(note) for note in found]


def decoded(body: bytes) -> object:
    """Return JSON, or raise FetchError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchError("OpenReview's answer is not JSON.", "It will be tried again with the next sync.") from error


def explained(error: StatusError) -> FetchError:
    """Return what OpenReview means by a refusal."""
    said = _answer(error)
    name = said.get("name")
    if name == "RateLimitError" or error.status == 429:
        wait = _seconds(mapping(said.get("details")).get("resetTime")) or error.retry_after
        return FetchError(
            f"OpenReview allows no more requests for now (RateLimitError){f', for {span(wait)}' if wait else ''}.",
            "It will be asked again later by itself.",
            state="slowed",
            retry_after=wait,
        )
    if name == "ChallengeRequiredError":
        return FetchError(
            "OpenReview wants to see first that a person asks (ChallengeRequiredError).",
            "Log in once at openreview.net with a browser from this network, then sync again.",
            state="login",
        )
    if error.status in {401, 403}:
        return FetchError(
            f"OpenReview does not show this to the account that is logged in{_said(error)}.",
            "Check the venue id; what is not public yet appears after the decisions.",
            state="login",
        )
    if error.status == 400:
        return FetchError(f"OpenReview does not understand the question{_said(error)}.", "Check the venue id.")
    return error


def _answer(error: StatusError) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(error.body))
    except (ValueError, RecursionError):
        return {}


def _said(error: StatusError) -> str:
    words = clean_line(_answer(error).get("message"), 150).rstrip(".")
    return f": {words}" if words else f" ({error.status})"


def _seconds(moment: object) -> float | None:
    """Return the seconds until a moment, at most a day: an ISO time, or milliseconds since the epoch."""
    try:
        when = float(moment) / 1_000 if isinstance(moment, int | float) else _epoch(moment)
        wait = when - datetime.now(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(wait, DAY) if wait > 0 else None


def _epoch(moment: object) -> float:
    known = times.parse(moment) if isinstance(moment, str) else None
    if not known or len(known) < 20:
        raise ValueError
    return datetime.fromisoformat(known).timestamp()

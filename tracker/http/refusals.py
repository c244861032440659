"""Words for every way in which a service can fail to answer, with the state of the source and a remedy."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = 86_400.0


class StatusError(FetchError):
    """The service answered, but neither 200 nor 304. `body` is the beginning of what it said."""

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        status: int,
        body: bytes = b"",
        state: str = "failing",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, remedy, state=state, retry_after=retry_after)
        self.status = status
        self.body = body


def shown(url: str) -> str:
    """Return an address for a message: without login, parameters (they may be secret) and excess."""
    try:
        parts = urlsplit(url)
        place = parts.hostname or "the address"
        return "".join(c for c in place + (f":{parts.port}" if parts.port else "") + parts.path if c.isprintable())[
            :120
        ]
    except ValueError:
        return "the address"


def retry_after(text: str, now: float) -> float | None:
    """Return the seconds that a `Retry-After` asks for, at most a day; None when it is missing or junk."""
    text = text.strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        from email.utils import parsedate_to_datetime  # 10 ms, for a header that hardly ever comes

        try:
            seconds = parsedate_to_datetime(text).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0.0), DAY) if math.isfinite(seconds) else None


def span(seconds: float) -> str:
    """Return a time span in words."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{max(round(seconds), 1)} s"


def refusal(status: int, url: str, headers: Mapping[str, str], body: bytes, now: float) -> StatusError:
    """Return the error for an answer that is no success."""
    where = shown(url)
    if status in {429, 503}:
        asked = retry_after(headers.get("retry-after", ""), now)
        when = f"and asks to be left alone for {span(asked)}" if asked else "and does not say for how long"
        message = f"{where} is asked too often or overloaded ({status}) {when}."
        return StatusError(
            message,
            "It will be asked again later by itself.",
            status=status,
            body=body,
            state="slowed",
            retry_after=asked,
        )
    words = {
        401: (
            "wants a login (401).",
            "This source cannot be read without one; remove it or use another address.",
            "login",
        ),
        403: ("forbids reading it (403).", "It may want a login or block programs; look for another address.", "login"),
        404: ("was not found (404).", "Check the address; it may have moved.", "failing"),
        410: ("is gone for good (410).", "Remove the source or find its new address.", "gone"),
    }
    said, remedy, state = words.get(status, (f"answered {status} {_phrase(status)}.", "", "failing"))
    if status >= 500:
        said, remedy = (
            f"has a fault of its own ({status} {_phrase(status)}).",
            "It will be tried again with the next sync.",
        )
    return StatusError(f"{where} {said}", remedy, status=status, body=body, state=state)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"


def unreachable(url: str, error: Exception, allowed: float | None) -> FetchError:
    """Return the error for a connection that failed; `allowed` is the total time when that is what ran out."""
    where, remedy = shown(url), "Check the network; it will be tried again with the next sync."
    causes = _causes(error)
    if "CERTIFICATE_VERIFY_FAILED" in causes:
        return FetchError(f"{where} has no valid certificate.", "Check the clock of this machine and the address.")
    if "InvalidURL" in causes:
        return FetchError(
            f"{where} is, or redirects to, an address that is not http or https or is misspelt.",
            "Mend it in feeds.toml.",
        )
    if "no public address" in causes:
        return FetchError(
            f"{where} leads into a private network; that was not followed.", "Put the address itself into feeds.toml."
        )
    if allowed is not None:
        reason = f"was not done after {span(allowed)}"
    elif "gaierror" in causes:
        reason, remedy = "has a host whose name is not known", "Check the address and the network."
    elif "Timeout" in causes:
        reason = "did not answer in time"
    elif "ConnectError" in causes:
        reason = "refused the connection"
    else:
        reason = "broke off the answer"
    return FetchError(f"{where} {reason}.", remedy, state="unreachable")


def _causes(error: BaseException) -> str:
    """Return class names and words of an error and of what caused it."""
    found: list[str] = []
    current: BaseException | None = error
    while current is not None and len(found) < 10:
        found.append(f"{type(current).__name__} {current}")
        current = current.__cause__ or current.__context__
    return "; ".join(found)

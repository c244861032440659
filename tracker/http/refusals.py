"""Words for every way in which a service can fail to answer, with the state of the source and a remedy."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker import times
from tracker.errors import FetchError
from tracker.http.statuses import Words, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = 86_400.0
LOST_AFTER = 5
"""Failures in a row after which a source is called lost."""
_LIMIT_ENDS = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
_LIMIT_LEFT = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
_ROBOT_CHECKS = (b"challenge-platform", b"cf-chl", b"Just a moment...", b"ChallengeRequired", b"captcha-delivery")


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


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds, at most a day, that a service asks for, be it by `Retry-After` or by when its limit ends.

    The end of a limit is written as seconds since the epoch, as seconds from now, or as an ISO time.
    """
    if (asked := retry_after(headers.get("retry-after", ""), now)) is not None:
        return asked
    text = next((headers[name] for name in _LIMIT_ENDS if headers.get(name)), "")
    try:
        seconds = float(text)
    except ValueError:
        moment = times.parse(text) or ""
        seconds = datetime.fromisoformat(moment).timestamp() if "T" in moment else 0.0
    return retry_after(str(seconds - now if seconds > DAY else seconds), now) or None


def span(seconds: float) -> str:
    """Return a time span in words."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{max(round(seconds), 1)} s"


def is_slowed(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether an answer asks to come less often: some services say it with a 403 and headers of their limit."""
    spent = "retry-after" in headers or any(headers.get(name, "").strip() == "0" for name in _LIMIT_LEFT)
    return status in {429, 503, 529} or (status == 403 and spent)


def is_passing(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether asking once more at once may help."""
    return (500 <= status < 600 or status in {408, 425}) and not is_slowed(status, headers)


def refusal(status: int, url: str, headers: Mapping[str, str], body: bytes, now: float) -> StatusError:
    """Return the error for an answer that is no success; names of headers are in lower case."""
    asked = None
    if status in {403, 429, 503} and _is_robot_check(headers, body):
        words = Words(
            f"lets nobody in without a check that a program cannot pass ({status}).",
            "Look for the same at another address, or a mirror.",
            "login",
        )
    elif is_slowed(status, headers):
        asked = asked_wait(headers, now)
        when = f"and asks to be left alone for {span(asked)}" if asked else "and does not say for how long"
        words = Words(
            f"is asked too often or overloaded ({status}) {when}.", "It will be asked again later by itself.", "slowed"
        )
    else:
        words = words_of(status)
    return StatusError(
        f"{shown(url)} {words.said}", words.remedy, status=status, body=body, state=words.state, retry_after=asked
    )


def _is_robot_check(headers: Mapping[str, str], body: bytes) -> bool:
    return headers.get("cf-mitigated") == "challenge" or any(mark in body[:20_000] for mark in _ROBOT_CHECKS)


def repeated(error: FetchError, failures: int) -> FetchError:
    """Return the error in the words for a source that has failed this many times in a row, this one counted."""
    if isinstance(error, StatusError) and error.status == 404 and failures >= LOST_AFTER:
        return StatusError(
            f"{error.message.rstrip('.')}, {failures} times in a row.",
            "It will hardly come back: find its new address, or remove the source.",
            status=404,
            body=error.body,
        )
    if error.state == "unreachable" and failures >= LOST_AFTER:
        return FetchError(
            f"{error.message.rstrip('.')}, {failures} times in a row.",
            "Open it in a browser; if it is dead there too, remove the source.",
            state=error.state,
        )
    return error


def unreachable(url: str, error: Exception, allowed: float | None) -> FetchError:
    """Return the error for a connection that failed; `allowed` is the total time when that is what ran out."""
    causes = _causes(error)
    for sign, said, remedy, state in _CONNECTIONS:
        if sign in causes and (allowed is None or state != "unreachable"):
            return FetchError(f"{shown(url)} {said}.", remedy, state=state)
    said = "broke off the answer" if allowed is None else f"was not done after {span(allowed)}"
    return FetchError(f"{shown(url)} {said}.", _NETWORK, state="unreachable")


_NETWORK = "Check the network; it will be tried again with the next sync."
_CLOCK = "Check the clock of this machine; else the site must mend it."
_CONNECTIONS = (
    ("certificate has expired", "has a certificate that has expired", _CLOCK, "failing"),
    ("certificate is not yet valid", "has a certificate that is not valid yet", _CLOCK, "failing"),
    ("ostname mismatch", "has the certificate of another site", "Check the address; this network may come between.", "failing"),
    ("CERTIFICATE_VERIFY_FAILED", "has no valid certificate", "Check the address; this network may come between.", "failing"),
    ("InvalidURL", "is, or redirects to, an address that is not http or https or is misspelt", "Mend it in feeds.toml.", "failing"),
    ("no public address", "leads into a private network; that was not followed", "Put the address itself into feeds.toml.", "failing"),
    ("ProxyError", "cannot be reached through the proxy", "Check HTTPS_PROXY and HTTP_PROXY in the environment.", "unreachable"),
    ("gaierror [Errno -3]", "was not asked: no name can be looked up", "Check the network.", "unreachable"),
    ("gaierror", "has a host whose name is not known", "Check the address and the network.", "unreachable"),
    ("SSLError", "answers without proper TLS", "Try http:// in the address, or check the network.", "unreachable"),
    ("not looked up in time", "has a host whose name was not looked up in time", _NETWORK, "unreachable"),
    ("peer closed", "broke off the answer", _NETWORK, "unreachable"),
    ("disconnected", "broke off the answer", _NETWORK, "unreachable"),
    ("RemoteProtocolError", "does not answer in proper HTTP", "Check the address; the port may be another service's.", "unreachable"),
    ("Timeout", "did not answer in time", _NETWORK, "unreachable"),
    ("Connection refused", "refused the connection", _NETWORK, "unreachable"),
    ("ConnectError", "cannot be connected to", _NETWORK, "unreachable"),
)  # fmt: skip
"""What is in the words of an error and its causes, what that means, what to do, and the state; the first one counts."""


def is_unasked(error: BaseException) -> bool:
    """Tell whether no name could be looked up: nobody was asked, so nobody need be left alone, and again is no better."""
    return "gaierror" in _causes(error)


def _causes(error: BaseException) -> str:
    """Return class names and words of an error and of what caused it."""
    found: list[str] = []
    current: BaseException | None = error
    while current is not None and len(found) < 10:
        found.append(f"{type(current).__name__} {current}")
        current = current.__cause__ or current.__context__
    return "; ".join(found)

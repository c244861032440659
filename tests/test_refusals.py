"""What is said of each way in which a service fails to answer: its own words, a remedy, a state."""

from __future__ import annotations

import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from faults.answers import feed, reply
from faults.play import Fault, play
from faults.server import FaultServer

from tracker.errors import FetchError
from tracker.http.refusals import LOST_AFTER, StatusError, is_passing, refusal, repeated, unreachable
from tracker.http.statuses import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

URL = "https://lab.example/feed?key=secret"
STATES = frozenset({"failing", "unreachable", "slowed", "gone", "login"})
STATUSES = (
    400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 413, 414, 421, 422, 425, 426, 431, 451,
    500, 501, 502, 504, 505, 511, 520, 521, 522, 523, 524, 525, 526, 530,
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer({}) as running:
        yield running


def test_every_status_has_words_and_a_remedy() -> None:
    for status in range(201, 1_000):
        error = refusal(status, URL, {}, b"", 0.0)
        assert error.message.startswith("lab.example/feed ")
        assert error.message.endswith(".")
        assert str(status) in error.message
        assert "secret" not in error.message
        assert error.remedy
        assert error.state in STATES


def test_those_that_are_known_have_words_of_their_own() -> None:
    said = [words_of(status).said for status in STATUSES]
    assert len(set(said)) == len(said)
    assert not any("unknown status" in words for words in said)


def test_asking_again_at_once_is_for_what_may_pass() -> None:
    assert [status for status in HTTPStatus if is_passing(status, {})] == [408, 425, 500, 501, 502, 504, 505, 506, 507, 508, 510, 511]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (403, {"cf-mitigated": "challenge"}, b""),
        (503, {}, b"<title>Just a moment...</title>"),
        (429, {}, b"<script src=/cdn-cgi/challenge-platform/h/b></script>"),
        (403, {}, b'{"url":"https://geo.captcha-delivery.com/captcha/"}'),
    ],
)
def test_a_check_that_only_a_browser_passes(status: int, headers: dict[str, str], body: bytes) -> None:
    error = refusal(status, URL, headers, body, 0.0)
    assert error.state == "login"
    assert "a check that a program cannot pass" in error.message


def chained(*errors: BaseException) -> Exception:
    """Raise each from the next one, as the layers of a client do."""
    first, *rest = errors
    if rest:
        first.__cause__ = chained(*rest)
    assert isinstance(first, Exception)
    return first


def untrusted(reason: str) -> ssl.SSLCertVerificationError:
    return ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason}")


class ConnectError(Exception):
    """As httpx calls it."""


@pytest.mark.parametrize(
    ("error", "words", "state"),
    [
        (untrusted("certificate has expired (_ssl.c:1006)"), "has a certificate that has expired", "failing"),
        (untrusted("certificate is not yet valid"), "not valid yet", "failing"),
        (untrusted("Hostname mismatch, certificate is not valid for 'x'."), "of another site", "failing"),
        (untrusted("self-signed certificate"), "has no valid certificate", "failing"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "without proper TLS", "unreachable"),
        (socket.gaierror(-2, "Name or service not known"), "name is not known", "unreachable"),
        (socket.gaierror(-5, "No address associated with hostname"), "name is not known", "unreachable"),
        (socket.gaierror(-3, "Temporary failure in name resolution"), "no name can be looked up", "unreachable"),
        (TimeoutError("the name x was not looked up in time"), "not looked up in time", "unreachable"),
        (ConnectionRefusedError(111, "Connection refused"), "refused the connection", "unreachable"),
        (OSError(113, "No route to host"), "cannot be connected to", "unreachable"),
    ],
)
def test_why_no_connection_was_made(error: Exception, words: str, state: str) -> None:
    found = unreachable(URL, chained(ConnectError(str(error)), error), None)
    assert found.message.startswith("lab.example/feed ")
    assert words in found.message
    assert "secret" not in found.message
    assert found.remedy
    assert found.state == state


def test_what_never_comes_back_is_said_when_it_has_failed_often() -> None:
    lost = StatusError("lab.example/feed was not found (404).", "Check.", status=404)
    assert repeated(lost, LOST_AFTER - 1) is lost
    assert repeated(lost, LOST_AFTER).message == "lab.example/feed was not found (404), 5 times in a row."
    assert "remove the source" in repeated(lost, LOST_AFTER).remedy
    dead = FetchError("lab.example/feed refused the connection.", "Check.", state="unreachable")
    assert repeated(dead, 9).message == "lab.example/feed refused the connection, 9 times in a row."
    assert repeated(dead, 9).state == "unreachable"
    busy = StatusError("lab.example/feed has a fault of its own (500).", "Wait.", status=500)
    assert repeated(busy, 9) is busy


def test_a_lost_source_is_called_so_until_it_answers(server: FaultServer, tmp_path: Path) -> None:
    server.answers["lost"] = (*[reply(404)] * 6, reply(200, feed()), reply(404))
    outcomes = [play(Fault(name="lost", answers=(), state=""), server, tmp_path / "home") for _ in range(8)]
    said = [played.message.partition("(404)")[2] for played in outcomes]
    assert said == [".", ".", ".", ".", ", 5 times in a row.", ", 6 times in a row.", "", "."]
    assert "remove the source" in outcomes[4].told
    assert [played.status for played in outcomes] == [1] * 6 + [0, 1]

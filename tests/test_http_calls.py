"""Requests that carry something: bodies that are sent, parameters that stay private, money, and patience with slow hosts."""

from __future__ import annotations

import logging
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from json_service import Answer, Asked, serving

from tracker.errors import FetchError
from tracker.http import HttpClient, MemoryPoliteness, MemoryValidators, bounds, client
from tracker.http.bounds import addresses_of
from tracker.http.refusals import StatusError
from tracker.ports import Request
from tracker.store.connect import open_writer
from tracker.store.spending import Ledger

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = {"key": "s3cret", "user": "ada"}


class Kept(MemoryValidators):
    """Remembers all that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, ...]] = []

    def put(self, url: str, etag: str, last_modified: str) -> None:
        super().put(url, etag, last_modified)
        self.told.append((url, etag, last_modified))


class Moved:
    """Remembers where addresses moved."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def moved(self, url: str, target: str) -> None:
        self.told.append((url, target))


def quick(**options: object) -> HttpClient:
    return HttpClient(**{"gap_scale": 0.0, **options})  # type: ignore[arg-type]


# bodies


def test_a_json_object_is_posted() -> None:
    with serving(lambda _: Answer({"made": 1})) as service, quick() as way:
        answer = way.post(Request(url=f"{service.base}/session", headers={"Authorization": "Bearer x"}), {"a": [1]})
    (asked,) = service.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/session", {"a": [1]})
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"] == "Bearer x"
    assert (answer.status, answer.body) == (200, b'{"made": 1}')


def test_nothing_is_posted_where_nothing_is_given() -> None:
    with serving(lambda _: Answer({})) as service, quick() as way:
        way.post(Request(url=f"{service.base}/refresh"), None)
        way.post(Request(url=f"{service.base}/refresh"), {})
    bare, empty = service.asked
    assert (bare.method, bare.body, bare.headers["content-length"]) == ("POST", None, "0")
    assert "content-type" not in bare.headers
    assert (empty.body, empty.headers["content-length"]) == ({}, "2")


@pytest.mark.parametrize("status", [500, 503, 408, 401])
def test_what_may_have_been_carried_out_is_not_sent_again(status: int) -> None:
    with serving(lambda _: Answer({"error": "no"}, status)) as service, quick() as way:
        with pytest.raises(StatusError) as caught:
            way.post(Request(url=f"{service.base}/"), {"a": 1})
        assert (caught.value.status, caught.value.body) == (status, b'{"error": "no"}')
    assert len(service.asked) == 1


def test_a_post_that_breaks_off_is_not_sent_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, quick() as way:
        accepted: list[bytes] = []

        def hang_up() -> None:
            listening.settimeout(5)
            connection, _ = listening.accept()
            accepted.append(connection.recv(65_536))
            connection.close()
            listening.close()  # a second attempt would be refused, and said so

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(FetchError, match="broke off"):
            way.post(Request(url=f"http://127.0.0.1:{listening.getsockname()[1]}/"), {"password": "x"})
        thread.join()
    assert len(accepted) == 1


def test_a_post_does_not_follow() -> None:
    elsewhere = Answer(b"", 307, {"Location": "/other"})
    with serving(lambda _: elsewhere) as service, quick() as way, pytest.raises(FetchError, match="not followed"):
        way.post(Request(url=f"{service.base}/"), {"password": "x"})
    assert [asked.path for asked in service.asked] == ["/"]


# parameters that stay private


def test_private_parameters_are_sent_and_kept_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "tracker")
    kept, moved = Kept(), Moved()

    def answer(asked: Asked) -> Answer:
        if asked.path == "/old":
            return Answer(b"", 301, {"Location": f"/new?page=2&api_key={asked.query['key']}"})
        return Answer({}, headers={"ETag": '"1"'})

    with serving(answer) as service, quick(validators=kept, moves=moved) as way:
        for path in ("/feed?page=1", "/old"):
            wanted = Request(url=service.base + path, private=PRIVATE, conditional=True)
            for shown in (way.get(wanted).url, repr(kept.told), repr(moved.told), caplog.text):
                assert "s3cret" not in shown
                assert "ada" not in shown
    first, _, last = service.asked
    assert first.query == {"page": "1", **PRIVATE}
    assert last.query["api_key"] == "s3cret"  # the same server gave it back under another name
    assert [url for url, *_ in kept.told] == [f"{service.base}/feed?page=1", f"{service.base}/old"]
    assert all(not target for _, target in moved.told)  # where it leads would name the parameters


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 302])
def test_private_parameters_are_in_no_message(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "tracker")
    headers = {"Location": "http://10.0.0.1/?key=s3cret"} if status == 302 else {}
    refusing = Answer(b"no", status, headers)
    with serving(lambda _: refusing) as service, quick() as way, pytest.raises(FetchError) as caught:
        way.get(Request(url=f"{service.base}/feed", private=PRIVATE))
    assert "s3cret" not in f"{caught.value} {caught.value.remedy} {caplog.text}"


def test_private_parameters_are_in_no_message_of_a_connection_that_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with quick() as way, pytest.raises(FetchError) as caught:
        way.get(Request(url=f"http://127.0.0.1:{port}/feed", private=PRIVATE))
    assert "s3cret" not in str(caught.value)


def test_private_parameters_stay_with_the_first_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.http.addresses.is_public", lambda _host: True)
    monkeypatch.setattr("tracker.http.bounds._is_public_address", lambda _address: True)
    with serving(lambda _: Answer({})) as other:
        away = other.base.replace("127.0.0.1", "localhost")

        def answer(asked: Asked) -> Answer:
            return Answer(b"", 302, {"Location": f"{away}/there?a=1&token={asked.query['key']}"})

        with serving(answer) as service, quick() as way:
            way.get(Request(url=f"{service.base}/feed", private=PRIVATE))
    assert [(asked.path, asked.query) for asked in other.asked] == [("/there", {"a": "1"})]


# money


def test_nothing_is_spent_where_nobody_pays() -> None:
    with quick() as way, pytest.raises(FetchError) as caught:
        way.spend("x", 0.01)
    assert caught.value.state == "off"


def test_what_is_spent_is_put_down_and_the_cap_of_the_day_holds(tmp_path: Path) -> None:
    open_writer(tmp_path / "home.db").close()
    book = Ledger(tmp_path / "home.db", 0.05, lambda: "2026-05-18")
    with quick(ledger=book) as way:
        way.spend("x", 0.04)
        with pytest.raises(FetchError):
            way.spend("x", 0.02)
        assert book.spent("x") == pytest.approx(0.04)
        way.spend("x", -0.03)
        way.spend("x", 0.04)
    assert book.spent("x") == pytest.approx(0.05)


# patience


def late(asked: threading.Event) -> socket.socket:
    """Return a listening socket that answers its first request after a fifth of a second."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listening.accept()
        connection.recv(65_536)
        asked.wait(0.2)
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        finally:
            connection.close()

    threading.Thread(target=answer, daemon=True).start()
    return listening


def test_a_host_that_is_known_to_be_slow_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    with late(never) as listening, quick(read=0.05, total=0.1) as way:
        monkeypatch.setitem(client.READS, "127.0.0.1", 5.0)  # type: ignore[arg-type]  # a table that others only read
        assert way.get(Request(url=f"http://127.0.0.1:{listening.getsockname()[1]}/")).body == b"ok"


def test_arxivs_archive_has_a_minute_and_a_half_to_begin() -> None:
    assert client.READS["oaipmh.arxiv.org"] >= 90


def test_the_look_up_of_a_name_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may look for a name for minutes, and cannot be told to stop."""
    release = threading.Event()

    def forever(*_: object, **__: object) -> list[object]:
        release.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", forever)
    monkeypatch.setattr(bounds, "LOOKUP", 0.02)
    try:
        with pytest.raises(TimeoutError):
            addresses_of("slow.example", 0.02)
        with quick() as way, pytest.raises(FetchError) as caught:
            way.get(Request(url="http://slow.example/"))
    finally:
        release.set()
    assert (caught.value.state, "not looked up in time" in caught.value.message) == ("unreachable", True)


def test_an_address_that_speaks_no_tls_says_so() -> None:
    with serving(lambda _: Answer({})) as service, quick() as way, pytest.raises(FetchError) as caught:
        way.get(Request(url=service.base.replace("http:", "https:")))
    assert "answers without proper TLS" in caught.value.message


def test_a_name_that_cannot_be_looked_up_is_asked_for_once_and_costs_no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def unknown(host: str, *_: object, **__: object) -> None:
        looked_up.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    waits: list[float] = []
    politeness = MemoryPoliteness()
    with HttpClient(politeness=politeness, now=lambda: 1_000.0, sleep=waits.append) as way:
        for _ in range(2):
            with pytest.raises(FetchError, match="not known"):
                way.get(Request(url="https://www.reddit.com/r/x/new/.rss"))
    assert looked_up == ["www.reddit.com"] * 2
    assert sum(waits) == 0
    assert politeness.next_allowed("reddit.com") == 1_000.0

"""The way out against small loopback servers: each bound, each kind of failure, each word of politeness."""

from __future__ import annotations

import gzip
import math
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler

import pytest
from loopback import listening

from tracker.errors import FetchError
from tracker.http import HttpClient, MemoryPoliteness, MemoryValidators
from tracker.http.addresses import checked
from tracker.http.bounds import decompressed, is_public
from tracker.http.refusals import StatusError, retry_after
from tracker.ports import Request

Page = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A loopback site whose pages are functions."""

    def __init__(self, pages: dict[str, Page]) -> None:
        self.pages = pages
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.base = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                try:
                    site.pages[self.path](self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler


@contextmanager
def site(pages: dict[str, Page]) -> Iterator[Site]:
    made = Site(pages)
    with listening(made.handler()) as made.base:
        yield made


def page(status: int = 200, body: bytes = b"hello", **headers: str) -> Page:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return send


class Clock:
    """A clock that only a pause moves."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


def quick(**options: object) -> HttpClient:
    return HttpClient(**{"gap_scale": 0.0, **options})  # type: ignore[arg-type]


def failure(client: HttpClient, url: str, byte_limit: int = 1_000_000) -> FetchError:
    with client, pytest.raises(FetchError) as caught:
        client.get(Request(url=url, byte_limit=byte_limit))
    assert caught.value.message
    assert "Traceback" not in str(caught.value)
    return caught.value


def test_an_answer_comes_with_its_headers_and_says_who_asked() -> None:
    with site({"/": page(ETag='W/"1"')}) as s, quick(contact="me@example.org\r\nX: 1") as client:
        answer = client.get(Request(url=f"{s.base}/", headers={"X-Own": "1"}, accept="text/plain"))
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"hello", 'W/"1"')
    sent = s.seen[0][1]
    assert sent["user-agent"].startswith("tracker/")
    assert sent["user-agent"].endswith("(+research-tracker; mailto:me@example.orgX:1)")
    assert sent["x-own"] == "1"
    assert sent["accept"] == "text/plain"


def test_the_gap_is_kept_between_two_requests_and_across_clients() -> None:
    clock, kept = Clock(), MemoryPoliteness()
    with site({"/": page()}) as s:
        for _ in range(2):  # two runs with what was kept
            with HttpClient(politeness=kept, gaps={"127.0.0.1": 3.0}, now=clock.now, sleep=clock.sleep) as client:
                client.get(Request(url=f"{s.base}/"))
                client.get(Request(url=f"{s.base}/"))
    assert clock.pauses == [3.0, 3.0, 3.0]


def test_hosts_of_one_service_share_a_queue() -> None:
    client = HttpClient()
    assert client._service("export.arxiv.org") == client._service("rss.arxiv.org") == ("arxiv.org", 3.0)
    assert client._service("notarxiv.org") == ("notarxiv.org", 1.0)
    assert client._service("127.0.0.1")[1] == 0.0


def test_one_request_at_a_time_for_each_host() -> None:
    running, most = 0, 0
    lock = threading.Lock()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        page()(handler)

    with site({"/": slow}) as s, quick() as client:
        threads = [threading.Thread(target=client.get, args=(Request(url=f"{s.base}/"),)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (most, len(s.seen)) == (1, 5)


def test_retry_after_is_told_and_remembered_across_runs() -> None:
    clock, kept = Clock(), MemoryPoliteness()
    with site({"/": page(429, Retry_After="600")}) as s:
        first = failure(HttpClient(politeness=kept, now=clock.now, sleep=clock.sleep), f"{s.base}/")
        assert (first.state, first.retry_after) == ("slowed", 600.0)
        assert "10 min" in first.message
        second = failure(HttpClient(politeness=kept, now=clock.now, sleep=clock.sleep), f"{s.base}/")
        assert (second.state, second.retry_after) == ("slowed", 600.0)
        clock.time += 500
        failure(HttpClient(politeness=kept, now=clock.now, sleep=clock.sleep), f"{s.base}/")
    assert len(s.seen) == 2  # the second client did not ask
    assert clock.pauses == [pytest.approx(100.0)]


def test_a_service_that_refuses_without_a_word_is_left_alone_longer_each_time() -> None:
    clock = Clock()
    with site({"/": page(429)}) as s:
        client = HttpClient(now=clock.now, sleep=clock.sleep)
        states = [failure(client, f"{s.base}/").retry_after for _ in range(4)]
    assert clock.pauses == [60.0, 120.0]
    assert len(s.seen) == 3
    assert states == [None, None, None, 240.0]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("2.5", 2.5),
        ("-5", 0.0),
        ("9999999", 86_400.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        (formatdate(1_800_000_060, usegmt=True), 60.0),
        (formatdate(1_700_000_000, usegmt=True), 0.0),
        ("Mon, 99 Foo 2026", None),
    ],
)
def test_retry_after_in_seconds_as_a_date_and_as_junk(text: str, seconds: float | None) -> None:
    assert retry_after(text, 1_800_000_000.0) == seconds


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (410, "gone", "gone for good"),
        (404, "failing", "not found"),
        (401, "login", "login"),
        (403, "login", "forbids"),
        (429, "slowed", "too often"),
        (400, "failing", "400"),
        (418, "failing", "418"),
        (204, "failing", "204"),
        (304, "failing", "304"),
    ],
)
def test_each_refusal_has_its_state_and_words(status: int, state: str, words: str) -> None:
    with site({"/feed?key=secret": page(status, b"" if status in {204, 304} else b"no")}) as s:
        error = failure(quick(), f"{s.base}/feed?key=secret")
    assert error.state == state
    assert words in error.message
    assert "secret" not in str(error)
    assert isinstance(error, StatusError)
    assert error.status == status
    assert len(s.seen) == 1


def test_a_fault_of_the_server_is_tried_again() -> None:
    answers = [page(500), page(502), page(200, b"at last")]

    def next_page(handler: BaseHTTPRequestHandler) -> None:
        answers.pop(0)(handler)

    clock = Clock()
    with site({"/": next_page}) as s, HttpClient(now=clock.now, sleep=clock.sleep) as client:
        assert client.get(Request(url=f"{s.base}/")).body == b"at last"
    assert clock.pauses == [0.5, 1.5]


@pytest.mark.parametrize(("status", "state"), [(500, "failing"), (408, "failing"), (599, "failing")])
def test_a_fault_that_stays_is_told_after_three_tries(status: int, state: str) -> None:
    with site({"/": page(status)}) as s:
        assert failure(quick(), f"{s.base}/").state == state
    assert len(s.seen) == 3


def test_conditional_requests_send_back_what_came() -> None:
    kept = MemoryValidators()
    pages = {"/": page(ETag='W/"x"', Last_Modified="yesterday, about noon")}
    with site(pages) as s, quick(validators=kept) as client:
        client.get(Request(url=f"{s.base}/", conditional=True))
        pages["/"] = page(304, b"")
        again = client.get(Request(url=f"{s.base}/", conditional=True))
    assert (again.status, again.body) == (304, b"")
    assert "if-none-match" not in s.seen[0][1]
    assert s.seen[1][1]["if-none-match"] == 'W/"x"'
    assert s.seen[1][1]["if-modified-since"] == "yesterday, about noon"


def test_redirects_are_followed_five_times_and_no_further() -> None:
    pages = {f"/{n}": page(302, b"", Location=f"/{n + 1}") for n in range(6)} | {"/6": page()}
    with site(pages) as s, quick() as client:
        assert client.get(Request(url=f"{s.base}/1")).url == f"{s.base}/6"
        assert "more than 5" in failure(client, f"{s.base}/0").message


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/", "loop"),
        ("", "nowhere"),
        ("file:///etc/passwd", "not http"),
        ("ftp://example.org/", "not http"),
        ("http://[::1", "redirects to, an"),
        ("http://10.0.0.1/", "private"),
        ("http://169.254.169.254/latest", "private"),
        ("http://[::1]/", "private"),
        ("http://localhost/", "private"),
        ("http://[::ffff:127.0.0.1]/", "private"),
        ("http://2130706433/", "private"),
        ("http://[64:ff9b::7f00:1]/", "private"),
        ("//0.0.0.0/", "private"),
        ("javascript:alert(1)", "not http or https"),
    ],
)
def test_a_redirect_that_must_not_be_followed(target: str, words: str) -> None:
    with site({"/": page(301, b"", Location=target)}) as s:
        error = failure(quick(), f"{s.base}/")
    assert words in error.message
    assert len(s.seen) == 1


def test_a_host_that_was_public_may_not_turn_private_when_it_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name answers with a public address when it is checked and with a private one when it is connected to."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    real = socket.getaddrinfo

    def resolve(host: str, *rest: object, **more: object) -> object:
        if host == "rebinding.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 0))]
        return real(host, *rest, **more)  # type: ignore[arg-type]

    with site({"/": page(302, b"", Location="http://rebinding.example/")}) as s:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        assert "private network" in failure(quick(), f"{s.base}/").message


def test_own_headers_do_not_follow_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.http.addresses.is_public", lambda _host: True)
    monkeypatch.setattr("tracker.http.bounds._is_public_address", lambda _address: True)
    with site({"/b": page(ETag='"x"')}) as other:
        away = other.base.replace("127.0.0.1", "localhost") + "/b"
        with site({"/a": page(302, b"", Location=away)}) as s, quick() as client:
            for _ in range(2):
                client.get(Request(url=f"{s.base}/a", headers={"Authorization": "Bearer secret"}, conditional=True))
    assert s.seen[0][1]["authorization"] == "Bearer secret"
    assert "authorization" not in other.seen[0][1]
    assert other.seen[1][1]["if-none-match"] == '"x"'  # what the other host itself has sent does follow


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "example.org", "ftp://example.org/", "http://", "http://[::1", "http://a:99999/", ""]
)
def test_only_web_addresses_are_asked(url: str) -> None:
    assert "not an http or https address" in failure(quick(), url).message


def test_a_large_answer_is_given_up() -> None:
    with site({"/": page(body=b"x" * 5_000)}) as s:
        assert "larger than" in failure(quick(), f"{s.base}/", byte_limit=4_999).message
        with quick() as client:
            assert len(client.get(Request(url=f"{s.base}/", byte_limit=5_000)).body) == 5_000


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with site({"/": page(body=bomb, Content_Encoding="gzip")}) as s:
        assert "larger than" in failure(quick(), f"{s.base}/", byte_limit=100_000).message
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        for start in range(0, len(bomb), 1_000):
            taken += 1
            yield bomb[start : start + 1_000]

    body, whole = decompressed(pieces(), "gzip", 100_000)
    assert (len(body), whole, taken) == (100_000, False, 1)


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_packed_answers_are_unpacked(size: int) -> None:
    text = b"some words, " * 40_000
    half = len(text) // 2
    bare = zlib.compressobj(wbits=-15)
    for packed, encoding in [
        (gzip.compress(text), "gzip"),
        (gzip.compress(text[:half]) + gzip.compress(text[half:]), "gzip"),
        (zlib.compress(text), "deflate"),
        (bare.compress(text) + bare.flush(), "deflate"),
        (text, ""),
        (gzip.compress(text) + bytes(20), "x-gzip"),
    ]:
        chunks = (packed[n : n + size] for n in range(0, len(packed), size))
        if encoding != "deflate" or size > 1:  # the first byte alone does not tell the two kinds of deflate apart
            assert decompressed(chunks, encoding, 10**6) == (text, True)


@pytest.mark.parametrize(("body", "encoding"), [(b"\x1fnot gzip at all", "gzip"), (b"x", "br"), (b"x", "gzip, gzip")])
def test_what_cannot_be_unpacked_is_told(body: bytes, encoding: str) -> None:
    with site({"/": page(body=body, Content_Encoding=encoding)}) as s:
        assert "cannot be unpacked" in failure(quick(), f"{s.base}/").message


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_dripping_answer_ends_with_the_total_time(where: str) -> None:
    stopped = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        start = b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 100000\r\n\r\n" if where == "body" else b"")
        handler.wfile.write(start)
        try:
            for _ in range(500):
                handler.wfile.write(b"x" if where == "body" else b"a: b\r\n")
                time.sleep(0.01)
        finally:
            stopped.set()

    with site({"/": drip}) as s:
        error = failure(quick(total=0.15, read=5.0), f"{s.base}/")
        assert stopped.wait(5)
    assert error.state == "unreachable"
    assert "was not done after" in error.message
    assert len(s.seen) == 1


def test_a_silent_server_is_unreachable() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        error = failure(quick(read=0.05), f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert (error.state, "did not answer in time" in error.message) == ("unreachable", True)


def test_a_refused_connection_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    error = failure(quick(), f"http://127.0.0.1:{port}/")
    assert (error.state, "refused the connection" in error.message) == ("unreachable", True)


def test_an_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = failure(quick(), "http://nowhere.invalid/")
    assert (error.state, "name is not known" in error.message) == ("unreachable", True)


def test_an_answer_that_breaks_off_is_unreachable() -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        handler.close_connection = True

    with site({"/": cut}) as s:
        error = failure(quick(), f"{s.base}/")
    assert (error.state, "broke off" in error.message, len(s.seen)) == ("unreachable", True, 3)


def test_endless_headers_are_refused() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            handler.wfile.write(b"a: " + b"b" * 10_000 + b"\r\n")

    with site({"/": endless}) as s:
        assert failure(quick(), f"{s.base}/").state == "unreachable"


def test_cookies_are_not_kept() -> None:
    with site({"/": page(Set_Cookie="id=1")}) as s, quick() as client:
        for _ in range(2):
            client.get(Request(url=f"{s.base}/"))
    assert "cookie" not in s.seen[1][1]


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("8.8.8.8", True),
        ("127.0.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("[fe80::1%eth0]", False),
        ("fd00::1", False),
        ("2606:4700::1111", True),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_which_addresses_are_public(host: str, public: bool) -> None:
    assert is_public(host) is public


def test_an_address_is_checked_without_asking() -> None:
    assert checked("HTTPS://Example.org/a") == "HTTPS://Example.org/a"
    assert math.isinf(HttpClient()._bounds.deadline)


def test_importing_the_module_imports_no_client() -> None:
    code = "import sys, tracker.http; print([m for m in ('httpx', 'httpcore', 'ssl', 'email.utils', 'numpy') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )

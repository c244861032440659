"""The one way out: bounded, polite and conditional GET requests over httpx.

httpx is imported with the first request. Everything that can go wrong becomes a `FetchError` with a state and a remedy.
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from tracker import __version__
from tracker.errors import FetchError
from tracker.http.addresses import checked, host_of, keeps_login, next_hop, with_private, without_private
from tracker.http.bounds import Bounds, bound_transports, decompressed
from tracker.http.refusals import DAY, asked_wait, is_passing, is_slowed, is_unasked, refusal, shown, span, unreachable
from tracker.http.remembering import MemoryPoliteness, MemoryValidators
from tracker.http.statuses import AGAIN
from tracker.ports import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from tracker.http.remembering import Ledger, Moves, Politeness, Validators
    from tracker.ports import Request

GAPS: Mapping[str, float] = {
    "arxiv.org": 3.0,
    "reddit.com": 60.0,
    "openreview.net": 10.0,
    "semanticscholar.org": 1.1,
    "openalex.org": 0.2,
    "huggingface.co": 1.0,
    "algolia.com": 0.5,
    "youtube.com": 1.0,
    "x.com": 1.0,
    "bsky.app": 0.2,
    "neurips.cc": 2.0,
    "icml.cc": 2.0,
    "iclr.cc": 2.0,
    "localhost": 0.0,
    "127.0.0.1": 0.0,
    "::1": 0.0,
}
"""Seconds between two requests to a service, by host name; sub-domains share the queue of their service."""
READS: Mapping[str, float] = {"oaipmh.arxiv.org": 120.0}
"""Seconds between two pieces of an answer, by host, where it may take longer than usual: the archive begins after up to 90."""
GAP = 1.0
PAUSE = 60.0
REDIRECTS, RETRIES = 5, 2
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_HARMLESS = frozenset({"user-agent", "accept", "accept-encoding", "if-none-match", "if-modified-since"})
_ERROR_BYTES = 65_536
_ROOM = 10_000_000


@dataclass(slots=True)
class _Budget:
    """What one request may still use up; waiting out of politeness is not counted. `whole` is the seconds at the beginning."""

    seconds: float
    bytes: int
    whole: float


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class HttpClient:
    """A `tracker.ports.Client` over httpx; one instance serves all threads.

    Args:
        contact: mail address for the User-Agent, may be empty.
        read: seconds between two pieces of an answer, but those of `READS`.
        total: seconds one `get` may take for each 10 MB that its byte limit allows, retries and redirects included; more
            at hosts that `READS` names.
        gap_scale: factor for gaps and back-off; 0 for tests and demonstrations.
        gaps: gaps by host that replace or extend `GAPS`.
        longest_wait: seconds worth waiting for a service; beyond them the source is `slowed`.
        ledger: pays for what costs money; without one nothing may be bought.
        moves: told of redirects that are permanent.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        politeness: Politeness | None = None,
        validators: Validators | None = None,
        connect: float = 10.0,
        read: float = 30.0,
        total: float = 60.0,
        gap_scale: float = 1.0,
        gaps: Mapping[str, float] | None = None,
        longest_wait: float = 120.0,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        ledger: Ledger | None = None,
        moves: Moves | None = None,
    ) -> None:
        mail = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in " ()<>;")
        self.user_agent = f"tracker/{__version__} (+research-tracker{f'; mailto:{mail}' if mail else ''})"
        self._politeness = politeness or MemoryPoliteness()
        self._validators = validators or MemoryValidators()
        self._ledger, self._moves = ledger, moves
        self._connect, self._read, self._total = connect, read, total
        self._gaps, self._scale, self._longest_wait = {**GAPS, **(gaps or {})}, gap_scale, longest_wait
        self._now, self._sleep, self._guard, self._queues = now, sleep, threading.Lock(), dict[str, threading.Lock]()
        self._bounds, self._refused = Bounds(), dict[str, int]()
        self._opened: httpx.Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a later `get` opens new ones."""
        with self._guard:
            client, self._opened = self._opened, None
        if client:
            client.close()

    def get(self, request: Request) -> Response:
        """Return the answer, see `tracker.ports.Client.get`."""
        known = self._validators.get(request.url) if request.conditional else None
        headers = self._headers(request, known)
        url, private = with_private(checked(request.url), request.private), request.private
        budget = self._budget(request)
        seen, permanent = {request.url}, True
        for hops in range(REDIRECTS + 1):
            answer = self._ask(url, headers, budget, public=host_of(url) != host_of(request.url))
            if answer.status not in _REDIRECTING:
                final = without_private(url, private) if hops else request.url
                if self._moves and answer.status in {200, 304}:
                    self._moves.moved(request.url, final if hops and permanent and not private else "")
                return self._finish(request, answer, known, final)
            permanent = permanent and answer.status in _PERMANENT
            target = next_hop(url, answer.headers.get("location"), request.url, seen)
            if not keeps_login(url, target):  # own headers and parameters may carry a login for the first server only
                headers = {name: value for name, value in headers.items() if name in _HARMLESS}
                target = without_private(target, private)
            url = target
        raise FetchError(
            f"{shown(request.url)} redirects more than {REDIRECTS} times.", "Put the final address into feeds.toml."
        )

    def post(self, request: Request, body: Mapping[str, Any] | None) -> Response:
        """Send a JSON object or nothing, once, see `tracker.ports.Client.post`: what may have been carried out is not sent again."""
        headers = self._headers(request, None)
        if body is not None:
            headers["content-type"] = "application/json"
        sent = b"" if body is None else json.dumps(body).encode()
        url = with_private(checked(request.url), request.private)
        answer = self._ask(url, headers, self._budget(request), public=False, body=sent)
        if answer.status in _REDIRECTING:
            raise FetchError(
                f"{shown(request.url)} redirects, which is not followed with a login.", "Check the address."
            )
        return self._finish(request, answer, None, request.url)

    def spend(self, account: str, cost: float) -> None:
        """Pay for what is about to be asked, see `tracker.ports.Client.spend`."""
        if self._ledger is None:
            raise FetchError(f"Nothing may be spent on {account} here.", state="off")
        self._ledger.spend(account, cost)

    def _budget(self, request: Request) -> _Budget:
        seconds = self._total * max(1.0, request.byte_limit / _ROOM) + READS.get(host_of(request.url), 0.0)
        return _Budget(seconds, request.byte_limit, seconds)

    def _headers(self, request: Request, known: tuple[str, str] | None) -> dict[str, str]:
        headers = {"user-agent": self.user_agent, "accept": request.accept, "accept-encoding": "gzip, deflate"}
        headers.update({name.lower(): value for name, value in (request.headers or {}).items()})
        if known:
            headers.update({k: v for k, v in zip(("if-none-match", "if-modified-since"), known, strict=True) if v})
        return headers

    def _ask(
        self, url: str, headers: Mapping[str, str], budget: _Budget, *, public: bool, body: bytes | None = None
    ) -> _Answer:
        """Ask one address, again after a passing failure, when its service may be asked."""
        name, gap = self._service(host_of(url))
        with self._guard:
            queue = self._queues.setdefault(name, threading.Lock())
        with queue:
            last = RETRIES if body is None else 0
            for attempt in range(last + 1):
                self._wait(name, gap)
                try:
                    answer = self._once(url, headers, budget, public=public, sent=body)
                except FetchError as error:
                    if is_unasked(error):
                        self._politeness.set_next_allowed(name, self._now())
                        raise
                    if error.state != "unreachable" or attempt == last or budget.seconds <= 0:
                        raise
                else:
                    if not is_passing(answer.status, answer.headers) or attempt == last:
                        return self._heed(name, answer)
                self._sleep(self._scale * 0.5 * 3**attempt)
        raise AssertionError("unreachable")

    def _service(self, host: str) -> tuple[str, float]:
        """Return the queue of a host and its gap in seconds."""
        labels = host.split(".")
        for start in range(len(labels)):
            if (name := ".".join(labels[start:])) in self._gaps:
                return name, self._gaps[name] * self._scale
        return host, GAP * self._scale

    def _wait(self, name: str, gap: float) -> None:
        pause = min(self._politeness.next_allowed(name) - self._now(), DAY)
        if pause > self._longest_wait:
            raise FetchError(
                f"{name} asked to be left alone for another {span(pause)}.",
                "It will be asked again when that has passed.",
                state="slowed",
                retry_after=pause,
            )
        if pause > 0:
            self._sleep(pause)
        self._politeness.set_next_allowed(name, self._now() + gap)

    def _heed(self, name: str, answer: _Answer) -> _Answer:
        """Remember how long the service wants to be left alone."""
        if is_slowed(answer.status, answer.headers):
            asked = asked_wait(answer.headers, self._now())
            self._refused[name] = self._refused.get(name, -1) + 1  # one thread a service: its queue is held
            own = min(PAUSE * 2 ** self._refused[name], DAY) * self._scale
            self._politeness.set_next_allowed(name, self._now() + (own if asked is None else asked))
        else:
            self._refused.pop(name, None)
        return answer

    def _once(
        self, url: str, headers: Mapping[str, str], budget: _Budget, *, public: bool, sent: bytes | None
    ) -> _Answer:
        import httpx  # 240 ms of CPU, and most commands never ask anybody

        began = time.monotonic()
        self._bounds.start(began + budget.seconds, host_of(url) if public else "")
        try:
            method = "GET" if sent is None else "POST"
            patience = httpx.Timeout(READS.get(host_of(url), self._read), connect=self._connect, pool=None)
            with self._client(httpx).stream(
                method, url, headers=dict(headers), content=sent, timeout=patience
            ) as answer:
                body = b"" if answer.status_code in {*_REDIRECTING, 304} else self._body(answer, budget)
                return _Answer(answer.status_code, dict(answer.headers.items()), body)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            late = time.monotonic() - began >= budget.seconds
            raise unreachable(url, error, budget.whole if late else None) from error
        finally:
            budget.seconds -= time.monotonic() - began

    def _client(self, httpx: Any) -> httpx.Client:  # noqa: ANN401 - the module, imported late
        with self._guard:
            if self._opened is None:
                from http.cookiejar import CookieJar, DefaultCookiePolicy

                refused = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
                self._opened = httpx.Client(follow_redirects=False, cookies=refused)
                bound_transports(self._opened, self._bounds)
            return self._opened

    def _body(self, answer: httpx.Response, budget: _Budget) -> bytes:
        where, wanted = shown(str(answer.url)), answer.status_code == 200
        encoding = answer.headers.get("content-encoding", "").strip().lower()
        try:
            body, whole = decompressed(
                self._bounds.timely(answer.iter_raw()), encoding, budget.bytes if wanted else _ERROR_BYTES
            )
        except (zlib.error, ValueError) as error:
            if not wanted:
                return b""
            raise FetchError(
                f"{where} is packed in a way that cannot be unpacked ({encoding or error}).", AGAIN
            ) from error
        if wanted and not whole:
            message = f"{where} is larger than the {budget.bytes / 1_000_000:g} MB that are read at most."
            raise FetchError(message, "Follow a shorter feed of that site.")
        return body

    def _finish(self, request: Request, answer: _Answer, known: tuple[str, str] | None, url: str) -> Response:
        if answer.status != 200 and not (answer.status == 304 and known):
            raise refusal(answer.status, request.url, answer.headers, answer.body, self._now())
        if answer.status == 200 and request.conditional:
            self._validators.put(request.url, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))
        return Response(url=url, status=answer.status, headers=answer.headers, body=answer.body)

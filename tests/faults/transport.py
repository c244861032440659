"""Faults on the way: statuses, pauses asked for, broken connections, redirects, sizes."""

from __future__ import annotations

from email.utils import formatdate
from time import time

from .answers import drip, feed, hang, packed, raw, redirect, reply, reset, whole_entries
from .play import Fault

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
_MEGABYTE = b" " * 2**20
_CUT = packed(feed(300))[:-900]
_CHALLENGE = b"<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x.js'></script></html>"


def _status(status: int, state: str, words: str, *, requests: int = 1, name: str = "", **headers: str) -> Fault:
    empty = status in {204, 304}
    answer = reply(status, b"" if empty else b"<html>no</html>", "text/html", **headers)
    return Fault(name=name or f"status-{status}", answers=(answer,), state=state, words=words, requests=requests)


STATUSES = (
    _status(204, "failing", "204"),
    _status(304, "failing", "304"),
    _status(400, "failing", "did not understand"),
    _status(401, "login", "wants a login"),
    _status(402, "login", "paid"),
    _status(403, "login", "forbids"),
    _status(404, "failing", "was not found"),
    _status(405, "failing", "405"),
    _status(406, "failing", "no form"),
    _status(407, "unreachable", "proxy"),
    _status(408, "failing", "gave up waiting", requests=3),
    _status(410, "gone", "gone for good"),
    _status(413, "failing", "too large"),
    _status(414, "failing", "too long"),
    _status(418, "failing", "418"),
    _status(421, "failing", "machine"),
    _status(422, "failing", "422"),
    _status(425, "failing", "425", requests=3),
    _status(426, "failing", "another protocol"),
    _status(429, "slowed", "too often"),
    _status(431, "failing", "headers"),
    _status(451, "failing", "legal reasons"),
    _status(499, "failing", "499 unknown status"),
    _status(500, "failing", "fault of its own", requests=3),
    _status(501, "failing", "cannot do", requests=3),
    _status(502, "failing", "502 Bad Gateway", requests=3),
    _status(503, "slowed", "503"),
    _status(504, "failing", "504 Gateway Timeout", requests=3),
    _status(511, "unreachable", "sign in", requests=3),
    *(_status(status, "failing", "Cloudflare", requests=3) for status in (520, 521, 522, 523, 524, 525, 526, 530)),
    _status(599, "failing", "599 unknown status", requests=3),
    _status(999, "failing", "999"),
)

PAUSES = (
    _status(429, "slowed", "for 2 min", name="retry-after-seconds", Retry_After="120"),
    _status(503, "slowed", "alone for", name="retry-after-date", Retry_After=formatdate(time() + 900, usegmt=True)),
    _status(429, "slowed", "does not say for how long", name="retry-after-junk", Retry_After="soon, we hope"),
    _status(503, "slowed", "for 24 h", name="retry-after-a-day", Retry_After="86400"),
    _status(503, "slowed", "for 24 h", name="retry-after-days", Retry_After="900000"),
    _status(403, "slowed", "too often", name="limit-by-403", X_RateLimit_Remaining="0"),
    _status(429, "slowed", "for 5 min", name="limit-reset", X_Rate_Limit_Reset="300"),
    Fault(
        name="asked-again-too-soon",
        answers=(reply(429, Retry_After="3600"), reply(200, feed())),
        state="slowed",
        words="left alone for another 60 min",
        requests=1,
        syncs=2,
    ),
    Fault(name="robot-check", answers=(reply(403, _CHALLENGE, "text/html"),), state="login", words="cannot pass"),
)

BROKEN = (
    Fault(name="hang", answers=(hang,), state="unreachable", words="did not answer", requests=3, read=0.15),
    Fault(name="drip", answers=(drip,), state="unreachable", words="was not done after", total=0.4, read=0.2),
    Fault(name="reset", answers=(reset,), state="unreachable", words="broke off", requests=3),
    Fault(
        name="short-body",
        answers=(raw(_OK + b"Content-Length: 5000\r\n\r\n" + feed()),),
        state="unreachable",
        words="broke off",
        requests=3,
    ),
    Fault(
        name="bad-chunk",
        answers=(raw(_OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<rss>"),),
        state="unreachable",
        words="proper HTTP",
        requests=3,
    ),
    Fault(
        name="huge-header",
        answers=(raw(_OK, b"X-Long: " + b"a" * 10_000 + b"\r\n", times=200),),
        state="unreachable",
        words="proper HTTP",
        requests=3,
    ),
    Fault(name="no-http", answers=(raw(b"SSH-2.0-x\r\n\r\n"),), state="unreachable", words="proper HTTP", requests=3),
    Fault(name="nothing", answers=(raw(b""),), state="unreachable", words="broke off", requests=3),
    Fault(name="mends-itself", answers=(raw(b""), reply(500), reply(200, feed())), state="ok", requests=3, records=3),
)

REDIRECTS = (
    Fault(name="loop", answers=(redirect("/loop/feed"),), state="failing", words="in a loop"),
    Fault(name="loop-of-two", answers=(redirect("x"), redirect("feed")), state="failing", words="loop", requests=2),
    Fault(
        name="chain-of-7",
        answers=tuple(redirect(f"{hop}") for hop in range(7)),
        state="failing",
        words="more than 5 times",
        requests=6,
    ),
    Fault(
        name="chain-of-5",
        answers=(*(redirect(f"{hop}", 301) for hop in range(5)), reply(200, feed())),
        state="ok",
        requests=6,
        records=3,
    ),
    Fault(name="to-nowhere", answers=(redirect(""),), state="failing", words="to nowhere"),
    *(
        Fault(name=f"to-{name}", answers=(redirect(target),), state="failing", words=words)
        for name, target, words in (
            ("private", "http://127.0.0.2/feed", "private network"),
            ("metadata", "http://169.254.169.254/latest", "private network"),
            ("file", "file:///etc/passwd", "not http"),
            ("ftp", "ftp://lab.example/feed", "not http"),
            ("javascript", "javascript:alert(1)", "not http"),
            ("data", "data:text/xml,x", "not http"),
        )
    ),
)

SIZES = (
    Fault(
        name="300-megabytes",
        answers=(raw(_OK + b"Content-Length: 314572800\r\n\r\n", _MEGABYTE, times=300),),
        state="failing",
        words="larger than the 10 MB",
    ),
    Fault(
        name="endless",
        answers=(raw(_OK + b"\r\n", _MEGABYTE, times=100_000),),
        state="failing",
        words="larger than the 10 MB",
    ),
    Fault(
        name="gzip-bomb",
        answers=(raw(_OK + b"Content-Encoding: gzip\r\n\r\n", packed(_MEGABYTE), times=1024),),
        state="failing",
        words="larger than the 10 MB",
    ),
    Fault(
        name="gzip-twice",
        answers=(reply(200, packed(packed(feed())), Content_Encoding="gzip, gzip"),),
        state="failing",
        words="cannot be unpacked (gzip, gzip)",
    ),
    Fault(
        name="gzip-lie",
        answers=(reply(200, feed(), Content_Encoding="gzip"),),
        state="ok",
        records=3,
    ),
    Fault(
        name="gzip-broken",
        answers=(reply(200, packed(feed())[:40] + b"\xff" * 400, Content_Encoding="gzip"),),
        state="failing",
        words="cannot be unpacked (gzip)",
    ),
    Fault(
        name="gzip-cut",
        answers=(reply(200, _CUT, Content_Encoding="gzip"),),
        state="failing",
        words="cut off",
        records=whole_entries(_CUT),
    ),
    Fault(
        name="unknown-packing",
        answers=(reply(200, feed(), Content_Encoding="br"),),
        state="failing",
        words="cannot be unpacked (br)",
    ),
)

TRANSPORT = (*STATUSES, *PAUSES, *BROKEN, *REDIRECTS, *SIZES)

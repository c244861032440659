"""Answers to build faults from: well formed ones, and those that break the rules of HTTP."""

from __future__ import annotations

import socket
import struct
import zlib
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from .server import Answer

XML = "application/rss+xml"
_FIRST = 1_777_600_000


def reply(status: int = 200, body: bytes = b"", content_type: str = XML, **headers: str) -> Answer:
    """Send a whole answer; `_` in names of headers stands for `-`."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if content_type:
            handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return send


def redirect(location: str, status: int = 302) -> Answer:
    return reply(status, Location=location)


def raw(*parts: bytes, times: int = 1) -> Answer:
    """Send bytes, the last part several times, and close."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        for part in parts[:-1]:
            handler.wfile.write(part)
        for _ in range(times):
            handler.wfile.write(parts[-1])

    return send


def hang(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the server stops."""
    handler.close_connection = True
    handler.stopping.wait(30)  # type: ignore[attr-defined]  # of the server's own handler


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte at a time, quicker than the limit of a read."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not handler.stopping.wait(0.02):  # type: ignore[attr-defined]  # of the server's own handler
        handler.wfile.write(b"<")


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection off in the middle of the body with a reset."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def packed(body: bytes) -> bytes:
    engine = zlib.compressobj(1, wbits=31)
    return engine.compress(body) + engine.flush()


def whole_entries(cut: bytes) -> int:
    """Count the entries that are whole in the beginning of a packed feed."""
    return zlib.decompressobj(wbits=31).decompress(cut).count(b"</item>")


def rss(*items: str, title: str = "Lab notes", head: str = "", declaration: str = "") -> bytes:
    """Return an RSS document."""
    return (
        f'{declaration}{head}<rss version="2.0"><channel><title>{title}</title>'
        f"<link>http://lab.example/</link><description>d</description>{''.join(items)}</channel></rss>"
    ).encode()


def item(
    number: int, *, guid: str | None = None, title: str | None = None, link: str | None = None, **more: str
) -> str:
    """Return an item of an RSS document; an empty text leaves an element out."""
    parts = {
        "title": f"Note {number}" if title is None else title,
        "link": f"http://lab.example/notes/{number}" if link is None else link,
        "guid": f"http://lab.example/notes/{number}" if guid is None else guid,
        "description": f"What was found on day {number}.",
        "pubDate": formatdate(
            _FIRST + number % 100 * 3_600, usegmt=True
        ),  # within days: too few to learn a rhythm from
        **more,
    }
    return f"<item>{''.join(f'<{name}>{value}</{name}>' for name, value in parts.items() if value)}</item>"


def feed(count: int = 3) -> bytes:
    return rss(*(item(number) for number in range(1, count + 1)))

"""Limits of one connection: time on the wall, bytes after decompression, and which addresses a redirect may lead to."""

from __future__ import annotations

import ipaddress
import math
import socket
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from tracker.errors import FetchError
from tracker.http.refusals import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import httpx

_PIECE = 262_144


def host_of(url: str) -> str:
    """Return the host of an address that was checked."""
    return (urlsplit(url).hostname or "").rstrip(".")


def checked(url: str, origin: str = "") -> str:
    """Return an address that may be asked.

    Raises:
        FetchError: it is not http(s) or cannot be read.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if sound:
        return url
    if origin:
        raise FetchError(
            f"{shown(origin)} redirects to something that is not http or https.", "Check the address in a browser."
        )
    raise FetchError(f"'{url[:80]}' is not an http or https address.", "Mend it in feeds.toml.")


def next_hop(url: str, location: str | None, first: str, seen: set[str]) -> str:
    """Return where a redirect from an address leads, and add it to those seen.

    Raises:
        FetchError: it may not be followed: nowhere, in a loop, not http(s), or from the public internet into a private network.
    """
    try:
        target = urljoin(url, location or "")
    except ValueError:
        location = None
    if not location:
        raise FetchError(f"{shown(first)} redirects to nowhere.", "Check the address in a browser.")
    target = checked(target, first).partition("#")[0]
    if target in seen:
        raise FetchError(f"{shown(first)} redirects in a loop.", "Open it in a browser and note where it ends.")
    if host_of(target) != host_of(first) and not is_public(host_of(target)):
        raise FetchError(
            f"{shown(first)} redirects to {host_of(target)}, an address of a private network; that was not followed.",
            "If this is meant, put that address into feeds.toml.",
        )
    seen.add(target)
    return target


def is_public(host: str) -> bool:
    """Tell whether every address of a host lies in the public internet; a host without addresses counts as public.

    Spellings such as `0x7f.1` are left to the resolver, which reads them as the connection would.
    """
    try:
        return _is_public_address(ipaddress.ip_address(host.strip("[]").split("%")[0]))
    except ValueError:
        addresses = _addresses(host)
    return all(_is_public_address(ipaddress.ip_address(address)) for address in addresses)


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]).split("%")[0] for entry in found]


def _is_public_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_public_address(inner)
    return address.is_global and not address.is_multicast


def decompressed(chunks: Iterable[bytes], encoding: str, limit: int) -> tuple[bytes, bool]:
    """Return at most `limit` bytes of a body and whether that is all of it; a bomb is never unpacked beyond the limit.

    Raises:
        ValueError: the encoding is not one that was asked for.
        zlib.error: the bytes are not what they are said to be.
    """
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise ValueError(encoding)
    parts: list[bytes] = []
    room = limit
    for piece in chunks if encoding in {"", "identity"} else _inflated(chunks):
        parts.append(piece[:room])
        if len(piece) > room:
            return b"".join(parts), False
        room -= len(piece)
    return b"".join(parts), True


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield bounded pieces of gzip (of several members too), zlib or bare deflate data."""
    engine: Any = None
    for chunk in chunks:
        rest = chunk
        while rest:
            if engine is None or engine.eof:
                if engine is not None and not rest.startswith(b"\x1f"):
                    return  # padding after the last member
                engine = zlib.decompressobj(_window(rest))
            yield engine.decompress(rest, _PIECE)
            rest = engine.unused_data if engine.eof else engine.unconsumed_tail
    if engine is not None and not engine.eof:
        yield engine.flush()


def _window(start: bytes) -> int:
    """Return zlib's window bits for data that starts like this."""
    is_zlib = start[0] & 0x0F == 8 and (len(start) < 2 or int.from_bytes(start[:2], "big") % 31 == 0)
    return 47 if is_zlib or start.startswith(b"\x1f") else -15


class Bounds(threading.local):
    """What the request of this thread may do on the network."""

    def __init__(self) -> None:
        self.deadline = math.inf
        self.public_host = ""

    def start(self, deadline: float, public_host: str = "") -> None:
        """Set the moment of the monotonic clock to stop at, and the host that must be reached at public addresses only."""
        self.deadline, self.public_host = deadline, public_host

    def left(self, timeout: float | None) -> float:
        """Return how long the next step may take.

        Raises:
            httpcore.ReadTimeout: no time is left.
        """
        import httpcore

        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise httpcore.ReadTimeout("the time for the whole request is over")
        return remaining if timeout is None else min(timeout, remaining)

    def timely(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass chunks on until the time is over."""
        for chunk in chunks:
            if time.monotonic() > self.deadline:
                import httpx

                raise httpx.ReadTimeout("the time for the whole request is over")
            yield chunk


def bound_transports(client: httpx.Client, bounds: Bounds) -> None:
    """Let every connection of a client, through a proxy or not, obey the bounds.

    httpx has no public way to hand its transports a network backend. Where a later httpx hides it elsewhere, its own
    timeouts per read, the check of chunks and the check of each redirect still hold.
    """
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001 - see above
        pool = getattr(transport, "_pool", None)
        if hasattr(pool, "_network_backend"):
            pool._network_backend = _Backend(pool._network_backend, bounds)  # type: ignore[union-attr]  # noqa: SLF001


class _Backend:
    """A network backend of httpcore whose streams know when to stop."""

    def __init__(self, inner: Any, bounds: Bounds) -> None:  # noqa: ANN401 - httpcore is imported late
        self._inner = inner
        self._bounds = bounds

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> _Stream:  # noqa: ANN401
        """Connect; a host that must be public is reached at an address that was checked, whatever its name says next."""
        if host == self._bounds.public_host:
            import httpcore

            addresses = [a for a in _addresses(host) if _is_public_address(ipaddress.ip_address(a))]
            if not addresses:
                raise httpcore.ConnectError("no public address")
            host = addresses[0]
        stream = self._inner.connect_tcp(host, port, timeout=self._bounds.left(timeout), **options)
        return _Stream(stream, self._bounds)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._inner, name)


class _Stream:
    """A network stream of httpcore that stops at the deadline, be it in the head or in the body of an answer."""

    def __init__(self, inner: Any, bounds: Bounds) -> None:  # noqa: ANN401
        self._inner = inner
        self._bounds = bounds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        data: bytes = self._inner.read(max_bytes, timeout=self._bounds.left(timeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all."""
        self._inner.write(buffer, timeout=self._bounds.left(timeout))

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:  # noqa: ANN401
        """Return the stream with TLS on it."""
        inner = self._inner.start_tls(ssl_context, server_hostname, timeout=self._bounds.left(timeout))
        return _Stream(inner, self._bounds)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._inner, name)

"""Limits of one connection: time on the wall (the look-up of names included), bytes after decompression, public addresses."""

from __future__ import annotations

import ipaddress
import math
import socket
import threading
import time
import zlib
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import httpx

_PIECE = 262_144
LOOKUP = 10.0
"""Seconds that the look-up of a name may take."""


def is_public(host: str) -> bool:
    """Tell whether every address of a host lies in the public internet; a host without addresses counts as public.

    Spellings such as `0x7f.1` are left to the resolver, which reads them as the connection would.
    """
    try:
        return _is_public(host.strip("[]"))
    except ValueError:
        return all(_is_public(address) for address in _addresses(host))


def _addresses(host: str, timeout: float = LOOKUP) -> list[str]:
    """Return the addresses of a host, none when it has none or they are not found out in time."""
    try:
        return addresses_of(host, timeout)
    except (OSError, UnicodeError):
        return []


def addresses_of(host: str, timeout: float) -> list[str]:
    """Return the addresses of a host in the order to try them.

    The system's look-up has no time limit, so it runs in a thread that is left behind when it takes too long.

    Raises:
        OSError: the name has no address (`socket.gaierror`), or they were not found out in time (`TimeoutError`).
        UnicodeError: it is no name.
    """
    found: list[str] = []
    failure: list[OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            failure.append(error)

    worker = threading.Thread(target=look_up, name="look-up", daemon=True)
    worker.start()
    worker.join(timeout)
    if failure:
        raise failure[0]
    if not found:
        raise TimeoutError(f"the name {host} was not looked up in time")
    return found


def _is_public(text: str) -> bool:
    return _is_public_address(ipaddress.ip_address(text.split("%", maxsplit=1)[0]))


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

    What is called gzip and does not begin so is taken as it is: some sites say so of plain text.

    Raises:
        ValueError: the encoding is not one that was asked for.
        zlib.error: the bytes are not what they are said to be.
    """
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise ValueError(encoding)
    parts: list[bytes] = []
    room = limit
    coming = iter(chunks)
    first = next(coming, b"")
    packed = encoding not in {"", "identity"} and not (encoding.endswith("gzip") and not first.startswith(b"\x1f"))
    for piece in _inflated(chain([first], coming)) if packed else chain([first], coming):
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
        """Connect to the first address of a host that answers.

        A host that must be public is reached at an address that was checked, whatever its name says next.
        """
        import httpcore

        try:
            addresses = addresses_of(host, min(self._bounds.left(timeout), LOOKUP))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        if host == self._bounds.public_host:
            addresses = [address for address in addresses if _is_public(address)]
        failure: Exception = httpcore.ConnectError("no public address")
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(address, port, timeout=self._bounds.left(timeout), **options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._bounds)
        raise failure

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

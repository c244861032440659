"""What the way out asks of whoever remembers things from one run to the next, and what remembers them for one run only."""

from __future__ import annotations

from typing import Protocol


class Politeness(Protocol):
    """When a service may be asked again; kept across runs by whoever implements it."""

    def next_allowed(self, host: str) -> float:
        """Return seconds since the epoch, 0.0 when nothing is known."""
        ...

    def set_next_allowed(self, host: str, epoch: float) -> None:
        """Remember the moment."""
        ...


class Validators(Protocol):
    """The `ETag` and `Last-Modified` of the last answer to an address, as opaque texts.

    `put` is called when the answer is whole but not yet stored. Keep the pair back until the records are stored:
    the next answer may be 304, and what was lost in between would never come again.
    """

    def get(self, url: str) -> tuple[str, str] | None:
        """Return (etag, last_modified), either of which may be empty."""
        ...

    def put(self, url: str, etag: str, last_modified: str) -> None:
        """Remember the pair."""
        ...


class Ledger(Protocol):
    """What was spent today on paid accounts; durable before the request that it pays for."""

    def spend(self, account: str, cost: float) -> None:
        """Put US dollars down, see `tracker.ports.Client.spend`."""
        ...


class Moves(Protocol):
    """Which addresses said that they have moved for good."""

    def moved(self, url: str, target: str) -> None:
        """Remember that every hop from an address to another was permanent; an empty target says that none was."""
        ...


class MemoryPoliteness:
    """Politeness for one run."""

    def __init__(self) -> None:
        self._moments: dict[str, float] = {}

    def next_allowed(self, host: str) -> float:
        """Return the moment kept, or 0.0."""
        return self._moments.get(host, 0.0)

    def set_next_allowed(self, host: str, epoch: float) -> None:
        """Keep a moment."""
        self._moments[host] = epoch


class MemoryValidators:
    """Validators for one run."""

    def __init__(self) -> None:
        self._pairs: dict[str, tuple[str, str]] = {}

    def get(self, url: str) -> tuple[str, str] | None:
        """Return the pair kept, or None."""
        return self._pairs.get(url)

    def put(self, url: str, etag: str, last_modified: str) -> None:
        """Keep a pair."""
        self._pairs[url] = (etag, last_modified)

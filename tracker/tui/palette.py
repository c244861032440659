"""The command palette: what the app offers, found as you type.

Names of sources come from outside: they are given as `Text`, which the palette takes as it is; plain strings it would parse as markup.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, cast

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be done: its name, what does it, and its key if it has one."""

    name: str
    run: Callable[[], object]
    key: str = ""


class Offering(Protocol):
    """An app that knows what can be done."""

    def offers(self) -> Iterator[Offer]:
        """Yield what can be done now."""
        ...


class Commands(Provider):
    """What the app offers."""

    def _offers(self) -> Iterator[Offer]:
        return cast("Offering", self.app).offers()

    async def discover(self) -> Hits:
        """Offer everything while nothing is typed."""
        for offer in self._offers():
            yield DiscoveryHit(_shown(offer), offer.run, text=offer.name)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for offer in self._offers():
            if (score := matcher.match(offer.name)) > 0:
                yield Hit(score, _shown(offer), offer.run, text=offer.name)


def _shown(offer: Offer) -> Text:
    return Text.assemble(offer.name, (f"  {offer.key}", "dim") if offer.key else "")

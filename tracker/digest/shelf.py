"""Where a digest reads from: the store, seen as of the end of what the digest covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tracker.findings import Topic
from tracker.models import Item, Line, Talk
from tracker.pages import Shared, Voice
from tracker.roles import Role


@dataclass(frozen=True, slots=True)
class Counts:
    """What came in between two dates: papers, posts, and the distinct people who wrote the posts."""

    papers: int
    posts: int
    people: int


@dataclass(frozen=True, slots=True)
class Near:
    """A paper and the question that it is nearest to; `closeness` is their cosine times what its source counts."""

    id: str
    query: str
    closeness: float


class Shelf(Protocol):
    """What a digest asks for. Days are ISO texts; `before` is the first day that is left out."""

    def lines(self, ids: Sequence[str]) -> Sequence[Line]:
        """Return the lines of items, in any order; those that are gone are left out."""

    def item(self, name: str, /) -> Item:
        """Return the item of an id whole."""

    def discussed(self, since: str, before: str, limit: int) -> Sequence[tuple[Line, Talk]]:
        """Return the papers that were talked about most, those by most people first, with what the posts amount to."""

    def shared(self, ids: Sequence[str], before: str) -> Mapping[str, Shared]:
        """Return who shared papers; those that nobody shared are left out."""

    def said(self, ids: Sequence[str]) -> Sequence[Voice]:
        """Return posts, those by machines left out, in any order."""

    def counts(self, since: str, before: str) -> Counts:
        """Return what came in."""

    def silent(self, since: str, before: str) -> Sequence[str]:
        """Return the sources that gave something in each of the four weeks before, and nothing in this span."""

    def attached(self, topics: Sequence[Topic], before: str) -> Sequence[Topic]:
        """Return topics with their papers in the order of nearness, and with those near to them that do not use their name."""

    def near(self, role: Role, since: str, before: str, limit: int) -> Sequence[Near]:
        """Return the papers nearest to the questions of a role, the nearest first; none where nothing is embedded."""

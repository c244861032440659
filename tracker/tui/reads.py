"""What the terminal face reads of a store, as a shape: the store itself lies floors below and is reached through the session."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

from tracker.models import Item, Line, SourceState, Talk, Thread
from tracker.query import Filter

if TYPE_CHECKING:
    from array import array


class Discussed(Protocol):
    """A paper that posts name: distinct people, and posts."""

    @property
    def line(self) -> Line:
        """The paper."""
        ...

    @property
    def talk(self) -> Talk:
        """People, machines, posts, points."""
        ...


class Reader(Protocol):
    """Read-only access from one thread."""

    def order(self, state: Filter) -> "array[int]":
        """Return the rows of all items that pass, newest first."""
        ...

    def keyed(self, state: Filter, by: str) -> Iterator[tuple[int, str]]:
        """Yield (row, group) of all items that pass, newest first."""
        ...

    def rows_named(self, names: Sequence[str]) -> Mapping[str, int]:
        """Return the rows of items by id."""
        ...

    def values(self, field: str, begun: str, limit: int = 1) -> list[str]:
        """Return values of a filter that begin so, the commonest first."""
        ...

    def texts(self, rows: Iterable[int]) -> Mapping[int, tuple[str, str]]:
        """Return title and text of rows."""
        ...

    def lines(self, rows: Sequence[int]) -> list[Line]:
        """Return the lines of rows, in the order asked."""
        ...

    def page(self, state: Filter, limit: int) -> list[Line]:
        """Return the first lines, newest first."""
        ...

    def count(self, state: Filter) -> int:
        """Return how many items pass."""
        ...

    def item(self, name: str | int) -> Item:
        """Return an item whole."""
        ...

    def posts_about(self, row: int) -> list[Line]:
        """Return the posts that name a paper."""
        ...

    def papers_of(self, row: int) -> list[Line]:
        """Return the papers that a post names."""
        ...

    def discussed(self, since: str, before: str, limit: int) -> Sequence[Discussed]:
        """Return the papers that most people wrote about."""
        ...

    def talk_about(self, rows: Sequence[int], until: date) -> Mapping[int, Talk]:
        """Return the talk about papers."""
        ...

    def told_elsewhere(self, row: int) -> list[Line]:
        """Return the other posts that tell the story of a post."""
        ...

    def thread_of(self, row: int) -> Thread:
        """Return the thread that a post stands in."""
        ...

    def weeks(self) -> list[tuple[str, int, int]]:
        """Return (ISO week, papers, posts), the newest week first."""
        ...

    def rhythms(self, since: str) -> Mapping[str, float]:
        """Return how many entries a week each source brought from an ISO day on."""
        ...

    def source_states(self) -> list[SourceState]:
        """Return how each source is doing."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

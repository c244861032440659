"""What the services need from the adapters: the seams at which one implementation can replace another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:  # numpy costs 80 ms and most commands never need it
    from collections.abc import Iterator, Mapping, Sequence
    from dataclasses import dataclass
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from tracker.config import Source
    from tracker.models import Record

    FloatArray = NDArray[np.float32]
    IntArray = NDArray[np.int64]
else:
    from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to ask of a service; `conditional` sends back the ETag and date of the last answer to this address.

    `private` are parameters of the address that are sent and neither stored nor shown: keys, tokens. Logins that
    travel in `headers` are sent to the first host only.
    """

    url: str
    headers: Mapping[str, str] | None = None
    private: Mapping[str, str] | None = None
    conditional: bool = False
    byte_limit: int = 10_000_000
    accept: str = "*/*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer: status 200, or 304 with an empty body. `url` is the final address after redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records of one answer. `cursor` is what the source will be given next time (JSON values only).

    `problems` says in words what in the answer could not be read; the rest was.
    """

    records: Sequence[Record]
    cursor: Mapping[str, Any]
    problems: Sequence[str] = ()


class Client(Protocol):
    """The one way out: bounded, polite, conditional."""

    def get(self, request: Request) -> Response:
        """Return the answer.

        Raises:
            tracker.errors.FetchError: anything but 200 and 304, with the state of the source and a remedy.
        """
        ...

    def post(self, request: Request, body: Mapping[str, Any] | None) -> Response:
        """Send a JSON object, or with None nothing, and return the answer; redirects are not followed.

        Raises:
            tracker.errors.FetchError: anything but 200, with the state of the source and a remedy.
        """
        ...

    def spend(self, account: str, cost: float) -> None:
        """Put US dollars on a paid account before they are spent; a negative cost gives back what was not.

        Raises:
            tracker.errors.FetchError: the cap of the day does not allow it; nothing was put down.
        """
        ...


class Fetcher(Protocol):
    """Reads one kind of source. It cannot see the store; what it must remember between runs is in the cursor."""

    kind: ClassVar[str]

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options of the source are missing or wrong."""
        ...

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return the options of a source for what a person wants to follow (an address, a handle), or None. Pure."""
        ...

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield batches, newest cursor last; each batch is stored before the next one is asked for."""
        ...


@runtime_checkable
class Filler(Protocol):
    """A fetcher that can ask for what a source published on certain days."""

    def fill(self, source: Source, first: date, last: date, client: Client) -> Iterator[Batch]:
        """Yield what was published from one day to another, from elsewhere than the source's usual address."""
        ...


class Enricher(Protocol):
    """Asks a service for what it knows of papers by name. It cannot see the store."""

    kind: ClassVar[str]

    def lookup(self, names: Sequence[str], client: Client) -> Iterator[Batch]:
        """Yield records of papers by canonical identifier; names that the service does not know are left out.

        Raises:
            tracker.errors.FetchError: the service cannot be asked.
        """
        ...


class Embedder(Protocol):
    """Turns texts into vectors of length 1."""

    @property
    def name(self) -> str:
        """The name under which vectors are kept."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def encode_query(self, text: str) -> FloatArray:
        """Return (dimension,) float32 for a question."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> FloatArray:
        """Return (n, dimension) float32 for documents."""
        ...


class Reranker(Protocol):
    """Judges how well documents answer a question, reading both together."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def depth(self) -> int:
        """How many of the first hits are worth its time."""
        ...

    def score(self, question: str, documents: Sequence[str]) -> FloatArray:
        """Return (n,) float32 from 0 to 1, one for each document, the higher the better.

        Raises:
            tracker.errors.ModelError: it cannot be loaded.
        """
        ...


class VectorIndex(Protocol):
    """Nearest rows by inner product. A cache: what it holds can always be built again from the store."""

    model: str
    dimension: int
    sequence: int

    def __len__(self) -> int: ...

    def describe(self) -> str:
        """Return its kind, its size on disk and what it took to build, in one line."""
        ...

    def add(self, ids: IntArray, matrix: FloatArray) -> None:
        """Put vectors (n, dimension) in, replacing those whose ids are there already."""
        ...

    def remove(self, ids: IntArray) -> None:
        """Take vectors out; unknown ids are ignored."""
        ...

    def search(self, vector: FloatArray, k: int, allowed: IntArray | None = None) -> tuple[IntArray, FloatArray]:
        """Return at most k (ids, scores), best first, among `allowed` only when given: exactly k when k are there."""
        ...

    def vectors(self, ids: IntArray) -> FloatArray:
        """Return the stored vectors of those ids that are there, (m, dimension)."""
        ...

    def save(self) -> None:
        """Make what changed durable where that pays: the old file serves until the new one is whole.

        Raises:
            OSError: it cannot be written.
        """
        ...

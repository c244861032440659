"""What is known of an item where topics are counted: its phrases as they are stored, its date, who wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]

ENDS = 1
"""Bit of a key: the phrase ends its run at least once in this text; one that seldom does is a modifier."""
STARTS = 2
FLAGS = ENDS | STARTS
SEPARATOR = "\x1f"


def bare(keys: Keys) -> Keys:
    """Return keys without their bits, so that they compare."""
    return keys & np.int64(~FLAGS)


def keys_of(blob: bytes) -> Keys:
    """Return the keys of a blob, or of several ones joined, without copying them."""
    return np.frombuffer(blob, dtype="<i8").astype(np.int64, copy=False)


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one item, kept as a row of a table holds them: a window of many thousand items is read at once.

    Attributes:
        titled: keys of the distinct phrases of the title, in reading order, with the bits `ENDS` and `STARTS`; 64-bit little endian.
        held: keys of the distinct phrases of title and abstract, ascending as unsigned numbers, with the same bits.
        written: the phrases of the title as written, aligned with `titled`, joined by `SEPARATOR`.
    """

    titled: bytes
    held: bytes
    written: str

    @property
    def title(self) -> Keys:
        """The keys of the title."""
        return keys_of(self.titled)

    @property
    def body(self) -> Keys:
        """The keys of title and abstract."""
        return keys_of(self.held)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """The phrases of the title as written."""
        return tuple(self.written.split(SEPARATOR)) if self.written else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An item of a window as trends see it.

    Attributes:
        stratum: what must not be compared across: source and primary category of a paper, network of a post.
        date: ISO text; a week needs a day, an edition only a year.
        author: of posts, the voice that is counted; of papers, a JSON list of all who wrote it.
        papers: rows of the papers that a post names.
        is_bot: of posts, whether a machine wrote it.
    """

    row: int
    id: str
    stratum: str
    date: str
    phrases: Phrases
    author: str = ""
    papers: Sequence[int] = ()
    is_bot: bool = False

"""The numbers that cited items get in a digest, in order of first citation."""

from collections.abc import Iterator

from tracker.models import Line
from tracker.pages import Digest, Sentence

MOST_MARKS = 3
"""A sentence that rests on more items counts them; their numbers after it would be noise."""


class Numbers:
    """Gives the cited items of a digest their numbers."""

    def __init__(self, digest: Digest) -> None:
        self._known = digest.references
        self._given: dict[str, int] = {}

    def of(self, sentence: Sentence) -> list[int]:
        """Return the numbers that stand after a sentence."""
        if len(sentence.items) > MOST_MARKS:
            return []
        return [self._given.setdefault(name, len(self._given) + 1) for name in sentence.items if name in self._known]

    def marks(self, sentence: Sentence) -> str:
        """Return the numbers after a sentence as ` [1] [2]`."""
        return "".join(f" [{number}]" for number in self.of(sentence))

    def cited(self) -> Iterator[tuple[int, Line]]:
        """Yield (number, item) of what was cited so far."""
        for name, number in self._given.items():
            yield number, self._known[name]

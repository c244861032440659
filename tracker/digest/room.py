"""How much a reader has time for: the most that can be read in the minutes given, and no more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.pages import DigestSection

WORDS_A_MINUTE = 180
"""Dense text is read more slowly than the 238 words a minute of plain prose (Brysbaert, 2019)."""
MOST = 12


@dataclass(frozen=True, slots=True)
class Room:
    """How many entries each part may have; `level` runs from 1 to `MOST`."""

    level: int

    @property
    def topics(self) -> int:
        """Topics that are told, not only named."""
        return self.level

    @property
    def twice(self) -> int:
        """Topics of which two papers have their say."""
        return self.level // 2

    @property
    def names(self) -> int:
        """New names, and names that people talk about."""
        return (self.level + 1) // 2

    @property
    def papers(self) -> int:
        """Papers that are discussed, and papers that are recommended."""
        return (self.level + 1) // 2

    @property
    def listed(self) -> int:
        """Papers listed under a topic."""
        return 3 if self.level > 2 else 2

    @property
    def searches(self) -> int:
        """Saved searches that are told."""
        return (self.level + 1) // 2


def words(sections: Sequence[DigestSection]) -> int:
    """Return how many words a reader of these sections reads: headings, sentences, titles."""
    texts = [
        text
        for section in sections
        for text in (
            section.heading,
            *(sentence.text for sentence in section.lead),
            *(entry.title for entry in section.entries),
            *(sentence.text for entry in section.entries for sentence in entry.sentences),
            *(line.title for entry in section.entries for line in entry.papers),
        )
    ]
    return sum(len(text.split()) for text in texts)


def fitted(compose: Callable[[Room], tuple[DigestSection, ...]], minutes: int) -> tuple[DigestSection, ...]:
    """Return the fullest sections that can be read in so many minutes; the shortest ones where even these take longer."""
    for level in range(MOST, 1, -1):
        sections = compose(Room(level))
        if words(sections) <= minutes * WORDS_A_MINUTE:
            return sections
    return compose(Room(1))

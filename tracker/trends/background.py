"""How common phrases are in general: counts over past editions of NeurIPS, ICML and ICLR, shipped as figures without texts.

They tell a name from an everyday word (`collapse`, `audit`), and stand in for the past where a home has none.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.topics import Keys
from tracker.trends.tally import Flags

SOURCE = "NeurIPS, ICML and ICLR of 2023 to 2025"
FILE = Path(__file__).with_name("background.npz")
UNLISTED = 7
"""At most so many background papers hold a phrase that is not listed."""
COMMON = 0.0003
"""A word in this share of background papers is an everyday one."""
NAMING = 0.08
"""Title share × whole-run share above which a word may name a thing by itself: `clustering` has 0.17, `robustness` 0.10, `consistency` 0.04."""


@dataclass(frozen=True, slots=True)
class Background:
    """Counts of phrases, aligned with their ascending keys.

    Attributes:
        papers: how many papers hold the phrase, in title or abstract.
        titles: how many titles do.
        whole: in how many papers it is a whole run at least once.
        total: how many papers were counted.
    """

    keys: Keys
    papers: NDArray[np.int64]
    titles: NDArray[np.int64]
    whole: NDArray[np.int64]
    total: int

    def _of(self, counts: NDArray[np.int64], keys: Keys) -> NDArray[np.float64]:
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, counts[places], 0).astype(np.float64)

    def holders(self, keys: Keys) -> NDArray[np.float64]:
        """Return in how many papers phrases stand; 0 for those too rare to be listed."""
        return self._of(self.papers, keys)

    def everyday(self, keys: Keys, naming_share: float) -> Flags:
        """Return which phrases are common and yet a name of their own in a smaller share of papers than `naming_share`."""
        papers = self.holders(keys)
        naming = self._of(self.titles, keys) * self._of(self.whole, keys) / np.maximum(papers, 1) ** 2
        everyday: Flags = (papers >= COMMON * self.total) & (naming < naming_share)
        return everyday


@cache
def background() -> Background:
    """Return the shipped counts; read once, in about a hundredth of a second."""
    with np.load(FILE) as stored:
        names = ("keys", "papers", "titles", "whole")
        keys, papers, titles, whole = (stored[name].astype(np.int64) for name in names)
        return Background(keys, papers, titles, whole, int(stored["total"]))

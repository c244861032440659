"""Two windows of papers compared: which phrases have the right to be a topic, which of them changed, and which are one."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

import numpy as np

from tracker.topics import Document
from tracker.trends import contingency
from tracker.trends.background import NAMING, UNLISTED, background
from tracker.trends.contingency import Change, Floats
from tracker.trends.naming import Lexicon, Names
from tracker.trends.tally import Flags, Indexes

FALSE_DISCOVERIES = 0.10
LEAST_RATIO = 1.3
LEAST_PLAIN_RATIO = 1.05
"""By so much the share of all papers must have changed as well, whatever the strata say."""
LEAST_TITLES = 3
OF_NAME = 0.25
"""What the score of the name counts beside that of the phrase which borrows it: both should rise."""
COMPANY = 2
"""With so many of its phrases an everyday word is shown."""
SERIES = 0.5
"""Where one author has written more than this share of the papers, they are that author's."""
EVERYWHERE = 0.25
"""Who stands on this share of all papers is no person but a group, or what lists them."""
FEW, ENOUGH_SHARE = 20, 0.013
"""What a change must rest on to count in full is this share of the window's papers, if that is less than the rules say, but 20 at least."""
_SAMPLED = 200
WEEKS = 12
RECENT = 4
"""Rising compares the last four of twelve weeks with the eight before."""
SAME_PAPERS = 0.5
"""Two topics are one when they share half of their papers, or half of the smaller one's when one name holds the other."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a phrase needs to be a topic of a window."""

    papers: int
    title_share: float
    """Papers with it in the title over papers with it at all: below are words of style, which rise and last and mean nothing."""
    tested_by: Literal["papers", "titles", "both"] = "papers"
    """What proves a change and orders topics: all papers, titles alone (an edition has enough of them, and abstracts drift in style), or both tests added."""
    named_by_title: bool = False
    """Judge by titles alone what is a name; over weeks these are too few."""
    plain_word: float = 1.0
    """What the score of a single everyday word counts: over weeks they are mostly style (`audit`, `floor`), and a specific name is at hand."""
    naming_share: float = NAMING
    """A common word that is seldomer a name of its own needs company; over weeks more do, where titles begin with `Diagnosing` and the like."""
    enough: int = 1
    """Papers from which a change counts in full: what rests on fewer seldom lasts."""


EDITION = Rules(papers=6, title_share=0.2, tested_by="titles", named_by_title=True)
SUBJECT = Rules(papers=6, title_share=0.2, named_by_title=True, plain_word=0.3, naming_share=0.14)
MONTH = Rules(papers=8, title_share=0.1, tested_by="both", plain_word=0.8, naming_share=0.14, enough=120)
NEW = Rules(papers=5, title_share=0.1, tested_by="both", naming_share=0.14)


@dataclass(frozen=True, slots=True)
class Found:
    """A topic before it is put into words: the phrase that was tested, the one that lends the name, all that was merged."""

    phrase: int
    name: int
    papers: frozenset[int]
    merged: list[int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How surely the share of each phrase grew."""

    z: Floats
    p: Floats
    ratio: Floats


def _authors(paper: Document) -> set[str]:
    return set(json.loads(paper.author))


class Comparison:
    """Two windows of one table, tested against each other."""

    def __init__(self, lexicon: Lexicon, before: Flags, after: Flags, rules: Rules) -> None:
        self.lexicon, self.table, self.rules = lexicon, lexicon.table, rules
        self.sides = (before, after)
        self.names = [Names(lexicon, side, by_title=rules.named_by_title) for side in self.sides]
        tallied = self.table
        strata = np.unique([one.stratum for one in tallied.source], return_inverse=True)[1].astype(np.intp)
        width = int(strata.max(initial=0)) + 1
        totals = [np.bincount(strata[side], minlength=width).astype(np.float64) for side in (before, after)]
        everything = np.ones(len(tallied.documents), dtype=np.bool_)
        held = [self._count(everything, side, strata, width) for side in (before, after)]
        titled = [self._count(tallied.in_title, side, strata, width) for side in (before, after)]
        self.papers = [counts.sum(axis=1) for counts in held]
        self.titles = [counts.sum(axis=1) for counts in titled]
        self.change: Change = contingency.compare(*held, *totals)
        self.rise, self.fall = self._evidence(self.change, titled, totals), self._fall(held, titled, totals)
        self.strength, self.people_z = self.rise.z, np.zeros(len(tallied.keys))

    def grew(self, side: int = 1) -> Flags:
        """Return which phrases have a larger share of all papers of one side than of the other, strata aside.

        Where a source joins or leaves, papers on its subjects that others bring too may change their stratum. Then strata and
        the whole disagree, and neither is to be believed.
        """
        shares = [self.papers[one] / max(float(self.sides[one].sum()), 1.0) for one in (side, 1 - side)]
        grown: Flags = shares[0] >= LEAST_PLAIN_RATIO * shares[1]
        return grown

    def heard(self, before: Floats, after: Floats, people_before: Floats, people_after: Floats) -> "Comparison":
        """Return the same comparison with what people post beside it: both tests together order what papers have proved.

        The two z are added by Stouffer's method, weighed by the roots of how many papers and how many people there are. Whether
        a topic rose at all stays with the papers.

        Args:
            before: people who post about each phrase in the reference window, as phrases × networks.
            after: the same in the tested window.
            people_before: all people who post, by network.
            people_after: the same in the tested window.
        """
        other = copy(self)
        papers, people = self.papers[0] + self.papers[1], (before + after).sum(axis=1)
        told = np.flatnonzero((people > 0) & (papers >= self.rules.papers))
        other.people_z = np.zeros(len(papers))
        other.people_z[told] = contingency.compare(before[told], after[told], people_before, people_after).z
        weighed = np.sqrt(papers) * self.rise.z + np.sqrt(people) * other.people_z
        other.strength = weighed / np.sqrt(np.maximum(papers + people, 1))
        return other

    def under(self, rules: Rules) -> "Comparison":
        """Return the same comparison under other rules; what was counted stays."""
        other = copy(self)
        other.rules = rules
        return other

    def beside_background(self) -> Floats:
        """Return by how many standard errors the tested window names each phrase more often than past conferences did."""
        past = background()
        listed = past.holders(self.table.keys)
        before = np.where(listed > 0, listed, UNLISTED)[:, None]
        papers = np.array([float(self.sides[1].sum())])
        return contingency.compare(before, self.papers[1][:, None], np.array([float(past.total)]), papers).z

    def _fall(self, held: Sequence[Floats], titled: Sequence[Floats], totals: Sequence[Floats]) -> Evidence:
        held, titled, totals = held[::-1], titled[::-1], totals[::-1]
        return self._evidence(contingency.compare(*held, *totals), titled, totals)

    def _evidence(self, change: Change, titled: Sequence[Floats], totals: Sequence[Floats]) -> Evidence:
        """Return the evidence of a rise by what the rules trust; how large it is always comes from all papers.

        Both together are added by Stouffer. Papers with the phrase in the title are among all that hold it, so the tests
        correlate by the root of their share.
        """
        if self.rules.tested_by == "papers":
            return Evidence(change.z, change.p, change.ratio)
        titles = contingency.compare(*titled, *totals)
        if self.rules.tested_by == "titles":
            return Evidence(titles.z, titles.p, change.ratio)
        correlation = np.sqrt((self.titles[0] + self.titles[1]) / np.maximum(self.papers[0] + self.papers[1], 1))
        z = (change.z + titles.z) / np.sqrt(2 + 2 * correlation)
        return Evidence(z, np.array([0.5 * math.erfc(value / math.sqrt(2)) for value in z]), change.ratio)

    def _count(self, chosen: Flags, side: Flags, strata: Indexes, width: int) -> Floats:
        return self.table.count(chosen & side[self.table.documents], strata, width)

    def used(self, side: Flags) -> Flags:
        """Return which phrases some documents of a side hold."""
        return self.table.count(side[self.table.documents], np.zeros(len(side), dtype=np.intp), 1)[:, 0] > 0

    def eligible(self, side: int) -> Flags:
        """Return which phrases have the right to be a topic of a window: 0 the reference, 1 the tested one."""
        names, papers, titles = self.names[side], self.papers[side], self.titles[side]
        able: Flags = (
            (papers >= self.rules.papers)
            & (titles >= LEAST_TITLES)
            & (titles >= self.rules.title_share * papers)
            & ~self.lexicon.weak
        )
        for phrase in map(int, np.flatnonzero(able)):
            able[phrase] = names.longer(phrase) is None and names.name(phrase) is not None
        return able

    def believed(self, evidence: Evidence, side: int, among: Flags | None = None) -> Flags:
        """Return which phrases changed for sure: few false discoveries (q 0.10), a ratio that matters, its interval and the plain share agree.

        Args:
            evidence: of a rise or a fall.
            side: the window in which a phrase must have the right to be a topic.
            among: the phrases in question, when it is not about all; asking less leaves less to chance.
        """
        eligible = self.eligible(side)
        able = np.flatnonzero(eligible if among is None else eligible & among)
        chosen: Flags = np.zeros(len(self.table.keys), dtype=np.bool_)
        chosen[able[contingency.discoveries(evidence.p[able], FALSE_DISCOVERIES)]] = True
        outside = self.change.low > 1 if side else self.change.high < 1
        chosen &= (evidence.ratio >= LEAST_RATIO) & outside & self.grew(side)
        return chosen

    def found(self, phrases: Flags, score: Floats, side: int, limit: int, sure: Flags | None = None) -> list[Found]:
        """Return topics from phrases, the highest score first, near-duplicates merged into the stronger one.

        Args:
            phrases: those in question.
            score: orders them, with how much it rests on.
            side: the window in which they must be named.
            limit: how many topics to return.
            sure: phrases that come before all others.
        """
        sure = phrases if sure is None else sure
        enough = min(self.rules.enough, max(FEW, ENOUGH_SHARE * float(self.sides[side].sum())))
        ranked, lexicon = [], self.lexicon
        for phrase in map(int, np.flatnonzero(phrases)):
            name = self.names[side].name(phrase)
            if name is not None and self.label(name, side):
                weight = self.rules.plain_word if lexicon.is_plain_word(name) else 1.0
                weight *= min(1.0, float(self.papers[side][phrase]) / enough) ** 0.5
                told = (1 - OF_NAME) * float(score[phrase]) + OF_NAME * float(score[name])
                ranked.append((not sure[phrase], -round(told * weight, 9), lexicon.letters[phrase], phrase, name))
        topics: list[Found] = []
        of_paper: dict[int, list[int]] = defaultdict(list)
        for *_, phrase, name in sorted(ranked):
            holders = self.table.holders(phrase)
            papers = frozenset(map(int, holders[self.sides[side][holders]]))
            # topics without a common paper are not asked: four of five
            near = {place for paper in papers for place in of_paper.get(paper, ())}
            near.update(place for place, one in enumerate(topics) if one.name == name)
            same = next((topics[place] for place in sorted(near) if self._is_same(topics[place], name, papers)), None)
            if same is not None:
                same.merged.extend(one for one in (name, phrase) if one not in (same.name, same.phrase, *same.merged))
            elif len(topics) < limit and not self._is_series(papers):
                for paper in papers:
                    of_paper[paper].append(len(topics))
                topics.append(Found(phrase, name, papers, []))
        return topics

    def label(self, name: int, side: int = 1) -> str:
        """Return what a name is shown as; an everyday word with its company, or nothing where it has none."""
        shown = self.lexicon.labels[name]
        if not self.lexicon.everyday(self.rules.naming_share)[name]:
            return shown
        company = self.names[side].company(name, COMPANY)
        return f"{shown} ({', '.join(company)})" if company else ""

    def _is_series(self, papers: Iterable[int]) -> bool:
        """Return whether one author wrote most of the papers: a series is no trend."""
        lists = [_authors(one) - self._everywhere for one in map(self.table.source.__getitem__, papers) if one.author]
        most = max(Counter(chain.from_iterable(lists)).values(), default=0)
        return most > SERIES * len(lists)

    @cached_property
    def _everywhere(self) -> frozenset[str]:
        """Names on so many papers that they are no person's, judged by some of the papers."""
        sample = self.table.source[:: max(len(self.table.source) // _SAMPLED, 1)]
        counts = Counter(chain.from_iterable(_authors(one) for one in sample if one.author))
        return frozenset(name for name, count in counts.items() if count >= max(len(sample) * EVERYWHERE, 2))

    def _is_same(self, one: Found, name: int, papers: frozenset[int]) -> bool:
        common = len(one.papers & papers)
        mine, theirs = set(self.lexicon.units[name]), set(self.lexicon.units[one.name])
        is_nested = mine <= theirs or theirs <= mine
        return (
            one.name == name
            or common >= SAME_PAPERS * (len(one.papers) + len(papers) - common)
            or (is_nested and common >= SAME_PAPERS * min(len(one.papers), len(papers)))
        )

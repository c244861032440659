"""What people talk about this week beyond papers: names in posts that a larger share of people used than in the weeks before.

A new model, tool or company stands in no paper's title and yet is the news. Here the right to be a topic comes from how people write:
with capitals or digits inside sentences, or a term that papers know. The test is that of papers, with people for papers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from tracker.findings import Topic
from tracker.times import week_of_text
from tracker.topics import Document, Keys
from tracker.trends import contingency
from tracker.trends.background import UNLISTED, background
from tracker.trends.curves import curve
from tracker.trends.naming import MODIFIER, Lexicon, Names
from tracker.trends.proper_names import capitals, is_family, without_possessive
from tracker.trends.tally import Flags, known, table
from tracker.trends.voices import Voices
from tracker.words import WEAK_WORDS

REFERENCE = 8
"""This week is compared with so many weeks before."""
LEAST_WEEKS = 3
"""With posts in fewer weeks before there is nothing to compare with."""
LEAST_PEOPLE = 4
"""A voice is an account that says something of its own: what counts is the smaller of the numbers of accounts and of different texts."""
LEAST_TITLES = 2
FALSE_DISCOVERIES = 0.02
"""Fewer than of papers: people read each other, so that their posts are less independent than the test believes."""
LEAST_RATIO = 2.0
"""What is talked about every week, as the large companies are, seldom doubles."""
CAPITALS = 0.5
"""A phrase is a name when it is written as one in this share of its uses inside titles; in more, when it is a word that papers use."""
SURE_CAPITALS = 0.8
ACRONYM = 5
"""A word of two capitals or more, and at most so many letters, is an acronym."""
FULL_FORM = 0.25
"""A full form lends its name when it stands in this share of a name's posts."""
WHOLE = 0.25
"""A phrase that is a whole run in this share of posts is surely a name."""
SAME_POSTS = 0.5
"""Two names are one topic when they share half of their posts, or half of the smaller one's when one name holds the other."""


def spoken(
    posts: Sequence[Document], weeks: Sequence[str], voices: Voices, terms: Keys, limit: int
) -> tuple[Topic, ...]:
    """Return what people posted about more than before, the surest first.

    `before` and `after` of these topics count people: in the eight weeks before, each once a week, and this week. The test
    is theirs too. `items` is empty; the posts are the evidence. Without enough weeks before, nothing is named.

    Args:
        posts: in any order; of other weeks they are left out.
        weeks: ISO weeks, the last one is tested.
        voices: the posts of these weeks, to tell who speaks of a topic.
        terms: ascending keys of the phrases that papers of the window have in their titles.
        limit: how many topics to name.
    """
    number = {week: place for place, week in enumerate(weeks[-REFERENCE - 1 :])}
    people = [one for one in posts if week_of_text(one.date) in number and not one.is_bot]
    if len({week_of_text(one.date) for one in people} - {weeks[-1]}) < LEAST_WEEKS:
        return ()
    said = _Said(sorted(people, key=lambda one: (one.date, one.id)), number)
    return tuple(said.topic(one, voices) for one in said.found(terms, limit))


@dataclass(frozen=True, slots=True)
class _Found:
    """A name before it is put into words: the phrase that was tested, the one that lends the name, this week's posts, what was merged."""

    phrase: int
    name: int
    posts: frozenset[int]
    merged: tuple[int, ...] = ()


class _Said:
    """The phrases of this week's posts, against how people used them before."""

    def __init__(self, posts: Sequence[Document], weeks: dict[str, int]) -> None:
        words = [blake2b(one.phrases.body.tobytes(), digest_size=16).hexdigest() for one in posts]
        first = {text: place for place, text in reversed(list(enumerate(words)))}
        texts = [posts[place] for place in sorted(first.values())]
        this_week = [one for one in texts if weeks[week_of_text(one.date) or ""] == REFERENCE]
        self._table = table(this_week, LEAST_TITLES)
        self._lexicon = Lexicon(self._table)
        everything: Flags = np.ones(len(this_week), dtype=np.bool_)
        self._names = Names(self._lexicon, everything, by_title=False)
        said_by_words = [replace(one, author=text) for one, text in zip(posts, words, strict=True)]
        accounts, different = (Voices(each, weeks).counts(self._table, REFERENCE) for each in (posts, said_by_words))
        before, after, people_before, people_after = map(np.minimum, accounts, different)
        self._before, self._after = before.sum(axis=1), after.sum(axis=1)
        self._change = contingency.compare(before, after, people_before, people_after)
        self._listed: Flags = background().holders(self._table.keys) > UNLISTED
        self._enough: Flags = (self._after >= LEAST_PEOPLE) & ~self._lexicon.weak
        self._capitals = np.zeros(len(self._table.keys))
        self._capitals[self._enough] = capitals(texts, self._table.keys[self._enough])

    def found(self, terms: Keys, limit: int) -> list[_Found]:
        """Return the names that rose, near-duplicates merged into the stronger one."""
        named = self._eligible(terms)
        able = np.flatnonzero(named)
        sure = able[contingency.discoveries(self._change.p[able], FALSE_DISCOVERIES)]
        risers = [phrase for phrase in map(int, sure) if self._change.ratio[phrase] >= LEAST_RATIO]
        topics: list[_Found] = []
        for phrase in sorted(risers, key=self._rank):
            one = _Found(phrase, self._fullest(phrase, named), frozenset(map(int, self._table.holders(phrase))))
            same = next((other for other in topics if self._is_same(one, other)), None)
            if same is not None:
                topics[topics.index(same)] = self._joined(same, one)
            elif len(topics) < limit:
                topics.append(one)
        return topics

    def _fullest(self, phrase: int, named: Flags) -> int:
        """Return the name of a phrase: the one it nearly always is a part of, as `Gemini 3.1` is of `Gemini 3.1 Pro`, or its full form.

        Words that follow narrow a name, so that nearly all posts must have them; words that lead say whose it is (`Claude` before
        `Opus 4.6`), and some posts are enough.
        """
        longer = self._names.longer(phrase)
        if longer is None:
            papers = self._names.papers
            leading = [one.phrase for one in self._lexicon.extensions[phrase] if one.leads and not one.trails]
            usual = [
                one
                for one in leading
                if self._capitals[one] >= SURE_CAPITALS and named[one] and papers[one] >= FULL_FORM * papers[phrase]
            ]
            longer = max(usual, key=lambda one: (papers[one], self._lexicon.letters[one]), default=None)
        return phrase if longer is None or not named[longer] else self._fullest(longer, named)

    def _rank(self, phrase: int) -> tuple[float, int, str]:
        letters = self._lexicon.letters[phrase]
        return -round(float(self._change.z[phrase]), 9), -len(letters), letters

    def _eligible(self, title_phrases: Keys) -> Flags:
        """Return which phrases enough people used in enough texts, and which of these are names or terms."""
        able, terms = self._enough.copy(), self._listed.copy()
        terms[known(self._table.keys, title_phrases)[0]] = True
        for phrase in map(int, np.flatnonzero(able)):
            is_word = bool(self._listed[phrase]) and self._lexicon.is_plain_word(phrase)
            least = SURE_CAPITALS if is_word else CAPITALS
            is_term = bool(terms[phrase]) and self._says_something(phrase)
            able[phrase] = is_term or (self._capitals[phrase] >= least and self._stands(phrase))
        return able

    def _says_something(self, phrase: int) -> bool:
        """Return whether a term of papers is one by itself: not `frontier models` or `new methods`."""
        *first, last = self._lexicon.units[phrase]
        return bool(first) and last not in WEAK_WORDS and self._names.name(phrase) == phrase

    def _stands(self, phrase: int) -> bool:
        """Return whether a word names something by itself: no last part of other names, as `Pro`, and no acronym of long use, as `CPU`."""
        if len(self._lexicon.units[phrase]) > 1:
            return True
        label = self._lexicon.labels[phrase]
        is_acronym = label.isalpha() and len(label) <= ACRONYM and sum(map(str.isupper, label)) > 1
        if is_acronym and (self._before[phrase] or self._listed[phrase]):
            return False
        return bool(self._names.whole[phrase] >= WHOLE or self._names.ends[phrase] < MODIFIER)

    def _is_same(self, one: _Found, stronger: _Found) -> bool:
        """Return whether a name is part of a stronger one or holds it, or shares its posts."""
        common, letters = len(one.posts & stronger.posts), self._lexicon.letters
        mine, theirs = letters[one.name], (letters[stronger.name], letters[stronger.phrase])
        return (
            any(
                other.endswith(mine) or mine.endswith(other) or is_family(letters[one.phrase], other)
                for other in theirs
            )
            or common >= SAME_POSTS * len(one.posts | stronger.posts)
            or (theirs[1] in mine and common >= SAME_POSTS * min(len(one.posts), len(stronger.posts)))
        )

    def _joined(self, stronger: _Found, one: _Found) -> _Found:
        """Return a topic with another one in it, under the longer name if half of the posts have that: `Grok 4.1`, not `Grok`."""
        letters = self._lexicon.letters
        is_fuller = letters[stronger.name] in letters[one.name] and 2 * len(one.posts) >= len(stronger.posts)
        return replace(stronger, name=one.name if is_fuller else stronger.name, merged=(*stronger.merged, one.phrase))

    def topic(self, one: _Found, voices: Voices) -> Topic:
        """Return a name with its test, its people and its posts."""
        phrase, change, lexicon = one.phrase, self._change, self._lexicon
        also = [other for other in dict.fromkeys((phrase, *one.merged)) if other != one.name]
        forms = [other for other in (one.name, *also) if lexicon.letters[phrase] in lexicon.letters[other]]
        talk = voices.about([int(self._table.keys[other]) for other in forms], frozenset())
        labels = (
            without_possessive(lexicon.labels[one.name]),
            *lexicon.surfaces(one.name, 2),
            *(lexicon.labels[other] for other in also),
        )
        return Topic(
            id=lexicon.letters[one.name],
            label=labels[0],
            phrases=tuple(dict.fromkeys(labels))[:8],
            items=(),
            before=int(self._before[phrase]),
            after=int(self._after[phrase]),
            z=round(float(change.z[phrase]), 4),
            p=float(f"{change.p[phrase]:.4g}"),
            ratio=round(float(change.ratio[phrase]), 3),
            interval=(round(float(change.low[phrase]), 3), round(float(change.high[phrase]), 3)),
            state="rising" if self._before[phrase] else "new",
            voices_weekly=talk.weekly,
            posts=talk.posts,
            networks=talk.networks,
            people_z=round(float(change.z[phrase]), 4),
            people_curve=curve(talk.weekly, voices.weekly),
            bots=talk.bots,
            aliases=tuple(lexicon.letters[other] for other in also),
        )

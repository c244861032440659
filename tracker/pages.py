"""What the page of a topic, the page of a conference and a digest show, before it is put into a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tracker import times
from tracker.findings import Topic
from tracker.models import Line, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper in a list of a page. `people` posted about it up to the day of the page, machines apart."""

    id: str
    title: str
    byline: str
    date: str
    url: str
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What one account wrote."""

    id: str
    network: str
    author: str
    date: str
    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share with its 95 % interval (Wilson, 1927), all between 0 and 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A topic in one week.

    Attributes:
        papers: with the topic; None where no papers were fetched at all.
        of: all papers of the week.
        people, posts: who posted about it, each once, and how often.
    """

    week: str
    papers: int | None
    of: int
    share: Share | None
    people: int
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A topic in one calendar year: its papers, of all that are stored."""

    year: int
    papers: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The last four weeks against the eight before, within source and category, as `tracker trends` compares them.

    Attributes:
        p: one-sided, in the direction of the ratio, of this topic tested alone.
    """

    before: int
    after: int
    ratio: float
    interval: tuple[float, float]
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A topic that shares papers with another one.

    Attributes:
        papers: how many they share.
        times: how many times as often it stands in those papers as in all.
    """

    id: str
    label: str
    papers: int
    times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """All that the store knows of a topic on a day.

    Attributes:
        aliases: other ways in which titles write it, the commonest first.
        as_of: ISO day; what is dated later is left out, and so is the year of that day where no more is known of a date.
        papers_in_all, titles_in_all: papers with it anywhere, and in the title.
        people_in_all, posts_in_all: distinct people who posted about it, and their posts.
        compared: None where there is nothing to compare; `notice` then says why.
        first_papers: the earliest ones of a known day, or else of a year, with it in the title.
        first_voices: the earliest posts, one a person.
        narrower: longer names that hold this one.
        neighbours: other topics of the same papers, the strongest first.
        among: the number of papers that `narrower` and `neighbours` were counted in.
    """

    id: str
    label: str
    aliases: tuple[str, ...]
    as_of: str
    papers_in_all: int
    titles_in_all: int
    people_in_all: int
    posts_in_all: int
    compared: Compared | None
    notice: str
    weeks: tuple[Week, ...]
    years: tuple[Year, ...]
    first_papers: tuple[Paper, ...]
    first_voices: tuple[Post, ...]
    papers: tuple[Paper, ...]
    posts: tuple[Post, ...]
    narrower: tuple[Neighbour, ...]
    neighbours: tuple[Neighbour, ...]
    among: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How many papers of a track got a decision.

    Attributes:
        decision: one of `tracker.conference_page.decisions.DECISIONS`, or empty where none is known.
        track: as most papers spell it; empty for the main track.
    """

    decision: str
    track: str
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a paper has its place in a list.

    Attributes:
        points: what it brings; below 0 where it speaks against the paper.
        about: the subjects that it is about, so that a list can avoid saying the same all the time.
    """

    words: str
    points: float
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper of a conference.

    Attributes:
        decision, track: as in `Decided`.
        slots: when and where it is shown, the earliest first.
        why: the strongest reason first; empty in lists that are not ranked.
        score: the sum of the points.
    """

    paper: Paper
    decision: str
    track: str
    slots: tuple[Slot, ...] = ()
    why: tuple[Reason, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody with papers at the conference whom the user follows, or of whom the user starred a paper."""

    name: str
    why: str
    is_followed: bool
    papers: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferencePage:
    """One edition of a conference for one reader.

    Attributes:
        role, reader: whom it is for, by name and as it is written: `ML engineer`; both may be empty.
        topic: what all papers here hold; empty when all are meant.
        decision: the only decision that is listed; empty for all.
        papers: stored, and neither refused nor withdrawn.
        papers_in_all: the same without regard to the topic.
        authors: their distinct names.
        people, posts, discussed: distinct people who posted about them, their posts, and how many papers these are about.
        decisions: by track; refused and withdrawn ones last.
        accepted, submitted: of the submissions whose decision is known; both 0 where no refused ones are stored.
        against: the year that it is compared with; None where no earlier edition is stored.
        papers_before, papers_after: of both editions, as they are compared.
        moved: topics that rose, and new ones, of which that is claimed; `fading` those that fell.
        largest: names by the number of papers that hold them.
        notice: why nothing is said about what moved; else empty.
        lens: ids of the topics that the role asks about.
        known: people with papers here: followed ones first.
        ranked: the best papers for the reader.
        reasoned, outside: how many papers have a reason to be ranked, and how many have none.
        days: first and last ISO day on which papers are shown, where known.
        hints: what would make the list better, in sentences.
    """

    venue: str
    year: int
    role: str
    reader: str
    topic: str
    decision: str
    papers: int
    papers_in_all: int
    authors: int
    people: int
    posts: int
    discussed: int
    decisions: tuple[Decided, ...]
    accepted: int
    submitted: int
    against: int | None
    papers_before: int
    papers_after: int
    moved: tuple[Topic, ...]
    fading: tuple[Topic, ...]
    largest: tuple[Topic, ...]
    notice: str
    lens: frozenset[str]
    known: tuple[Known, ...]
    ranked: tuple[Entry, ...]
    reasoned: int
    outside: int
    days: tuple[str, str] | None
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a digest with the ids of the items it rests on.

    Attributes:
        kind: `quoted` (words of its one item, between “ ” where others stand around them), `counted` (every number in it is
            among the figures), `written` (by a language model, checked) or `note` (how the digest was made).
        figures: what was counted, by name.
    """

    text: str
    items: tuple[str, ...] = ()
    kind: Literal["quoted", "counted", "written", "note"] = "note"
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one account said of a paper. `url` is that of the post."""

    id: str
    network: str
    author: str
    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Who shared a paper up to the end of a digest: distinct people, machines apart, and what each said, the earliest first."""

    people: int
    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEntry:
    """A topic or a paper in a digest, with its sentences."""

    title: str
    item: str = ""
    topic: Topic | None = None
    sentences: tuple[Sentence, ...] = ()
    papers: tuple[Line, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSection:
    """One part of a digest: a heading, a lead and its entries."""

    key: str
    heading: str
    lead: tuple[Sentence, ...] = ()
    entries: tuple[DigestEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The place of a topic among those that rise, in each week; None where it had no paper in the four weeks up to it."""

    label: str
    places: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The summary of a week or a day for a role; every form (Markdown, HTML, mail, text, JSON, Atom) is made from this.

    Attributes:
        edition: ISO week (`2026-W20`) or ISO day.
        title: what it is called, as `Week 20 of 2026, 11 to 17 May, for data scientists`.
        role: whom it is for, by the name in the file of roles; may be empty.
        minutes: for how long a reader wants to read.
        references: the items that sentences cite, by id.
        addresses: where references are on the web, by id, unless the id says it.
        shared: who shared the papers that it shows, by id.
        weeks: the ISO weeks that its topics count.
        rankings: topics in the order of their last place.
    """

    edition: str
    title: str
    role: str = ""
    minutes: int = 0
    sections: tuple[DigestSection, ...]
    references: Mapping[str, Line]
    how: tuple[Sentence, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, Shared] = field(default_factory=dict)
    weeks: tuple[str, ...] = ()
    rankings: tuple[Ranking, ...] = ()

    @property
    def ends(self) -> str:
        """The last ISO day that it covers."""
        return times.last_day(self.edition)

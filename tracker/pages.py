"""What the page of a topic and the page of a conference show, before it is put into a form."""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.models import Topic


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
    """How many papers of a track got a decision; the track is empty where there is only one."""

    decision: str
    track: str
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where and when a paper is shown: ISO day and `HH:MM` in the time of the place."""

    day: str
    time: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper of a conference.

    Attributes:
        decision: `oral`, `spotlight`, `poster`, `accepted` … or empty.
        why: reasons for its place in a list that is ranked, in words.
        score: for ordering only; without a unit.
    """

    paper: Paper
    decision: str
    track: str
    slots: tuple[Slot, ...] = ()
    why: tuple[str, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody whom the user follows or has starred a paper of, with papers at the conference."""

    name: str
    why: str
    papers: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferencePage:
    """One edition of a conference for one reader.

    Attributes:
        against: the edition that it is compared with; None where none is stored.
        papers, papers_before: of both editions, as they are compared.
        shown: papers that were not refused or withdrawn.
        moved: rising topics, then new ones, of which something is claimed; `fading` the same for a fall.
        largest: topics by their number of papers.
        notice: why nothing is said about what moved; else empty.
        followed: people with papers here.
        ranked: papers for the reader, the best first; `outside` counts those with no reason to be there.
        days: first and last ISO day, where known.
    """

    venue: str
    year: int
    role: str
    against: int | None
    papers: int
    papers_before: int
    shown: int
    decisions: tuple[Decided, ...]
    moved: tuple[Topic, ...]
    fading: tuple[Topic, ...]
    largest: tuple[Topic, ...]
    notice: str
    followed: tuple[Known, ...]
    ranked: tuple[Entry, ...]
    outside: int
    days: tuple[str, str] | None
    topic_lens: Mapping[str, bool]
    """Topic id → whether the lens of the role covers it."""

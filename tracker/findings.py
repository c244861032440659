"""What trends find: topics with their tests, their weeks and their evidence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A share, 0 to 1, with its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic with its test over a window: what a trend is.

    Attributes:
        id: stable over the weeks; made from the key phrase.
        phrases: surface forms, the commonest first.
        items: ids of the papers of the window, the best evidence first.
        before, after: papers in the reference window and in the tested one.
        z: of the Cochran-Mantel-Haenszel test within strata.
        ratio, interval: Mantel-Haenszel ratio of shares with its 95 % interval.
        state: `new`, `rising`, `steady`, `fading` or `watch` (not significant).
        weekly: papers in each week of the window, oldest first; None where nothing was fetched.
        voices_weekly: distinct people posting about it in each of those weeks; machines are left out.
        posts: ids of their posts, the newest first.
        networks: distinct people on each network in all weeks, most first.
        bots: distinct machines that posted about it in all weeks.
        people_z: of the same test as `z`, on people who post; 0 where nobody does.
        papers_curve: its share of the papers of each week; None where nothing was fetched.
        people_curve: its share of the people who posted in each week; None where nobody did.
        aliases: ids of the phrases that were merged into it; where one of these leads in another week, it is the same topic.
        counted: the phrase whose papers are counted, where it is shorter than the label that it goes by; else empty.
        titles: so many of the items, the first ones, have it in the title.
        attached: ids of papers that are near to it in meaning and do not use its name.
        lead: by how many weeks people were ahead of papers, negative when they came after; 0 when it may be chance.
    """

    id: str
    label: str
    phrases: tuple[str, ...]
    items: tuple[str, ...]
    before: int
    after: int
    z: float
    p: float
    ratio: float
    interval: tuple[float, float]
    state: str
    weekly: tuple[int | None, ...] = ()
    voices_weekly: tuple[int, ...] = ()
    posts: tuple[str, ...] = ()
    networks: tuple[tuple[str, int], ...] = ()
    bots: int = 0
    people_z: float = 0.0
    papers_curve: tuple[Point | None, ...] = ()
    people_curve: tuple[Point | None, ...] = ()
    lead: float = 0.0
    aliases: tuple[str, ...] = ()
    titles: int = 0
    counted: str = ""
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """The answer to "what is rising": topics, strongest first, and how they were found."""

    window: str
    topics: tuple[Topic, ...]
    papers_before: int
    papers_after: int
    notice: str = ""
    """Why there are no trend words, when history is too short; else empty."""
    weeks: tuple[str, ...] = ()
    new: tuple[Topic, ...] = ()
    fading: tuple[Topic, ...] = ()
    spoken: tuple[Topic, ...] = ()
    """What people talk about this week beyond papers, the surest first. `before` and `after` of these count people, in the eight weeks before
    (each once a week) and in this one; their tests are of people, their evidence is `posts`, and `items` is empty."""
    largest: tuple[Topic, ...] = ()
    """Of editions, when asked for: the topics with most papers in the tested window, whether they moved or not."""

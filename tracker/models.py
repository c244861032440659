"""The shapes that data takes on its way: one a stage, none half filled.

`Record` (as a source sent it) → `Plan` (what to write) → `Item` (as stored) → `Hit`, `Topic`, `Digest` (as shown).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["paper", "post"]
How = Literal["link", "id", "title"]
Mode = Literal["hybrid", "semantic", "lexical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When and where a paper is shown at a conference.

    Attributes:
        starts: ISO time to the minute at the place, with its distance from UTC where the site gives one: `2025-12-03T11:00-08:00`.
        ends: the same, or empty.
        form: `Oral`, `Poster` … in the words of the site.
        session, place: as the site names them; each may be empty.
    """

    starts: str
    ends: str = ""
    form: str = ""
    session: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry as one source sent it on one fetch; never changed after parsing.

    All texts are clean (see `tracker.text`). Dates are ISO 8601 texts of the precision that the source gave.
    """

    kind: Kind
    key: str
    """The name of the entry at its source, unique there: `arxiv:2401.01234`, `bluesky:did:…/3k…`, `feed:<guid>`."""
    identifiers: tuple[str, ...] = ()
    """Every canonical identifier (see `tracker.identity`); the first one names the item when it is new."""
    title: str
    text: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""
    pdf_url: str = ""
    links: tuple[str, ...] = ()
    venue: str = ""
    year: int | None = None
    track: str = ""
    status: str = ""
    categories: tuple[str, ...] = ()
    """The first one is the primary category."""
    keywords: tuple[str, ...] = ()
    tldr: str = ""
    comment: str = ""
    published: str | None = None
    """When it was submitted or posted."""
    announced: str | None = None
    """The day the source listed it, where that is another one."""
    version: int | None = None
    network: str = ""
    """Of posts: `bluesky`, `x`, `blog`, `reddit`, `hackernews` …"""
    author: str = ""
    """Of posts: the account or blog, as the network names it: the voice that is counted."""
    engagement: Mapping[str, float] = field(default_factory=dict)
    subject: str = ""
    """Of posts that only hand on a page (a link submission, a bare share): its address; `links` holds it too."""
    is_bot: bool = False
    """Whether the service itself says that a machine posts under this account."""
    answers: str = field(default="", repr=False)
    """Of posts: the key, or another identifier, of the post that this one answers; it need not be stored."""
    thread: str = field(default="", repr=False)
    """Of posts in a thread: the same of the post that began it, where the service says so."""
    slots: tuple[Slot, ...] = ()
    """Of papers at a conference: when and where they are shown."""
    updates_only: bool = False
    """True for an entry that may change a known item but must not make a new one (arXiv's `replace`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A post names a paper."""

    identifier: str
    how: How
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What deciding needs to know of a stored item."""

    row: int
    id: str
    kind: Kind
    title_key: str
    authors: tuple[str, ...]
    identifiers: frozenset[str]
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write for one record: made by `tracker.decide`, carried out by the store.

    Attributes:
        row: the stored item the record belongs to; None makes a new one under `id`.
        absorbed: rows of other items found to be the same, to be merged into `row`.
        fields: columns to write; empty when nothing changed.
        text_changed: whether title, text or authors changed, so that derived indexes must follow.
    """

    record: Record
    row: int | None
    id: str
    absorbed: tuple[int, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    text_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the user did with an item."""

    is_read: bool = False
    is_starred: bool = False
    is_hidden: bool = False
    rating: int | None = None
    note: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a list shows of an item: cheap to read by the thousand.

    `byline` is the first authors of a paper or the author of a post; `mentions` counts the posts about a paper.
    """

    row: int
    id: str
    kind: Kind
    title: str
    byline: str
    venue: str
    year: int | None
    date: str
    origin: str
    is_read: bool
    is_starred: bool
    mentions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A source has shown an item."""

    source: str
    key: str
    first_seen: str
    last_seen: str
    venue: str
    year: int | None
    status: str
    engagement: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One paper or post, stored once, whole."""

    row: int
    id: str
    kind: Kind
    title: str
    text: str
    authors: tuple[str, ...]
    author: str
    network: str
    venue: str
    year: int | None
    track: str
    status: str
    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    tldr: str
    comment: str
    url: str
    pdf_url: str
    links: tuple[str, ...]
    published: str | None
    announced: str | None
    first_seen: str
    date: str
    origin: str
    version: int | None
    identifiers: tuple[str, ...]
    sightings: tuple[Sighting, ...]
    mentions: tuple[Mention, ...]
    marks: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The posts that answer each other, as far as they are stored.

    Attributes:
        posts: (depth, line) in reading order; what a post answers stands above it, one step less deep.
        missing: the name of what the post that was asked for answers, where that is not stored; else empty.
    """

    posts: tuple[tuple[int, Line], ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What posts about a paper amount to: distinct people and machines, posts, points that readers gave, and a score that fades."""

    people: int
    bots: int
    posts: int
    points: int
    networks: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An item that answers a query, with the reason in words; `words` are those of the query that it holds."""

    line: Line
    score: float
    why: str
    snippet: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A query line that the user keeps.

    Attributes:
        saved_at: ISO time.
        matches, new: items that match it, and those of them that were neither seen nor read.
        announced_at: ISO time when something was last announced, or None.
    """

    name: str
    query: str
    saved_at: str
    matches: int = 0
    new: int = 0
    announced_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An item that a saved search has found; new until it is seen or read."""

    line: Line
    found_at: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Document:
    """The words of an item, as an index of words takes them; lists are joined by spaces."""

    row: int
    title: str
    text: str
    authors: str
    keywords: str
    tldr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source is doing.

    `state` is one of `new`, `ok`, `unchanged`, `failing`, `unreachable`, `slowed`, `gone`, `login`, `off`, `silent`.
    """

    name: str
    kind: str
    state: str
    message: str = ""
    remedy: str = ""
    last_tried: str | None = None
    last_ok: str | None = None
    newest: str | None = None
    failures: int = 0
    items: int = 0
    next_due: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """US dollars: the most that a sync may cost, what is spent today, and the cap of a day."""

    most: float
    spent: float
    cap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncEvent:
    """A step of a sync, for a bar, a log line or a JSON line.

    `step` is `started`, `fetched`, `stored`, `failed`, `warned`, `skipped`, `linked`, `model`, `embedding`, `indexed` or `finished`.
    """

    step: str
    source: str = ""
    new: int = 0
    changed: int = 0
    done: int = 0
    total: int = 0
    message: str = ""
    remedy: str = ""

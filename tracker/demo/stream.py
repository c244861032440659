"""A made-up stream of papers and posts, the same on every run, for trying the program without a network.

Every paper names "Demo Generator" as its last author and says in its abstract that it is made up, its arXiv number lies
far beyond those that arXiv gives out, and every person posts from a reserved `.example` name. The words are in
`material.toml`. All chance comes from `random.Random.random`, the one method whose sequence Python promises to keep.
"""

import datetime as dt
import random
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Generic, Literal, TypeVar

GENERATOR = "Demo Generator"
LABEL = "This record is made up for the demonstration."
PAPERS_A_WEEK = 60
"""The size of a week for which the curves of `PLANTED` are given."""

_FIRST_NUMBER = 99_001
_LAST_NUMBER = 99_999
_STUDY_SHARE = 0.27
_COMMON_CATEGORY = 0.7
_LINKS_A_WEEK = 7
_CHATTER_A_WEEK = 2
_HOT_POSTS = 5
_POST_LIMIT = 290
_SMALL_WORDS = frozenset(
    "a across after an and as at by for from in inside into of on or than the through to under via with within".split()
)

Trend = Literal["steady", "rising", "new", "fading", "passing"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DemoPaper:
    """A paper that does not exist.

    Attributes:
        arxiv_id: an identifier of valid form whose number, from 99001 on, no real paper has.
        title: its title, which no other demo paper shares.
        abstract: five to seven sentences, the last of which says that the paper is made up.
        authors: invented names; the last is "Demo Generator".
        category: its primary arXiv category.
        categories: all its arXiv categories, the primary one first.
        announced: the weekday on which it appears.
    """

    arxiv_id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    category: str
    categories: tuple[str, ...]
    announced: dt.date


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post that nobody wrote.

    Attributes:
        key: its identifier.
        author: the handle of an invented person, under `.demo.example`.
        display_name: the name of that person.
        text: what it says, fewer than 300 characters.
        links: the addresses of the papers that it shares, if any.
        created: when it was posted, in UTC.
    """

    key: str
    author: str
    display_name: str
    text: str
    links: tuple[str, ...]
    created: dt.datetime


@dataclass(frozen=True, slots=True)
class PlantedTopic:
    """A topic whose course over the weeks is known.

    Attributes:
        name: its plain spelling.
        kind: what its share does in the last four weeks.
        forms: every spelling that titles use, in lower case.
        curve: papers a week over the last twelve weeks, oldest first, when a week has `PAPERS_A_WEEK` papers.
    """

    name: str
    kind: Trend
    forms: tuple[str, ...]
    curve: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Theme:
    """A subject of papers: how it is spelled, where it is filed and what is said about it."""

    kind: Trend
    forms: tuple[str, ...]
    categories: tuple[str, ...]
    tasks: tuple[str, ...]
    backgrounds: tuple[str, ...]
    results: tuple[str, ...]
    curve: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.forms[0]


def _load() -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, str], ...], tuple[_Theme, ...]]:
    """Return the word lists, the people who post and the themes."""
    raw = tomllib.loads(resources.files("tracker.demo").joinpath("material.toml").read_text("utf-8"))
    people = tuple((str(handle), str(name)) for handle, name in raw.pop("people"))
    themes = tuple(
        _Theme(
            kind=theme["kind"],
            forms=tuple(theme["forms"]),
            categories=tuple(theme["categories"]),
            tasks=tuple(theme["tasks"]),
            backgrounds=tuple(theme["backgrounds"]),
            results=tuple(theme["results"]),
            curve=tuple(theme.get("curve", ())),
        )
        for theme in raw.pop("themes")
    )
    return {key: tuple(values) for key, values in raw.items()}, people, themes


_WORDS, _PEOPLE, _THEMES = _load()

PLANTED: tuple[PlantedTopic, ...] = tuple(
    PlantedTopic(theme.name, theme.kind, theme.forms, theme.curve) for theme in _THEMES if theme.curve
)
"""The planted topics with their true curves: four that rise, one that is new, one that fades."""


class _Deck(Generic[_T]):
    """Deals its items in random order, then starts over, so that none comes up much more often than others."""

    def __init__(self, rng: random.Random, items: Iterable[_T]) -> None:
        self._rng = rng
        self._items = tuple(items)
        self._left: list[_T] = []

    def draw(self, *unlike: _T) -> _T:
        """Return the next item that is none of those given, if there is one."""
        if not self._left:
            self._left = _shuffled(self._rng, self._items)
        item = self._left.pop()
        return self.draw(*unlike) if item in unlike and len(set(self._items)) > len(unlike) else item


def _below(rng: random.Random, limit: int) -> int:
    return int(rng.random() * limit)


def _shuffled(rng: random.Random, items: Sequence[_T]) -> list[_T]:
    result = list(items)
    for last in range(len(result) - 1, 0, -1):
        other = _below(rng, last + 1)
        result[last], result[other] = result[other], result[last]
    return result


def title_case(text: str) -> str:
    """Return a title with capitals on all words but the small ones; capitals within words stay."""
    words: list[str] = []
    for word in text.split(" "):
        opens = not words or words[-1].endswith((":", "?"))
        small = word in _SMALL_WORDS and not opens
        words.append(word if small else "-".join(part[:1].upper() + part[1:] for part in word.split("-")))
    return " ".join(words)


class _Author:
    """Writes papers: chooses words so that each is used about equally often and no two titles are the same."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._decks: dict[str, _Deck[str]] = {}
        self._titles: set[str] = set()
        self._names = _Deck(rng, (start + end for start in _WORDS["name_starts"] for end in _WORDS["name_ends"]))

    def _pick(self, kind: str, items: Sequence[str] = (), unlike: str = "") -> str:
        if kind not in self._decks:
            self._decks[kind] = _Deck(self._rng, items or _WORDS[kind])
        return self._decks[kind].draw(unlike)

    def _number(self, result: str) -> str:
        if "{x} point" in result:
            return f"{(8 + _below(self._rng, 62)) / 10:.1f}"
        return str(6 + _below(self._rng, 36))

    def _fields(self, theme: _Theme) -> dict[str, str]:
        fields = {"t": theme.name, "n": self._names.draw(), "c": str(4 + _below(self._rng, 21))}
        fields["k"] = self._pick(f"tasks of {theme.name}", theme.tasks)
        for letters, kind in (("qr", "techniques"), ("y", "practices"), ("s", "settings"), ("ab", "qualities")):
            for letter in letters:
                fields[letter] = self._pick(kind, unlike=fields.get(letters[0], ""))
        fields["p"] = self._pick("properties")
        fields["o"] = self._pick("properties", unlike=fields["p"])
        fields["e"] = self._pick("endings")
        result = self._pick(f"results of {theme.name}", theme.results)
        fields["v"] = result.format(x=self._number(result))
        return fields

    def _title(self, theme: _Theme, fields: Mapping[str, str], style: str) -> str:
        form = self._pick(f"forms of {theme.name}", (theme.name, *theme.forms))
        while (title := self._titled(style, {**fields, "t": form})) in self._titles:
            pass
        self._titles.add(title)
        return title

    def _titled(self, style: str, fields: Mapping[str, str]) -> str:
        return title_case(self._pick(f"{style}_titles").format_map(fields))

    def _abstract(self, theme: _Theme, fields: Mapping[str, str], style: str) -> str:
        kinds = [f"{style}_problems", f"{style}_proposals", "details", f"{style}_results", "closings"]
        if self._rng.random() < 0.4:
            kinds.remove("details")
        if self._rng.random() < 0.5:
            kinds.remove("closings")
        background = self._pick(f"backgrounds of {theme.name}", theme.backgrounds)
        return " ".join([background, *(self._pick(kind).format_map(fields) for kind in kinds), LABEL])

    def _authors(self) -> tuple[str, ...]:
        count = 1 + _below(self._rng, 5)
        return (*(f"{self._pick('given')} {self._pick('family')}" for _ in range(count)), GENERATOR)

    def write(self, theme: _Theme, arxiv_id: str, announced: dt.date) -> DemoPaper:
        """Return a new paper on a theme."""
        style = "study" if self._rng.random() < _STUDY_SHARE else "method"
        fields = self._fields(theme)
        # a topic is filed under several categories, as in life: one that had a category for itself could not rise in it
        filed = ("cs.LG", *theme.categories) if self._rng.random() < _COMMON_CATEGORY else theme.categories
        primary, *others = dict.fromkeys(filed)
        return DemoPaper(
            arxiv_id=arxiv_id,
            title=self._title(theme, fields, style),
            abstract=self._abstract(theme, fields, style),
            authors=self._authors(),
            category=primary,
            categories=(primary, *(other for other in others if self._rng.random() < 0.5)),
            announced=announced,
        )


def _monday(week: str) -> dt.date:
    year, number = week.split("-W")
    return dt.date.fromisocalendar(int(year), int(number), 1)


def _planned(theme: _Theme, from_end: int, per_week: int) -> int:
    """Return how many papers a planted theme has in a week, counted from the last one, which is number 0."""
    papers = theme.curve[max(0, len(theme.curve) - 1 - from_end)]
    return (2 * papers * per_week + PAPERS_A_WEEK) // (2 * PAPERS_A_WEEK)


def papers(last_week: str = "2026-W20", weeks: int = 12, per_week: int = 60, seed: int = 7) -> list[DemoPaper]:
    """Return the demo papers, oldest first.

    Half of a week goes in equal parts to steady themes, some to the planted topics, the rest to passing subjects.

    Args:
        last_week: the ISO week in which the stream ends.
        weeks: how many weeks it has.
        per_week: how many papers each week has, spread over Monday to Friday.
        seed: another seed gives other papers on the same topics.

    Raises:
        ValueError: a month would hold more papers than there are free numbers.
    """
    rng = random.Random(seed)
    author = _Author(rng)
    steady = _Deck(rng, (theme for theme in _THEMES if theme.kind == "steady"))
    passing = _Deck(rng, (theme for theme in _THEMES if theme.kind == "passing"))
    used: Counter[str] = Counter()
    written: list[DemoPaper] = []
    for from_end in range(weeks - 1, -1, -1):
        monday = _monday(last_week) - dt.timedelta(weeks=from_end)
        chosen = [theme for theme in _THEMES if theme.curve for _ in range(_planned(theme, from_end, per_week))]
        chosen += [steady.draw() for _ in range(per_week // 2)]
        chosen += [passing.draw() for _ in range(per_week - len(chosen))]
        for index, theme in enumerate(_shuffled(rng, chosen[:per_week])):
            day = monday + dt.timedelta(days=index * 5 // per_week)
            written.append(author.write(theme, _free_id(used, day), day))
    return written


def _free_id(used: Counter[str], day: dt.date) -> str:
    month = f"{day:%y%m}"
    number = _FIRST_NUMBER + used[month]
    if number > _LAST_NUMBER:
        raise ValueError(f"too many papers in {day:%Y-%m}: {_LAST_NUMBER - _FIRST_NUMBER + 1} at most")
    used[month] += 1
    return f"{month}.{number}"


def _theme_of(title: str) -> _Theme | None:
    lowered = title.lower()
    return next((t for t in _THEMES if any(form.lower() in lowered for form in t.forms)), None)


class _Chorus:
    """The people who post about papers."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._people = _Deck(rng, _PEOPLE)
        self._decks = {kind: _Deck(rng, _WORDS[kind]) for kind in ("link_posts", "named_posts", "hot_posts", "chatter")}
        self._count = 0

    def say(self, kind: str, monday: dt.date, day: int, paper: DemoPaper | None = None) -> DemoPost:
        """Return a post of some kind on a day of a week, Monday being day 0, about a paper or about nothing much."""
        text = self._decks[kind].draw()
        link = f"https://arxiv.org/abs/{paper.arxiv_id}" if paper and kind != "named_posts" else ""
        if paper:
            theme = _theme_of(paper.title)
            bare = "{title}" not in text and "{id}" not in text
            text = text.format(title=paper.title, topic=theme.name if theme else "this subject", id=paper.arxiv_id)
            if link and (bare or self._rng.random() < 0.5) and len(text) + len(link) < _POST_LIMIT:
                text = f"{text} {link}"
        moment = dt.time(6 + _below(self._rng, 16), _below(self._rng, 60), tzinfo=dt.UTC)
        handle, name = self._people.draw()
        self._count += 1
        return DemoPost(
            key=f"demo-{monday:%G-w%V}-{self._count:03d}",
            author=handle,
            display_name=name,
            text=text,
            links=(link,) if link else (),
            created=dt.datetime.combine(monday + dt.timedelta(days=day), moment),
        )

    def favorites(self, week: Sequence[DemoPaper]) -> list[DemoPaper]:
        """Return papers of a week, those on rising and new topics five times as likely to be among them."""

        def rank(paper: DemoPaper) -> float:
            theme = _theme_of(paper.title)
            weight = 5.0 if theme and theme.kind in ("rising", "new") else 1.0
            return float(self._rng.random() ** (1.0 / weight))

        return sorted(week, key=rank, reverse=True)[: _LINKS_A_WEEK + 1]

    def week(self, monday: dt.date, week: Sequence[DemoPaper]) -> list[DemoPost]:
        """Return the posts of one week: links to papers, one that only names its paper, and chatter."""
        said: list[DemoPost] = []
        for index, paper in enumerate(self.favorites(week)):
            day = min(6, paper.announced.weekday() + _below(self._rng, 3))
            said.append(self.say("named_posts" if index == _LINKS_A_WEEK else "link_posts", monday, day, paper))
        return said + [self.say("chatter", monday, _below(self._rng, 7)) for _ in range(_CHATTER_A_WEEK)]


def posts(papers: Sequence[DemoPaper], seed: int = 7) -> list[DemoPost]:
    """Return the demo posts about papers, oldest first: ten a week, and five more on one rising paper two weeks old."""
    rng = random.Random(seed + 1)
    chorus = _Chorus(rng)
    weeks: dict[dt.date, list[DemoPaper]] = {}
    for paper in papers:
        weeks.setdefault(paper.announced - dt.timedelta(days=paper.announced.weekday()), []).append(paper)
    said: list[DemoPost] = []
    for monday in sorted(weeks)[-3:-2]:
        rising = [paper for paper in weeks[monday] if (theme := _theme_of(paper.title)) and theme.kind == "rising"]
        for paper in rising[:1] * _HOT_POSTS:
            day = min(6, paper.announced.weekday() + _below(rng, 4))
            said.append(chorus.say("hot_posts", monday, day, paper))
    for monday in sorted(weeks):
        said += chorus.week(monday, weeks[monday])
    return sorted(said, key=lambda post: (post.created, post.key))

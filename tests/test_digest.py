"""The digest: order, words, evidence, and outside text that stays harmless in every form."""

import html
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker.summarize.render import address, markdown, sparkline, to_dict, to_html, to_markdown, to_text

from tracker.digest import Counts, compose
from tracker.errors import ConfigError
from tracker.models import Digest, Item, Line, Marks, Sentence, Topic, Trends
from tracker.roles import lens, parse
from tracker.summarize.extractive import contribution, leans, says_something, sentences

WEEK = "2026-W20"
HOSTILE = (
    "Sampling on the interval [0, 1",
    "Bad [/nope] [b]x",
    "<script>alert(1)</script><img src=x onerror=y>",
    "\x1b[31mred\x07 and \u202ereversed\x9b",
    "*bold* _it_ `code` # head | cell ](javascript:alert(1))",
    "![x](http://evil.example/a.png) &lt;b&gt; <http://evil.example>",
    "1. not a list\n- nor this\n# nor a heading",
)


def line(name: str, title: str = "A Paper") -> Line:
    return Line(
        row=1,
        id=name,
        kind="paper",
        title=title,
        byline="A. Author et al.",
        venue="arXiv",
        year=2026,
        date="2026-05-12",
        origin="arxiv",
        is_read=False,
        is_starred=False,
        mentions=2,
    )


class Shelf:
    """A shelf where every id exists, with a title of its own."""

    def __init__(
        self, title: str = "A Paper about {}", text: str = "Much is unknown. We propose a method for {}. It works."
    ) -> None:
        self.title, self.text = title, text
        self.asked: set[str] = set()

    def lines(self, ids: Sequence[str]) -> list[Line]:
        self.asked.update(ids)
        return [line(name, self.title.replace("{}", name)) for name in ids]

    def item(self, name: str) -> Item:
        self.asked.add(name)
        return Item(
            row=1, id=name, kind="paper", title=self.title.replace("{}", name), text=self.text.replace("{}", name), authors=("A. Author",), author="", network="", venue="arXiv", year=2026, track="",
            status="", categories=(), keywords=(), tldr="", comment="", url="", pdf_url="", links=(), published=None, announced=None, first_seen="", date="2026-05-12", origin="arxiv", version=None,
            identifiers=(name,), sightings=(), mentions=(), marks=Marks(),
        )  # fmt: skip

    def discussed(self, since: str, before: str, limit: int) -> list[tuple[Line, int, int]]:
        assert (since, before) == ("2026-05-11", "2026-05-18")
        return [(line("arxiv:2605.00900", self.title.replace("{}", "talk")), 1, 2)]

    def counts(self, since: str, before: str) -> Counts:
        return Counts(papers=2233, posts=318, people=1)


def topic(number: int, label: str, state: str = "rising", before: int = 6, after: int = 17) -> Topic:
    items = tuple(f"arxiv:26{number:02d}.{paper:05d}" for paper in range(after))
    weekly = (1, 0, None, 2, 1, 0, 1, 1, 2, 3, 4, 8)
    return Topic(
        id=label.lower().replace(" ", ""), label=label, phrases=(label,), items=items, before=before, after=after, z=4.0 - number / 10, p=1e-4, ratio=1.84, interval=(1.3, 2.44), state=state,
        weekly=weekly, voices_weekly=(0,) * 11 + (1,),
    )  # fmt: skip


def trends(**fields: object) -> Trends:
    given_fields = {
        "window": WEEK, "papers_before": 2000, "papers_after": 900, "weeks": tuple(f"2026-W{week:02d}" for week in range(9, 21)),
        "topics": (topic(1, "Causal Forests"), topic(2, "Agent Skills"), topic(3, "Speculative Decoding"), topic(4, "Robots"), topic(5, "Poetry"), topic(6, "Cooking"), topic(7, "Weak", "watch")),
        "new": (topic(8, "Fresh Name", "new", 0, 1),), "fading": (topic(9, "Old News", "fading"),), **fields,
    }  # fmt: skip
    return Trends(**given_fields)  # type: ignore[arg-type]


def every_sentence(digest: Digest) -> list[Sentence]:
    found = list(digest.how)
    for section in digest.sections:
        found.extend(section.lead)
        for entry in section.entries:
            found.extend(entry.sentences)
    return found


def test_sections_stand_in_their_order_with_words_in_the_right_number() -> None:
    digest = compose(trends(), Shelf(), week=WEEK, gaps=("arXiv cs.LG",))
    assert [section.key for section in digest.sections] == ["counts", "rising", "new", "more", "discussed", "fading"]
    told = to_text(digest, 200)
    assert "2,233 papers, 318 posts from 1 person; six topics rising beyond chance, one new name." in told
    assert "Missing this week: arXiv cs.LG." in told
    assert "17 papers in the last four weeks, 6 in the eight before." in told
    assert "1 person, 2 posts." in told
    assert "×1.8 (1.3–2.4)" in told
    assert "No papers were fetched in 2026-W11; that week is missing, not zero." in told
    assert "Two more: Poetry and Cooking." in told
    assert "Weak" not in told


def test_every_sentence_rests_on_items_that_exist() -> None:
    shelf = Shelf()
    digest = compose(trends(), shelf, week=WEEK)
    cited = {name for sentence in every_sentence(digest) for name in sentence.items}
    assert cited
    assert cited <= set(digest.references)
    assert all(
        sentence.items for section in digest.sections for entry in section.entries for sentence in entry.sentences
    )
    told = json.loads(json.dumps(to_dict(digest)))
    assert all(
        set(sentence["items"]) <= set(told["references"])
        for section in told["sections"]
        for entry in section["entries"]
        for sentence in entry["sentences"]
    )


def test_numbers_in_brackets_lead_to_references() -> None:
    told = to_text(compose(trends(), Shelf(), week=WEEK), 4_000)
    used = set(re.findall(r" \[(\d+)\]", told))
    listed = set(re.findall(r"^\[(\d+)\]", told, re.MULTILINE))
    assert used
    assert used == listed


def test_a_role_orders_and_hides_nothing() -> None:
    plain = compose(trends(), Shelf(), week=WEEK)
    lensed = compose(trends(), Shelf(), week=WEEK, role="ai-engineer")
    order = [
        [entry.title for section in one.sections if section.key == "rising" for entry in section.entries]
        for one in (plain, lensed)
    ]
    assert order[0][0] == "Causal Forests"
    assert order[1][0] == "Agent Skills"
    named = to_text(lensed, 200)
    assert all(one.label in named for one in trends().topics if one.state == "rising")
    assert "Two more: " in named


def test_what_was_read_comes_later() -> None:
    known = frozenset(topic(1, "Causal Forests").items[:3])
    digest = compose(trends(), Shelf(), week=WEEK, seen=known)
    first = digest.sections[1].entries[0]
    assert not known & {name for sentence in first.sentences[1:] for name in sentence.items}
    assert not known & {one.id for one in first.papers}


def test_too_little_history_makes_no_trend_words() -> None:
    subjects = (topic(1, "Causal Forests", "steady"),)
    digest = compose(
        trends(topics=subjects, new=(), fading=(), notice="Not enough history for trends: 48 papers in 1 week."),
        Shelf(),
        week=WEEK,
    )
    told = to_text(digest)
    assert "Not enough history" in told
    assert not re.search(r"\brising\b|×1\.8|Fading", told, re.IGNORECASE)


def test_a_quiet_week_says_so() -> None:
    told = to_text(compose(trends(topics=(topic(7, "Weak", "watch"),), new=(), fading=()), Shelf(), week=WEEK), 200)
    assert "No topic rose beyond chance" in told
    assert "To watch, though it may be chance: Weak." in told


def test_length_is_that_of_a_four_minute_read() -> None:
    text = (
        "Background is long. "
        "We propose a method that " + "does very useful things to data and models " * 5 + "{}. Done."
    )
    told = to_text(compose(trends(), Shelf(text=text), week=WEEK))
    assert 250 <= len(told.split("\n\n[1] ")[0].split()) <= 700


class Reader(HTMLParser):
    """Collects tags and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links.extend(value or "" for name, value in attrs if name in ("href", "src"))
        assert not any(name.startswith("on") for name, _ in attrs)


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_harmless_in_every_form(title: str) -> None:
    strange = (topic(1, title), topic(2, "Agent Skills"))
    digest = compose(
        trends(topics=strange), Shelf(title=f"{title} {{}}", text=f"We propose {title} for {{}} and more."), week=WEEK
    )
    page = Reader()
    page.feed(to_html(digest))
    assert page.tags <= {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "ul",
        "ol",
        "li",
        "span",
        "div",
    }
    assert all(link.startswith(("https://arxiv.org/abs/", "#r")) for link in page.links)
    for form in (
        to_html(digest),
        to_markdown(digest),
        to_text(digest),
        json.dumps(to_dict(digest), ensure_ascii=False),
    ):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", form)
    source = to_markdown(digest)
    assert not re.search(r"(?<!\\)<(?!https://arxiv)", source)
    assert not re.search(r"(?<!\\)!\[|(?<!\\)\]\((?!<https://arxiv)", source)
    for shown in source.splitlines():
        assert not re.match(r"\s*#", shown) or shown.startswith(("# Week", "## ", "### "))


@given(st.text(max_size=80))
def test_markdown_shows_text_as_it_is(text: str) -> None:
    shown = markdown(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)[<>\[\]*_`|#]", re.sub(r"\\\\", "", shown))


def test_addresses_are_web_addresses_only() -> None:
    assert address("arxiv:2605.00001") == "https://arxiv.org/abs/2605.00001"
    assert address("x", "javascript:alert(1)") == ""
    assert address("x", "https://example.org/a b") == ""
    assert html.escape(address("x", 'https://example.org/"><b>')) == "https://example.org/%22%3E%3Cb%3E"


def test_sparklines_show_gaps() -> None:
    assert sparkline((0, 4, None, 8)) == "▁▅·█"
    assert sparkline((0, 0)) == "▁▁"
    assert sparkline(()) == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We use 3.5 times less, e.g. GPUs. It works.", 2),
        ("Smith et al. showed it. So did J. Doe in Fig. 3 of this.", 2),
        ("Kim et al. (2020) did it. We do more.", 2),
        ("Is it so? Yes! It is.", 3),
        (r"The bound is $O(n^2)$. We prove it i.e. formally.", 2),
        ("No stop at all", 1),
        ("", 0),
    ],
)
def test_sentences_end_where_they_end(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_the_contribution_is_the_first_cue_unless_another_says_the_title() -> None:
    text = "Graphs are everywhere. We propose a simple method. Experiments confirm it on many sets."
    assert contribution("A title", text) == "We propose a simple method."
    later = (
        "Language matters a lot. We show that it is hard. We propose Tensor Distillation for Speech Models in noise."
    )
    assert contribution("Tensor Distillation for Speech Models", later).startswith("We propose Tensor")
    assert contribution("A title", text, tldr="The authors' words.") == "The authors' words."
    assert contribution("A title", "") == ""


def test_sentences_chosen_are_the_authors_own() -> None:
    text = "Prior work is slow. This paper presents FastThing, a faster thing. It wins."
    assert contribution("FastThing", text) in text


def test_roles_are_checked() -> None:
    assert lens("ml-engineer").covers(topic(1, "KV Cache Compression"))
    assert not lens("nobody").covers(topic(1, "KV Cache Compression"))
    with pytest.raises(ConfigError):
        parse("[x]\nphrases = 3")
    with pytest.raises(ConfigError):
        parse("not toml =")


def test_a_sentence_that_stands_alone_is_chosen_before_one_that_leans() -> None:
    for leaning in (
        "However, we show that it fails.",
        "Motivated by this finding, we propose X.",
        "To address this gap, we do Y.",
        "We propose a thing that…",
    ):
        assert leans(leaning)
    for standing in ("We propose X.", "This paper presents a benchmark.", "To translate speech, we train Z."):
        assert not leans(standing)


def test_a_sentence_that_says_nothing_is_left_out() -> None:
    assert not says_something(
        "This paper reports an empirical study organized into two experiments.", "Agent harnesses reshape search"
    )
    assert says_something("We show that agent harnesses change how search works.", "Agent harnesses reshape search")

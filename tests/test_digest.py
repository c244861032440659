"""The digest: order, words, evidence, and outside text that stays harmless in every form."""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.digest import Counts, Near, compose_day, compose_week
from tracker.digest.room import WORDS_A_MINUTE, words
from tracker.errors import ConfigError
from tracker.findings import Point, Topic, Trends
from tracker.forms.data import to_dict
from tracker.forms.markdown import markdown, to_markdown
from tracker.forms.outside import address, sparkline
from tracker.forms.page import to_html
from tracker.forms.text import to_text
from tracker.models import Item, Line, Marks, Talk
from tracker.pages import Digest, Sentence, Shared, Voice
from tracker.roles import Role, load, named, parse, shipped
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
        self,
        title: str = "A Paper about Methods {}",
        text: str = "Much is unknown. We propose methods in a paper, {}. It works.",
        days: tuple[str, str] = ("2026-05-11", "2026-05-18"),
    ) -> None:
        self.title, self.text, self.days = title, text, days
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

    def discussed(self, since: str, before: str, limit: int) -> list[tuple[Line, Talk]]:
        assert (since, before) == self.days
        talk = Talk(people=1, bots=0, posts=2, points=0, networks=("x",), score=1.0)
        return [(line("arxiv:2605.00900", self.title.replace("{}", "talk")), talk)]

    def shared(self, ids: Sequence[str], before: str) -> dict[str, Shared]:
        assert before == self.days[1]
        return {name: Shared(people=1, voices=(VOICE,)) for name in ids if name.endswith("00900")}

    def said(self, ids: Sequence[str]) -> list[Voice]:
        return [VOICE for _ in ids[:1]]

    def attached(self, topics: Sequence[Topic], before: str) -> Sequence[Topic]:
        return topics

    def near(self, role: Role, since: str, before: str, limit: int) -> list[Near]:
        return [Near(f"arxiv:2611.0{number:04d}", query, 0.5) for number, query in enumerate(role.queries)]

    def silent(self, since: str, before: str) -> list[str]:
        return ["blog"]

    def counts(self, since: str, before: str) -> Counts:
        return Counts(papers=2233, posts=318, people=1)


VOICE = Voice(
    id="x:1", network="x", author="ada", text="This paper is worth all the time that it takes to read.", url=""
)
NOBODY = Role(name="", title="")


def compose(
    found: Trends,
    shelf: Shelf,
    *,
    role: str = "",
    minutes: int = 6,
    failing: Sequence[str] = (),
    seen: frozenset[str] = frozenset(),
) -> Digest:
    asked = named(shipped(), role)
    return compose_week(found, shelf, week=WEEK, role=asked, minutes=minutes, failing=failing, seen=seen)


def topic(number: int, label: str, state: str = "rising", before: int = 6, after: int = 17) -> Topic:
    items = tuple(f"arxiv:26{number:02d}.{paper:05d}" for paper in range(after))
    weekly = (1, 0, None, 2, 1, 0, 1, 1, 2, 3, 4, 8)
    return Topic(
        id=label.lower().replace(" ", ""), label=label, phrases=(label,), items=items, before=before, after=after, z=4.0 - number / 10, p=1e-4, ratio=1.84, interval=(1.3, 2.44), state=state,
        weekly=weekly, voices_weekly=(0,) * 11 + (1,), networks=(("x", 1),), posts=("x:1",), titles=after,
        papers_curve=tuple(None if count is None else Point(share=count / 100, low=0.0, high=count / 50) for count in weekly),
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


def test_of_very_many_sources_that_give_nothing_the_number_is_told() -> None:
    told = to_text(compose(trends(), Shelf(), failing=[f"source {number}" for number in range(75)]), 4_000)
    assert "source 0, source 1," in told
    assert "source 11 and 63 more." in told
    assert "source 12" not in told


def test_a_brief_tells_of_topics_that_a_paper_of_the_day_names_in_its_title() -> None:
    named_here, touched = topic(1, "Causal Forests"), replace(topic(2, "Agent Skills"), titles=0)
    named_here = replace(named_here, titles=2)
    day = frozenset({*named_here.items[1:4], *touched.items[:3]})
    shelf = Shelf(days=("2026-05-14", "2026-05-15"))
    digest = compose_day(
        trends(topics=(touched, named_here)), shelf, day="2026-05-14", role=NOBODY, papers=day, minutes=4
    )
    (section,) = (section for section in digest.sections if section.key == "rising")
    assert [entry.title for entry in section.entries] == ["Causal Forests"]
    (entry,) = section.entries
    assert entry.sentences[0].text.startswith("3 papers of the day")
    assert [line.id for line in entry.papers] == [named_here.items[1]]
    assert [sentence.items for sentence in entry.sentences[1:]] == [(named_here.items[1],)]


def test_sections_stand_in_their_order_with_words_in_the_right_number() -> None:
    digest = compose(trends(), Shelf(), failing=("arXiv cs.LG",), minutes=1)
    assert [section.key for section in digest.sections] == ["counts", "rising", "more", "new", "discussed", "fading"]
    told = to_text(digest, 4_000)
    assert told.startswith("Week 20 of 2026, 11 to 17 May\n")
    assert "2,233 papers and 318 posts by 1 person; six topics rose beyond chance, and one name is new." in told
    assert "Silent this week, unlike the four weeks before: blog. Cannot be read at present: arXiv cs.LG." in told
    assert "17 papers in the last four weeks, 6 in the eight before. 1 person a week posted about it on X." in told
    assert "1 person on X, 2 posts." in told
    assert "ada on X: “This paper is worth all the time that it takes to read.”" in told
    assert "×1.8 (1.3–2.4)" in told
    assert "No papers were fetched in 2026-W11; that week is missing, not zero." in told
    assert re.search(r"\w+ more: .*Cooking\.", told)
    assert "Weak" not in told


@pytest.mark.parametrize("minutes", [2, 4, 6, 10])
def test_it_is_as_long_as_can_be_read_and_names_what_found_no_room(minutes: int) -> None:
    digest = compose(trends(), Shelf(), minutes=minutes)
    assert words(digest.sections) <= minutes * WORDS_A_MINUTE
    longer = compose(trends(), Shelf(), minutes=minutes + 2)
    assert words(longer.sections) >= words(digest.sections)
    named_topics = to_text(digest, 4_000)
    assert all(one.label in named_topics for one in trends().topics if one.state == "rising")


def test_every_sentence_rests_on_items_that_exist() -> None:
    shelf = Shelf()
    digest = compose(trends(), shelf)
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
    told = to_text(compose(trends(), Shelf()), 4_000)
    used = set(re.findall(r" \[(\d+)\]", told))
    listed = set(re.findall(r"^\[(\d+)\]", told, re.MULTILINE))
    assert used
    assert used == listed


def test_a_role_orders_and_hides_nothing() -> None:
    plain = compose(trends(), Shelf(), minutes=1)
    lensed = compose(trends(), Shelf(), role="ai-engineer", minutes=1)
    order = [
        [entry.title for section in one.sections if section.key == "rising" for entry in section.entries]
        for one in (plain, lensed)
    ]
    assert order[0][0] == "Causal Forests"
    assert order[1][0] == "Agent Skills"
    told = to_text(lensed, 4_000)
    assert all(one.label in told for one in trends().topics if one.state == "rising")
    assert "outside what your role names: " in told
    assert "FOR AN AI ENGINEER" in to_text(compose(trends(), Shelf(), role="ai-engineer"), 200)


def test_what_was_read_comes_later() -> None:
    known = frozenset(topic(1, "Causal Forests").items[:3])
    digest = compose(trends(), Shelf(), seen=known)
    first = digest.sections[1].entries[0]
    assert not known & {name for sentence in first.sentences[1:] for name in sentence.items}
    assert not known & {one.id for one in first.papers}


def test_too_little_history_makes_no_trend_words() -> None:
    subjects = (topic(1, "Causal Forests", "steady"),)
    digest = compose(
        trends(topics=subjects, new=(), fading=(), notice="Not enough history for trends: 48 papers in 1 week."),
        Shelf(),
    )
    told = to_text(digest)
    assert "Not enough history" in told
    assert not re.search(r"\brising\b|×1\.8|Fading", told, re.IGNORECASE)


def test_a_quiet_week_says_so() -> None:
    told = to_text(compose(trends(topics=(topic(7, "Weak", "watch"),), new=(), fading=()), Shelf()), 200)
    assert "No topic rose beyond chance" in told
    assert "More written about than before, though it may be chance: Weak." in told


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
        trends(topics=strange), Shelf(title=f"{title} {{}}", text=f"We propose {title} for {{}} and more.")
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
        "style",
        "small",
        "svg",
        "path",
        "circle",
        "text",
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
        assert not re.match(r"\s*#", shown) or shown.startswith(("# Week ", "## ", "### "))


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
    assert shipped()["ml-engineer"].covers(topic(1, "KV Cache Compression"))
    assert not NOBODY.covers(topic(1, "KV Cache Compression"))
    for broken in (
        "[x]\nphrases = 3",
        "not toml =",
        "x = 3",
        "[x]\nphrases = ['a']\nminutes = 0",
        "[x]\nphrases = ['a']\nweights = { a = -1 }",
        "[x]\nphrases = ['a']\nfrases = ['b']",
        "[x]\ntitle = 'somebody'",
    ):
        with pytest.raises(ConfigError) as refused:
            parse(broken)
        assert refused.value.remedy
    with pytest.raises(ConfigError, match="There is no role 'nobody'"):
        named(shipped(), "nobody")


def test_a_home_changes_roles_and_adds_its_own(tmp_path: Path) -> None:
    (tmp_path / "roles.toml").write_text(
        '[ml-engineer]\nminutes = 3\n[poet]\ntitle = "poet"\nphrases = ["rhyme", "metre"]\nweights = { metre = 5 }\nsources = { X = 2 }',
        "utf-8",
    )
    roles = load(tmp_path)
    assert roles["ml-engineer"].minutes == 3
    assert roles["ml-engineer"].phrases == shipped()["ml-engineer"].phrases
    assert roles["poet"].weight(topic(1, "Metre and Rhyme")) == 5
    assert roles["poet"].weight(topic(1, "Rhymes")) == 1
    assert roles["poet"].preference("arxiv", "x") == 2
    assert load(tmp_path / "nowhere") == shipped()


def test_a_sentence_that_stands_alone_is_chosen_before_one_that_leans() -> None:
    for leaning in (
        "However, we show that it fails.",
        "Motivated by this finding, we propose X.",
        "To address this gap, we do Y.",
        "We propose a thing that…",
        "For long texts, however, we show that it fails.",
        "We argue that these findings matter for trust.",
        "We show that the triple provides exactly this formalization.",
    ):
        assert leans(leaning)
    for standing in (
        "We propose X.",
        "This paper presents a benchmark.",
        "To translate speech, we train Z.",
        "We find that small models suffice.",
    ):
        assert not leans(standing)
    told = "We argue that these findings hold of tiny whales. We present a census of tiny whales."
    assert contribution("A census of tiny whales", told) == "We present a census of tiny whales."
    far = "To count these, we build a net for tiny whales in the census. We also release code."
    assert contribution("A census of tiny whales", far).startswith("To count these")


def test_a_sentence_that_says_nothing_is_left_out() -> None:
    assert not says_something(
        "This paper reports an empirical study organized into two experiments.", "Agent harnesses reshape search"
    )
    assert says_something("We show that agent harnesses change how search works.", "Agent harnesses reshape search")


def test_who_is_quoted_on_a_name_says_that_name() -> None:
    class Talking(Shelf):
        def said(self, ids: Sequence[str]) -> list[Voice]:
            texts = (
                "Engine makes agents observe themselves, at great length indeed",
                "SmithDB is out",
                "x" * 300 + " SmithDB",
            )
            return [Voice(id=f"x:{n}", network="x", author="ada", text=text, url="") for n, text in enumerate(texts)]

    spoken = topic(10, "SmithDB", "new", 0, 0)
    told = to_text(compose(trends(spoken=(replace(spoken, phrases=("SmithDB", "Engine")),)), Talking()), 4_000)
    assert "ada on X: “SmithDB is out”" in told

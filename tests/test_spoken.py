"""What people talk about beyond papers: names that rose among people are found, and what only looks like news is not."""

import itertools
import random
from collections.abc import Iterator
from datetime import timedelta

import click
import numpy as np
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.cli.trends import print_trends
from tracker.findings import Topic, Trends
from tracker.times import week_start, weeks_before
from tracker.topics import Document, extract, phrase_key
from tracker.trends import weekly
from tracker.trends.proper_names import is_name
from tracker.trends.spoken import spoken
from tracker.trends.voices import Voices

WEEK = "2026-W20"
WEEKS = weeks_before(WEEK, 12)
CHATTER = (
    "my cat sleeps on the keyboard again", "coffee prices in town went up", "that train was late as always",
    "somebody asked me about gardens", "a walk along the river today", "the meeting could be an email",
)  # fmt: skip
NEWS = ("just tried {} on my notes", "people compare {} to everything", "so {} landed and my feed is full", "still not sure about {} here")  # fmt: skip


def post(number: int, text: str, week: str = WEEK, *, author: str = "", network: str = "x", is_bot: bool = False) -> Document:  # fmt: skip
    return Document(
        row=-number - 1,
        id=f"{network}:{number}",
        stratum=network,
        date=(week_start(week) + timedelta(days=number % 7)).isoformat(),
        phrases=extract(text, text),
        author=author or f"account{number}",
        is_bot=is_bot,
    )


def chatter(per_week: int = 60) -> list[Document]:
    """Return posts of twelve weeks that are about nothing, each of another account and with other words."""
    numbers = itertools.count(10_000)
    return [
        post(number, f"{CHATTER[number % 6]} word{number}", week)
        for week in WEEKS
        for number in itertools.islice(numbers, per_week)
    ]


def news(name: str, people: int, week: str = WEEK, start: int = 0) -> Iterator[Document]:
    """Yield posts of so many people about a name, each in other words."""
    for number in range(start, start + people):
        yield post(number, f"{NEWS[number % 4].format(name)} seen{number}", week)


def named(posts: list[Document], terms: tuple[str, ...] = (), limit: int = 20) -> dict[str, Topic]:
    voices = Voices(posts, {week: place for place, week in enumerate(WEEKS)})
    keys = np.array(sorted(map(phrase_key, terms)), dtype=np.int64)
    return {topic.label: topic for topic in spoken(posts, WEEKS, voices, keys, limit)}


def test_a_new_name_is_found_without_a_paper() -> None:
    topic = named([*chatter(), *news("Zorblax-7", 12)])["Zorblax-7"]
    assert (topic.state, topic.before, topic.after) == ("new", 0, 12)
    assert topic.items == ()
    assert len(topic.posts) == 12
    assert topic.networks == (("x", 12),)
    assert topic.voices_weekly == (0,) * 11 + (12,)
    assert topic.interval[0] <= topic.ratio <= topic.interval[1]
    assert topic.p < 0.001


def test_a_name_known_before_rises_and_one_of_every_week_does_not() -> None:
    posts = [*chatter(), *news("Quibbo", 12), *news("Dailycorp", 12, start=100)]
    for place, week in enumerate(WEEKS[:-1]):
        posts += [
            *news("Quibbo", 1, week, start=200 + 10 * place),
            *news("Dailycorp", 10, week, start=400 + 20 * place),
        ]
    found = named(posts)
    assert found["Quibbo"].state == "rising"
    assert (found["Quibbo"].before, found["Quibbo"].after) == (8, 12)
    assert "Dailycorp" not in found


def test_a_voice_is_an_account_and_repeated_words_are_one_text() -> None:
    talkative = [post(n, f"{NEWS[n % 4].format('Zorblax-7')} seen{n}", author="one") for n in range(30)]
    copied = [post(100 + n, "everyone should look at Vexilar now") for n in range(30)]
    machines = [post(200 + n, f"{NEWS[n % 4].format('Botanix')} seen{n}", is_bot=True) for n in range(30)]
    assert named([*chatter(), *talkative, *copied, *machines]) == {}


def test_words_are_counted_by_accounts_or_by_texts_whichever_are_fewer() -> None:
    shared = [
        post(10 * text + account, f"{NEWS[text % 4].format('Zorblax-7')} seen{text}", author=f"account{account}")
        for text in range(6)
        for account in range(5)
    ]
    topic = named([*chatter(), *shared])["Zorblax-7"]
    assert topic.after == 5
    assert topic.networks == (("x", 5),)
    few_texts = [one for one in shared if int(one.id.removeprefix("x:")) < 30]
    assert named([*chatter(), *few_texts]) == {}


def test_a_version_lends_its_name_to_a_family_that_rose_with_it() -> None:
    posts = [*chatter(), *news("Groggle 4.1", 9), *news("Groggle", 6, start=100)]
    posts += [one for place, week in enumerate(WEEKS[:-1]) for one in news("Groggle", 1, week, start=300 + place)]
    assert set(named(posts)) == {"Groggle 4.1"}


def test_three_people_are_no_news() -> None:
    assert named([*chatter(), *news("Zorblax-7", 3)]) == {}
    assert set(named([*chatter(), *news("Zorblax-7", 5)])) == {"Zorblax-7"}


def test_words_that_anybody_uses_are_no_names() -> None:
    lower = [post(n, f"the {('plumbing', 'lighting')[n % 2]} and furniture here seen{n}") for n in range(30)]
    first = [post(100 + n, f"Furniture is odd, seen{n}") for n in range(20)]
    everyday = [
        post(200 + n, f"so much about {('Document', 'document')[n % 3 == 0]} these days seen{n}") for n in range(20)
    ]
    assert named([*chatter(), *lower, *first, *everyday]) == {}


def test_a_term_in_small_letters_must_be_known_from_papers() -> None:
    posts = [*chatter(), *news("gradient teapots", 12), *news("wooden spoons", 12, start=100)]
    assert set(named(posts, terms=("gradient teapot",))) == {"Gradient teapots"}


def test_a_network_that_joins_is_no_trend() -> None:
    joined = [post(n, f"{NEWS[n % 4].format('Zorblax-7')} seen{n}", network="mastodon") for n in range(40)]
    assert named([*chatter(), *joined]) == {}


def test_a_name_its_versions_and_its_spellings_are_one_topic() -> None:
    posts = [
        *chatter(),
        *news("Maxim 4.6", 10),
        *news("Claudio Maxim-4.6", 10, start=100),
        *news("Maxim", 2, start=200),
    ]
    found = named(posts)
    assert len(found) == 1
    (topic,) = found.values()
    assert topic.after == 20
    assert {"maxim46", "claudiomaxim46"} <= {topic.id, *topic.aliases}
    others = named([*chatter(), *news("Maxim 4.6", 10), *news("Maxim 4.7", 10, start=100)])
    assert set(others) == {"Maxim 4.6", "Maxim 4.7"}


def test_weeks_before_of_a_family_do_not_count_for_a_version() -> None:
    posts = [*chatter(), *news("Maxim 4.6", 12)]
    for place, week in enumerate(WEEKS[:-1]):
        posts += news("Maxim 4.5", 4, week, start=200 + 10 * place)
    assert named(posts)["Maxim 4.6"].voices_weekly == (0,) * 11 + (12,)


def test_a_part_goes_by_the_name_it_nearly_always_stands_in() -> None:
    posts = [*chatter(), *news("Nano Mango Pro", 9), *news("Nano Mango", 3, start=100)]
    found = named(posts)
    assert list(found) == ["Nano Mango Pro"]
    assert found["Nano Mango Pro"].after == 12


def test_a_label_loses_its_possessive() -> None:
    assert list(named([*chatter(), *news("Quibbo's", 12)])) == ["Quibbo"]


def test_the_order_of_posts_does_not_matter() -> None:
    posts = [*chatter(), *news("Zorblax-7", 12), *news("Quibbo", 9, start=100), *news("Maxim 4.6", 9, start=200)]
    shuffled = posts.copy()
    random.Random(3).shuffle(shuffled)
    assert named(posts) == named(shuffled)
    assert len(named(posts)) == 3
    assert list(named(posts, limit=2)) == list(named(posts))[:2]


def test_without_earlier_weeks_nothing_is_claimed() -> None:
    assert named(list(news("Zorblax-7", 40))) == {}
    assert named([]) == {}
    two_weeks = [one for one in chatter() if one.date >= week_start(WEEKS[-3]).isoformat()]
    assert named([*two_weeks, *news("Zorblax-7", 40)]) == {}


def test_names_are_written_as_such() -> None:
    assert all(map(is_name, ("GPT-5.2", "Opus 4.6", "Hugging Face", "xAI", "Qwen3.6 27B", "iPhone 17")))
    assert not any(
        map(
            is_name,
            ("said Opus", "30B", "third-party", "Google's Gemini 3", "AI insiders", "v2 of", "I'm", "March", "Monday"),
        )
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=8, max_size=8))
def test_any_words_are_survived(texts: list[str]) -> None:
    posts = [post(number, text * (1 + number % 2)) for number, text in enumerate(texts * 3)]
    for topic in named([*chatter(10), *posts]).values():
        assert topic.label.isprintable()


def test_a_week_of_papers_tells_what_is_talked_about_beside_them() -> None:
    papers = [
        Document(
            row=number,
            id=f"arxiv:2605.{number:05d}",
            stratum="arxiv",
            date=week_start(WEEKS[number % 12]).isoformat(),
            phrases=extract(f"Steady Gadgets in Part {number}", ""),
        )
        for number in range(120)
    ]
    found = weekly(papers, [*chatter(), *news("Zorblax-7", 12), *news("steady gadgets", 12, start=100)], WEEK)
    assert [topic.label for topic in found.spoken] == ["Steady gadgets", "Zorblax-7"]
    assert not any(topic.label == "Zorblax-7" for topic in (*found.topics, *found.new))


def test_what_is_talked_about_is_printed_with_people() -> None:
    topics = tuple(named([*chatter(), *news("Zorblax-7", 12)]).values())
    command = click.Command("show", callback=lambda: print_trends(Trends(window=WEEK, topics=(), papers_before=0, papers_after=0, spoken=topics)))  # fmt: skip
    out = CliRunner().invoke(command).output
    assert "Talked about this week" in out
    assert "12 people, 0 before · new" in out
    assert "paper," not in out

"""The paper as the hub: posts find papers by title, stories are told once, machines are told from people, talk is weighed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from conftest import paper, post

from tracker import linking
from tracker.decide import text_hash
from tracker.errors import FetchError
from tracker.hub import bots
from tracker.hub.stories import story_of
from tracker.hub.talk import Voice, in_words, talk_of
from tracker.models import Record
from tracker.ports import Batch
from tracker.query import Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tracker.ports import Client
    from tracker.session import Session

LUMO = "Lumo: Sparse Attention over Very Long Videos"
ABOUT_LUMO = "Lumo does sparse attention over very long videos on one card"


def named(session: Session, name: str) -> list[tuple[str, str]]:
    return [(mention.identifier, mention.how) for mention in session.reader.item(name).mentions]


# by title


def test_a_post_finds_its_paper_by_title_whichever_comes_first(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(post(1, text=ABOUT_LUMO))])
    assert named(session, "x:1") == []
    session.import_files([lines(paper(1, title=LUMO))])
    assert named(session, "x:1") == [("arxiv:2605.10001", "title")]
    session.import_files([lines(post(2, text=ABOUT_LUMO + ", they say."))])
    assert named(session, "x:2") == [("arxiv:2605.10001", "title")]
    assert {line.id for line in session.reader.posts_about(session.reader.row_of("2605.10001"))} == {"x:1", "x:2"}


def test_many_papers_at_once_find_earlier_posts_too(
    session: Session, lines: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "FEW", 2)
    session.import_files([lines(post(1, text=ABOUT_LUMO))])
    session.import_files([lines(*(paper(n, title=LUMO if n == 3 else f"Paper {n}") for n in range(6)))])
    assert named(session, "x:1") == [("arxiv:2605.10003", "title")]


def test_a_link_is_not_said_again_as_a_title(session: Session, lines: Callable[..., Path]) -> None:
    linked = post(1, text=ABOUT_LUMO, links=["https://arxiv.org/abs/2605.10001"])
    session.import_files([lines(paper(1, title=LUMO), linked)])
    assert named(session, "x:1") == [("arxiv:2605.10001", "link")]


def test_an_edited_post_forgets_what_it_no_longer_names(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(paper(1, title=LUMO), post(1, text=ABOUT_LUMO))])
    session.import_files([lines(post(1, text="Something else altogether."))])
    assert named(session, "x:1") == []


def test_linking_again_does_nothing(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(paper(1, title=LUMO), post(1, text=ABOUT_LUMO))])
    assert list(linking.link(session.writer)) == []


def test_a_common_pair_of_words_stays_bounded(session: Session, lines: Callable[..., Path]) -> None:
    from tracker.store import titles

    session.import_files([lines(*(paper(n, title=f"Graph networks number {n}") for n in range(150)))])
    most = session.writer.execute("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM title_keys GROUP BY key)").fetchone()[
        0
    ]
    assert most == titles.COMMON


# by asking


class Archive:
    kind = "arxiv"

    def __init__(self, *known: str, fails: bool = False) -> None:
        self.known, self.fails, self.asked = known, fails, list[str]()

    def lookup(self, names: Sequence[str], client: Client) -> Iterator[Batch]:
        assert client is not self
        self.asked += names
        if self.fails:
            raise FetchError("arXiv does not answer.")
        records = [
            Record(kind="paper", key=n, identifiers=(n,), title=f"Paper {n}", published="2026-05-01", venue="arXiv")
            for n in names
            if n in self.known
        ]
        yield Batch(records=records, cursor={})


def ask(session: Session, archive: Archive, now: str = "2026-05-18T09:00:00Z") -> None:
    list(linking.look_up(session.writer, archive, object(), lambda: now))  # type: ignore[arg-type]


def test_a_discussed_paper_is_never_a_bare_link(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files(
        [lines(post(1, text="arXiv:2605.00001 and arXiv:2605.00002"), post(2, text="arXiv:2605.10001"), paper(1))]
    )
    archive = Archive("arxiv:2605.00001")
    ask(session, archive)
    assert archive.asked == ["arxiv:2605.00002", "arxiv:2605.00001"]
    assert [line.id for line in session.reader.papers_of(session.reader.row_of("x:1"))] == ["arxiv:2605.00001"]


def test_an_unknown_paper_is_asked_for_on_three_days(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(post(1, text="arXiv:2605.00009"))])
    archive = Archive()
    for day in (18, 18, 19, 20, 21):
        ask(session, archive, f"2026-05-{day}T09:00:00Z")
    assert archive.asked == ["arxiv:2605.00009"] * 3


def test_a_failed_lookup_counts_as_none(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(post(1, text="arXiv:2605.00009"))])
    with pytest.raises(FetchError):
        ask(session, Archive(fails=True))
    archive = Archive()
    ask(session, archive)
    assert archive.asked == ["arxiv:2605.00009"]


# stories


def record(**fields: Any) -> Record:
    return Record(**{"kind": "post", "key": "k", "title": "T", "network": "x", "author": "a", **fields})


def test_a_page_its_submissions_and_its_shares_are_one_story() -> None:
    page = record(identifiers=("k", "url:blog.example.org/one"), title="One", text="Long text of the page itself.")
    submitted = record(identifiers=("hn",), subject="https://www.blog.example.org/one/?utm_source=hn", title="One")
    other = record(identifiers=("hn",), subject="https://blog.example.org/two", title="One")
    assert story_of(page) == story_of(submitted) != story_of(other)
    paper_page = record(subject="https://arxiv.org/pdf/2605.00001v2")
    assert story_of(paper_page) == story_of(record(subject="https://huggingface.co/papers/2605.00001"))


def test_the_same_words_on_two_networks_are_one_story() -> None:
    words = "We trained a small model on nothing but the footnotes of old papers, and it writes better than I ever did in my life."
    here = record(identifiers=("a", "url:bsky.app/1"), title=words[:60] + "…", text=f"{words} https://a.example/x")
    there = record(identifiers=("b", "url:sigmoid.social/2"), title=words[:60] + "…", text=words)
    short = record(identifiers=("c", "url:bsky.app/3"), title="Nice!", text="Nice!")
    also_short = record(identifiers=("d", "url:bsky.app/4"), title="Nice!", text="Nice!")
    assert story_of(here) == story_of(there)
    assert story_of(short) != story_of(also_short)
    assert story_of(record(identifiers=("e",))) is None


def test_a_story_is_listed_once_and_read_everywhere(session: Session, lines: Callable[..., Path]) -> None:
    url = "https://blog.example.org/one"
    session.import_files(
        [
            lines(
                post(1, id="blog:1", network="blog", url=url, text="One\nThe page itself."),
                post(2, id="hn:2", source="hn", network="hackernews", url=url, links=[url], text="One"),
                post(3, id="rd:3", source="reddit", network="reddit", url=url, links=[url], text="One (discussion)"),
                post(4),
            )
        ]
    )
    reader = session.reader
    shown = reader.lines(list(reader.order(Filter(kind="post"))))
    assert len(shown) == 2
    assert {line.id for line in reader.page(Filter(kind="post"), 10)} == {line.id for line in shown}
    lead = next(line for line in shown if line.id != "x:4")
    assert len(reader.told_elsewhere(lead.row)) == 2
    session.mark([lead.row], read=True)
    assert all(reader.item(name).marks.is_read for name in ("blog:1", "hn:2", "rd:3"))
    assert not reader.item("x:4").marks.is_read
    assert [line.id for line in reader.page(Filter(sources=("reddit",)), 10)] == ["rd:3"]


# machines


def moments(hour: int, minute: int, count: int, step: int = 0) -> list[str]:
    return [
        f"2026-04-{1 + n % 28:02d}T{(hour + n * step) % 24:02d}:{(minute + n * step * 7) % 60:02d}:05Z"
        for n in range(count)
    ]


def test_a_timer_gives_itself_away() -> None:
    assert bots.reason("news", moments(6, 0, 20), 20) == "posts at the same minute of the hour"
    spread = [f"2026-04-{1 + n:02d}T06:{n % 9:02d}:00Z" for n in range(20)]
    assert bots.reason("news", spread, 3) == "posts at the same time of the day"
    assert bots.reason("arxiv-cs-cl.bsky.social", moments(6, 0, 20, step=1), 20) == "calls itself a machine"


def test_people_and_the_little_known_are_no_machines() -> None:
    assert bots.reason("ada", moments(6, 3, 25, step=1), 25) == ""
    assert bots.reason("news", moments(6, 0, 10), 10) == ""
    assert bots.reason("news", [f"2026-04-{1 + n:02d}" for n in range(28)], 28) == ""
    assert bots.reason("abbott.bsky.social", moments(6, 3, 25, step=1), 25) == ""


def test_machines_are_judged_anew_when_they_post_and_the_network_is_believed(
    session: Session, lines: Callable[..., Path]
) -> None:
    from tracker.store.writer import Writer

    rows = [
        post(n, author="timer", network="bluesky", created_at=moment, text=f"arXiv:2605.{n:05d}")
        for n, moment in enumerate(moments(6, 0, 20), 1)
    ]
    session.import_files([lines(*rows)])
    Writer(session.writer).apply("m", [record(key="m:1", network="mastodon", author="robot@host", is_bot=True)], "2026")
    linking.know_voices(session.writer)
    known = {
        author: (bool(is_bot), why)
        for author, is_bot, why in session.writer.execute("SELECT author, is_bot, why FROM voices WHERE is_bot")
    }
    assert known == {
        "timer": (True, "posts at the same minute of the hour"),
        "robot@host": (True, "the network says so"),
    }


# talk


def voice(author: str, day: str = "2026-05-17", **fields: Any) -> Voice:
    given = {"network": "bluesky", "words": author, "is_bot": False, "points": 0.0, "told": 1, **fields}
    return Voice(author=author, date=day, **given)


UNTIL = date(2026, 5, 17)


def test_voices_are_counted_and_each_once() -> None:
    talk = talk_of(
        [
            voice("ada.bsky.social", told=1),
            voice("ada.bsky.social", told=2),
            voice("bo.bsky.social", words="same", told=3),
            voice("bo@sigmoid.social", network="mastodon", words="same", told=4),
            voice("timer", is_bot=True, told=5),
            voice("", network="hackernews", points=312, told=6),
        ],
        UNTIL,
    )
    assert (talk.people, talk.bots, talk.posts, talk.points) == (3, 1, 6, 312)
    assert in_words(talk) == "3 people on bluesky, hackernews, mastodon · 312 points · 1 bot"


def test_the_same_words_of_two_people_are_two_voices() -> None:
    assert talk_of([voice("ada", words="title"), voice("bo", words="title")], UNTIL).people == 2


def test_what_is_old_or_said_by_machines_weighs_little() -> None:
    now, week, machine = (
        talk_of([one], UNTIL).score for one in (voice("a"), voice("a", "2026-05-10"), voice("a", is_bot=True))
    )
    assert (week, machine) == (now / 2, now / 10)
    assert talk_of([voice("a", points=100)], UNTIL).score > now


def test_the_most_discussed_come_first_in_lists_and_in_search(session: Session, lines: Callable[..., Path]) -> None:
    quiet, loud = (paper(n, title=f"Graph paper {n}") for n in (1, 2))
    session.import_files(
        [
            lines(
                quiet,
                loud,
                post(1, author="ada", links=["https://arxiv.org/abs/2605.10001"]),
                *(post(n, author=f"voice{n}", links=["https://arxiv.org/abs/2605.10002"]) for n in (2, 3)),
            )
        ]
    )
    found = session.reader.discussed("2026-05-01", "2026-05-19", 5)
    assert [(one.line.id, one.people) for one in found] == [("arxiv:2605.10002", 2), ("arxiv:2605.10001", 1)]
    for query in ("sort:discussed", "graph sort:discussed", "graph sort:discussed has:mentions"):
        hits = session.search(query, mode="lexical")
        assert [hit.line.id for hit in hits][:2] == ["arxiv:2605.10002", "arxiv:2605.10001"]
        assert hits[0].why == "2 people on x"
    newest = session.search("graph sort:newest", mode="lexical")
    assert newest[0].line.date == max(hit.line.date for hit in newest)


def test_people_come_before_points_in_every_list_of_the_discussed(session: Session, lines: Callable[..., Path]) -> None:
    praised, spoken = (f"https://arxiv.org/abs/2605.1000{number}" for number in (1, 2))
    days = ("2026-05-11T10:00:00Z", "2026-05-12T10:00:00Z")
    told = [post(n, author=f"voice{n}", links=[spoken], created_at=day) for n, day in enumerate(days, 2)]
    star = post(1, author="ada", links=[praised], created_at="2026-05-17T10:00:00Z", engagement={"likes": 90_000})
    session.import_files([lines(paper(1, date="2026-05-12"), paper(2, date="2026-05-12"), star, *told)])
    week = ("2026-05-11", "2026-05-18")
    first, second = session.reader.discussed(*week, 5)
    assert first.talk.score < second.talk.score
    expected = ["arxiv:2605.10002", "arxiv:2605.10001"]
    assert [first.line.id, second.line.id] == expected
    assert [one.line.id for one in session.reader.discussed(*week, 1)] == expected[:1]
    digest = session.digest("2026-W20", "ml-engineer")
    section = next(one for one in digest.sections if one.key == "discussed")
    assert [entry.item for entry in section.entries] == expected


def test_a_new_telling_of_a_read_story_is_not_news(session: Session, lines: Callable[..., Path]) -> None:
    url = "https://blog.example.org/one"
    session.import_files([lines(post(1, id="blog:1", network="blog", url=url, text="One\nThe page itself."))])
    session.mark([session.reader.row_of("blog:1")], read=True)
    again = post(2, id="hn:2", source="hn", network="hackernews", url=url, links=[url], text="One")
    session.import_files([lines(again, post(3))])
    assert session.reader.item("hn:2").marks.is_read
    assert not session.reader.item("x:3").marks.is_read


def test_what_is_hidden_is_hidden_wherever_it_is_told_and_talked_about(
    session: Session, lines: Callable[..., Path]
) -> None:
    url = "https://blog.example.org/one"
    session.import_files(
        [
            lines(
                paper(1),
                post(1, id="blog:1", network="blog", url=url, text="One\nThe page itself."),
                post(2, id="hn:2", source="hn", network="hackernews", url=url, links=[url], text="One"),
                post(3, links=["https://arxiv.org/abs/2605.10001"]),
            )
        ]
    )
    reader = session.reader
    session.mark([reader.row_of("blog:1")], hidden=True)
    assert [line.id for line in reader.page(Filter(kind="post"), 10)] == ["x:3"]
    assert reader.told_elsewhere(reader.row_of("hn:2")) == []
    assert len(reader.discussed("2026-05-01", "2026-05-19", 5)) == 1
    session.mark([reader.row_of("2605.10001")], hidden=True)
    assert reader.discussed("2026-05-01", "2026-05-19", 5) == []


def test_what_is_sorted_is_still_what_was_asked_for(session: Session, lines: Callable[..., Path]) -> None:
    link = "https://arxiv.org/abs/2605.1000"
    session.import_files(
        [
            lines(
                paper(1, title="A survey of graphs"),
                paper(2, title="Graphs themselves"),
                post(1, links=[f"{link}1"]),
                post(2, links=[f"{link}2"]),
            )
        ]
    )
    assert [hit.line.id for hit in session.search("-survey sort:discussed", mode="lexical")] == ["arxiv:2605.10002"]
    assert {hit.line.kind for hit in session.search("kind:post sort:discussed", mode="lexical")} == {"post"}


def test_a_bad_id_keeps_no_other_paper_away(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(post(1, text="arXiv:2401.1234 and arXiv:2605.00001"))])
    archive = Archive("arxiv:2605.00001")
    ask(session, archive)
    assert archive.asked == ["arxiv:2605.00001"]


def test_a_link_that_an_edit_takes_away_is_no_longer_a_mention(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(post(1, text="See arXiv:2605.00001 and arXiv:2605.00002."))])
    session.import_files([lines(post(1, text="See arXiv:2605.00002 only."))])
    assert named(session, "x:1") == [("arxiv:2605.00002", "id")]


def test_a_preprint_that_turns_out_to_be_a_conference_paper_takes_its_edition(
    session: Session, lines: Callable[..., Path]
) -> None:
    preprint = paper(1, title="Old words for graphs", abstract="")
    accepted = paper(
        2,
        id="neurips:1",
        arxiv_id=None,
        title="New words for graphs",
        abstract="We study graphs.",
        authors=preprint["authors"],
        venue="NeurIPS",
        year=2026,
        status="Oral",
        source="neurips",
        url="https://neurips.cc/1",
    )
    session.import_files([lines(preprint, accepted)])
    session.import_files([lines(paper(1, title="New words for graphs", abstract=""))])
    found = session.reader.item("2605.10001")
    assert session.reader.row_of("neurips:1") == found.row
    assert (found.venue, found.year, found.status, found.text) == ("NeurIPS", 2026, "Oral", "We study graphs.")
    (kept,) = session.writer.execute("SELECT text_hash FROM items WHERE row = ?", [found.row]).fetchone()
    assert kept == text_hash(found.title, found.text)

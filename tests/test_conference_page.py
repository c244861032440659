"""The page of a conference over a real store: found by any name, counted, its people certain, its reasons computed anew."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tracker.conference_page import Wish, decisions, venues
from tracker.conference_page.names import People, key_of
from tracker.conference_page.ranking import KEPT, REPEATED, varied
from tracker.errors import NotFoundError, QueryError
from tracker.models import Record
from tracker.pages import Entry, Paper, Reason
from tracker.roles import Role, shipped
from tracker.store import vectors
from tracker.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.pages import ConferencePage
    from tracker.session import Session

FEEDS = """
[tracker]
role = "ml-engineer"
[[source]]
kind = "arxiv"
name = "people"
authors = ["Grace Q. Example", "Wei Wang"]
[[source]]
kind = "bluesky"
actor = "ada.bsky.social"
[[source]]
kind = "bluesky"
name = "a search"
search = "widgets"
[[source]]
kind = "feed"
name = "notes"
url = "https://www.barbaraliskovskaya.org/feed.xml"
"""

NOBODY = Role(name="", title="")


def listed(number: int, year: int, **fields: Any) -> dict[str, Any]:
    """A paper of a list of a conference, in the shape of a line of an import file."""
    return {
        "id": f"neurips:{year}:{number}",
        "source": "list",
        "title": f"Dense gadget number {number} of {year}",
        "abstract": f"We look at gadgets of sort {number}.",
        "authors": [f"Given{number} Family{year}x{number}", f"Second{number} Other{year}x{number}"],
        "venue": "NeurIPS",
        "year": year,
        "url": f"https://openreview.net/forum?id=Forum{year}{number:03d}",
        "status": "Accept (poster)",
        **fields,
    }


def edition() -> list[dict[str, Any]]:
    """Two editions: sparse widgets rise from 2 of 40 papers to 24 of 60."""
    old = [listed(n, 2024, **({"title": f"Sparse widgets {n} of old"} if n < 2 else {})) for n in range(40)]
    new = [listed(n, 2025, **({"title": f"Sparse widgets {n} for all"} if n < 24 else {})) for n in range(60)]
    new[1] |= {"status": "Accept (oral)", "title": "Sparse widgets with a KV cache and quantization"}
    new[2] |= {"status": "NeurIPS 2025 Spotlight", "abstract": "Speculative decoding makes it quick."}
    new[35]["title"] = "A tool for using gadgets"
    new[30]["authors"] = ["Grace Example", "Given30 Family30"]
    new[31]["authors"] = ["Barbara Liskovskaya"]
    new[32]["authors"] = ["Ada Lovelaceova"]
    new[33]["track"], new[34]["track"] = "Datasets & Benchmarks Track", "datasets_and_benchmarks"
    return [*old, *new]


@pytest.fixture
def filled(session: Session, lines: Callable[..., Path]) -> Session:
    (session.home / "feeds.toml").write_text(FEEDS, "utf-8")
    session.import_files([lines(*edition())])
    return session


def row_of(session: Session, number: int, year: int = 2025) -> int:
    return session.reader.row_of(f"neurips:{year}:{number}")


def page_of(session: Session, **wish: Any) -> ConferencePage:
    return session.conference(
        "neurips", 2025, Wish(**{"limit": 100, **wish, "role": session.role(wish.get("role", "ml-engineer"))})
    )


def entry_of(page: ConferencePage, number: int) -> Entry:
    return next(one for one in page.ranked if one.paper.url.endswith(f"Forum2025{number:03d}"))


# which edition


@pytest.mark.parametrize(
    "asked",
    ["neurips 2025", "NIPS 2025", "neurips:2025", "NeurIPS2025", "NeurIPS'25"[:7], "Neural Information Processing Systems 2025",
     "Advances in Neural Information Processing Systems"],
)  # fmt: skip
def test_an_edition_goes_by_any_name_and_the_newest_needs_no_year(filled: Session, asked: str) -> None:
    page = filled.conference(*venues.split(asked), Wish(role=NOBODY))
    assert (page.venue, page.year, page.against, page.papers) == ("NeurIPS", 2025, 2024, 60)


def test_what_is_not_stored_is_an_error_that_names_what_is(filled: Session, lines: Callable[..., Path]) -> None:
    filled.import_files([lines(listed(1, 2019, id="x:1", venue="COLT"), listed(2, 2021, id="x:2", venue="COLT"))])
    with pytest.raises(NotFoundError) as refused:
        filled.conference("sigbovik\x1b[31m", None, Wish(role=NOBODY))
    assert "NeurIPS 2024 to 2025 (100 papers); COLT 2019 to 2021 (2 papers)" in refused.value.remedy
    assert "\x1b" not in str(refused.value)
    for wish, year in ((Wish(role=NOBODY), 1999), (Wish(role=NOBODY, against=1999), 2025)):
        with pytest.raises(NotFoundError) as refused:
            filled.conference("neurips", year, wish)
        assert "2025 (60 papers), 2024 (40 papers)" in refused.value.remedy
    with pytest.raises(QueryError):
        filled.conference("neurips", 2025, Wish(role=NOBODY, against=2025))
    with pytest.raises(QueryError):
        venues.split(" 2025")


def test_two_spellings_of_one_venue_are_one(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(*(one | {"venue": "NIPS"} if one["year"] == 2024 else one for one in edition()))])
    page = session.conference("nips", None, Wish(role=NOBODY))
    assert (page.venue, page.against, page.papers_before, page.papers_after) == ("NeurIPS", 2024, 40, 60)


def test_without_an_earlier_edition_nothing_is_said_about_what_moved(
    session: Session, lines: Callable[..., Path]
) -> None:
    session.import_files([lines(*(one for one in edition() if one["year"] == 2025))])
    page = session.conference("neurips", None, Wish(role=NOBODY))
    assert page.against is None
    assert not page.moved
    assert "No earlier edition of NeurIPS is stored" in page.notice
    assert ("Sparse widgets", 24) in [(topic.label, topic.after) for topic in page.largest]


# numbers


def test_what_moved_is_what_trends_say(filled: Session) -> None:
    page, found = page_of(filled), filled.editions("NeurIPS", [2024], [2025])
    assert [topic.id for topic in page.moved] == [one.id for one in found.topics if one.state in {"rising", "new"}]
    (moved,) = [topic for topic in page.moved if topic.label == "Sparse widgets"]
    assert (moved.before, moved.after, moved.state) == (2, 24, "rising")
    assert (page.papers_before, page.papers_after) == (found.papers_before, found.papers_after) == (40, 60)


def test_largest_topics_count_the_papers_that_hold_their_name(filled: Session) -> None:
    page = page_of(filled)
    held = {topic.label: topic.after for topic in page.largest}
    assert held["Sparse widgets"] == 24
    assert list(held.values()) == sorted(held.values(), reverse=True)


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        ("Accept (Oral)", "oral"), ("Talk", "oral"), ("ICLR 2023 notable top 5%", "oral"), ("notable-top-25%", "spotlight"),
        ("Accept: Poster", "poster"), ("accepted", "accepted"), ("Reject", "rejected"), ("Desk Rejected", "rejected"),
        ("Withdrawn Submission", "withdrawn"), ("Invite to Workshop Track", "workshop"), ("Highlight", "highlight"),
        ("Active", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_decision_is_read_from_any_spelling(status: str, decision: str) -> None:
    assert decisions.decision_of(status) == decision


def test_decisions_are_counted_by_track(filled: Session) -> None:
    told = {(one.track, one.decision): one.papers for one in page_of(filled).decisions}
    assert told == {
        ("", "oral"): 1,
        ("", "spotlight"): 1,
        ("", "poster"): 56,
        ("Datasets & Benchmarks Track", "poster"): 2,
    }


def test_a_share_is_told_only_where_refused_ones_are_stored(filled: Session, lines: Callable[..., Path]) -> None:
    assert (page_of(filled).accepted, page_of(filled).submitted) == (0, 0)
    refused = [listed(200 + n, 2025, status=("Reject", "Withdrawn")[n % 2]) for n in range(20)]
    filled.import_files([lines(*refused)])
    page = page_of(filled)
    assert (page.papers, page.accepted, page.submitted) == (60, 60, 80)
    assert not any("Forum20252" in one.paper.url for one in page.ranked)
    assert page_of(filled, decision="rejected").outside + page_of(filled, decision="rejected").reasoned == 10


def test_the_best_decision_of_several_sources_counts(filled: Session, lines: Callable[..., Path]) -> None:
    other = listed(5, 2025, source="other", status="Accept (oral)")
    filled.import_files([lines(other, listed(6, 2025, source="other", status=""))])
    page = page_of(filled, decision="oral")
    assert {one.paper.id for one in page.ranked} == {"neurips:2025:1", "neurips:2025:5"}
    assert page.papers == 60


def test_a_topic_and_a_decision_narrow_what_is_listed(filled: Session) -> None:
    page = page_of(filled, topic="sparse widget")
    assert (page.papers, page.papers_in_all) == (24, 60)
    assert all("Sparse" in one.paper.title for one in page.ranked)
    (only,) = page_of(filled, topic="sparse widget", decision="spotlight").ranked
    assert only.decision == "spotlight"
    with pytest.raises(NotFoundError, match="quantum bananas"):
        page_of(filled, topic="quantum bananas")
    with pytest.raises(QueryError):
        page_of(filled, topic="42")


# people


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Grace Q. Example", "Grace Example"), ("Example, Grace", "grace example"), ("Jean-Luc Čapek", "JeanLuc Capek"),
        ("Martin Luther King Jr.", "Martin Luther King"), ("Peter O'Neil", "Peter O\u2019Neil"),
    ],
)  # fmt: skip
def test_spellings_of_a_name_are_one(one: str, other: str) -> None:
    assert key_of(one) == key_of(other) != ()


@pytest.mark.parametrize(("one", "other"), [("Wei Wang", "Wei Zhang"), ("Anna Maria Lee", "Anna Lee")])
def test_different_names_are_not(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize("name", ["Madonna", "G. Hinton", "", "42", "Li, "])
def test_less_than_two_whole_words_are_nobody(name: str) -> None:
    assert key_of(name) == ()


def test_a_common_name_tells_nobody() -> None:
    given, family = ("Wei", "Jun", "Lei", "Yan"), ("Wang", "Li", "Zhang", "Liu")
    common = [(n * 4 + m, [f"{one} {other}"]) for n, one in enumerate(given) for m, other in enumerate(family)]
    people = People([*common, (99, ["Zdenka Prochazkova"])])
    assert not people.is_certain(key_of("Wei Wang"))
    assert people.is_certain(key_of("Zdenka Prochazkova"))
    assert people.spelt("zdenkaprochazkova") == key_of("Zdenka Prochazkova")
    assert people.spelt("weiwang") == ()
    assert people.spelt("prochazkova") == ()


def test_a_name_is_no_rarer_because_an_edition_is_small() -> None:
    small = [(n, [f"Given{n} Family{n}"]) for n in range(50)]
    alone = People([*small, (98, ["Mei Tan"])])
    assert alone.is_certain(key_of("Mei Tan"))  # nothing is known of others
    others = [[f"Mei Family{n}", f"Given{n} Tan"] for n in range(200)]
    assert not People([*small, (98, ["Mei Tan"])], others).is_certain(key_of("Mei Tan"))


def said(number: int, account: str, name: str, source: str, session: Session, **fields: Any) -> None:
    record = Record(
        kind="post", key=f"bluesky:{number}", title=f"Said {number}", text=f"Said {number}", network="bluesky",
        author=account, authors=(name,), published="2026-05-12T10:00:00Z", **fields,
    )  # fmt: skip
    Writer(session.writer).apply(source, [record], "2026-05-12T11:00:00Z")


def test_whom_the_user_follows_is_known_with_the_reason(filled: Session) -> None:
    followed = next(one.name for one in filled.config.sources if "actor" in one.options)
    said(1, "ada.bsky.social", "Ada Lovelaceova", followed, filled)
    said(2, "other.bsky.social", "Given35 Family2025x35", followed, filled)  # passed on
    said(3, "third.bsky.social", "Given36 Family2025x36", "a search", filled)  # found, not followed
    known = {one.name: one for one in page_of(filled).known}
    assert set(known) == {"Grace Example", "Barbara Liskovskaya", "Ada Lovelaceova"}
    assert known["Grace Example"].why == "you follow the papers of that name on arXiv"
    assert known["Ada Lovelaceova"].why == "you follow '@ada.bsky.social', written under that name"
    assert known["Barbara Liskovskaya"].why == "you follow 'barbaraliskovskaya', spelt like that name"
    assert [entry.paper.id for entry in known["Grace Example"].papers] == ["neurips:2025:30"]


def test_authors_of_starred_papers_are_known_but_not_their_namesakes(
    filled: Session, lines: Callable[..., Path]
) -> None:
    given, family = ("Wei", "Jun", "Lei", "Yan", "Min", "Hao"), ("Wang", "Li", "Zhang", "Liu", "Chen", "Xu")
    crowd = [
        listed(300 + 6 * n + m, 2025, title=f"Crowded thing {n} {m}", authors=[f"{one} {other}", f"Solo{n} Alone{m}"])
        for n, one in enumerate(given)
        for m, other in enumerate(family)
    ]
    circle = listed(400, 2025, title="Another of the circle", authors=["Wei Wang", "Zdenka Prochazkova"])
    starred = listed(1, 2024, authors=["Wei Wang", "Zdenka Prochazkova", "Jun Li"])
    filled.import_files([lines(*crowd, circle, starred)])
    (filled.home / "feeds.toml").write_text("", "utf-8")
    filled.__dict__.pop("config", None)
    filled.mark([row_of(filled, 1, 2024)], starred=True)
    known = {one.name: [entry.paper.id for entry in one.papers] for one in page_of(filled).known}
    assert known == {"Wei Wang": ["neurips:2025:400"], "Zdenka Prochazkova": ["neurips:2025:400"]}
    assert "an author of 'Dense gadget number 1'" not in {one.why for one in page_of(filled).known}


# reasons


def embedded(session: Session) -> dict[int, np.ndarray[Any, Any]]:
    """Give every paper a vector; numbers 40 to 44 of 2025 stand close to number 7 of 2024."""
    random = np.random.default_rng(7)
    model = vectors.register(session.writer, "made", 16)
    found = {}
    for row, text_hash, name in session.writer.execute("SELECT row, text_hash, id FROM items ORDER BY row").fetchall():
        vector = random.normal(size=16)
        if name in {f"neurips:2025:{n}" for n in range(40, 45)} | {"neurips:2024:7"}:
            vector = np.eye(16)[0] * 5 + random.normal(size=16) / 10
        half = (vector / np.linalg.norm(vector)).astype(np.float16)
        vectors.put(session.writer, model, [(text_hash, half.tobytes())])
        found[row] = half.astype(np.float32)
    return found


def test_every_reason_is_true_when_it_is_computed_anew(filled: Session, lines: Callable[..., Path]) -> None:
    source = next(one.name for one in filled.config.sources if "actor" in one.options)
    link = ("https://openreview.net/forum?id=Forum2025010",)
    for number, account in enumerate(("ada.bsky.social", "bea.bsky.social")):  # the second is passed on by the first
        said(number, account, account, source, filled, links=link)
    filled.mark([row_of(filled, 7, 2024), row_of(filled, 21)], starred=True)
    filled.mark([row_of(filled, 20)], rating=5)
    filled.import_files([lines(listed(50, 2025, authors=["Given7 Family2024x7", "Given50 Family2025x50"]))])
    made = embedded(filled)
    page = page_of(filled)
    rising = {topic.label for topic in page.moved}
    liked = [row_of(filled, 7, 2024), row_of(filled, 20), row_of(filled, 21)]
    rows = [row_of(filled, number) for number in range(60)]
    nearest = {max((row for row in rows if row != one), key=lambda row: float(made[row] @ made[one])) for one in liked}
    seen = set()
    for entry in page.ranked:
        check = Check(entry, filled, nearest, rising)
        assert entry.score == pytest.approx(sum(reason.points for reason in entry.why), abs=2e-3)
        seen |= {check.sort(reason) for reason in entry.why}
    assert seen == {
        *("role", "rising", "decision", "posted", "people", "star", "rating", "near", "author", "above"),
    }
    assert page.reasoned + page.outside == 60


class Check:
    """Computes the reasons of one paper in another way, from the stored item; tells of which sort each is."""

    def __init__(self, entry: Entry, session: Session, nearest: set[int], rising: set[str]) -> None:
        self.item = session.reader.item(entry.paper.id)
        self.posters = {post.byline for post in session.reader.posts_about(self.item.row)}
        self.texts = {"title": self.item.title.lower(), "abstract": self.item.text.lower()}
        self.nearest, self.rising = nearest, rising

    def sort(self, reason: Reason) -> str:
        for pattern, sort in (
            (r"its (title|abstract) has ", "role"), (r"it names .* rising topics?$", "rising"), (r"an? (\w+)$", "decision"),
            (r"(.*), whom you follow, posted about it$", "posted"), (r"(\d+) (?:person|people) posted about it$", "people"),
            (r"you starred it$", "star"), (r"you rated it (\d) of 5$", "rating"), (r"the paper here nearest to '", "near"),
            (r"by (.+?), (?:whom|whose|spelt|an author|authors)", "author"), (r"(\d+) papers? above on ", "above"),
        ):  # fmt: skip
            if found := re.match(pattern, reason.words):
                assert getattr(self, f"_{sort}")(reason, found), reason
                return sort
        raise AssertionError(reason)

    def _role(self, reason: Reason, _: re.Match[str]) -> bool:
        known = [phrase for phrase, _ in shipped()["ml-engineer"].phrases]
        places = re.findall(r"its (title|abstract)(?: has)? ((?:'[^']+'(?:, | and )?)+)", reason.words)
        told = [(place, phrase) for place, phrases in places for phrase in re.findall(r"'([^']+)'", phrases)]
        return bool(told) and all(phrase in known and phrase.lower() in self.texts[place] for place, phrase in told)

    def _rising(self, reason: Reason, _: re.Match[str]) -> bool:
        return all(name in self.rising and name.lower() in " ".join(self.texts.values()) for name in reason.about)

    def _decision(self, _: Reason, found: re.Match[str]) -> bool:
        return found[1] in self.item.status.lower()

    def _posted(self, _: Reason, found: re.Match[str]) -> bool:
        return found[1] == "ada.bsky.social" in self.posters

    def _people(self, _: Reason, found: re.Match[str]) -> bool:
        return int(found[1]) == len(self.posters)

    def _star(self, _: Reason, __: re.Match[str]) -> bool:
        return self.item.marks.is_starred

    def _rating(self, _: Reason, found: re.Match[str]) -> bool:
        return int(found[1]) == self.item.marks.rating

    def _near(self, _: Reason, __: re.Match[str]) -> bool:
        return self.item.row in self.nearest

    def _author(self, _: Reason, found: re.Match[str]) -> bool:
        return {*found[1].split(" and ")} <= {*self.item.authors}

    def _above(self, reason: Reason, _: re.Match[str]) -> bool:
        return reason.points < 0


def test_what_is_nearer_to_a_paper_rated_low_is_not_near(filled: Session) -> None:
    embedded(filled)
    filled.mark([row_of(filled, 7, 2024)], starred=True)
    near = [one for one in page_of(filled).ranked if any("nearest" in reason.words for reason in one.why)]
    assert len(near) == ceil(60 / 100)
    filled.mark([filled.reader.row_of(near[0].paper.id)], rating=1)
    after = page_of(filled)
    assert not any("nearest" in reason.words for one in after.ranked for reason in one.why)
    assert near[0].paper.id not in {one.paper.id for one in after.ranked}


def test_without_vectors_the_page_says_what_is_missing(filled: Session) -> None:
    assert "Star papers" in page_of(filled).hints[0]
    filled.mark([row_of(filled, 7, 2024)], starred=True)
    assert "tracker index" in page_of(filled).hints[0]
    embedded(filled)
    assert page_of(filled).hints == ()


def test_what_is_hidden_stands_in_no_list(filled: Session) -> None:
    before = page_of(filled)
    filled.mark([row_of(filled, 1), row_of(filled, 30)], hidden=True)
    after = page_of(filled)
    assert {"neurips:2025:1", "neurips:2025:30"} <= {one.paper.id for one in before.ranked}
    assert not {"neurips:2025:1", "neurips:2025:30"} & {one.paper.id for one in after.ranked}
    assert "Grace Example" not in {one.name for one in after.known}
    assert after.papers == before.papers


def test_a_role_without_phrases_gives_no_reason_of_a_role(filled: Session) -> None:
    assert any(reason.words.startswith("its ") for one in page_of(filled).ranked for reason in one.why)
    assert not any(reason.words.startswith("its ") for one in page_of(filled, role="").ranked for reason in one.why)


def test_a_phrase_with_a_stop_word_is_not_told_of_its_other_word(filled: Session) -> None:
    assert "tool use" in [phrase for phrase, _ in shipped()["ai-engineer"].phrases]
    why = [reason.words for one in page_of(filled, role="ai-engineer").ranked for reason in one.why]
    assert not any("'tool use'" in words for words in why)


def test_a_list_is_not_of_one_subject() -> None:
    def entry(number: int, points: float, about: str) -> Entry:
        paper = Paper(id=f"p{number:02d}", title="", byline="", date="", url="")
        why = (Reason(words=about, points=points, about=(about,)), Reason(words="else", points=0.2))
        return Entry(paper=paper, decision="", track="", why=why, score=points + 0.2)

    many = [entry(n, 1.0 - n / 1_000, "common") for n in range(20)]
    chosen = varied([*many, entry(50, 0.6, "rare")], 8)
    assert [one.paper.id for one in chosen] == ["p00", "p01", "p02", "p50", "p03", "p04", "p05", "p06"]
    for place, one in enumerate(chosen):
        same = sum("common" in other.why[0].about for other in chosen[:place])
        brought = one.why[0].points
        lost = sum(reason.points for reason in one.why if reason.points < 0)
        expected = min(REPEATED * same, KEPT * brought) if one.why[0].about == ("common",) else 0.0
        assert lost == pytest.approx(-expected, abs=2e-3)
    scores = [one.score for one in chosen]
    assert scores == sorted(scores, reverse=True)


def test_the_same_store_gives_the_same_page(filled: Session) -> None:
    assert page_of(filled) == page_of(filled)
    assert [one.paper.id for one in page_of(filled, limit=5).ranked] == [
        one.paper.id for one in page_of(filled).ranked
    ][:5]

"""Search with the real model and the real index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import NOW, paper, post

from tracker import rank
from tracker.errors import QueryError, TrackerError
from tracker.rank import fuse, semantic_weight, with_estimates
from tracker.session import Session
from tracker.store import filters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = [
    paper(
        1,
        title="Residual networks for image recognition",
        abstract="We classify photographs with very deep convolutional networks.",
    ),
    paper(
        2,
        title="A translation model with attention",
        abstract="We translate sentences between languages with a sequence model.",
        track="cs.CL",
    ),
    paper(
        3,
        title="Playing board games by self-play",
        abstract="An agent learns chess and Go without human games.",
        date="2026-05-13",
    ),
    paper(
        4,
        title="Recommending films to viewers",
        abstract="We predict which movies people will like from their ratings.",
    ),
    post(1, text="I love how machines now beat grandmasters at chess.", created_at="2026-05-14T10:00:00Z"),
]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Session:
    import json

    folder = tmp_path_factory.mktemp("search")
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")
    session = Session(folder / "home", clock=lambda: NOW)
    session.import_files([path])
    list(session.bring_level())
    return session


def ids(session: Session, line: str, **options: object) -> list[str]:
    return [hit.line.id for hit in session.search(line, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["semantic", "hybrid"])
def test_meaning_finds_what_no_word_names(indexed: Session, mode: str) -> None:
    assert ids(indexed, "convnets that label pictures", mode=mode)[0] == "arxiv:2605.10001"
    assert ids(indexed, "movie suggestions", mode=mode)[0] == "arxiv:2605.10004"


def test_words_find_other_endings(indexed: Session) -> None:
    assert ids(indexed, "translating sentence", mode="lexical") == ["arxiv:2605.10002"]


@pytest.mark.parametrize("mode", ["semantic", "hybrid", "lexical"])
def test_filters_hold_in_every_mode(indexed: Session, mode: str) -> None:
    assert set(ids(indexed, "chess kind:post", mode=mode)) == {"x:1"}
    assert set(ids(indexed, "we category:cs.CL", mode=mode)) == {"arxiv:2605.10002"}
    assert ids(indexed, "chess venue:ICML", mode=mode) == []
    assert "x:1" not in ids(indexed, "chess -grandmasters", mode=mode)
    assert ids(indexed, '"very deep convolutional"', mode=mode) == ["arxiv:2605.10001"]


def test_every_item_that_passes_can_be_reached(indexed: Session) -> None:
    assert len(ids(indexed, "anything at all kind:paper", mode="semantic", limit=10)) == 4
    assert len(ids(indexed, "kind:paper", limit=10)) == 4


def test_every_hit_says_why(indexed: Session) -> None:
    (hit, *_) = indexed.search("chess agent")
    assert "words: chess, agent" in hit.why
    assert "meaning 0." in hit.why
    assert "chess" in hit.snippet


def test_more_like_this_leaves_out_the_thing_itself(indexed: Session) -> None:
    assert ids(indexed, "like:arxiv:2605.10003", limit=4)[0] == "x:1"
    assert "arxiv:2605.10003" not in ids(indexed, "like:2605.10003 kind:paper", limit=9)


def test_hidden_items_are_left_out_until_asked_for(indexed: Session) -> None:
    indexed.mark([5], hidden=True)
    try:
        for mode in ("lexical", "semantic", "hybrid"):
            assert "x:1" not in ids(indexed, "chess", mode=mode, limit=10)
            assert ids(indexed, "chess is:hidden", mode=mode) == ["x:1"]
    finally:
        indexed.mark([5], hidden=False)


def test_an_unknown_filter_is_said(indexed: Session) -> None:
    with pytest.raises(QueryError, match="Did you mean is:unread"):
        indexed.search("x is:unred")


def test_without_vectors_words_still_answer(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(*ROWS)])
    assert ids(session, "chess") == ids(session, "chess", mode="lexical")
    with pytest.raises(TrackerError, match="tracker index"):
        session.search("chess", mode="semantic")


@pytest.mark.parametrize("damage", ["deleted", "truncated", "random", "zeros", "other model", "manifest"])
def test_a_damaged_index_is_rebuilt_and_answers_rightly(indexed: Session, damage: str) -> None:
    expected = ids(indexed, "movie suggestions", mode="semantic")
    (folder,) = (indexed.home / "index" / "vectors").iterdir()
    (data,) = folder.glob("*.faiss")
    content = data.read_bytes()
    data.rename(data.with_suffix(".kept"))  # what is mapped must not be cut under whoever reads it
    data.write_bytes(content)
    if damage == "deleted":
        for file in folder.iterdir():
            file.unlink()
    elif damage == "truncated":
        data.write_bytes(content[: len(content) // 2])
    elif damage == "random":
        data.write_bytes(bytes((byte * 31 + 7) % 256 for byte in content))
    elif damage == "zeros":
        data.write_bytes(content[:200] + bytes(len(content) - 400) + content[-200:])
    elif damage == "other model":
        manifest = folder / "manifest.json"
        manifest.write_text(manifest.read_text().replace("MiniLM", "OtherLM"))
    else:
        (folder / "manifest.json").write_text("{")
    fresh = Session(indexed.home, clock=lambda: NOW)
    assert ids(fresh, "movie suggestions", mode="semantic") == expected
    assert ids(Session(indexed.home), "movie suggestions", mode="semantic") == expected


def test_the_index_follows_edits_additions_and_merges(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(*ROWS[:3])])
    list(session.bring_level())
    session.import_files([lines(paper(1, title="Cooking pasta", abstract="Boil water and add salt."), ROWS[3])])
    assert ids(session, "photographs of things", mode="semantic", limit=9)[0] != "arxiv:2605.10001"
    list(session.bring_level())
    assert ids(session, "italian food", mode="semantic")[0] == "arxiv:2605.10001"
    assert ids(session, "movies", mode="semantic")[0] == "arxiv:2605.10004"
    assert session.reader.totals().vectors == 5


def test_two_items_with_one_text_are_both_found(session: Session, lines: Callable[..., Path]) -> None:
    twin = {"title": "The same title", "abstract": "The same words."}
    session.import_files([lines(paper(1, **twin, authors=["A One"]), paper(2, **twin, authors=["B Two"]))])
    list(session.bring_level())
    assert len(ids(session, "same words", mode="semantic")) == 2
    assert session.reader.totals().vectors == 1


def test_fusion_weighs_scores_not_ranks() -> None:
    assert fuse([(1, 10.0), (2, 9.9)], {1: 0.1, 2: 0.9, 3: 0.8}, {1: 0.5}, 3) == [
        (2, pytest.approx(2.115)),
        (1, pytest.approx(1.625)),
        (3, pytest.approx(1.0)),
    ]
    assert fuse([], {5: 0.5, 4: 0.5}, {}, 9) == [(4, 0.625), (5, 0.625)]


def test_an_item_without_a_vector_gets_what_its_words_let_expect() -> None:
    lexical = [(row, 20.0 - row) for row in range(12)]
    cosine = {row: 0.8 - 0.04 * row for row in range(1, 12)}
    assert with_estimates(lexical, cosine)[0] == pytest.approx(max(cosine.values()))  # 0.8 would be above the best seen
    assert with_estimates([*lexical[1:], (20, 14.5)], cosine)[20] == pytest.approx(0.58)
    assert with_estimates([(1, 9.0), (2, 1.0)], {1: 0.6}) == {1: 0.6, 2: 0.6}
    assert with_estimates([(2, 1.0)], {5: 0.2, 6: 0.4})[2] == pytest.approx(0.3)
    assert with_estimates([(2, 1.0)], {}) == {}


def test_a_home_that_is_embedded_in_part_finds_a_title_first(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(*(paper(n, title=f"Graph study of kind {n}") for n in range(30)))])
    list(session.bring_level())
    session.import_files([lines(paper(40, title="Graph study of kind pasta"))])
    assert ids(session, "graph study of kind pasta")[0] == "arxiv:2605.10040"
    assert ids(session, "study pasta graph")[0] == "arxiv:2605.10040"


def test_the_very_title_and_the_name_come_first(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files(
        [
            lines(
                paper(1, title="Attention is all you need", abstract="Sequence transduction."),
                paper(2, title="Attention is all you need and all you need is attention", abstract="Attention " * 9),
                post(3, text="Attention is all you need"),
            )
        ]
    )
    list(session.bring_level())
    for mode in ("lexical", "hybrid"):
        assert ids(session, "Attention Is All You Need", mode=mode)[0] == "arxiv:2605.10001"
        for name in ("2605.10002", "https://arxiv.org/abs/2605.10002v1", "arXiv:2605.10002"):
            assert ids(session, name, mode=mode)[0] == "arxiv:2605.10002"
        assert "arxiv:2605.10002" not in ids(session, "2605.10002 kind:post", mode=mode)


def test_posts_that_say_the_same_are_one_hit(session: Session, lines: Callable[..., Path]) -> None:
    same = "Speculative decoding makes inference fast."
    session.import_files(
        [lines(post(1, text=same), post(2, text=same), post(3, text="Speculative decoding is lossless."))]
    )
    list(session.bring_level())
    for mode in ("lexical", "semantic", "hybrid"):
        assert len(ids(session, "speculative decoding", mode=mode)) == 2
        assert len(ids(session, "speculative decoding", mode=mode, limit=2)) == 2


def test_sorted_hits_are_of_the_subject(session: Session, lines: Callable[..., Path]) -> None:
    on, off = "We study speculative decoding of language models.", "We cook pasta while decoding nothing."
    session.import_files(
        [
            lines(
                paper(1, title="Speculative decoding", abstract=on),
                paper(2, title="Pasta", abstract=off, date="2026-05-17"),
            )
        ]
    )
    list(session.bring_level())
    assert ids(session, "speculative decoding sort:newest") == ["arxiv:2605.10001"]
    assert ids(session, "speculative decoding sort:discussed") == ["arxiv:2605.10001"]


def test_meaning_weighs_more_in_a_long_question() -> None:
    assert (
        semantic_weight("graph neural networks") == semantic_weight("one two three four five six") == rank.SHORT_WEIGHT
    )
    assert semantic_weight("one two three four five six seven") == rank.LONG_WEIGHT
    assert fuse([(1, 2.0)], {1: 0.4}, {}, 1, rank.SHORT_WEIGHT) == [(1, pytest.approx(1.3))]


def test_the_text_index_is_asked_once_whatever_the_filter(indexed: Session) -> None:
    from tracker.store import filters, lexical

    query = indexed.parse("chess venue:arXiv year:2020.. -kind:post")
    where, values = filters.conditions(query.filter)
    asked: list[str] = []
    indexed.reader.connection.set_trace_callback(asked.append)
    lexical.search(indexed.reader.connection, query, 5, where, values)
    indexed.reader.connection.set_trace_callback(None)
    (statement,) = (sql for sql in asked if sql.startswith("SELECT rowid, -bm25"))
    plan = [row[3] for row in indexed.reader.connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan[0].startswith("SCAN items_text VIRTUAL TABLE"), plan


@pytest.mark.parametrize(
    "line",
    ["", "kind:paper", "kind:post", "venue:arxiv", "year:2026", "year:..2025", "category:cs.cl", "category:cs.LG category:cs.CL", "source:x", "author:builder",
     "-venue:ICML", "-category:cs.CL", "has:code", "has:mentions", "is:unread", "since:2026-05-12 kind:paper", "topic:board-games"],
)  # fmt: skip
def test_a_filter_tested_on_items_is_the_filter_that_lists_them(indexed: Session, line: str) -> None:
    state = indexed.parse(line).filter
    everything = indexed.reader.rows(indexed.parse("").filter)
    assert indexed.reader.passing(state, everything) == set(indexed.reader.rows(state))


def test_categories_follow_edits_and_removals(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(paper(1, track="cs.CL"), paper(2, track="cs.LG"))])
    assert ids(session, "category:CS.cl") == ["arxiv:2605.10001"]
    session.import_files([lines(paper(1, track="cs.RO"))])
    assert ids(session, "category:cs.CL") == []
    assert ids(session, "category:cs.RO") == ["arxiv:2605.10001"]
    session.writer.execute("DELETE FROM items WHERE id = 'arxiv:2605.10001'")
    session.writer.commit()
    assert session.reader.connection.execute("SELECT category FROM item_categories").fetchall() == [("cs.LG",)]


def test_code_is_found_by_links_and_by_text_through_an_index(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files(
        [
            lines(
                paper(1, abstract="Code at github.com/a/b."),
                paper(2),
                post(3, links=["https://gitlab.com/x/y"], text="Look here."),
            )
        ]
    )
    assert set(ids(session, "has:code")) == {"arxiv:2605.10001", "x:3"}
    where, values = filters.conditions(session.parse("has:code").filter)
    plan = session.reader.connection.execute(f"EXPLAIN QUERY PLAN SELECT row FROM items WHERE {where}", values)
    assert "items_with_code" in " ".join(row[3] for row in plan)


def test_what_nothing_has_is_told_with_its_nearest(indexed: Session) -> None:
    assert indexed.hints("chess venue:arxvi") == ["No item has venue:arxvi. Did you mean venue:arXiv?"]
    assert indexed.hints("chess category:cs.CL kind:paper") == []


def test_a_home_that_is_embedded_in_part_says_so(session: Session, lines: Callable[..., Path]) -> None:
    session.import_files([lines(*(paper(n) for n in range(3)))])
    list(session.bring_level())
    session.search("graphs")
    assert session.hints("graphs") == []
    session.import_files([lines(*(paper(n) for n in range(10, 20)))])
    assert session.hints("graphs") == [
        "3 of some 13 items have a vector; the others are found by their words. 'tracker index' goes on."
    ]


@pytest.mark.parametrize("line", ["author:", "x venue:", "year:2025..2023"])
def test_a_filter_without_a_sensible_value_is_an_error(indexed: Session, line: str) -> None:
    with pytest.raises(QueryError, match="Write "):
        indexed.search(line)

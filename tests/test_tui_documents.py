"""What the reading pane tells of a paper and a post, without a screen."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from test_tui import home, paper, post

from tracker.models import Sighting
from tracker.tui.blocks import Document
from tracker.tui.desk import Desk
from tracker.tui.documents import item_document
from tracker.tui.messages import ItemTarget, UrlTarget, ViewTarget
from tracker.tui.reading import gather_document, gather_page

TEXT = "I read it twice [b]and it holds: the second figure is the one to look at, and the code runs. 漢字"


def words_of(document: Document, width: int = 76) -> str:
    rows = [row for block in document.blocks for row in block.rows(width)]
    drawn = ["".join(words for words, _ in row) for row in rows]
    assert all(cell_len(row) <= width for row in drawn)
    return "\n".join(drawn)


def session(folder: Path) -> Any:
    address = "https://arxiv.org/abs/2605.00001"
    return home(
        folder,
        lines=[
            paper(1, "A study of $\\alpha$-routing", abstract="We bound $O(n^2)$ by $\\sqrt{n}$.", version=3),
            post(1, f"{TEXT} {address}", [address]),
        ],
    )


def test_a_paper_shows_who_said_what_its_links_by_name_and_its_latex_readable(tmp_path: Path) -> None:
    made = session(tmp_path)
    gather = gather_document(ItemTarget("arxiv:2605.00001"), Desk(made))
    assert gather is not None
    document = gather(made.reader)
    words = words_of(document)
    for said in (
        "A study of α-routing",
        "We bound O(n²) by √",
        "1 post about it",
        "voice1",
        "the second figure is the one",
        "PDF",
        "page",
        "More like this",
    ):
        assert said in " ".join(words.split()), said
    targets = [block.target for block in document.blocks if block.target]
    assert ViewTarget(4, "like:arxiv:2605.00001") in targets
    assert UrlTarget("https://arxiv.org/pdf/2605.00001") in targets


def test_editions_decisions_and_versions_are_named(tmp_path: Path) -> None:
    item = session(tmp_path).reader.item("arxiv:2605.00001")
    seen = Sighting(
        source="neurips",
        key="k",
        first_seen="2026-05-01",
        last_seen="2026-05-01",
        venue="NeurIPS",
        year=2025,
        status="spotlight",
        engagement={},
    )
    code = ("https://github.com/x/y", "https://example.org/z.pdf", "javascript:alert(1)")
    item = replace(item, sightings=(*item.sightings, seen), version=3, links=code)
    words = words_of(item_document(item, None, []))
    assert "version 3  ·  also NeurIPS 2025 spotlight" in words
    assert "https://github.com/x/y  code" in words
    assert "https://example.org/z.pdf  PDF" in words
    assert "javascript" not in words
    assert "No post about it yet." in words


def test_what_is_near_in_meaning_is_listed_where_the_index_is_in_memory(tmp_path: Path) -> None:
    made = session(tmp_path)
    desk = Desk(made)
    target = ItemTarget("arxiv:2605.00001")
    assert gather_page(target, desk) is None  # nothing is loaded for it

    type(made).is_warm = True
    page = gather_page(target, desk)
    assert page is not None
    assert "Near to it" not in words_of(page(made.reader))  # nothing is embedded: the rest is shown all the same

    other = made.reader.lines([2])
    item = made.reader.item(1)
    words = words_of(item_document(item, None, [], near=other))
    assert "Near to it" in words


def test_500_combining_marks_and_right_to_left_keep_the_width(tmp_path: Path) -> None:
    made = session(tmp_path)
    item = made.reader.item(1)
    for title in ("e" + "\u0301" * 500, "שלום " * 40, "👩‍💻🇩🇪" * 30, "漢" * 200, "\u202eevil"):
        hostile = replace(item, title=title, text=title, authors=(title,), comment=title, tldr=title, status=title)
        for width in (30, 76):
            words_of(item_document(hostile, None, made.reader.lines([2]), said={2: title * 3}), width)

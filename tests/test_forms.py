"""The forms beside text and Markdown: the page with its charts, the feed, the notes; each whole, small and harmless."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from conftest import HOSTILE_CONTROLS, HOSTILE_TITLES
from test_delivery import digest as plain_digest
from test_delivery import stored
from test_digest import Shelf, compose, topic, trends

from tracker import delivery
from tracker.destinations import Destinations, Folder
from tracker.findings import Point
from tracker.forms import charts
from tracker.forms.atom import digests_to_atom
from tracker.forms.notes import note_name, note_prefix, to_note
from tracker.forms.page import to_html
from tracker.pages import Ranking

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.session import Session

WEEKS = tuple(f"2026-W{week:02d}" for week in range(9, 21))


def parsed(markup: str) -> ET.Element:
    return ET.fromstring(markup)


# charts


def test_a_curve_has_a_gap_where_nothing_was_fetched_and_says_what_it_shows() -> None:
    chart = charts.curves(topic(1, "Forests"), WEEKS)
    root = parsed(chart)
    drawn = [one.get("class") for one in root.iter() if one.tag.endswith("path")]
    assert drawn.count("papers curve") == 2  # before and after the week that is missing
    assert drawn.count("papers band") == 2
    assert "Forests, 2026-W09 to 2026-W20: papers a week: 1, 0, not fetched, 2," in str(root.get("aria-label"))


def test_a_topic_without_papers_or_people_has_no_chart() -> None:
    from dataclasses import replace

    assert charts.curves(replace(topic(1, "x"), weekly=(), voices_weekly=(), papers_curve=()), WEEKS) == ""


def test_points_stay_inside_the_chart() -> None:
    from dataclasses import replace

    wild = replace(topic(1, "x"), papers_curve=tuple(Point(share=0.01, low=0.0, high=1.0) for _ in WEEKS))
    ys = [float(y) for y in re.findall(r"[\d.]+ ([\d.]+)[L\"Z]", charts.curves(wild, WEEKS))]
    assert ys
    assert all(0 <= y <= charts.HEIGHT for y in ys)


def test_a_bump_chart_has_a_track_a_topic_and_a_label_at_the_end() -> None:
    places = (Ranking(label="First <b>", places=(2, 1, None, 1)), Ranking(label="Second", places=(1, 2, 1, None)))
    root = parsed(charts.bump(places, WEEKS[:4]))
    texts = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert "First <b>" in texts
    assert "Second" not in texts  # it is not there in the last week
    assert sum(one.tag.endswith("circle") for one in root.iter()) == 6
    assert sum(one.tag.endswith("path") for one in root.iter()) == 3
    assert charts.bump(places[:1], WEEKS) == ""


# the page


def test_the_page_is_one_file_for_light_and_dark_that_fetches_nothing() -> None:
    page = to_html(compose(trends(), Shelf(), role="ai-engineer", minutes=20))
    assert len(page.encode()) < 100_000
    assert "prefers-color-scheme:dark" in page
    assert page.count("<svg") > 5
    assert not re.search(r"<(script|img|link|iframe)|@import|url\(|src=", page)
    assert set(re.findall(r"href=\"#(r\d+)\"", page)) == set(re.findall(r"id=\"(r\d+)\"", page))


def test_without_images_the_page_still_has_its_curves() -> None:
    page = to_html(compose(trends(), Shelf()), drawn=False)
    assert "<svg" not in page
    assert "papers ▂▁·▃" in page


# the feed


def test_a_feed_has_an_entry_a_digest_that_stays_the_same() -> None:
    made = [plain_digest(week="2026-W21"), plain_digest()]
    text = digests_to_atom([(one, to_html(one, drawn=False)) for one in made])
    assert text == digests_to_atom([(one, to_html(one, drawn=False)) for one in made])
    space = {"a": "http://www.w3.org/2005/Atom"}
    root = ET.fromstring(text.encode())
    entries = root.findall("a:entry", space)
    assert [one.findtext("a:updated", "", space) for one in entries] == ["2026-05-25T00:00:00Z", "2026-05-18T00:00:00Z"]
    assert len({one.findtext("a:id", "", space) for one in entries}) == 2
    assert "We study Causal Forests." in entries[0].findtext("a:content", "", space)


# notes


@pytest.mark.parametrize("title", [*HOSTILE_TITLES, HOSTILE_CONTROLS, "../../etc/passwd", "CON", "a" * 500, "", "森林"])
def test_a_note_has_a_name_that_every_system_takes(title: str) -> None:
    name = note_name("arxiv:2605.10001", title)
    assert re.fullmatch(r"[\w ,.'()+-]{1,200}", name)
    assert name.startswith("arxiv-2605.10001")
    assert name.strip(" .") == name
    assert " " not in note_prefix("url:https://example.org/a b?c=../..")


def test_a_note_holds_the_paper_and_its_data_as_yaml() -> None:
    shared = plain_digest().shared["arxiv:2605.10001"]
    text = to_note(stored("arxiv:2605.10001"), shared)
    front, body = text.removeprefix("---\n").split("\n---\n")
    facts = tomllib.loads(re.sub(r"^(\w+): ", r"\1 = ", front, flags=re.MULTILINE))  # these lines mean the same in TOML
    assert facts["authors"] == ["Ada Author", "Bo Builder"]
    assert facts["url"] == "https://arxiv.org/abs/2605.10001"
    assert body.startswith("\n# [A paper on Causal Forests](<https://arxiv.org/abs/2605.10001>)")
    assert "Trees are many.\n\nWe study them." in body
    assert "- [ada](<https://x.com/ada/1>): Read this." in body


def test_a_digest_in_a_folder_links_to_a_note_a_paper(session: Session, tmp_path: Path) -> None:
    channels = delivery.channels_of(Destinations(folder=Folder(tmp_path / "vault")), session.home, stored)
    (way,) = channels
    way.send(plain_digest(), way.places, "2026-05-18T09:00:00Z")
    week = (tmp_path / "vault" / "research-2026-W20-ml-engineer.md").read_text("utf-8")
    note = tmp_path / "vault" / "papers" / "arxiv-2605.10001 A paper on Causal Forests.md"
    assert note.is_file()
    assert "(<papers/arxiv-2605.10001%20A%20paper%20on%20Causal%20Forests.md>)" in week

    note.write_text("my own words", "utf-8")
    note.rename(note.with_name("arxiv-2605.10001 Renamed.md"))
    way.send(plain_digest(week="2026-W21"), way.places, "2026-05-25T09:00:00Z")
    later = (tmp_path / "vault" / "research-2026-W21-ml-engineer.md").read_text("utf-8")
    assert "Renamed.md" in later
    assert [one.read_text("utf-8") for one in note.parent.iterdir()] == ["my own words"]


def test_a_folder_without_notes_gets_the_digest_alone(session: Session, tmp_path: Path) -> None:
    (way,) = delivery.channels_of(Destinations(folder=Folder(tmp_path / "vault", notes=False)), session.home, stored)
    way.send(plain_digest(), way.places, "2026-05-18T09:00:00Z")
    assert [one.name for one in (tmp_path / "vault").iterdir()] == ["research-2026-W20-ml-engineer.md"]
    assert "https://arxiv.org/abs/2605.10001" in (tmp_path / "vault" / "research-2026-W20-ml-engineer.md").read_text()


# data


def test_json_holds_nothing_of_the_reader() -> None:
    from tracker.forms.data import to_dict

    made = to_dict(compose(trends(), Shelf()))
    assert made["week"] == "2026-W20"
    assert not re.search(r'"(row|is_read|is_starred|mentions)":', json.dumps(made))

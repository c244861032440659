"""The digest on the screen: paragraphs, citations, weeks and days back and forth, roles switched in place."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_tui import NOW, SMALL, Stage, StagedSession, home, play
from textual import events

from tracker import times
from tracker.errors import StoreError, TrackerError
from tracker.models import Line
from tracker.pages import Digest, DigestEntry, DigestSection, Sentence
from tracker.tui.digests import digest_entries
from tracker.tui.messages import CitedTarget, ItemTarget
from tracker.tui.views.digest import DigestView


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)


def line(row: int) -> Line:
    return Line(
        row=row,
        id=f"arxiv:{row}",
        kind="paper",
        title=f"Paper {row} [b]",
        byline="Lovelace",
        venue="arXiv",
        year=2026,
        date="2026-05-01",
        origin="daily",
        is_read=False,
        is_starred=False,
    )


def digest() -> Digest:
    sentences = (
        Sentence(text="Nine papers [rose.", items=("arxiv:1", "arxiv:2"), kind="counted"),
        Sentence(text="Two people spoke.", items=("arxiv:3",), kind="counted"),
        Sentence(text="“We quote [x.”", items=("arxiv:2",), kind="quoted"),
        Sentence(
            text="Many.",
            items=tuple(f"arxiv:{number}" for number in range(1, 6)),
            kind="counted",
            figures={"papers": 5},
        ),
        Sentence(text="Nobody.", items=tuple(f"arxiv:{number}" for number in range(1, 6)), kind="counted"),
    )
    entry = DigestEntry(title="A topic [b]", sentences=sentences, papers=(line(4),))
    return Digest(
        edition="2026-W20",
        title="Week 20",
        role="ml-engineer",
        minutes=6,
        sections=(DigestSection(key="rising", heading="Rising", entries=(entry,)),),
        references={f"arxiv:{number}": line(number) for number in range(1, 6)},
    )


def drawn(entries: Any, width: int = 79) -> list[str]:
    return ["".join(words for words, _ in row) for entry in entries for row in entry.draw(width)]


def test_sentences_stand_in_paragraphs_and_quoted_ones_alone() -> None:
    entries = digest_entries(digest())
    text = drawn(entries)
    assert "   Nine papers [rose. [1] [2] Two people spoke. [3]" in text
    assert "   “We quote [x.” [2]" in text
    assert "   Many. [5 items] Nobody." in text
    assert [row.split("]")[0].strip(" •") for row in text[-3:]] == ["[1", "[2", "[3"]


def test_a_paragraph_opens_its_item_or_all_that_its_sentences_cite() -> None:
    by_text = {drawn([entry])[0].strip(): entry.target for entry in digest_entries(digest()) if entry.target}
    assert by_text["“We quote [x.” [2]"] == ItemTarget("arxiv:2")
    cited = by_text["Nine papers [rose. [1] [2] Two people spoke. [3]"]
    assert cited == CitedTarget(
        (("Nine papers [rose.", ("arxiv:1", "arxiv:2"), (1, 2)), ("Two people spoke.", ("arxiv:3",), (3,)))
    )


class Weekly(StagedSession):
    """A session that notes which digests are asked for."""

    noted: list[tuple[str, str | None, str | None]]
    broken = False

    def latest_week(self) -> str:
        return "2026-W20"

    def latest_day(self) -> str:
        return "2026-05-15"

    def _made(self, kind: str, edition: str | None, role: str | None) -> Digest:
        self.noted.append((kind, edition, role))
        if self.broken:
            raise StoreError("The disk is gone.", "Plug it in.")
        newest = self.latest_week() if kind == "week" else self.latest_day()
        edition = edition or newest
        return replace(digest(), edition=edition, role=role or "ml-engineer", title=f"{kind} {edition} {role}")

    def digest(self, week: str | None = None, role: str | None = None, minutes: int = 0, reader: Any = None) -> Digest:
        return self._made("week", week, role)

    def brief(self, day: str | None = None, role: str | None = None, minutes: int = 0, reader: Any = None) -> Digest:
        return self._made("day", day, role)


@pytest.fixture
def session(tmp_path: Path) -> Weekly:
    home(tmp_path)
    kind = type("Noted", (Weekly,), {"noted": []})
    made: Weekly = kind(tmp_path, clock=lambda: NOW)
    return made


async def test_weeks_days_and_roles_are_walked_with_keys(session: Weekly) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("6")
        await stage.until(lambda: "week 2026-W20 None" in stage.text)
        await stage.press("right_square_bracket")
        assert "nothing later" in stage.said
        await stage.press("left_square_bracket")
        await stage.until(lambda: "week 2026-W19 None" in stage.text)
        await stage.press("left")
        await stage.until(lambda: "week 2026-W18 None" in stage.text)
        await stage.press("d")
        await stage.until(lambda: "day 2026-05-03 None" in stage.text)
        await stage.press("right")
        await stage.until(lambda: "day 2026-05-04 None" in stage.text)
        await stage.press("c")
        await stage.until(lambda: "day 2026-05-04 ai-engineer" in stage.text)
        await stage.press("d")
        await stage.until(lambda: "week 2026-W19 ai-engineer" in stage.text)
        count = len(session.noted)
        await stage.press("left")
        await stage.until(lambda: "week 2026-W18 ai-engineer" in stage.text)
        await stage.press("right")
        await stage.until(lambda: "week 2026-W19 ai-engineer" in stage.text)
        assert len(session.noted) == count + 1  # what was shown before is not counted anew

    await play(session, act, SMALL)


async def test_the_newest_week_leads_to_the_newest_day(session: Weekly) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("6")
        await stage.until(lambda: "week 2026-W20 None" in stage.text)
        await stage.press("d")
        await stage.until(lambda: "day 2026-05-15 None" in stage.text)
        assert session.noted[-1] == ("day", None, None)
        await stage.press("right")
        assert "nothing later" in stage.said

    await play(session, act, SMALL)


async def test_a_digest_that_fails_says_why_and_the_one_before_stays(session: Weekly) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("6")
        await stage.until(lambda: "week 2026-W20 None" in stage.text)
        type(session).broken = True
        await stage.press("left")
        await stage.until(lambda: "The disk is gone." in stage.said)
        assert "Nine papers [rose." in stage.text
        assert "week 2026-W20 None" in stage.text
        view = stage.main.view
        assert isinstance(view, DigestView)
        type(session).broken = False
        await stage.press("left")
        await stage.until(lambda: "week 2026-W19 None" in stage.text)

    await play(session, act, SMALL)


async def test_what_a_paragraph_cites_opens(session: Weekly) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("6")
        await stage.until(lambda: "Nine papers [rose." in stage.text)
        await stage.press("enter")
        await stage.until(lambda: stage.main.is_reading and "Two people spoke." in stage.text)
        await stage.press("q")
        assert not stage.main.is_reading

    await play(session, act, SMALL)


async def test_all_weeks_are_listed_and_opened(session: Weekly) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("6")
        await stage.until(lambda: "week 2026-W20 None" in stage.text)
        await stage.press("w")
        await stage.until(lambda: "enter opens one" in stage.text)
        weeks = [row for row in stage.text.split("\n") if "2026-W" in row]
        assert [row.split("2026-W")[1][:2] for row in weeks] == ["20", "19", "18"]  # W21 is later than the newest paper
        assert "▸ 2026-W20  11 to 17 May" in weeks[0]
        assert "papers" in weeks[1]
        assert "its digest" in stage.text
        assert "what it cites" not in stage.text
        await stage.press("escape")
        assert "week 2026-W20 None" in stage.text
        assert "what it cites" in stage.text
        await stage.press("w")
        await stage.until(lambda: "enter opens one" in stage.text)
        await stage.press("j", "j")
        stage.main.after_change()
        await stage.settle()
        assert "enter opens one" in stage.text
        await stage.press("enter")
        await stage.until(lambda: "week 2026-W18 None" in stage.text)
        await stage.press("d", "w")
        await stage.until(lambda: "▸ 2026-W18" in stage.text)
        await stage.press("w")
        await stage.until(lambda: "day 2026-05-03 None" in stage.text)

    await play(session, act, SMALL)


class Slow(Weekly):
    """A session whose earlier weeks wait to be let go, and say how far they are."""

    gate: threading.Event
    stopped: list[str]

    def _made(self, kind: str, edition: str | None, role: str | None) -> Digest:
        if edition == "2026-W19" and not self.gate.is_set():
            self.progress("counting [nine] weeks")
            self.gate.wait(30)
            try:
                self.progress("choosing")
            except TrackerError as error:
                self.stopped.append(str(error))
                raise
        return super()._made(kind, edition, role)


@pytest.fixture
def slow(tmp_path: Path) -> Slow:
    home(tmp_path)
    kind = type("NotedSlow", (Slow,), {"noted": [], "stopped": [], "gate": threading.Event()})
    made: Slow = kind(tmp_path, clock=lambda: NOW)
    return made


async def test_a_wait_says_how_far_it_is_and_esc_ends_it(slow: Slow) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("6")
        await stage.until(lambda: "week 2026-W20 None" in stage.text)
        stage.app.post_message(events.Key("left", None))
        await stage.until(lambda: "Reading 2026-W19 · esc stops it · counting [nine] weeks …" in stage.text)
        await stage.press("escape")
        assert "Stopped" in stage.said
        assert "week 2026-W20 None" in stage.text
        slow.gate.set()
        await stage.press("c")  # made in the same lane, after what was stopped
        await stage.until(lambda: "week 2026-W20 ai-engineer" in stage.text)
        assert slow.stopped == ["2026-W19 is not wanted any more."]
        assert ("week", "2026-W19", None) not in slow.noted
        await stage.press("left")
        await stage.until(lambda: "week 2026-W19 ai-engineer" in stage.text)

    await play(slow, act, SMALL)

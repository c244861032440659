"""The radar: its rules on made-up rhythms, and ten days of a made world with outages, synced once a day.

`python tests/test_radar.py` prints the time line of the ten days.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tracker import radar
from tracker.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.models import SyncEvent

DAY = timedelta(days=1)
FIRST, LAST = date(2025, 11, 20), date(2025, 11, 29)
"""Ten days with a weekend and Thanksgiving."""


def days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


# the rules


def daily(last: date, weeks: int, per_day: int, *, weekend: int = 0) -> dict[str, int]:
    return {
        day.isoformat(): per_day if day.weekday() < 5 else weekend
        for day in days(last - timedelta(weeks=weeks), last)
        if day.weekday() < 5 or weekend
    }


def test_a_weekend_is_no_silence() -> None:
    friday = date(2026, 11, 20)
    counts = daily(friday, 8, 12)
    assert radar.alarm(counts, friday + DAY) is None
    assert radar.alarm(counts, friday + 2 * DAY) is None
    monday = radar.alarm(counts, friday + 3 * DAY)
    assert monday
    assert (monday.got, monday.last) == (0, friday + 3 * DAY)


def test_a_blog_may_be_late_but_not_for_ever() -> None:
    start = date(2026, 6, 3)
    counts = {(start + timedelta(weeks=n)).isoformat(): 1 for n in range(20)}
    newest = start + timedelta(weeks=19)
    assert radar.alarm(counts, newest + timedelta(days=20)) is None
    silent = radar.alarm(counts, newest + timedelta(days=22))
    assert silent
    assert "one every 7 days" in silent.in_words()


def test_a_burst_of_a_seldom_source_makes_no_rate() -> None:
    start = date(2026, 4, 1)
    counts = {(start + n * timedelta(days=20)).isoformat(): 1 for n in range(10)}
    burst = start + 10 * timedelta(days=20)
    counts[burst.isoformat()] = 6
    assert radar.alarm(counts, burst + timedelta(days=25)) is None
    assert radar.alarm(counts, burst + timedelta(days=70))


def test_a_thin_day_is_seen_and_a_slow_one_is_not() -> None:
    day = date(2026, 11, 24)
    counts = daily(day, 8, 239)
    assert radar.alarm(counts | {day.isoformat(): 120}, day) is None
    thin = radar.alarm(counts | {day.isoformat(): 27}, day)
    assert thin
    assert thin.in_words() == "It brought 27 of about 239 entries on 2026-11-24."


def test_what_is_expected_stands_in_for_a_rhythm_not_yet_known() -> None:
    counts = {"2026-10-01": 3}
    assert radar.alarm(counts, date(2026, 11, 24)) is None
    assert radar.alarm(counts, date(2026, 11, 24), per_week=7)
    assert radar.alarm(counts, date(2026, 10, 10), per_week=7) is None
    assert radar.alarm({}, date(2026, 11, 24), per_week=7) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-25", True),
        ("2026-11-27", False),  # after Thanksgiving
        ("2026-11-28", False),
        ("2026-12-25", False),
        ("2026-01-20", False),  # after the day of Martin Luther King
        ("2026-01-21", True),
    ],
)
def test_the_calendar_of_arxiv(day: str, expected: bool) -> None:
    assert radar.has_arxiv_list(date.fromisoformat(day)) is expected


# the world


@dataclass
class World:
    """What is published on each day, and what the servers make of it."""

    today: date = FIRST
    requests: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def count(self, name: str, day: date) -> int:
        chance = random.Random(f"{name} {day}")
        if name.startswith("arxiv"):
            return chance.randint(40, 55) if radar.has_arxiv_list(day) else 0
        if name == "weekly":
            return int(day.weekday() == 2)
        usual = {"busy": (12, 3), "workdays": (10, 0), "mirrored": (9, 4), "broken": (8, 3)}[name]
        return max(round(chance.gauss(usual[day.weekday() > 4], 1.5)), 0) if usual[day.weekday() > 4] else 0

    def entries(self, name: str, until: date, span: int = 14) -> list[tuple[str, date]]:
        return [
            (f"{name}-{day}-{n}", day)
            for day in days(until - span * DAY, until)
            for n in range(self.count(name, day))
            if day < until or n % 2 == 0  # the day is not over
        ]

    def feed(self, name: str) -> bytes:
        until = self.today
        if name == "busy" and self.today >= date(2025, 11, 20):
            until = min(until, date(2025, 11, 19))
        if name == "mirrored" and self.today >= date(2025, 11, 24):
            until = min(until, date(2025, 11, 23))
        items = "".join(
            f"<item><title>Words of {key}</title><link>https://{name.removesuffix('-mirror')}.example.org/{key}</link>"
            f"<guid>https://{name.removesuffix('-mirror')}.example.org/{key}</guid>"
            f"<pubDate>{day:%a, %d %b %Y} 08:00:00 GMT</pubDate></item>"
            for key, day in self.entries(name.removesuffix("-mirror"), until)
        )
        return f"<rss version='2.0'><channel><title>{name}</title>{items}</channel></rss>".encode()

    def papers(self, name: str, day: date) -> list[str]:
        number = (day - date(2025, 1, 1)).days * 60 + {"cs.AA": 0, "cs.BB": 120_000, "cs.CC": 240_000}[name]
        return [f"{day:%y%m}.{(number + n) % 100_000:05d}" for n in range(self.count(f"arxiv {name}", day))]

    def listing(self, name: str) -> bytes:
        day, share = self.today, 1.0
        if name == "cs.AA" and day == date(2025, 11, 21):
            day = date(2025, 11, 20)
        if name == "cs.BB" and day == date(2025, 11, 25):
            share = 0.11
        papers = self.papers(name, day)
        if name == "cs.CC" and day == date(2025, 11, 26):
            papers = []
        items = "".join(
            f"<item><title>Paper {paper} of {name}</title><link>https://arxiv.org/abs/{paper}</link>"
            f"<description>arXiv:{paper}v1 Announce Type: new \nAbstract: Words.</description>"
            f"<guid>oai:arXiv.org:{paper}v1</guid><category>{name}</category><pubDate>{day:%a, %d %b %Y} 00:00:00 -0500</pubDate>"
            f"<arxiv:announce_type>new</arxiv:announce_type><dc:creator>Ada Author{paper[-3:]}</dc:creator></item>"
            for paper in papers[: round(len(papers) * share)]
        )
        return (
            "<rss xmlns:arxiv='http://arxiv.org/schemas/atom' xmlns:dc='http://purl.org/dc/elements/1.1/' version='2.0'>"
            f"<channel><title>{name}</title><pubDate>{day:%a, %d %b %Y} 00:00:00 -0500</pubDate>{items}</channel></rss>"
        ).encode()

    def archive(self, query: str) -> bytes:
        name = next(one for one in ("cs.AA", "cs.BB", "cs.CC") if one.replace(".", "%3A") in query or one[3:] in query)
        since = date.fromisoformat(query.split("from=")[1][:10])
        records = "".join(
            f"<record><header><identifier>oai:arXiv.org:{paper}</identifier><datestamp>{day}</datestamp></header><metadata>"
            f"<arXiv xmlns='http://arxiv.org/OAI/arXiv/'><id>{paper}</id><created>{day}</created><authors><author>"
            f"<keyname>Author{paper[-3:]}</keyname><forenames>Ada</forenames></author></authors><title>Paper {paper} of {name}</title>"
            f"<categories>{name}</categories><abstract>Words.</abstract></arXiv></metadata></record>"
            for day in days(since, self.today)
            for paper in self.papers(name, day)
        )
        return (
            "<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'>"
            f"<responseDate>{self.today}T09:00:00Z</responseDate><ListRecords>{records}</ListRecords></OAI-PMH>"
        ).encode()


class Handler(BaseHTTPRequestHandler):
    world: World

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        name = path.rsplit("/", 1)[-1]
        self.world.requests[path] += 1
        if path == "/feed/broken" and self.world.today == date(2025, 11, 26):
            return self.send_error(500)
        if path == "/feed/mirrored-mirror" and self.world.today == date(2025, 11, 25):
            return self.send_error(500)
        body = (
            self.world.archive(query)
            if path.startswith("/oai")
            else self.world.listing(name)
            if path.startswith("/rss")
            else self.world.feed(name)
        )
        self.send_response(200)
        self.send_header("content-type", "application/xml")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *_: object) -> None:
        pass


def play(home: Path) -> tuple[dict[tuple[date, str], SyncEvent], World, Session]:
    """Follow the world for five weeks and ten days; return the warnings and failures of the ten days."""
    world = World()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"world": world}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    home.mkdir()
    tables = [
        f'[[source]]\nkind = "arxiv"\nname = "{n}"\ncategories = ["{n}"]\nbase = "{base}"'
        for n in ("cs.AA", "cs.BB", "cs.CC")
    ]
    for name in ("busy", "workdays", "weekly", "mirrored", "broken"):
        fallback = f'\nfallback = "{base}/feed/{name}-mirror"' if name in {"mirrored", "broken"} else ""
        tables.append(f'[[source]]\nkind = "feed"\nname = "{name}"\nurl = "{base}/feed/{name}"{fallback}')
    (home / "feeds.toml").write_text("\n".join(tables), "utf-8")
    moment = [datetime(2025, 10, 16, 9, tzinfo=UTC)]
    session = Session(home, clock=lambda: moment[0], gap_scale=0.0)
    told: dict[tuple[date, str], SyncEvent] = {}
    try:
        for day in days(FIRST - timedelta(weeks=5), LAST):
            world.today, moment[0] = day, datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
            for event in session.sync(index=False):
                if event.step in {"warned", "failed"}:
                    told[day, event.source] = event
    finally:
        server.shutdown()
        server.server_close()
    return told, world, session


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[dict[tuple[date, str], SyncEvent], World, Session]]:
    told, world, session = play(tmp_path_factory.mktemp("world") / "home")
    yield told, world, session
    session.close()


def test_each_outage_is_named_within_one_cycle_and_nothing_else(
    played: tuple[dict[tuple[date, str], SyncEvent], World, Session],
) -> None:
    told, _, _ = played
    assert {(day.isoformat()[5:], name, event.step) for (day, name), event in told.items()} == {
        ("11-21", "cs.AA", "warned"),  # yesterday's list once more
        ("11-21", "busy", "warned"),  # silent since the 20th
        ("11-25", "cs.BB", "warned"),  # a ninth of the list
        ("11-25", "mirrored", "warned"),  # frozen since the 24th, and its mirror fails; asked again on the day after
        ("11-26", "mirrored", "warned"),
        ("11-28", "mirrored", "warned"),  # frozen still
        ("11-26", "cs.CC", "warned"),  # an empty list on a working day
        ("11-26", "broken", "warned"),  # an answer of 500, read from the mirror
    }


def test_what_was_missing_came_from_elsewhere(played: tuple[dict[tuple[date, str], SyncEvent], World, Session]) -> None:
    told, world, session = played
    stored = {
        key
        for (key,) in session.reader.connection.execute(
            "SELECT identifier FROM identifiers WHERE identifier LIKE 'arxiv:%'"
        )
    }
    for name in ("cs.AA", "cs.BB", "cs.CC"):
        wanted = {f"arxiv:{p}" for day in days(FIRST, LAST) for p in world.papers(name, day)}
        assert wanted <= stored
    assert "came from its fallback" in told[date(2025, 11, 25), "cs.BB"].remedy
    assert "fallback was read instead" in told[date(2025, 11, 26), "broken"].remedy
    states = {state.name: state.state for state in session.reader.source_states()}
    assert states["busy"] == "silent"
    assert {states[name] for name in ("cs.AA", "weekly", "workdays", "broken")} <= {"ok", "unchanged"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        told, _, session = play(Path(folder) / "home")
        for (day, name), event in sorted(told.items()):
            sys.stdout.write(f"{day:%a %d %b}  {name:9} {event.step:7} {event.message} {event.remedy}\n")
        session.close()


if __name__ == "__main__":
    main()

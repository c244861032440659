"""X is paid for by what is read: within the cap of the day, whatever happens in between, and told before."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW
from loopback import reply_json, serving
from x_service import FIRST, Service, keys, numbers, one, read, source_of, timeline

from tracker import config
from tracker.errors import ConfigError, FetchError
from tracker.fetch.x.fetcher import XFetcher
from tracker.fetch.x.pages import POST_COST, USER_COST
from tracker.following import price
from tracker.http import HttpClient
from tracker.session import Session
from tracker.store.spending import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.ports import Request, Response


TOKEN = "test-token-AAAA1234"


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_X_BEARER_TOKEN", TOKEN)


@pytest.fixture
def ledger(tmp_path: Path) -> Callable[..., Ledger]:
    return lambda cap=1.0, day="2026-05-18": Ledger(tmp_path / "index" / "tracker.db", cap, lambda: day)


@pytest.fixture
def client(ledger: Callable[..., Ledger]) -> Iterator[HttpClient]:
    with HttpClient(gap_scale=0.0, ledger=ledger(cap=5.0)) as made:
        yield made


# the account book


def test_the_cap_is_never_exceeded_and_lasts_over_a_restart(ledger: Callable[..., Ledger]) -> None:
    ledger().spend("x", 0.6)
    with pytest.raises(FetchError) as refused:
        ledger().spend("x", 0.41)
    assert refused.value.state == "slowed"
    assert "Of the 1.00 US dollars that may be spent on X today 0.60 are spent" in refused.value.message
    assert "daily_usd under [x]" in refused.value.remedy
    ledger().spend("x", 0.4)
    assert ledger().spent("x") == 1.0
    ledger(day="2026-05-19").spend("x", 1.0)
    assert ledger().spent("x") == 1.0


def test_what_is_given_back_goes_to_the_day_on_which_it_was_put_down(tmp_path: Path) -> None:
    days = iter(["2026-05-18", "2026-05-19"])
    book = Ledger(tmp_path / "tracker.db", 1.0, lambda: next(days, "2026-05-19"))
    book.spend("x", 0.5)
    book.spend("x", -0.4)
    assert book.spent("x") == 0.0
    assert Ledger(tmp_path / "tracker.db", 1.0, lambda: "2026-05-18").spent("x") == pytest.approx(0.1)
    book.spend("x", -5.0)
    assert Ledger(tmp_path / "tracker.db", 1.0, lambda: "2026-05-18").spent("x") == 0.0


def test_nothing_may_be_spent_until_the_user_says_so(ledger: Callable[..., Ledger]) -> None:
    with pytest.raises(FetchError) as refused:
        ledger(cap=0.0).spend("x", 0.01)
    assert refused.value.state == "off"
    assert "daily_usd = 1.0 under [x]" in refused.value.remedy


def test_threads_share_one_cap(ledger: Callable[..., Ledger]) -> None:
    assert ledger().spent("x") == 0.0  # makes the database

    def buy(book: Ledger) -> int:
        bought = 0
        for _ in range(20):
            try:
                book.spend("x", 0.05)
            except FetchError:
                continue
            bought += 1
        return bought

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(buy, [ledger()] * 4)) == 20
    assert ledger().spent("x") == 1.0


BUYER = """
import os, sys
from pathlib import Path
from tracker.errors import FetchError
from tracker.store.spending import Ledger
book, bought = Ledger(Path(sys.argv[1]), 1.0, lambda: "2026-05-18"), 0
for _ in range(20):
    try:
        book.spend("x", 0.05)
        bought += 1
    except FetchError:
        pass
os.write(1, str(bought).encode())
os._exit(9)  # as when it is killed: nothing is closed
"""


def test_processes_share_one_cap_and_what_they_put_down_outlives_them(
    ledger: Callable[..., Ledger], tmp_path: Path
) -> None:
    assert ledger().spent("x") == 0.0
    command = [sys.executable, "-c", BUYER, str(tmp_path / "index" / "tracker.db")]
    buyers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    assert sum(int(buyer.communicate()[0]) for buyer in buyers) == 20
    assert [buyer.returncode for buyer in buyers] == [9, 9, 9]
    assert ledger().spent("x") == 1.0


def test_what_was_put_down_stays_when_the_program_is_killed_before_the_answer(ledger: Callable[..., Ledger]) -> None:
    class Killed(BaseException):
        pass

    class Killing(HttpClient):
        def get(self, request: Request) -> Response:
            raise Killed

    source = source_of("http://127.0.0.1:9", max_posts=10)
    cursor = {"users": {"ada": ["1001", "ada"]}}
    for _ in range(10):
        with Killing(ledger=ledger(cap=0.4)) as client, pytest.raises((Killed, FetchError)):
            read(source, client, cursor)
    assert 0.3 < ledger().spent("x") <= 0.4


def test_a_whole_sync_stays_below_the_cap_and_the_book_agrees_with_the_bill(ledger: Callable[..., Ledger]) -> None:
    service = Service({timeline("ada"): numbers(100), timeline("bo"): numbers(100, FIRST + 1_000)})
    with serving(service) as server, HttpClient(gap_scale=0.0, ledger=ledger(cap=0.4)) as client:
        source, batches = source_of(server, users=["ada", "bo"]), list[Any]()
        with pytest.raises(FetchError) as refused:
            batches.extend(XFetcher().fetch(source, {}, client))
        with pytest.raises(FetchError):
            read(source, client, batches[-1].cursor)
    assert refused.value.state == "slowed"
    assert len(keys(batches)) > 20
    assert service.bill <= 0.4
    assert ledger().spent("x") == pytest.approx(service.bill)


def test_an_answer_larger_than_asked_for_stops_the_spending(ledger: Callable[..., Ledger]) -> None:
    many = {"data": [one(number) for number in numbers(300)], "meta": {"next_token": "more"}}
    source_cursor = {"users": {"ada": ["1001", "ada"]}}
    with (
        serving(lambda asked: reply_json(many)) as server,
        HttpClient(gap_scale=0.0, ledger=ledger(cap=1.0)) as client,
    ):
        assert len(keys(read(source_of(server, max_posts=25), client, source_cursor))) == 300
        assert len(server.asked) == 1
    assert 0.9 < ledger().spent("x") <= 1.0  # of which 0.375 were put down before


def test_names_that_nobody_has_are_not_charged(ledger: Callable[..., Ledger]) -> None:
    service = Service({timeline("ada"): numbers(2)})
    with serving(service) as server, HttpClient(gap_scale=0.0, ledger=ledger()) as client:
        read(source_of(server, users=["ada", "nobody", "no_one"]), client)
    assert ledger().spent("x") == pytest.approx(service.bill) == USER_COST + 2 * POST_COST


def test_one_request_at_a_time_stands_in_the_book(tmp_path: Path) -> None:
    entries: list[float] = []

    class Noting(Ledger):
        def spend(self, account: str, cost: float) -> None:
            super().spend(account, cost)
            entries.append(cost)

    book = Noting(tmp_path / "index" / "tracker.db", 5.0, lambda: "2026-05-18")
    service = Service({timeline("ada"): numbers(60)})
    with serving(service) as server, HttpClient(gap_scale=0.0, ledger=book) as client, ThreadPoolExecutor(4) as pool:
        for batches in pool.map(lambda _: read(source_of(server), client), range(4)):
            assert len(keys(batches)) == 60
    assert [cost > 0 for cost in entries if cost != USER_COST] == [True, False] * (len(server.asked) - 4)


@pytest.mark.parametrize(("status", "is_given_back"), [(400, True), (401, True), (429, True), (500, False)])
def test_what_a_refusal_did_not_use_is_given_back(
    ledger: Callable[..., Ledger], status: int, is_given_back: bool
) -> None:
    with (
        serving(lambda asked: reply_json({}, status)) as server,
        HttpClient(gap_scale=0.0, ledger=ledger()) as client,
        pytest.raises(FetchError),
    ):
        read(source_of(server), client)
    assert (ledger().spent("x") == 0.0) is is_given_back


def test_a_machine_without_a_network_spends_nothing(ledger: Callable[..., Ledger]) -> None:
    with serving(Service()) as server:
        closed = server.base
    with HttpClient(gap_scale=0.0, ledger=ledger()) as client, pytest.raises(FetchError) as refused:
        read(source_of(closed), client)
    assert refused.value.state == "unreachable"
    assert ledger().spent("x") == 0.0


# what it may cost


def test_the_estimate_is_never_below_the_bill(client: HttpClient) -> None:
    service = Service({timeline("ada"): numbers(300), timeline("bo"): numbers(300), "/2/lists/7/tweets": numbers(300)})
    with serving(service) as server:
        source = source_of(server, users=["ada", "bo"], list="7", max_posts=40)
        fetcher = XFetcher()
        asked = fetcher.estimate(source)
        batches = read(source, client)
    assert asked == pytest.approx(2 * USER_COST + 2 * 40 * 0.015 + 40 * 0.025)
    assert 0 < service.bill <= asked
    assert fetcher.estimate(source, batches[-1].cursor) == pytest.approx(asked - 2 * USER_COST)
    assert price(source, fetcher) == asked


def test_a_bridge_costs_nothing() -> None:
    source = source_of("", bridge="https://bridge.example.org/{name}/rss")
    assert XFetcher().estimate(source) == 0.0
    assert price(source, XFetcher()) is None


def test_the_cost_of_a_sync_is_told_even_where_a_source_is_wrong(home: Path) -> None:
    (home / "feeds.toml").write_text(
        '[x]\ndaily_usd = 2.5\n[[source]]\nkind = "x"\nusers = ["ada"]\nmax_posts = 10\n[[source]]\nkind = "x"\nlist = "no list"\n'
    )
    with closing(Session(home, clock=lambda: NOW, gap_scale=0.0)) as session:
        cost = session.cost()
    assert cost.most == pytest.approx(0.16)
    assert (cost.spent, cost.cap) == (0.0, 2.5)


@pytest.mark.parametrize("value", ["-1", "true", '"1"', "nan", "inf", "5000"])
def test_a_cap_that_is_no_sum_is_refused(value: str, home: Path) -> None:
    (home / "feeds.toml").write_text(f"[x]\ndaily_usd = {value}\n")
    with pytest.raises(ConfigError, match="daily_usd"):
        config.load(home)

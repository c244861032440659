"""YouTube: names become ids once, and a feed that is away for a while is not called gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loopback import Asked, Reply, serving

from tracker.config import Source
from tracker.errors import ConfigError, FetchError
from tracker.fetch.youtube.fetcher import YoutubeFetcher, identified
from tracker.http import HttpClient
from tracker.ports import Request, Response

WIRE = Path(__file__).parent / "wire" / "youtube"
CHANNEL = "UCaaaaaaaaaaaaaaaaaaaaaa"


def site(asked: Asked) -> Reply:
    if asked.path != "/feeds/videos.xml":
        return Reply((WIRE / "answers" / "channel.html").read_bytes())
    if asked.headers.get("if-none-match"):
        return Reply(status=304)
    return Reply((WIRE / "channel.xml").read_bytes(), headers={"etag": '"1"'})


def test_a_handle_is_looked_up_once_and_again_when_it_is_another() -> None:
    fetcher = YoutubeFetcher()
    with serving(site) as server, HttpClient(gap_scale=0.0) as client:
        source = Source(kind="youtube", name="x", options={"channel": "@ada"}, base=server.base)
        (batch,) = fetcher.fetch(source, {}, client)
        assert batch.cursor == {"name": "@ada", "id": CHANNEL}
        assert list(fetcher.fetch(source, batch.cursor, client)) == []  # 304
        assert server.paths == ["/@ada", "/feeds/videos.xml", "/feeds/videos.xml"]
        assert server.asked[-1].query == {"channel_id": CHANNEL}
        other = Source(kind="youtube", name="x", options={"channel": "https://youtube.com/c/ada"}, base=server.base)
        list(fetcher.fetch(other, batch.cursor, client))
        assert server.paths[3] == "/c/ada"
        list(fetcher.fetch(source, {"name": "@ada", "id": "../../evil"}, client))
        assert server.paths[5] == "/@ada"


@pytest.mark.parametrize(("status", "state"), [(404, "failing"), (410, "failing"), (500, "failing"), (429, "slowed")])
def test_a_feed_that_is_away_is_failing_not_gone(status: int, state: str) -> None:
    with serving(lambda a: Reply("", status)) as server, HttpClient(gap_scale=0.0) as client:
        source = Source(kind="youtube", name="x", options={"channel": CHANNEL}, base=server.base)
        with pytest.raises(FetchError) as caught:
            list(YoutubeFetcher().fetch(source, {}, client))
    assert caught.value.state == state
    assert ("spells" in caught.value.message) == (state == "failing")


def test_a_page_of_consent_is_told() -> None:
    class Consent:
        def get(self, request: Request) -> Response:
            assert request.byte_limit <= 5_000_000
            return Response(
                url="https://consent.youtube.com/m?continue=x", status=200, headers={}, body=b"<html></html>"
            )

    source = Source(kind="youtube", name="x", options={"channel": "@ada"})
    with pytest.raises(FetchError, match=r"asks for consent.*by its id"):
        identified(source, "@ada", Consent())  # type: ignore[arg-type]  # asked for one thing only


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.youtube.com/@AdaExplains", {"channel": "@AdaExplains"}),
        ("youtube.com/@ada.explains/videos", {"channel": "@ada.explains"}),
        ("https://www.youtube.com/@%E5%BE%90", {"channel": "@徐"}),
        (f"https://m.youtube.com/channel/{CHANNEL}", {"channel": CHANNEL}),
        ("https://www.youtube.com/c/ada", {"channel": "https://www.youtube.com/c/ada"}),
        ("https://www.youtube.com/user/ada", {"channel": "https://www.youtube.com/user/ada"}),
        (f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}", {"channel": CHANNEL}),
        ("https://www.youtube.com/playlist?list=PLaaaaaaaaaaaaaaaa", {"playlist": "PLaaaaaaaaaaaaaaaa"}),
        ("https://www.youtube.com/feeds/videos.xml?playlist_id=PLaaaaaaaaaaaaaaaa", {"playlist": "PLaaaaaaaaaaaaaaaa"}),
        ("youtube:@ada", {"channel": "@ada"}),
        (CHANNEL, {"channel": CHANNEL}),
        ("@ada", None),
        ("https://www.youtube.com/watch?v=aaaaaaaaaa1", None),
        ("https://www.youtube.com/", None),
        ("https://www.youtube.com/feed/subscriptions", None),
        ("https://youtube.com.example.org/@ada", None),
        ("youtube", None),
        ("", None),
    ],
)
def test_what_a_person_pastes(text: str, expected: dict[str, Any] | None) -> None:
    fetcher = YoutubeFetcher()
    assert fetcher.recognise(text) == expected
    if expected:
        fetcher.check(Source(kind="youtube", name="x", options=expected))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"channel": "@ada", "playlist": "PLaaaaaaaaaaaaaaaa"},
        {"channel": "ada"},
        {"channel": "https://example.org/@ada"},
        {"playlist": "x"},
        {"channel": 7},
        {"channel": "@ada", "views": 1},
    ],
)
def test_wrong_options_are_told(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        YoutubeFetcher().check(Source(kind="youtube", name="x", options=options))

"""Following and unfollowing from the screen, against a loopback server."""

from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from loopback import Asked, Reply, serving
from test_tui import NOW, SMALL, Stage, StagedSession, home, play
from textual import events

from tracker import times
from tracker.following import Trial, feedsfile
from tracker.tui.following import _trial_blocks

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Odd [b]blog</title>
<item><title>First [/nope] words</title><link>http://127.0.0.1/1</link><guid>1</guid><pubDate>Tue, 19 May 2026 08:00:00 GMT</pubDate></item>
</channel></rss>"""
OPML = """<opml version="2.0"><body><outline text="One" xmlUrl="https://one.example.org/feed"/>
<outline text="Two" xmlUrl="https://two.example.org/feed"/></body></opml>"""


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOW)
    monkeypatch.setattr("tracker.tui.screens.main.RELOAD_AFTER_SECONDS", 0.001)


@pytest.fixture
def feed() -> Iterator[str]:
    """The address of a feed that answers."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = FEED if self.path == "/feed" else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def session(tmp_path: Path) -> StagedSession:
    made = home(tmp_path)
    kind = type(made)
    return kind(tmp_path, clock=lambda: NOW, gap_scale=0.0)


def followed(folder: Path) -> str:
    return feedsfile.read(folder)


def ask(words: str) -> Callable[[Stage], Awaitable[None]]:
    async def act(stage: Stage) -> None:
        await stage.press("7", "a")
        await stage.until(lambda: "follow:" in stage.text)
        box = stage.app.query_one("#prompt-input")
        box.value = words  # type: ignore[attr-defined]
        await stage.press("enter")

    return act


async def test_a_feed_is_tried_shown_and_written_only_after_enter(session: StagedSession, feed: str) -> None:
    async def act(stage: Stage) -> None:
        await ask(f"{feed}/feed")(stage)
        await stage.until(lambda: "enter follows it" in stage.text)
        assert "1 entry" in stage.text
        assert "First [/nope] words" in stage.text
        assert feed not in followed(session.home)
        await stage.press("enter")
        await stage.until(lambda: "Followed as" in stage.said)
        assert f'url = "{feed}/feed"' in followed(session.home)
        await stage.until(lambda: "3 sources" in stage.text)
        assert not stage.main.is_reading
        assert len(stage.app.desk.session.config.sources) == 3

    await play(session, act, SMALL)


async def test_esc_leaves_everything_as_it_was(session: StagedSession, feed: str) -> None:
    before = followed(session.home)

    async def act(stage: Stage) -> None:
        await ask(f"{feed}/feed")(stage)
        await stage.until(lambda: "enter follows it" in stage.text)
        await stage.press("escape", "escape")
        assert not stage.main.is_reading
        await stage.press("a", "escape")
        assert "2 sources" in stage.text

    await play(session, act, SMALL)
    assert followed(session.home) == before


async def test_what_cannot_be_followed_says_why(session: StagedSession, feed: str) -> None:
    async def act(stage: Stage) -> None:
        await ask(f"{feed}/nothing")(stage)
        await stage.until(lambda: "cannot be followed" in stage.said)
        await ask("/no/such/list.opml")(stage)
        await stage.until(lambda: "cannot be read" in stage.said)
        await ask("!?")(stage)
        await stage.until(lambda: "nothing that can be followed" in stage.said)

    await play(session, act, SMALL)


async def test_a_list_of_subscriptions_and_what_is_followed_already(session: StagedSession, tmp_path: Path) -> None:
    path = tmp_path / "list.opml"
    path.write_text(OPML, encoding="utf-8")

    async def act(stage: Stage) -> None:
        await ask(str(path))(stage)
        await stage.until(lambda: "2 new sources, 0 followed already" in stage.text)
        await stage.press("enter")
        await stage.until(lambda: "2 sources added" in stage.said)
        await stage.until(lambda: "4 sources" in stage.text)
        await ask("https://one.example.org/feed")(stage)
        await stage.until(lambda: "It is followed already." in stage.text)
        await stage.press("q")
        await ask(str(path))(stage)
        await stage.until(lambda: "0 new sources, 2 followed already" in stage.text)

    await play(session, act, SMALL)


async def test_unfollowing_asks_first_and_keeps_what_is_stored(session: StagedSession) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("7")
        await stage.until(lambda: "2 sources" in stage.text)
        await stage.press("x")
        await stage.until(lambda: "unfollow daily?" in stage.text)
        await stage.press("escape", "x", "enter")
        await stage.until(lambda: "daily is not followed any more" in stage.said)
        await stage.until(lambda: "1 source" in stage.text)
        assert 'name = "daily"' not in followed(session.home)
        assert "odd [b]source" in followed(session.home)
        await stage.press("2")
        assert "56 papers" in stage.text

    await play(session, act, SMALL)


async def test_what_could_not_be_read_comes_back_to_be_mended_or_followed_untried(
    session: StagedSession, feed: str
) -> None:
    async def act(stage: Stage) -> None:
        await ask(f"{feed}/nothing")(stage)
        await stage.until(lambda: "Enter once more follows it untried" in stage.said)
        await stage.until(lambda: "follow:" in stage.text)
        assert stage.app.query_one("#prompt-input").value == f"{feed}/nothing"  # type: ignore[attr-defined]
        assert feed not in followed(session.home)
        await stage.press("enter")
        await stage.until(lambda: "enter follows it" in stage.text)
        await stage.press("enter")
        await stage.until(lambda: "Followed as" in stage.said)
        assert f"{feed}/nothing" in followed(session.home)

    await play(session, act, SMALL)


async def test_the_key_that_fetches_fetches_what_was_just_followed(session: StagedSession, feed: str) -> None:
    async def act(stage: Stage) -> None:
        await ask(f"{feed}/feed")(stage)
        await stage.until(lambda: "enter follows it" in stage.text)
        await stage.press("enter")
        await stage.until(lambda: "Followed as odd-b-blog; r fetches it" in stage.said)
        await stage.until(lambda: "3 sources" in stage.text)
        await stage.press("r")
        await stage.until(lambda: type(session).asked == ("odd-b-blog",))

    await play(session, act, SMALL)


@pytest.mark.parametrize("status", [200, 404])
async def test_what_is_typed_while_it_is_tried_is_no_command_and_esc_gives_it_up(
    session: StagedSession, status: int
) -> None:
    may_answer = Event()

    def answer(_: Asked) -> Reply:
        assert may_answer.wait(20)
        return Reply(FEED, status, {"Content-Type": "application/rss+xml"})

    async def act(stage: Stage) -> None:
        await stage.press("7", "a")
        stage.app.query_one("#prompt-input").value = f"{server.base}/feed"  # type: ignore[attr-defined]
        stage.app.post_message(events.Key("enter", None))
        await stage.until(lambda: stage.said.startswith("Asking"))
        stage.app.post_message(events.Key("2", "2"))
        await stage.until(lambda: f"{server.base}/feed2" in stage.text)
        stage.app.post_message(events.Key("escape", None))
        await stage.until(lambda: not stage.main.is_asking)
        may_answer.set()
        await stage.until(lambda: not stage.said.startswith("Asking"))
        await stage.settle()
        assert stage.main.number == 7
        assert not stage.main.is_asking
        assert not stage.main.is_reading

    with serving(answer) as server:
        await play(session, act, SMALL)


def test_a_title_of_any_size_is_shown_shortened_before_it_is_followed() -> None:
    trial = Trial(title="Mega", entries=1, newest=(("2026-05-19", "x" * 100_000),))
    drawn = [row for block in _trial_blocks(trial) for row in block.rows(76)]
    assert len(drawn) < 8

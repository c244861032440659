"""Following and unfollowing, from what a person types to `feeds.toml`, over real HTTP where anything is fetched."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from loopback import Asked, Reply, serving
from test_cli import tracker

from tracker import config, home, plugins
from tracker.errors import ConfigError, FetchError, NotFoundError
from tracker.following import Following
from tracker.models import Record
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from loopback import Serving

    from tracker.config import Source
    from tracker.ports import Client
    from tracker.session import Session

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data" / "recorded" / "opml"
EMPTY = '# mine\n[tracker]\nrole = "ml-engineer"  # who I am\n'
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Gates Weekly</title><link>https://gates.example/</link>
{}</channel></rss>""".format(
    "".join(
        f"<item><title>On gates, part {n}</title><link>https://gates.example/{n}</link><guid>g{n}</guid>"
        f"<pubDate>Mon, 0{n} Jun 2026 10:00:00 GMT</pubDate></item>"
        for n in range(1, 6)
    )
)
PAGE = '<!doctype html><html><head><title>Blog</title><link rel="alternate" type="application/rss+xml" href="/the.xml"></head></html>'


def answer(asked: Asked) -> Reply:
    match asked.path:
        case "/blog":
            return Reply(PAGE, headers={"content-type": "text/html"})
        case "/the.xml":
            return Reply(FEED, headers={"content-type": "application/rss+xml"})
        case "/list.opml":
            return Reply('<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/feed"/></body></opml>')
    return Reply("nothing", 404)


@pytest.fixture
def site() -> Iterator[Serving]:
    with serving(answer) as made:
        yield made


@pytest.fixture
def mine(home: Path) -> Path:
    (home / config.FILE).write_text(EMPTY, "utf-8")
    return home


def names(folder: Path) -> list[str]:
    return [source.name for source in config.load(folder).sources]


# a page, from its address to unfollowing it


def test_a_page_is_followed_by_its_address_synced_and_unfollowed(mine: Path, site: Serving) -> None:
    page = f"{site.base}/blog"
    done = tracker("--home", mine, "follow", page)
    assert "Gates Weekly: 5 entries" in done.stdout
    assert re.findall(r"2026-06-0\d  (.*)", done.stdout) == [f"On gates, part {n}" for n in (5, 4, 3)]
    assert site.paths == ["/blog", "/the.xml"]
    assert (mine / config.FILE).read_text("utf-8") == (
        f'{EMPTY}\n[[source]]\nkind = "feed"\nname = "gates-weekly"\nurl = "{page}"\n'
    )
    assert not (mine / "index" / "tracker.db").exists()

    assert "5 new, 0 changed, 0 failed" in tracker("--home", mine, "sync", "--no-index").stdout
    again = tracker("--home", mine, "follow", page.replace("http://", ""))
    assert again.stdout == "It is followed already, as gates-weekly.\n"

    near = tracker("--home", mine, "unfollow", "gates-weakly", status=1)
    assert "Did you mean gates-weekly?" in near.stderr
    assert "not followed any more" in tracker("--home", mine, "unfollow", "gates-weekly").stdout
    assert (mine / config.FILE).read_text("utf-8").rstrip() == EMPTY.rstrip()
    found = json.loads(tracker("--home", mine, "search", "--json", "--mode", "lexical", "gates").stdout)
    assert len(found["hits"]) == 5


def test_the_page_of_a_feed_that_is_followed_is_followed_already(mine: Path, site: Serving) -> None:
    tracker("--home", mine, "follow", "--no-try", "--name", "direct", f"{site.base}/the.xml")
    assert "followed already, as direct" in tracker("--home", mine, "follow", f"{site.base}/blog").stdout
    assert names(mine) == ["direct"]


def test_nothing_is_written_when_nothing_works(mine: Path, site: Serving) -> None:
    done = tracker("--home", mine, "follow", f"{site.base}/absent", status=1)
    first, *reasons = done.stderr.splitlines()
    assert first == f"tracker: '{site.base}/absent' cannot be followed."
    assert [reason[:8] for reason in reasons] == ["  feed: "]
    assert "404" in reasons[0]
    assert (mine / config.FILE).read_text("utf-8") == EMPTY


def test_a_dry_run_shows_and_writes_nothing(mine: Path, site: Serving) -> None:
    shown = tracker("--home", mine, "follow", "--dry-run", "--group", "blogs", "--name", "g", f"{site.base}/the.xml")
    table = tomllib.loads(shown.stdout[shown.stdout.index("[[source]]") :])["source"]
    assert table == [{"kind": "feed", "name": "g", "group": "blogs", "url": f"{site.base}/the.xml"}]
    assert (mine / config.FILE).read_text("utf-8") == EMPTY


def test_one_that_fails_does_not_stop_the_next_and_makes_the_status_1(mine: Path) -> None:
    done = tracker("--home", mine, "follow", "--no-try", "what is this", "arxiv:cs.RO", status=1)
    assert "'what is this' is nothing that can be followed." in done.stderr
    assert names(mine) == ["arxiv-cs.ro"]


def test_what_costs_money_wants_a_yes(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = tracker("--home", mine, "follow", "x:somebody", status=1)
    assert re.search(r"costs money: up to \$\d+\.\d\d a sync.*--yes", done.stderr)
    assert names(mine) == []
    tracker("--home", mine, "follow", "--yes", "x:somebody")
    assert names(mine) == ["x-somebody"]


def test_a_new_home_begins_with_the_default_and_that_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    done = tracker("--home", folder, "follow", "--no-try", "example.org")
    assert "is new: it has the default sources too" in done.stdout
    assert len(names(folder)) > 60
    assert "is new" not in tracker("--home", folder, "follow", "--no-try", "example.com").stdout


def test_a_source_that_is_off_is_switched_on_again(mine: Path) -> None:
    with (mine / config.FILE).open("a") as file:
        file.write('[[source]]\nkind = "bluesky"\nactor = "a.example"\nenabled = false  # later\n')
    assert "Now it is on." in tracker("--home", mine, "follow", "--no-try", "bsky.app/profile/a.example").stdout
    (source,) = config.load(mine).sources
    assert source.enabled
    assert "# later" in (mine / config.FILE).read_text("utf-8")


def test_unfollowing_is_all_or_nothing(mine: Path) -> None:
    tracker("--home", mine, "follow", "--no-try", "arxiv:cs.RO", "arxiv:cs.CV")
    tracker("--home", mine, "unfollow", "arxiv-cs.ro", "nope", status=1)
    assert names(mine) == ["arxiv-cs.ro", "arxiv-cs.cv"]
    tracker("--home", mine, "unfollow", "arxiv-cs.ro", "arxiv-cs.cv", "arxiv-cs.ro")
    assert names(mine) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [("[[source]\n", "cannot be read"), ('[[source]]\nkind = "x"\nbearer_token = "abc"\n', "holds a secret")],
)
@pytest.mark.parametrize("words", [["follow", "--no-try", "arxiv:cs.LG"], ["unfollow", "a"], ["export", "--opml"]])
def test_a_broken_file_is_said_and_stays_as_it_is(mine: Path, text: str, said: str, words: list[str]) -> None:
    (mine / config.FILE).write_text(text)
    assert said in tracker("--home", mine, *words, status=1).stderr
    assert (mine / config.FILE).read_text() == text


# checking


def test_sources_are_tried_and_nothing_is_stored(mine: Path, site: Serving) -> None:
    with (mine / config.FILE).open("a") as file:
        for name, path in (("good", "/the.xml"), ("bad", "/absent")):
            file.write(f'[[source]]\nkind = "feed"\nname = "{name}"\nurl = "{site.base}{path}"\n')
        file.write('[[source]]\nkind = "x"\nname = "paid"\nusers = ["somebody"]\n')
    done = tracker("--home", mine, "sources", "check", "--json", status=1)
    states = {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}
    assert {name: one["state"] for name, one in states.items()} == {"good": "ok", "bad": "failing", "paid": "off"}
    assert states["good"]["title"] == "On gates, part 5"
    assert not (mine / "index" / "tracker.db").exists()
    good = tracker("--home", mine, "sources", "check", "good").stdout
    assert "● good" in good
    assert "1 source tried, 0 failed." in good
    assert "no source 'nope'" in tracker("--home", mine, "sources", "check", "nope", status=1).stderr


# lists


def test_a_list_is_followed_with_its_folders_twice_the_same(mine: Path, tmp_path: Path, site: Serving) -> None:
    path = tmp_path / "mine.opml"
    path.write_text(
        '<opml version="2.0"><body><outline text="Labs"><outline text="One Lab" xmlUrl="https://one.example/feed"/>'
        '<outline text="V" xmlUrl="https://www.youtube.com/feeds/videos.xml?channel_id=UCbfYPyITQ-7l4upoX8nvctg"/>'
        "</outline></body></opml>"
    )
    done = tracker("--home", mine, "import", path)
    assert "2 sources added, 0 followed already." in done.stdout
    told = json.loads(tracker("--home", mine, "import", "--json", path).stdout)
    assert told == {"added": [], "known": 2, "problems": []}
    assert [(one.kind, one.name, one.group) for one in config.load(mine).sources] == [
        ("feed", "one-lab", "Labs"),
        ("youtube", "v", "Labs"),
    ]
    before = (mine / config.FILE).read_bytes()
    assert "0 sources added, 2 followed already." in tracker("--home", mine, "follow", path).stdout
    assert (mine / config.FILE).read_bytes() == before
    web = tracker("--home", mine, "follow", "--dry-run", "--group", "G", f"{site.base}/list.opml")
    assert "1 source would be added" in web.stdout
    assert (mine / config.FILE).read_bytes() == before
    tracker("--home", mine, "follow", "--group", "G", f"{site.base}/list.opml")
    assert config.load(mine).sources[-1].group == "G"


def test_a_bad_outline_is_named_and_the_rest_is_taken(mine: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.opml"
    path.write_text(
        '<opml><body><outline text="Bad" xmlUrl="javascript:x"/><outline text="Secret" trackerKind="feed" '
        'trackerOptions="{&quot;url&quot;: &quot;https://s.example&quot;, &quot;api_key&quot;: &quot;1&quot;}"/>'
        '<outline text="Odd" trackerKind="nosuch" trackerOptions="{&quot;a&quot;: 1}"/>'
        '<outline text="Good" xmlUrl="https://good.example/feed"/></body></opml>'
    )
    done = tracker("--home", mine, "import", path, status=1)
    assert names(mine) == ["good"]
    assert done.stderr.count("left out: 'Bad'") == done.stderr.count("left out: 'Odd'") == 1
    assert "holds a secret" in done.stderr


def test_what_is_exported_is_the_same_in_another_home(mine: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / config.FILE).write_text(EMPTY, "utf-8")
    tracker("--home", tmp_path / "full", "init", "--role", "data-scientist")
    path = tmp_path / "all.opml"
    said = tracker("--home", tmp_path / "full", "export", "--opml", path).stdout
    everything = config.load(tmp_path / "full").sources
    assert f"{len(everything)} sources, " in said
    tracker("--home", other, "import", path)
    assert sorted(config.load(other).sources, key=str) == sorted(everything, key=str)
    assert tracker("--home", other, "export", "--opml").stdout.startswith("<?xml")
    assert "cannot be written" in tracker("--home", other, "export", "--opml", other / "no" / "x", status=1).stderr


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded lists are not part of this checkout")
@pytest.mark.parametrize("name", ["engblogs.opml", "aiwebfeeds__feeds.enriched.categorized.opml"])
def test_recorded_lists_are_followed_whole_and_once(session: Session, mine: Path, name: str) -> None:
    body = (RECORDED / name).read_bytes()
    first = session.following.add_list(body)
    assert not first.problems
    assert len(first.added) + first.known == {"engblogs.opml": 366}.get(name, 254)
    assert names(mine) == first.added
    again = session.following.add_list(body)
    assert (again.added, again.known) == ([], len(first.added) + first.known)
    for source in config.load(mine).sources:
        session.fetcher(source.kind).check(source)


# making a home


@pytest.mark.parametrize("role", config.ROLES)
def test_a_home_is_made_for_a_role_and_never_twice(tmp_path: Path, role: str) -> None:
    folder = tmp_path / "new"
    said = tracker("--home", folder, "init", "--role", role).stdout
    made = config.load(folder)
    assert made.role == role
    assert f"{len(made.sources)} sources" in said
    groups = {source.group for source in made.sources}
    preset = home.presets()[role]
    assert set(preset["on"]) <= groups
    assert not set(preset["off"]) & groups
    before = (folder / config.FILE).read_bytes()
    assert "is there already" in tracker("--home", folder, "init", status=1).stderr
    assert (folder / config.FILE).read_bytes() == before


def test_a_role_changes_its_groups_their_weights_and_its_name_and_nothing_else() -> None:
    assert home.for_role(PACKAGED, "ml-engineer") == PACKAGED
    for role in ("data-scientist", "ai-engineer"):
        made, preset = home.for_role(PACKAGED, role), home.presets()[role]
        assert len(made.splitlines()) == len(PACKAGED.splitlines())
        plain = {source.name: source for source in sources_of(ALL_ON)}
        for source in sources_of(made):
            factor = preset["weights"].get(source.group, 1.0)
            assert source == replace(plain[source.name], weight=round(plain[source.name].weight * factor, 2))
        on = {source.name for source in sources_of(made)} ^ {source.name for source in sources_of(PACKAGED)}
        assert {plain[name].group for name in on} == {*preset["on"], *preset["off"]}


# the file that comes with the package

PACKAGED = (files("tracker") / config.FILE).read_text("utf-8")
ALL_ON = re.sub(r"^# (?=\[\[source\]\]$|[a-z_]+ = )", "", PACKAGED, flags=re.MULTILINE)


def sources_of(text: str) -> tuple[Source, ...]:
    return config.parse(tomllib.loads(text), Path()).sources


def test_every_default_source_is_one_that_its_fetcher_takes() -> None:
    on, everything = sources_of(PACKAGED), sources_of(ALL_ON)
    assert 60 <= len(on) <= 70
    assert len(everything) == len(re.findall(r"^(?:# )?\[\[source\]\]$", PACKAGED, re.MULTILINE)) > 130
    for source in everything:
        plugins.load(plugins.FETCHERS, source.kind)().check(source)
        assert source.group
        assert (source.per_week is None) is (source.kind == "conference")  # which comes once a year
    assert {source.kind for source in everything} >= set(
        "arxiv bluesky conference feed hackernews hf_daily mastodon reddit youtube".split()
    )
    assert all(str(one.options["channel"]).startswith("UC") for one in everything if one.kind == "youtube")
    assert not {"x", "openreview", "bluesky", "mastodon", "reddit"} & {source.kind for source in on}


def test_no_default_address_stands_twice_and_every_fallback_is_an_address_or_a_way_of_its_kind() -> None:
    everything = sources_of(ALL_ON)
    addresses = Counter(str(source.options["url"]) for source in everything if "url" in source.options)
    assert max(addresses.values()) == 1
    for source in everything:
        assert source.fallback in {"", "oai"} or source.fallback.startswith("https://")
        assert (source.fallback == "oai") <= (source.kind == "arxiv")


def test_every_default_table_says_all_that_a_reader_wants_to_know() -> None:
    for table in tomllib.loads(ALL_ON)["source"]:
        assert {"kind", "name", "group", "weight", "authority"} <= table.keys(), table


def test_presets_name_groups_that_there_are() -> None:
    groups = {source.group for source in sources_of(ALL_ON)}
    assert home.presets().keys() == set(config.ROLES)
    for preset in home.presets().values():
        assert {*preset["on"], *preset["off"], *preset["weights"]} <= groups


# ways to read something


class Made:
    """A fetcher of a test: recognises one text, and brings what it is told to."""

    kind: ClassVar[str] = "made"

    def __init__(self, brings: Exception | list[Record], options: Mapping[str, Any] | None = None) -> None:
        self._brings, self._options = brings, options

    def check(self, source: Source) -> None:
        pass

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        return self._options if text == "it" else None

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        if isinstance(self._brings, Exception):
            raise self._brings
        yield Batch(records=self._brings, cursor={})


class Old:
    """A fetcher of a package from before `recognise`."""

    kind: ClassVar[str] = "old"

    def check(self, source: Source) -> None:
        pass

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        yield Batch(records=[], cursor={})


class Wild(Made):
    def recognise(self, text: str) -> Mapping[str, Any] | None:
        raise ZeroDivisionError


RECORD = Record(kind="post", key="k", title="T", identifiers=("k",), author="Somebody", published="2026-05-01")


@pytest.fixture
def made(mine: Path) -> Callable[..., Following]:
    @contextmanager
    def client() -> Iterator[Client]:
        yield None  # type: ignore[misc]

    def make(**fetchers: Any) -> Following:
        def fetcher(kind: str) -> Any:
            if isinstance(fetchers[kind], ConfigError):
                raise fetchers[kind]
            return fetchers[kind]

        return Following(mine, fetchers, fetcher, client)

    return make


def test_special_kinds_come_before_plain_feeds_and_empty_options_count(made: Callable[..., Following]) -> None:
    found = made(feed=Made([RECORD], {"url": "https://f.example"}), zoo=Made([RECORD], {}), old=Old()).find("it")
    assert (found.kind, found.options, found.refused) == ("zoo", {}, ())
    assert found.trial
    assert (found.trial.title, found.trial.entries, found.trial.newest) == ("Somebody", 1, (("2026-05-01", "T"),))


def test_the_next_way_is_taken_when_one_fails(made: Callable[..., Following]) -> None:
    following = made(
        feed=Made([RECORD], {"url": "https://f.example"}),
        broken=ConfigError("It is not installed."),
        wild=Wild([RECORD]),
        bad=Made(ZeroDivisionError("oh"), {"a": "b"}),
        dead=Made(FetchError("It is dead.", "Wait."), {"a": "b"}),
    )
    found = following.find("it")
    assert found.kind == "feed"
    assert found.refused == (
        "bad: It failed unexpectedly: ZeroDivisionError: oh. Please report it.",
        "dead: It is dead. Wait.",
    )


def test_a_feed_that_a_remedy_names_is_tried_and_other_addresses_are_not(made: Callable[..., Following]) -> None:
    named = 'Try the feed instead: kind = "feed", url = "https://social.example/@me.rss". See https://help.example.'
    following = made(
        feed=Made([RECORD]), social=Made(FetchError("It wants a login.", named, state="login"), {"a": "b"})
    )
    found = following.find("it")
    assert (found.kind, found.options) == ("feed", {"url": "https://social.example/@me.rss"})
    assert found.refused[0].startswith("social: It wants a login.")
    dead = made(feed=Made(FetchError("Dead too.", named)), social=Made(FetchError("Dead.", named), {"a": "b"}))
    with pytest.raises(NotFoundError) as caught:
        dead.find("it")
    assert [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]] == ["social", "feed"]


def test_names_are_free_and_a_given_one_must_be(made: Callable[..., Following]) -> None:
    following = made(feed=Made([RECORD], {"url": "https://f.example"}))
    following.add([following.table(following.find("it"))])
    assert following.find("it").existing
    other = made(feed=Made([RECORD], {"url": "https://g.example"}))
    table = other.table(other.find("it"))
    assert table["name"] == "somebody-2"
    with pytest.raises(ConfigError, match="a source 'somebody' already"):
        other.table(other.find("it"), name="somebody")

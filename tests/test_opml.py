"""Lists of subscriptions: what other programs write is read, what tracker writes comes back whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import config
from tracker.errors import ConfigError
from tracker.following import opml, subscriptions
from tracker.following.opml import Outline, parse, render
from tracker.identity import is_web_address

if TYPE_CHECKING:
    from tracker.config import Source

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data" / "recorded" / "opml"
FILES = {  # subscriptions, bad outlines, folders
    "aiwebfeeds__feeds.categorized.opml": (0, 920, 0),
    "aiwebfeeds__feeds.enriched.categorized.opml": (254, 0, 34),
    "engblogs.opml": (366, 0, 1),
    "engineering_blogs.opml": (420, 0, 1),
    "ml-ai-feed.opml": (34, 0, 1),
    "plenary__with_category__News.opml": (11, 0, 1),
    "plenary__with_category__Programming.opml": (49, 0, 2),
    "plenary__with_category__Science.opml": (24, 0, 1),
    "plenary__with_category__Tech.opml": (25, 0, 1),
    "plenary__with_category__Web_Development.opml": (7, 0, 1),
    "plenary__without_category__Startups.opml": (21, 0, 1),
    "plenary__without_category__Tech.opml": (25, 0, 1),
    "plenary__without_category__UI_-_UX.opml": (11, 0, 1),
    "plenary__without_category__Web_Development.opml": (7, 0, 1),
}


def listing(body: str) -> bytes:
    return f'<?xml version="1.0"?>\n<opml version="1.1"><head/><body>{body}</body></opml>'.encode()


# recorded lists


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded lists are not part of this checkout")
@pytest.mark.parametrize("name", FILES)
def test_recorded_lists_are_read_and_come_back_from_our_own_writing(name: str) -> None:
    outlines, problems = parse((RECORDED / name).read_bytes())
    assert (len(outlines), len(problems), len({outline.folder for outline in outlines})) == FILES[name]
    assert all(is_web_address(outline.address) for outline in outlines)
    again, none = parse(render(outlines, "again").encode()) if outlines else ([], [])
    assert not none
    assert sorted(again, key=str) == sorted(outlines, key=str)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded lists are not part of this checkout")
def test_every_recorded_list_is_looked_at_and_the_table_beside_them_is_none() -> None:
    assert {path.name for path in RECORDED.glob("*.opml")} == FILES.keys()
    (table,) = RECORDED.glob("*.tsv")
    assert not opml.is_opml(table.read_bytes()[:4_096])
    with pytest.raises(ConfigError, match="no OPML"):
        parse(table.read_bytes())


# other programs' writing


def test_folders_titles_and_spellings() -> None:
    outlines, problems = parse(
        listing("""
        <outline text="ML &amp; more"><!-- a remark -->
          <outline title="Deep"><outline TEXT="One" xmlurl=" https://one.example/feed "/></outline>
          <outline type="rss" text="Two" title="Second" XMLURL="http://two.example/rss" htmlUrl="http://two.example"/>
        </outline>
        <outline text="A note"/>
        <outline type="rss" text="None"/>
        <outline text="File" xmlUrl="file:///etc/passwd"/>
        <outline text="Script" xmlUrl="javascript:alert(1)"/>
        <outline text="One again" xmlUrl="https://one.example/feed"/>
        """)
    )
    assert outlines == [
        Outline(title="One", address="https://one.example/feed", folder=("ML & more", "Deep")),
        Outline(title="Second", address="http://two.example/rss", folder=("ML & more",)),
    ]
    assert problems == [
        "'None' has no address.",
        "'File': 'file:///etc/passwd' is no http or https address.",
        "'Script': 'javascript:alert(1)' is no http or https address.",
    ]


def test_what_can_be_saved_of_a_cut_list_is_saved() -> None:
    body = listing('<outline text="One" xmlUrl="https://one.example/feed"/><outline text="T & B" xmlUrl="https://t.ex')
    outlines, problems = parse(body.removesuffix(b"</body></opml>"))
    assert outlines == [Outline(title="One", address="https://one.example/feed")]
    assert problems == ["It breaks off in the middle; the rest is missing."]


def test_a_bare_ampersand_costs_no_subscription() -> None:
    (outline,), problems = parse(listing('<outline text="R&D" xmlUrl="https://one.example/feed"/>'))
    assert (outline.address, problems) == ("https://one.example/feed", [])


def test_a_list_of_nothing_is_said() -> None:
    with pytest.raises(ConfigError, match="lists nothing"):
        parse(listing('<outline text="An empty folder"/>'))


def test_entities_are_not_expanded_and_nothing_outside_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f"""<!DOCTYPE opml [<!ENTITY l0 "ha">{laughs}<!ENTITY file SYSTEM "{secret.as_uri()}">]>
    <opml><body><outline text="&l9;&file;" xmlUrl="https://one.example/feed"/></body></opml>"""
    try:
        outlines, _ = parse(body.encode())
    except ConfigError:
        return
    assert all("TOP" not in outline.title and len(outline.title) < 300 for outline in outlines)


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"\x00\x01", b"{}", b"<rss/>", b"<html><body>opml</body></html>", "ü".encode("utf-16")],
)
def test_what_is_no_list_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(ConfigError, match="no OPML"):
        parse(body)


def test_a_list_that_is_too_large_too_long_or_too_deep() -> None:
    with pytest.raises(ConfigError, match="larger than 10 MB"):
        parse(b" " * (opml.BYTE_LIMIT + 1))
    many = "".join(f'<outline text="n" xmlUrl="https://e.example/{n}"/>' for n in range(opml.OUTLINE_LIMIT + 5))
    outlines, problems = parse(listing(many))
    assert len(outlines) == opml.OUTLINE_LIMIT
    assert problems == ["Only the first 10,000 outlines were read."]
    deep = '<outline text="d">' * 60 + '<outline text="x" xmlUrl="https://e.example/"/>' + "</outline>" * 60
    (outline,), _ = parse(listing(deep))
    assert len(outline.folder) == opml.DEPTH_LIMIT


# our own writing

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAME = (
    st.text("abc é&<>\"'", min_size=1, max_size=12).map(str.strip).filter(bool).map(lambda one: " ".join(one.split()))
)


@given(
    st.lists(
        st.builds(
            Outline,
            title=NAME,
            address=st.from_regex(r"https://[a-z]{1,8}\.example/[a-z?=&]{0,12}", fullmatch=True),
            folder=st.lists(NAME, max_size=3).map(tuple),
            kind=st.just("x"),
            options=st.dictionaries(NAME, WORDS | st.integers() | st.booleans(), min_size=1, max_size=3),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda one: one.address,
    )
)
def test_any_list_comes_back_whole(outlines: list[Outline]) -> None:
    again, problems = parse(render(outlines, "a \x00 title").encode())
    assert not problems
    assert sorted(again, key=str) == sorted(outlines, key=str)


SOURCES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "feed", "url": "https://one.example/feed", "weight": 0.5}, "https://one.example/feed"),
    ({"kind": "arxiv", "categories": ["cs.LG", "stat.ML"]}, "https://rss.arxiv.org/rss/cs.LG+stat.ML"),
    ({"kind": "arxiv", "query": "all:x"}, ""),
    ({"kind": "youtube", "channel": "UC123"}, "https://www.youtube.com/feeds/videos.xml?channel_id=UC123"),
    ({"kind": "youtube", "channel": "@name"}, ""),
    ({"kind": "youtube", "playlist": "PL1"}, "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1"),
    ({"kind": "reddit", "subreddit": ["a", "b"], "enabled": False}, "https://www.reddit.com/r/a+b/.rss"),
    ({"kind": "mastodon", "account": "me@social.example"}, "https://social.example/@me.rss"),
    ({"kind": "mastodon", "hashtag": "ml", "instance": "s.example"}, "https://s.example/tags/ml.rss"),
    ({"kind": "bluesky", "actor": "me.example"}, "https://bsky.app/profile/me.example/rss"),
    ({"kind": "hackernews", "points": 100, "fallback": "https://hnrss.example/"}, ""),
    ({"kind": "hf_daily", "per_week": 100, "authority": "mirror"}, ""),
    ({"kind": "conference", "venue": "ICML", "years": [2026]}, ""),
]


def source_of(table: dict[str, Any]) -> Source:
    return config.parse({"source": [table]}, Path()).sources[0]


@pytest.mark.parametrize(("table", "address"), SOURCES)
def test_a_source_goes_out_and_comes_back_as_it_was(table: dict[str, Any], address: str) -> None:
    table = {**table, "name": "n", "group": "a/b"}
    source = source_of(table)
    outline = subscriptions.outline_of(source)
    assert (outline.address, outline.folder) == (address, ("a", "b"))
    (again,), problems = parse(render([outline], "t").encode())
    assert not problems
    assert source_of(subscriptions.table_of(again, set())) == source


def test_a_list_from_elsewhere_cannot_choose_the_server_of_a_login() -> None:
    outline = Outline(title="n", kind="bluesky", options={"actor": "a.example", "base": "https://evil.example"})
    assert "base" not in subscriptions.table_of(outline, set())


@pytest.mark.parametrize(
    ("table", "kind", "options", "covered"),
    [
        ({"kind": "feed", "url": "https://a.example/feed/"}, "feed", {"url": "http://www.a.example/feed"}, True),
        ({"kind": "feed", "url": "https://a.example/feed"}, "feed", {"url": "https://a.example/other"}, False),
        ({"kind": "arxiv", "categories": ["cs.LG", "stat.ML"]}, "arxiv", {"categories": ["stat.ML"]}, True),
        ({"kind": "arxiv", "categories": ["cs.LG"]}, "arxiv", {"categories": ["cs.LG", "cs.CL"]}, False),
        ({"kind": "arxiv", "categories": ["cs.LG"], "query": "all:x"}, "arxiv", {"categories": ["cs.LG"]}, False),
        ({"kind": "hackernews", "query": "AI", "points": 100}, "hackernews", {"query": "ai"}, True),
        ({"kind": "hackernews", "query": "AI"}, "hackernews", {"list": "front_page"}, False),
        ({"kind": "bluesky", "actor": "@Me.Example"}, "bluesky", {"actor": "me.example"}, True),
        ({"kind": "bluesky", "actor": "me.example"}, "feed", {"url": "https://me.example"}, False),
        ({"kind": "conference", "venue": "ICML", "years": [2025, 2026]}, "conference", {"venue": "icml", "years": [2026]}, True),
        ({"kind": "hf_daily", "days": 4}, "hf_daily", {}, True),
        ({"kind": "feed", "url": "https://a.example", "base": "https://b.example"}, "feed", {"url": "https://a.example"}, False),
    ],
)  # fmt: skip
def test_what_a_source_covers(table: dict[str, Any], kind: str, options: dict[str, Any], covered: bool) -> None:
    assert subscriptions.covers(source_of(table), kind, options) is covered

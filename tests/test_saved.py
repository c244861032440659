"""Saved searches: what matches, that each match is announced once, and every face that shows them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest
from conftest import HOSTILE_CONTROLS, HOSTILE_TITLES, NOW, paper, post
from test_cli import tracker

from tracker.cli.watch import watch_command
from tracker.digesting import digest_of_week
from tracker.errors import NotFoundError, QueryError, TrackerError
from tracker.forms.markdown import to_markdown
from tracker.forms.page import to_html
from tracker.forms.text import to_text
from tracker.saved import matching
from tracker.saved import service as saved
from tracker.session import Session
from tracker.store import saved as store

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.models import SyncEvent

WEEK = "2026-W20"
CHESS = {
    "title": "Playing board games by self-play",
    "abstract": "An agent learns to win at chess and Go without human games.",
}


@pytest.fixture
def bring(session: Session, lines: Callable[..., Path]) -> Callable[..., None]:
    """Store rows, without vectors."""
    return lambda *rows: session.import_files([lines(*rows)]) and None


def look(session: Session) -> dict[str, int]:
    """What a look announces: how many matches by the name of their search."""
    return {event.source: event.new for event in session.saved.look()}


def found(session: Session, name: str, *, only_new: bool = False) -> list[str]:
    return [match.line.id for match in saved.matches(session.reader, name, 99, only_new=only_new)]


# what matches


def test_what_is_stored_when_a_search_is_saved_is_known_and_what_comes_after_is_new(
    session: Session, bring: Callable[..., None]
) -> None:
    bring(paper(1, title="Diffusion policy for robots"), paper(2))
    made = session.saved.save("diffusion policy")
    assert (made.name, made.matches, made.new, made.announced_at) == ("diffusion policy", 1, 0, None)
    assert look(session) == {}
    bring(paper(3, title="A policy of diffusion"), paper(4), post(1, text="Diffusion policies everywhere."))
    assert look(session) == {"diffusion policy": 2}
    assert look(session) == {}
    (now,) = saved.listed(session.reader)
    assert (now.matches, now.new, now.announced_at) == (3, 2, "2026-05-18T09:00:00Z")
    assert found(session, "diffusion policy") == ["x:1", "arxiv:2605.10003", "arxiv:2605.10001"]
    assert found(session, "Diffusion Policy", only_new=True) == ["x:1", "arxiv:2605.10003"]


@pytest.mark.parametrize(
    ("line", "fields", "matches"),
    [
        ("sparse attention", {"title": "Attention that is sparse"}, True),
        ("sparse attention", {"abstract": "We make attentions of a sparser kind: sparse attention."}, True),
        ("sparse attention", {"abstract": "Sparse " + "and other words " * 9 + "attention."}, False),
        ("sparse attention", {"title": "Sparse coding"}, False),
        ('"sparse attention"', {"title": "Attention that is sparse"}, False),
        ('"sparse attention" kernels', {"title": "Kernels for sparse attention"}, True),
        ("attention -sparse", {"title": "Sparse attention"}, False),
        ('attention -"sparse attention"', {"title": "Attention, sparse"}, True),
        ("author:hinton", {"authors": ["Geoffrey Hinton"]}, True),
        ("author:hinton", {"authors": ["Geoffrey Everest"]}, False),
        ("venue:ICLR has:code", {"venue": "ICLR", "abstract": "Code: https://github.com/a/b"}, True),
        ("venue:ICLR has:code", {"venue": "ICLR"}, False),
        ("venue:ICLR -planning", {"venue": "ICLR", "title": "Planning"}, False),
        ("since:7d", {"date": "2026-05-17"}, True),
        ("since:7d", {"date": "2026-05-01"}, False),
        ("AND OR NEAR(", {"title": "And or near ("}, True),
    ],
)
def test_words_and_filters_without_vectors(
    session: Session, bring: Callable[..., None], line: str, fields: dict[str, object], matches: bool
) -> None:
    session.saved.save(line, "mine")
    bring(paper(1, **{"title": "Something", "abstract": "Else.", **fields}))
    assert look(session) == ({"mine": 1} if matches else {})


def test_meaning_finds_what_says_it_in_other_words_once_it_has_a_vector(
    session: Session, bring: Callable[..., None]
) -> None:
    bring(paper(1))
    list(session.bring_level())
    session.saved.save("agents that learn to play chess and other board games", "games")
    bring(paper(2, **CHESS), paper(3, title="Protein folding", abstract="We fold proteins."))
    assert look(session) == {}, "its words are not all there, and it has no vector yet"
    told = [event for event in session.bring_level() if event.step == "matched"]
    assert [(event.source, event.new, event.message) for event in told] == [("games", 1, CHESS["title"])]
    assert look(session) == {}
    assert session.writer.execute("SELECT * FROM awaiting_vectors").fetchall() == []


def test_words_far_apart_count_where_the_meaning_is_near_too(session: Session, bring: Callable[..., None]) -> None:
    session.saved.save("chess games")
    between = "The agent plays against itself and improves with every one of its moves on the board."
    bring(
        paper(1, title="Self-play", abstract=f"We learn chess. {between} It wins most games of chess masters."),
        paper(
            2, title="Taxes", abstract="A chess piece stands on the desk. " + "Taxes rise. " * 40 + "We count games."
        ),
    )
    list(session.bring_level())
    assert found(session, "chess games") == ["arxiv:2605.10001"]


def test_like_asks_by_meaning_alone_and_leaves_its_own_items_out(session: Session, bring: Callable[..., None]) -> None:
    bring(paper(1, **CHESS))
    list(session.bring_level())
    session.saved.save("like:2605.10001", "alike")
    bring(
        paper(
            2, title="Self-play for board games", abstract="Agents learn chess and Go from games against themselves."
        ),
        paper(3, title="Protein folding", abstract="We fold proteins."),
    )
    list(session.bring_level())
    assert found(session, "alike") == ["arxiv:2605.10002"]


class OtherModel:
    """A model for which no threshold was measured."""

    name, dimension = "another", 384


def test_with_another_model_words_count_alone(session: Session, bring: Callable[..., None]) -> None:
    bring(paper(1, **CHESS))
    list(session.bring_level())
    other = saved.SavedSearches(session.writer, session.reader, OtherModel, session.parse, session.now)
    with pytest.raises(QueryError, match="needs the default model, not another"):
        other.save("like:2605.10001")
    other.save("chess")
    other.save("agents that learn to play chess and other board games", "games")
    session.writer.execute("INSERT INTO models (name, dimension) VALUES ('another', 384)")
    session.writer.execute("UPDATE vectors SET model = 2")
    bring(paper(2, **CHESS))
    session.writer.execute("UPDATE items SET text_hash = (SELECT text_hash FROM vectors LIMIT 1)")
    assert {event.source for event in other.look()} == {"chess"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("is:unred", "is:unread"),
        ("venu:ICML", "venue:"),
        ("is:starred robots", "is:starred never holds"),
        ("tag:thesis", "tag:thesis never holds"),
        ("-robots", "nothing to look for"),
        ("?!", "nothing to look for"),
    ],
)
def test_a_line_that_can_never_match_is_refused_at_once(session: Session, line: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        session.saved.save(line)
    assert store.progress(session.writer) == []


def test_names_are_unique_and_a_search_is_saved_once(session: Session) -> None:
    session.saved.save("robots", "Mine")
    with pytest.raises(TrackerError, match="saved already, as 'Mine'"):
        session.saved.save(" robots ", "other")
    with pytest.raises(TrackerError, match="already: robots"):
        session.saved.save("planes", "mine")
    with pytest.raises(NotFoundError, match="Nothing is stored as 'nowhere'"):
        session.saved.save("like:nowhere")
    with pytest.raises(NotFoundError, match="Did you mean 'Mine'"):
        session.saved.remove("minne")
    assert session.saved.remove("robots").name == "Mine"
    assert saved.listed(session.reader) == []


def test_a_name_counts_before_the_line_of_another_search(session: Session) -> None:
    session.saved.save("robots", "arms")
    made = session.saved.save("planes", "robots")
    assert (made.name, made.query) == ("robots", "planes")
    assert session.saved.remove("Robots").query == "planes"
    assert session.saved.remove("robots").name == "arms"


# once


def test_an_edit_a_merge_or_another_source_makes_nothing_new(session: Session, bring: Callable[..., None]) -> None:
    bring(paper(1, title="Robots that walk"))
    session.saved.save("robots")
    bring(paper(1, title="Robots that walk far"), paper(1, id="other:1", title="Robots that walk", source="elsewhere"))
    assert look(session) == {}
    bring(paper(2, title="Robots that swim", arxiv_id="", id="forum:2"))
    assert look(session) == {"robots": 1}
    bring(paper(2, title="Robots that swim", date="2026-05-12"))
    assert look(session) == {}
    assert saved.listed(session.reader)[0].matches == 2


def test_a_match_that_is_merged_into_an_older_item_is_kept_with_what_was_told_of_it(
    session: Session, bring: Callable[..., None]
) -> None:
    bring(paper(1), paper(2), paper(3))
    session.saved.save("robots")
    (search,) = store.progress(session.writer)
    store.record(session.writer, {search.search: [2, 3]}, "2026-05-18T09:00:00Z", 3, [], [])
    assert look(session) == {"robots": 2}
    session.saved.see("robots", [3])
    for row, other in ((1, 3), (2, 1)):
        store.merge(session.writer, row, other)
        session.writer.execute("DELETE FROM items WHERE row = ?", [other])
    assert look(session) == {}
    assert found(session, "robots") == ["arxiv:2605.10002"]
    assert found(session, "robots", only_new=True) == []


def test_one_story_told_in_two_places_is_one_match(session: Session, bring: Callable[..., None]) -> None:
    session.saved.save("robots")
    bring(post(1, text="Robots walk."), post(2, text="Robots walk here."), post(3, text="Robots talk."))
    session.writer.execute("UPDATE items SET story = 1 WHERE row < 3")
    assert look(session) == {"robots": 2}


def test_what_is_read_or_seen_is_not_new_and_what_is_hidden_is_gone(
    session: Session, bring: Callable[..., None]
) -> None:
    session.saved.save("robots")
    bring(*(paper(n, title=f"Robots {n}") for n in range(1, 5)))
    look(session)
    session.mark([1], read=True)
    session.saved.see("robots", [2])
    session.mark([3], hidden=True)
    assert found(session, "robots", only_new=True) == ["arxiv:2605.10004"]
    assert len(found(session, "robots")) == 3
    ((search, news),) = session.news(9)
    assert (search.matches, search.new, [line.id for line in news]) == (3, 1, ["arxiv:2605.10004"])


def test_a_search_that_is_cut_off_before_it_is_told_is_told_next_time(
    session: Session, bring: Callable[..., None]
) -> None:
    session.saved.save("robots")
    session.saved.save("paper", "all")
    bring(paper(1, title="Robots"), paper(2))
    events = session.saved.look()
    assert next(events).source == "all"
    events.close()
    assert look(session) == {"all": 1, "robots": 1}
    assert look(session) == {}


def test_a_process_killed_between_finding_and_announcing_loses_and_doubles_nothing(
    session: Session, bring: Callable[..., None]
) -> None:
    session.saved.save("robots")
    bring(*(paper(n, title=f"Robots {n}") for n in range(1, 30)))
    for moment in ("store.unannounced", "store.record"):
        script = (
            "import os, signal, sys; from pathlib import Path; from tracker.saved import service as saved; from tracker.session import Session\n"
            "from tracker.store import saved as store\n"
            f"{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
            "list(Session(Path(sys.argv[1])).saved.look())"
        )
        done = subprocess.run([sys.executable, "-c", script, str(session.home)], timeout=60, check=False)
        assert done.returncode == -signal.SIGKILL
    assert look(session) == {"robots": 29}
    assert look(session) == {}
    assert saved.listed(session.reader)[0].matches == 29


def test_a_line_that_is_no_longer_understood_is_said_and_stops_no_other(
    session: Session, bring: Callable[..., None]
) -> None:
    session.saved.save("robots")
    store.add(session.writer, "old", "is:gone", "2026-05-18T09:00:00Z", 0, [])
    bring(paper(1, title="Robots"))
    events: list[SyncEvent] = list(session.saved.look())
    assert [(event.step, event.source) for event in events] == [("warned", "old"), ("matched", "robots")]
    assert "is:gone is not known" in events[0].message


# where it is told


def test_the_digest_of_a_week_has_what_matched_of_its_days_and_cites_it(
    session: Session, bring: Callable[..., None]
) -> None:
    session.saved.save("robots")
    for number in range(8):
        session.saved.save(f"author:author{number}", f"author {number}")
    bring(
        paper(1, title="Robots [walk", date="2026-05-12"),
        paper(2, title="Robots of another week", date="2026-05-19"),
        *(paper(n, date="2026-05-13", authors=[f"Ada Author{n - 3}"]) for n in range(3, 11)),
    )
    before = to_markdown(digest_of_week(session.reader, WEEK, session.role("ml-engineer")))
    assert "saved searches" not in before
    look(session)
    made = digest_of_week(session.reader, WEEK, session.role("ml-engineer"))
    (section,) = [section for section in made.sections if section.key == "saved"]
    assert [entry.title for entry in section.entries] == [f"author {number}" for number in range(6)]
    assert section.lead[0].text == "Beside those below: author 6 (1), author 7 (1) and robots (1)."
    text = to_markdown(made)
    assert "## For your saved searches" in text
    assert "1 match this week. [" in text
    assert "another week" not in text
    assert "Robots \\[walk" in text
    session.saved.see("robots", [1])
    assert to_markdown(digest_of_week(session.reader, WEEK, session.role("ml-engineer"))) == text
    assert all(form(made) for form in (to_html, to_text))


@pytest.fixture
def watching(home: Path, lines: Callable[..., Path]) -> Path:
    tracker("--home", home, "import", "--no-index", lines(paper(1, title="Robots that walk"), paper(2)))
    return home


def test_the_command_line_saves_lists_shows_and_removes(watching: Path, lines: Callable[..., Path]) -> None:
    def run(*words: str | Path, **options: int) -> str:
        done = tracker("--home", watching, *words, **options)  # type: ignore[arg-type]
        return done.stdout + done.stderr

    out = run("watch", "robots")
    assert "Saved as 'robots'. 1 stored item so far" in out
    assert "Robots that walk" in out
    assert "Did you mean is:unread" in run("watch", "is:unred", status=1)
    assert "saved already" in run("watch", "add", "robots", status=1)
    assert "Saved as 'list'" in run("watch", "add", "list", "--name", "list")
    out = run("import", lines(paper(3, title="Robots that swim"), paper(4, title="Robots \x1b[31mthat fly")))
    assert "New for your saved searches:\n       2  robots: Robots [31mthat fly · Robots that swim" in out
    assert "saved searches" not in run("index")
    listed = [json.loads(line) for line in run("watch", "list", "--json").splitlines()]
    assert [(one["name"], one["matches"], one["new"]) for one in listed] == [("list", 0, 0), ("robots", 3, 2)]
    assert "2 new of 3 matches" in run("watch")
    new = [json.loads(line) for line in run("watch", "show", "robots", "--new", "--json").splitlines()]
    assert [one["id"] for one in new] == ["arxiv:2605.10004", "arxiv:2605.10003"]
    assert "Nothing new matches" in run("watch", "show", "robots", "--new")
    assert "Robots that walk" in run("watch", "show", "robots")
    assert "Removed 'robots'" in run("watch", "remove", "robots", "list")
    assert "No search is saved" in run("watch")
    assert "no saved search 'robots'" in run("watch", "show", "robots", status=1)


def test_a_backup_keeps_saved_searches(watching: Path, tmp_path: Path) -> None:
    tracker("--home", watching, "watch", "robots")
    tracker("--home", watching, "backup", tmp_path / "copy.db")
    again = tmp_path / "again"
    (again / "index").mkdir(parents=True)
    (tmp_path / "copy.db").rename(again / "index" / "tracker.db")
    assert "0 new of 1 match" in tracker("--home", again, "watch").stdout


def test_sync_tells_of_new_matches_once(watching: Path) -> None:
    (watching / "feeds.toml").write_text(
        '[[source]]\nkind = "feed"\nname = "gone"\nurl = "http://127.0.0.1:9/feed"\n', "utf-8"
    )
    tracker("--home", watching, "watch", "that walk", "--name", "walkers")
    session = Session(watching)
    session.writer.execute("UPDATE searches SET known = 0, looked = 0")
    session.writer.execute("DELETE FROM matches")
    session.close()
    first = tracker("--home", watching, "sync", "--no-index", status=1).stdout
    assert "New for your saved searches:\n       1  walkers: Robots that walk\n" in first
    assert "saved searches" not in tracker("--home", watching, "sync", "--no-index", status=1).stdout


def test_export_writes_atom_that_readers_take_and_bytes_that_stay_the_same(
    home: Path, lines: Callable[..., Path], tmp_path: Path
) -> None:
    rows = [
        paper(
            n,
            title=f"Robots {title}",
            abstract=HOSTILE_CONTROLS + "<b>&amp;]]></b>",
            authors=[HOSTILE_CONTROLS, "A & B"],
        )
        for n, title in enumerate(HOSTILE_TITLES)
    ]
    rows += [
        post(1, text="Robots & <script>alert(1)</script>\x0b\x00", url="javascript:alert(1)"),
        post(2, text="Robots", url="https://example.org/a?b=1&c=<d>\"'"),
        paper(
            9,
            title="Robots of a year",
            date="2026",
            url="ftp://x/y",
            arxiv_id="",
            id="odd:9",
            pdf_url="file:///etc/passwd",
        ),
    ]
    tracker("--home", home, "import", "--no-index", lines(*rows))
    tracker("--home", home, "watch", "robots & <b>", "--name", "Robots & <b>\x1b[1m")
    session = Session(home, clock=lambda: NOW)
    session.saved.save("robots")
    session.close()
    path = tmp_path / "robots.xml"
    assert f"{path}: 8 matches of 'robots'" in tracker("--home", home, "export", "--rss", "robots", path).stdout
    read = feedparser.parse(path.read_bytes())
    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.title == "robots"
    assert len(read.entries) == 8
    assert len({entry.id for entry in read.entries}) == 8
    assert {entry.title for entry in read.entries} >= {f"Robots {title}" for title in HOSTILE_TITLES[:2]}
    links = [link.href for entry in read.entries for link in entry.get("links", [])]
    assert links
    assert all(link.startswith(("https://", "http://")) for link in links)
    assert all(entry.updated_parsed for entry in read.entries)
    assert all("link" in entry or entry.content for entry in read.entries)  # RFC 4287, 4.1.2
    again = tracker("--home", home, "export", "--atom", "ROBOTS").stdout
    assert again == path.read_text("utf-8")
    assert not any(ord(c) < 32 and c != "\n" for c in again)
    assert "is no Atom file" in tracker("--home", home, "export", "--rss", "robots", lines(paper(1)), status=1).stderr
    assert "no saved search" in tracker("--home", home, "export", "--rss", "nope", status=1).stderr
    assert "Say --opml" in tracker("--home", home, "export", status=2).stderr
    empty = Session(home)
    empty.saved.save("nothing whatever")
    empty.close()
    assert not feedparser.parse(tracker("--home", home, "export", "--rss", "nothing whatever").stdout).bozo


def test_the_page_of_docs_has_the_figures_of_the_code() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "watch.md").read_text("utf-8")
    for words in (
        f"at most {matching.WORDS_BETWEEN} others",
        f"query and item is {matching.WITH_WORDS} or more",
        f"The cosine is {matching.ALONE} or more",
        f"with {matching.ALONE}. An item",
        f"the newest {saved.KNOWN:,}",
    ):
        assert words in page, words
    assert set(watch_command.commands) == {"add", "list", "show", "remove"}  # type: ignore[attr-defined]
    assert set(re.findall(r"`is:(\w+)`", page)) == saved.LATER

"""What an entry point really loads, seen in a fresh interpreter: heavy libraries come only where they are needed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tracker.session import Session

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = frozenset(
    {
        "torch",
        "transformers",
        "sentence_transformers",
        "sklearn",
        "scipy",
        "faiss",
        "numpy",
        "textual",
        "sqlite_utils",
        "httpx",
        "feedparser",
        "arxiv",
        "lxml",
        "tomlkit",
        "requests",
        "click",
        "rich",
    }
)
READING = HEAVY - {"click"}
MEANING = HEAVY - {"click", "numpy", "faiss"}
WRITING = HEAVY - {"click", "sqlite_utils", "numpy"}
RUN = """
import contextlib, io, sys, tempfile
sys.argv = ["tracker", "--home", tempfile.mkdtemp(), *{}]
from tracker.cli import main
with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""

CASES = {
    "the version alone": ("import tracker", HEAVY),
    "help": (
        "import sys; sys.argv = ['tracker', '--help']; from tracker.cli import main; main()",
        HEAVY | {"sqlite3", "json"},
    ),
    "the list of verbs": ("import tracker.cli.app", READING | {"sqlite3"}),
    "the session": ("import tracker.session", HEAVY),
    "the store for reading": ("import tracker.store.reader, tracker.store.lexical", HEAVY),
    "saved searches": ("import tracker.cli.watch, tracker.saved.service", READING),
    "a search by words": ("import tracker.cli.search, tracker.search.searcher, tracker.store.lexical", READING),
    "following before anything is asked or written": (
        "import tracker.cli.follow, tracker.cli.check, tracker.cli.export, tracker.cli.init\n"  # noqa: ISC004
        "from tracker.session import Session; from pathlib import Path; Session(Path('nowhere')).following",
        READING,
    ),
    "a search that is run": (RUN.format(["search", "--mode", "lexical", "gates"]), WRITING),
    "looking at sources": (RUN.format(["sources"]), WRITING),
    "showing": ("import tracker.cli.show", READING),
    "listing sources": ("import tracker.cli.sources", READING),
    "names of fetchers": ("import tracker.plugins as p; assert 'feed' in p.names(p.FETCHERS)", HEAVY),
    "the way out before it is used": ("import tracker.http", HEAVY),
    "trends": ("import tracker.weekly", HEAVY - {"numpy"}),
    "embedding before it is used": ("import tracker.embed", HEAVY),
    "the vector index before it is used": ("import tracker.vectors", HEAVY - {"numpy"}),
    "the verbs that index": ("import tracker.cli.sync, tracker.cli.files, tracker.cli.index", READING),
    "a bare command before its session": ("import tracker.cli.ui, tracker.session", HEAVY),
    "the terminal UI": ("import tracker.tui.app", HEAVY - {"textual", "rich"}),
}


FIRST_FRAME = """
import sys
from pathlib import Path
import tracker.cli.ui
from tracker.session import Session
from tracker.tui.app import TrackerApp
from tracker.tui.screens.main import MainScreen

def look(screen):
    sys.stderr.write(" ".join(sys.modules))
    screen.app.exit(0)

MainScreen._after_first_frame = look
TrackerApp(Session(Path(sys.argv[1])), apart=True).run(headless=True)
"""
AFTER = {
    "numpy", "click", "hashlib", "html.parser", "importlib.resources", "shlex", "tracker.destinations", "tracker.digest",
    "tracker.following", "tracker.fulltext", "tracker.latex", "tracker.meaning", "tracker.search", "tracker.store.writer", "tracker.tui.documents",
    "tracker.tui.views.lines", "tracker.tui.views.search",
}  # fmt: skip


def test_the_first_frame_waits_for_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.writer  # noqa: B018 - opening it makes the tables
    session.close()
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stderr.split())
    assert "tracker.tui.views.today" in loaded
    assert loaded & AFTER == set()
    assert len(loaded) < 520  # an empty Textual app has some 400 modules itself


@pytest.mark.parametrize("name", CASES)
def test_nothing_heavy_is_loaded_before_it_is_needed(name: str) -> None:
    code, banned = CASES[name]
    script = f"{code}\nimport sys\nsys.stderr.write(' '.join(sorted(set(m.split('.')[0] for m in sys.modules) & {set(banned)!r})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""

"""The questions of a first run, without a screen: what is asked, what each answer means, when they are asked at all."""

from dataclasses import dataclass
from pathlib import Path

from tracker import config, home
from tracker.config import ROLES
from tracker.errors import ConfigError, ScheduleError
from tracker.following import feedsfile
from tracker.text import plural

ASKED = Path("index") / "first-run"
"""Is there once the questions were asked: also an answer of none is one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: `value` names it, `words` say it, `note` says what it means."""

    value: str
    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user chose; where they left early, the rest is as the program would have it."""

    role: str = ""
    own: bool = False
    """Whether only what they name themselves is followed."""
    often: str = "open"
    """`open`, `daily` or `keys`, see `OFTEN`."""
    when: str = "later"
    """`sync`, `starter`, `both` or `later`."""


def is_wanted(folder: Path) -> bool:
    """Tell whether a home has nothing to follow and its user was never asked."""
    if (folder / ASKED).exists():
        return False
    try:
        return not (folder / config.FILE).exists() or not config.load(folder).sources
    except ConfigError:
        return False  # it says what is wrong with it in its own place


def note_asked(folder: Path) -> None:
    """Remember that the questions were asked; a folder that cannot be written is told elsewhere."""
    try:
        (folder / ASKED).parent.mkdir(parents=True, exist_ok=True)
        (folder / ASKED).touch()
    except OSError:
        return


def roles() -> list[Choice]:
    """Return the roles that a home can begin with."""
    notes = {
        "data-scientist": "statistics, causality, tabular data, forecasting come first",
        "ml-engineer": "training, serving, compression, scale come first",
        "ai-engineer": "agents, retrieval, prompts, evaluation and releases come first",
    }
    return [
        Choice(name, name.replace("-", " ").replace("ml ", "ML ").replace("ai ", "AI "), notes.get(name, ""))
        for name in ROLES
    ]


def preset(role: str) -> str:
    """Return what a role begins with, in words: how many sources, of which groups."""
    text = home.text_for(role)
    sources = config.parse(feedsfile.tables(text), Path()).sources
    groups = dict.fromkeys(source.group for source in sources if source.group)
    return f"{plural(len(sources), 'source')}: {', '.join(groups)}"


def subscriptions(role: str) -> list[Choice]:
    """Return what can be followed to begin with."""
    return [
        Choice("preset", "what comes with the role", preset(role)),
        Choice("own", "only what I name", "a handle, an address, arxiv:cs.LG, an OPML file"),
    ]


TIMES = (
    Choice("sync", "fetch now", "takes some minutes; what has come is shown meanwhile"),
    Choice("both", "fetch now, and bring the starter library", "landmark papers of 2012 to 2025 are there at once"),
    Choice("starter", "only the starter library", "needs no network"),
    Choice("later", "not now", "R fetches whenever you like"),
)
MORNING = "07:00"
OFTEN = (
    Choice("open", "when I open tracker", "what is more than an hour old is fetched then; nothing runs in between"),
    Choice(
        "daily",
        f"each morning at {MORNING} too",
        "by what the system has for that: a user timer of systemd, an agent of launchd, or cron",
    ),
    Choice("keys", "only when I press r or R", "nothing is fetched by itself"),
)


def write(folder: Path, answers: Answers) -> None:
    """Write the `feeds.toml` that answers stand for, never over one that is there.

    Raises:
        StoreError: the folder cannot be written.
    """
    home.create(folder, answers.role, bare=answers.own)
    note_asked(folder)


def set_rhythm(folder: Path, often: str) -> str:
    """Set up how often a home fetches; return what was written and how to undo it, or why it could not be.

    Args:
        folder: the home, with its `feeds.toml`.
        often: `open`, `daily` or `keys`, see `OFTEN`.

    Raises:
        ConfigError: `feeds.toml` is wrong, or cannot be changed from here.
        StoreError: the folder cannot be written.
    """
    is_open = often != "keys"
    if config.load(folder).sync_on_open != is_open:
        feedsfile.edit(folder, lambda text: feedsfile.with_options(text, "tui", {"sync": is_open}))
    if often == "daily":
        return _schedule(folder)
    return "" if is_open else "feeds.toml now says sync = false in [tui]; without that line, opening tracker fetches."


def _schedule(folder: Path) -> str:
    """Let the system fetch each morning; a machine that cannot is no reason to stop."""
    from tracker import schedule

    try:
        way, plan = schedule.scheduler(), schedule.fetching(folder, MORNING)
        way.install(plan)
    except ScheduleError as error:
        return f"{error} Until then, opening tracker fetches what is more than an hour old."
    except OSError as error:
        return f"The schedule cannot be written: {error.strerror or error}. Opening tracker fetches all the same."
    return f"Written for {way.title}: {way.place(plan.name)}. 'tracker schedule remove' takes it away."

"""What is done apart from the screen: trends, digests, search by meaning, the starter library. No widget is known here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.findings import Trends
from tracker.models import Hit, Mode, SavedSearch, SyncEvent
from tracker.session import Session

if TYPE_CHECKING:
    from tracker.pages import Digest, Ranking


@dataclass(frozen=True, slots=True)
class Found:
    """The trends of a week, and the places of its topics among each other."""

    trends: Trends
    rankings: "tuple[Ranking, ...]" = ()


def find(limit: int, session: Session) -> Found:
    """Count the trends of the newest week, at most so many topics in each list."""
    from tracker.digest.rankings import rankings

    trends = session.trends(limit=limit)
    return Found(trends, rankings((*trends.topics, *trends.new)))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which digest: ISO week or ISO day (the newest without one) and the name of a role (the configured one without)."""

    edition: str = ""
    is_day: bool = False
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A digest, the newest edition of its kind, and the roles there are."""

    asked: Asked
    digest: "Digest"
    newest: str
    roles: tuple[str, ...]


def make(asked: Asked, session: Session) -> Made:
    """Compose a digest."""
    compose = session.brief if asked.is_day else session.digest
    newest = session.latest_day() if asked.is_day else session.latest_week()
    return Made(asked, compose(asked.edition or None, asked.role), newest, tuple(session.roles))


def fill(session: Session, *, index: bool) -> Iterator[SyncEvent]:
    """Bring the starter library in and, where that is wanted, embed and index what is new."""
    from importlib.resources import as_file, files

    with as_file(files("tracker") / "demo" / "starter.jsonl") as library:
        report = session.import_files([library])
    yield SyncEvent(step="stored", new=report.outcome.new)
    if index:
        yield from session.bring_level()


def warmed(session: Session) -> bool:
    """Load model and index; return whether there is anything in it."""
    session.warm()
    return session.is_warm


def search(line: str, limit: int, mode: Mode, session: Session) -> tuple[list[Hit], bool]:
    """Answer a query line; return also whether the next one by meaning is answered at once."""
    return session.search(line, limit=limit, mode=mode), session.is_warm


def keep(line: str, name: str, session: Session) -> SavedSearch:
    """Save a search under a name."""
    return session.saved.save(line, name)


def drop(name: str, session: Session) -> SavedSearch:
    """Forget a saved search."""
    return session.saved.remove(name)

"""Roles: what a reader looks for, and for how long. A role puts topics in order; it never hides one.

Three are shipped; a file `roles.toml` beside `feeds.toml` changes them or adds others.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from tracker.errors import ConfigError
from tracker.findings import Topic
from tracker.text import fold
from tracker.topics import unit_key

FILE = "roles.toml"
MINUTES = 6
"""For how long a digest of a week is read where neither the reader nor the role says so."""
MOST_MINUTES = 60
_KNOWN = ("title", "minutes", "phrases", "queries", "weights", "sources")
_MOST_TEXTS = 200
_HEAVIEST = 100
_BY_ANOTHER_FORM = 0.5
_OUTSIDE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a reader looks for.

    Attributes:
        name: as it is asked for.
        title: as it is written, in the singular: `data scientist`.
        minutes: for how long a digest of a week is read.
        phrases: each with the folded units that a topic must have; `weights` says how much each counts.
        queries: what the reader would ask, in whole words: papers near to these come first.
        sources: how much a source, network or venue counts, by its name in lower case; 1 where it is not named.
    """

    name: str
    title: str
    minutes: int = MINUTES
    phrases: tuple[tuple[str, frozenset[str]], ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    sources: Mapping[str, float] = field(default_factory=dict)

    def covers(self, topic: Topic) -> bool:
        """Return whether the label or a phrase of a topic holds all words of a phrase of the role."""
        return self.weight(topic) > 0

    def weight(self, topic: Topic) -> float:
        """Return how much a topic counts for the role: the weight of the heaviest phrase in its label, half that of one in another form; 0 without any."""
        label, others = _letters(topic.label), [_letters(form) for form in topic.phrases[:3]]
        worth = [
            self.weights.get(phrase, 1.0) * (1.0 if wanted <= label else _BY_ANOTHER_FORM)
            for phrase, wanted in self.phrases
            if wanted <= label or any(wanted <= form for form in others)
        ]
        return max(worth, default=0.0)

    def standing(self, topic: Topic) -> float:
        """Return what puts topics in order for the role: their strength times what they count; what lies outside counts a half."""
        return round(topic.z * (_OUTSIDE + self.weight(topic)), 6)

    def preference(self, *names: str) -> float:
        """Return how much what comes from somewhere counts: the weight of the first of its names that the role knows."""
        return next((self.sources[name.casefold()] for name in names if name.casefold() in self.sources), 1.0)


@cache
def _letters(form: str) -> frozenset[str]:
    """Return the folded words of a phrase, those that end phrases (`use`) too, and the parts of those with a hyphen."""
    words = (*form.split(), *form.replace("-", " ").split())
    return frozenset(unit_key(word) or fold(word) for word in words)


def _wanted(phrase: str) -> frozenset[str]:
    return frozenset(unit_key(word) or fold(word) for word in phrase.split())


def parse(text: str, where: str = FILE, base: Mapping[str, Role] | None = None) -> dict[str, Role]:
    """Return the roles that a TOML text defines, by name; what a table of a known role leaves out stays as it was.

    Raises:
        ConfigError: it is no TOML, or a table holds something impossible.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is no TOML: {error}.", "Mend the line or remove the file.") from error
    return {name: _role(f"{where}: [{name}]", name, table, (base or {}).get(name)) for name, table in tables.items()}


def _role(where: str, name: str, table: object, known: Role | None) -> Role:
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table.", f"Write [{name}] and its options below.")
    if unknown := next((option for option in table if option not in _KNOWN), None):
        raise ConfigError(f"{where} does not know '{unknown}'.", f"It knows: {', '.join(_KNOWN)}.")
    base = known or Role(name=name, title=name.replace("-", " "))
    if "phrases" not in table and not known:
        raise ConfigError(f"{where} has no list of phrases.", 'Write: phrases = ["agents", "RAG"].')
    minutes = table.get("minutes", base.minutes)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= MOST_MINUTES:
        raise ConfigError(f"{where}: minutes must be a whole number from 1 to {MOST_MINUTES}.", "Write minutes = 6.")
    phrases = base.phrases
    if "phrases" in table:
        texts = _texts(where, table, "phrases")
        phrases = tuple((one, found) for one in texts if (found := _wanted(one)))
    title = table.get("title", base.title)
    if not isinstance(title, str) or not title.strip():
        raise ConfigError(f"{where}: title must be a text.", 'Write title = "data scientist".')
    return Role(
        name=name,
        title=title.strip(),
        minutes=minutes,
        phrases=phrases,
        weights=_numbers(where, table, "weights") if "weights" in table else base.weights,
        queries=tuple(_texts(where, table, "queries")) if "queries" in table else base.queries,
        sources=_numbers(where, table, "sources") if "sources" in table else base.sources,
    )


def _texts(where: str, table: Mapping[str, Any], option: str) -> list[str]:
    found = table[option]
    if not isinstance(found, list) or len(found) > _MOST_TEXTS or not all(isinstance(one, str) for one in found):
        raise ConfigError(
            f"{where}: {option} must be a list of at most {_MOST_TEXTS} texts.", f'Write {option} = ["agents", "RAG"].'
        )
    return found


def _numbers(where: str, table: Mapping[str, Any], option: str) -> dict[str, float]:
    found = table[option]
    if not isinstance(found, dict) or not all(
        isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one <= _HEAVIEST for one in found.values()
    ):
        raise ConfigError(
            f"{where}: {option} must be a table of numbers from 0 to {_HEAVIEST}.",
            f"Write {option} = {{ agents = 2 }}.",
        )
    return {(name if option == "weights" else name.casefold()): float(value) for name, value in found.items()}


@cache
def shipped() -> dict[str, Role]:
    """Return the roles that come with the package."""
    return parse((resources.files("tracker") / FILE).read_text(encoding="utf-8"))


def load(home: Path) -> dict[str, Role]:
    """Return the roles of a home: those shipped, changed and added to by its `roles.toml`.

    Raises:
        ConfigError: the file cannot be read or holds something impossible.
    """
    path = home / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return dict(shipped())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.", "Mend or remove it.") from error
    return {**shipped(), **parse(text, str(path), shipped())}


def named(roles: Mapping[str, Role], name: str) -> Role:
    """Return the role of a name; nobody in particular without one.

    Raises:
        ConfigError: there is no such role.
    """
    if not name:
        return Role(name="", title="")
    if name not in roles:
        raise ConfigError(f"There is no role '{name}'.", f"There are: {', '.join(sorted(roles))}.")
    return roles[name]

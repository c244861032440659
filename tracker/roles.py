"""The lens of a role: phrases that bring a topic forward. It re-orders, never hides."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tracker.errors import ConfigError
from tracker.models import Topic
from tracker.topics import units

FILE = "roles.toml"


@dataclass(frozen=True, slots=True)
class Lens:
    """What a role looks for.

    Attributes:
        wanted: the folded units of each phrase.
        phrases: the phrases as they are written.
    """

    role: str
    title: str
    wanted: tuple[frozenset[str], ...]
    phrases: tuple[str, ...] = ()

    def covers(self, topic: Topic) -> bool:
        """Return whether the label or a phrase of a topic holds all words of a phrase of the lens."""
        return any(wanted <= _letters(form) for form in (topic.label, *topic.phrases[:3]) for wanted in self.wanted)


@cache
def _letters(form: str) -> frozenset[str]:
    """Return the folded units of a phrase, and the parts of those with a hyphen."""
    return frozenset({*units(form), *units(form.replace("-", " "))})


def parse(text: str) -> dict[str, Lens]:
    """Return the lenses that a TOML text defines, by role.

    Raises:
        ConfigError: it is no TOML, or a table lacks its list of phrases.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The file of roles is no TOML: {error}.") from error
    lenses = {}
    for role, table in tables.items():
        phrases = table.get("phrases") if isinstance(table, dict) else None
        if not isinstance(phrases, list) or not all(isinstance(one, str) for one in phrases):
            raise ConfigError(f"The role '{role}' has no list of phrases.", 'Write: phrases = ["agents", "RAG"].')
        wanted = tuple(frozenset(found) for one in phrases if (found := units(one)))
        lenses[role] = Lens(role, str(table.get("title", role)), wanted, tuple(phrases))
    return lenses


@cache
def shipped() -> dict[str, Lens]:
    """Return the lenses that come with the package."""
    return parse((resources.files("tracker") / FILE).read_text(encoding="utf-8"))


def lens(role: str) -> Lens:
    """Return the lens of a role; an unknown role has an empty one, which changes nothing."""
    return shipped().get(role) or Lens(role, role, ())

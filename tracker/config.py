"""Where a home is and what its `feeds.toml` says."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.errors import ConfigError

if TYPE_CHECKING:
    from tracker.destinations import Destinations

FILE = "feeds.toml"
DATABASE = Path("index") / "tracker.db"
VECTORS = Path("index") / "vectors"
ROLES = ("data-scientist", "ml-engineer", "ai-engineer")
AUTHORITIES = ("official", "mirror", "scrape")
"""Who makes what a source reads: the publisher; a copy of it; somebody who reads the publisher's pages by machine."""
_COMMON = frozenset({"kind", "name", "enabled", "weight", "base", "group", "per_week", "authority", "fallback"})
_LARGEST = 1_000_000_000
_MOST_DOLLARS = 1_000
_MOST_RERANKED = 1_000
_NAMING = ("categories", "query", "url", "actor", "venue")
_SECRET = re.compile(r"(?i)(password|token|secret|api_?key)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One followed thing: a `[[source]]` table of `feeds.toml`.

    Attributes:
        name: unique; made from kind and options when the table gives none.
        base: base address of the service, for mirrors and tests; empty means the service's own.
        options: what only this kind knows (`categories`, `url`, `actor` …).
        group: what it belongs with, for presets, for folders of an OPML file and for the eye.
        per_week: entries expected in an ordinary week; None where nobody said.
        authority: one of `AUTHORITIES`.
        fallback: where to look when it goes silent: another address of a feed, or a way that its kind knows by name.
    """

    kind: str
    name: str
    options: Mapping[str, Any]
    base: str = ""
    weight: float = 1.0
    enabled: bool = True
    group: str = ""
    per_week: float | None = None
    authority: str = "official"
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What `feeds.toml` says, checked."""

    home: Path
    sources: tuple[Source, ...] = ()
    role: str = "ml-engineer"
    contact: str = ""
    model: str = "default"
    reranker: str = ""
    """A cross-encoder that orders the first hits of a search anew; none when empty."""
    rerank: int = 50
    """How many of the first hits it reads."""
    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str = ""
    """The theme of the terminal UI, which knows them; its own when empty."""
    plain: bool = False
    """Whether the terminal UI says everything in words, a line each."""
    sync_on_open: bool = True
    """Whether opening the terminal UI fetches what is more than an hour old."""
    daily_usd: float = 0.0
    """What may be spent a UTC day on X, whose service is paid for by what is read."""
    delivery: "Destinations | None" = None
    """Where digests go; None where no table says it."""
    llm: str = ""
    """A model of the package `llm` that writes the paragraphs of topics on the command line; none when empty."""
    llm_check: float = 0.7
    """The share of a written sentence's words that its sources must hold."""

    @property
    def database(self) -> Path:
        """The one file that is the truth."""
        return self.home / DATABASE

    @property
    def vectors(self) -> Path:
        """The folder of derived vector indexes, safe to delete."""
        return self.home / VECTORS


def find_home(given: str | Path | None = None) -> Path:
    """Return the home: the given folder, `TRACKER_HOME`, the nearest folder upward with a `feeds.toml`, the user's data folder."""
    if given or os.environ.get("TRACKER_HOME"):
        return Path(given or os.environ["TRACKER_HOME"]).expanduser().absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    from platformdirs import user_data_path  # 10 ms, and only wanted when nothing else named a home

    return user_data_path("tracker", appauthor=False)


def load(home: Path) -> Config:
    """Read `feeds.toml` of a home; a home without one has the defaults and no sources.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds something impossible.
    """
    path = home / FILE
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
    except FileNotFoundError:
        return Config(home=home)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.", "Mend the line or restore the file.") from error
    return parse(tables, home)


def parse(tables: Mapping[str, Any], home: Path) -> Config:
    """Turn parsed TOML into a checked configuration.

    Raises:
        ConfigError: with the table and the option that is wrong.
    """
    general, embedding = _table(tables, "tracker"), _table(tables, "embedding")
    search, keys = _table(tables, "search"), _table(tables, "keys")
    role = str(general.get("role", "ml-engineer"))
    sources = tables.get("source", [])
    if not isinstance(sources, list):
        raise ConfigError(f"{FILE}: 'source' must be written [[source]].", "Use two brackets.")
    parsed = tuple(_source(number, table) for number, table in enumerate(sources, 1))
    seen: set[str] = set()
    for source in parsed:
        if source.name in seen:
            raise ConfigError(f"{FILE}: two sources are called '{source.name}'.", "Give one of them another name.")
        seen.add(source.name)
    return Config(
        home=home,
        sources=parsed,
        role=role,
        contact=str(general.get("contact", "")),
        model=str(embedding.get("model", "default")),
        reranker=_text(f"{FILE}: [search]", search, "reranker"),
        rerank=_depth(search),
        keys={str(k): str(v) for k, v in keys.items()},
        theme=_text(f"{FILE}: [tui]", _table(tables, "tui"), "theme"),
        plain=_switch(_table(tables, "tui"), "plain", default=False),
        sync_on_open=_switch(_table(tables, "tui"), "sync", default=True),
        daily_usd=_dollars(_table(tables, "x")),
        delivery=_delivery(_table(tables, "delivery"), home),
        llm=_text(f"{FILE}: [digest]", _table(tables, "digest"), "llm"),
        llm_check=_share(_table(tables, "digest")),
    )


def _delivery(table: Mapping[str, Any], home: Path) -> "Destinations | None":
    if not table:
        return None
    from tracker import destinations  # few homes have it, and every start would pay for its shapes

    return destinations.parse(table, home)


def _depth(table: Mapping[str, Any]) -> int:
    value = table.get("rerank", 50)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_RERANKED:
        raise ConfigError(
            f"{FILE}: rerank of [search] must be a whole number from 1 to {_MOST_RERANKED}.", "Write rerank = 50."
        )
    return value


def _switch(table: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = table.get(name, default)
    if not isinstance(value, bool):
        written = str(not default).lower()
        raise ConfigError(f"{FILE}: {name} of [tui] must be true or false.", f"Write {name} = {written}.")
    return value


def _share(table: Mapping[str, Any]) -> float:
    value = table.get("llm_check", 0.7)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
        raise ConfigError(
            f"{FILE}: llm_check of [digest] must be a number above 0, at most 1.", "Write llm_check = 0.7."
        )
    return float(value)


def _dollars(table: Mapping[str, Any]) -> float:
    value = table.get("daily_usd", 0.0)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _MOST_DOLLARS:
        raise ConfigError(
            f"{FILE}: daily_usd of [x] must be a number from 0 to {_MOST_DOLLARS}.",
            "Write daily_usd = 1.0, for instance.",
        )
    return float(value)


def _table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{FILE}: '{name}' must be a table.", f"Write [{name}].")
    return table


def _source(number: int, table: object) -> Source:
    """Check what all kinds have in common; what only one kind knows is checked by its fetcher."""
    where = f"{FILE}: source {number}"
    if not isinstance(table, dict) or not isinstance(table.get("kind"), str):
        raise ConfigError(f"{where} has no kind.", 'Add kind = "feed", for instance.')
    kind: str = table["kind"]
    options = {key: value for key, value in table.items() if key not in _COMMON}
    if secret := next((key for key in options if _SECRET.search(key)), None):
        raise ConfigError(
            f"{where} ({kind}) holds a secret in '{secret}'.", "Secrets belong in the environment or the keyring."
        )
    return Source(
        kind=kind,
        name=str(table.get("name") or default_name(kind, options)),
        options=options,
        base=str(table.get("base", "")).rstrip("/"),
        weight=_number(f"{where} ({kind})", table, "weight", 1.0) or 0.0,
        enabled=bool(table.get("enabled", True)),
        group=_text(f"{where} ({kind})", table, "group"),
        per_week=_number(f"{where} ({kind})", table, "per_week", None),
        authority=_authority(f"{where} ({kind})", table),
        fallback=_text(f"{where} ({kind})", table, "fallback"),
    )


def _number(where: str, table: Mapping[str, Any], name: str, default: float | None) -> float | None:
    value = table.get(name, default)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise ConfigError(f"{where}: {name} must be a number, 0 or more.", f"Write {name} = 1.0, for instance.")
    return float(value)


def _text(where: str, table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise ConfigError(f"{where}: {name} must be a text.", "Put it in quotes.")
    return value.strip()


def _authority(where: str, table: Mapping[str, Any]) -> str:
    value = table.get("authority", AUTHORITIES[0])
    if value not in AUTHORITIES:
        raise ConfigError(f"{where}: authority is '{value}'.", f"It is one of: {', '.join(AUTHORITIES)}.")
    return str(value)


def default_name(kind: str, options: Mapping[str, Any]) -> str:
    """Return a readable name for a source that was given none: `arxiv-cs.LG`, `feed-example.org`."""
    named = (options.get(key) for key in (*_NAMING, *options))
    value = next((value for value in named if value and isinstance(value, str | list)), "")
    text = "+".join(map(str, value)) if isinstance(value, list) else str(value)
    text = re.sub(r"^https?://(www\.)?", "", text)
    return re.sub(r"[^\w.@+-]+", "-", f"{kind}-{text}").strip("-").lower()[:60]

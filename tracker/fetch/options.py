"""Reads the options of a source, with words for what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from tracker.config import Source


def known_only(source: Source, names: Collection[str]) -> None:
    """Refuse options that this kind does not have: a misspelt one would be ignored in silence.

    Raises:
        ConfigError: naming the option and those that there are.
    """
    for name in source.options:
        if name not in names:
            raise ConfigError(
                f"Source '{source.name}': '{name}' is no option of {source.kind}.",
                f"Known: {', '.join(sorted(names))}.",
            )


def text(source: Source, name: str, default: str | None = "") -> str:
    """Return an option that is a text; without a default it must be there."""
    value = source.options.get(name, default)
    if value is None or (default is None and not value):
        raise ConfigError(f"Source '{source.name}' needs {name}.", f'Add {name} = "…".')
    if not isinstance(value, str):
        raise ConfigError(f"Source '{source.name}': {name} must be a text.", "Put it in quotes.")
    return value.strip()


def texts(source: Source, name: str) -> tuple[str, ...]:
    """Return an option that is a list of texts, or one text."""
    value = source.options.get(name, ())
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not all(isinstance(one, str) for one in values):
        raise ConfigError(f"Source '{source.name}': {name} must be a list of texts.", f'Write {name} = ["…"].')
    return tuple(one.strip() for one in values if one.strip())


def number(source: Source, name: str, default: int, low: int, high: int) -> int:
    """Return an option that is a whole number within bounds."""
    value = source.options.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ConfigError(f"Source '{source.name}': {name} must be a whole number from {low} to {high}.")
    return value


def switch(source: Source, name: str, *, default: bool = False) -> bool:
    """Return an option that is true or false."""
    value = source.options.get(name, default)
    if not isinstance(value, bool):
        raise ConfigError(f"Source '{source.name}': {name} must be true or false, without quotes.")
    return value


def mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON object, an empty one where something else came."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return a JSON list, an empty one where something else came."""
    return value if isinstance(value, list) else []

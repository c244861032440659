"""Finds fetchers, embedders and summarizers by entry point: names are listed without importing anything."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tracker.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

FETCHERS = "tracker.fetchers"
ENRICHERS = "tracker.enrichers"
EMBEDDERS = "tracker.embedders"
SUMMARIZERS = "tracker.summarizers"


@cache  # reading what is installed takes 3 ms
def names(group: str) -> Mapping[str, EntryPoint]:
    """Return the entry points of a group by name."""
    from importlib.metadata import entry_points  # 15 ms that no list needs

    return {point.name: point for point in entry_points(group=group)}


def load(group: str, name: str) -> Any:  # noqa: ANN401 - what an entry point names is known to its caller only
    """Return what is registered under a name.

    Raises:
        ConfigError: nothing is, or it cannot be imported.
    """
    known = names(group)
    if name not in known:
        raise ConfigError(f"There is no '{name}' in {group}.", f"Known: {', '.join(sorted(known)) or 'none'}.")
    try:
        return known[name].load()
    except ImportError as error:
        raise ConfigError(f"'{name}' of {group} cannot be loaded: {error}.", "Install what it needs.") from error

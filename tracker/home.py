"""Making a home: a commented `feeds.toml` for a role, never over one that is there."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from tracker import config
from tracker.following import feedsfile

PRESETS = "presets.toml"
_GROUP = re.compile(r'^(?:# )?group = "([^"]*)"', re.MULTILINE)
_WEIGHT = re.compile(r"^((?:# )?weight = )([\d.]+)", re.MULTILINE)
_SOURCES = re.compile(r"^(?:# -{9,}.*\n+)?(?:# )?\[\[source\]\]", re.MULTILINE)
_ROLE = re.compile(r'^role = "[^"]*"', re.MULTILINE)


def create(home: Path, role: str = "", *, bare: bool = False) -> bool:
    """Write the default `feeds.toml` into a home that has none; return whether it did.

    Args:
        home: the folder.
        role: whose groups of sources are on.
        bare: leave out all sources: somebody follows only what they name.

    Raises:
        StoreError: the folder cannot be written.
    """
    if (home / config.FILE).exists():
        return False
    text = text_for(role)
    return feedsfile.write(home, _without_sources(text) if bare else text)


def text_for(role: str = "") -> str:
    """Return the packaged `feeds.toml`, as a role begins with it where one is named."""
    text = (files("tracker") / config.FILE).read_text("utf-8")
    return for_role(text, role) if role else text


def _without_sources(text: str) -> str:
    """Return the text up to its first source: the general tables and what is said of them."""
    return _SOURCES.split(text, maxsplit=1)[0].rstrip() + "\n"


def for_role(text: str, role: str) -> str:
    """Return the packaged `feeds.toml` as a role begins with it: groups switched on and off, weights of groups set.

    A group is switched by taking the `#` before its tables away, or by putting it there.
    """
    preset = presets()[role]
    switched = [_switched(block, preset) for block in text.split("\n\n")]
    return _ROLE.sub(f'role = "{role}"', "\n\n".join(switched), count=1)


def presets() -> dict[str, Any]:
    """Return the presets by role: `on` and `off` are lists of groups, `weights` are factors by group."""
    return tomllib.loads((files("tracker") / PRESETS).read_text("utf-8"))


def _switched(block: str, preset: Mapping[str, Any]) -> str:
    """Return a paragraph of the file as a preset wants it; what is no table of a source stays."""
    found = _GROUP.search(block)
    if not found or not block.startswith(("[[source]]", "# [[source]]")):
        return block
    group = found[1]
    if group in preset["on"]:
        block = re.sub("^# ", "", block, flags=re.MULTILINE)
    elif group in preset["off"] and not block.startswith("#"):
        block = re.sub("^", "# ", block.rstrip("\n"), flags=re.MULTILINE)
    factor = preset["weights"].get(group, 1.0)
    return _WEIGHT.sub(lambda weight: f"{weight[1]}{round(float(weight[2]) * factor, 2)}", block)

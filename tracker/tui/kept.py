"""What the terminal face keeps between two runs, in a small file that may be damaged or made by somebody else."""

import json
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.files import replace_file
from tracker.tui.cells import steady
from tracker.tui.keys import VIEWS

FILE = "tui.json"
_MOST_BYTES = 100_000
_LONGEST = 2_000
_DEEPEST = 4


@dataclass(slots=True)
class Kept:
    """Where the user was.

    Attributes:
        view: the number of the view that was shown.
        places: the key of the entry at the cursor, by the number of its view.
        lines: the filter of a view, or the query of the search, by the number of its view.
        theme: the theme chosen in the palette; empty when none was.
        theme_over: what `feeds.toml` said when it was chosen; when that has changed, `feeds.toml` was the last to speak.
        pipe: the last command that items were given to.
    """

    view: int = 1
    places: dict[int, Hashable] = field(default_factory=dict)
    lines: dict[int, str] = field(default_factory=dict)
    theme: str = ""
    theme_over: str = ""
    pipe: str = ""

    def save(self, folder: Path) -> None:
        """Write the file; where that cannot be, nothing is kept."""
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(folder / FILE, json.dumps({name: getattr(self, name) for name in self.__slots__}))


def load(folder: Path) -> Kept:
    """Return what the last run has kept; of a file that is not whole or not ours, what can be used."""
    try:
        with (folder / FILE).open("rb") as file:
            found = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return Kept()
    if not isinstance(found, dict):
        return Kept()
    view = found.get("view")
    return Kept(
        view=view if isinstance(view, int) and _is_view(view) else 1,
        places={number: _key(key) for number, key in _by_view(found.get("places")) if _is_key(key, _DEEPEST)},
        lines={
            number: steady(line, _LONGEST) for number, line in _by_view(found.get("lines")) if isinstance(line, str)
        },
        **{name: _text(found.get(name)) for name in ("theme", "theme_over", "pipe")},
    )


def _text(value: object) -> str:
    return steady(value, _LONGEST) if isinstance(value, str) else ""


def _is_view(value: int) -> bool:
    return not isinstance(value, bool) and 1 <= value <= len(VIEWS)


def _by_view(value: object) -> list[tuple[int, Any]]:
    numbers = {str(number): number for number in range(1, len(VIEWS) + 1)}
    return [(numbers[name], one) for name, one in value.items() if name in numbers] if isinstance(value, dict) else []


def _is_key(value: object, depth: int) -> bool:
    if isinstance(value, list):
        return depth > 0 and all(_is_key(one, depth - 1) for one in value)
    return isinstance(value, str | int)


def _key(value: Any) -> Hashable:  # noqa: ANN401 - JSON
    """Return a key as it was: JSON makes lists of tuples."""
    return tuple(map(_key, value)) if isinstance(value, list) else value

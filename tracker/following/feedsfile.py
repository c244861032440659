"""Edits `feeds.toml` and leaves everything else in it as it was: comments, order, spacing, line ends.

The text is cut at its table headers and only the piece of one source is changed. What an edit should come to is known
beforehand, so each one is read again and compared before it is believed.
"""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from contextlib import suppress
from functools import partial
from importlib.resources import files
from itertools import pairwise
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from tracker import config
from tracker.errors import ConfigError, NotFoundError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tracker.config import Config

ATTEMPTS = 5
_HEADER = re.compile(r"^[ \t]*\[\[?[^\[\]\n]+\]\]?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_SOURCE = re.compile(r"[ \t]*\[\[[ \t]*source[ \t]*\]\]")
_PART_OF_SOURCE = re.compile(r"[ \t]*\[\[?[ \t]*source[ \t]*\.")
_BY_HAND = "Make this change with an editor."


def read(home: Path) -> str:
    """Return the text of a home's `feeds.toml`; that of the packaged one where the home has none.

    Raises:
        ConfigError: it is there and cannot be read.
    """
    path = home / config.FILE
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return (files("tracker") / config.FILE).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.", "Mend the line or restore the file.") from error


def edit(home: Path, change: Callable[[str], str]) -> Config:
    """Write what a change makes of the text, and return what it now says; nothing is written where nothing changes.

    The change is made again when somebody else wrote the file meanwhile.

    Raises:
        ConfigError: the file is wrong, or would be after the change; it is then as it was.
        StoreError: the folder cannot be written.
    """
    for _ in range(ATTEMPTS):
        before = read(home)
        after = change(before)
        known = config.parse(tables(after, home / config.FILE), home)
        if after == before and (home / config.FILE).exists():
            return known
        if write(home, after, partial(_says, home, before)):
            return known
    raise StoreError(f"{home / config.FILE} is being changed by another program.", "Try again.")


def _says(home: Path, text: str) -> bool:
    return read(home) == text


def write(home: Path, text: str, is_current: Callable[[], bool] = lambda: True) -> bool:
    """Put a text in the place of `feeds.toml`: the old one stays whole until the new one is on the disk.

    Args:
        is_current: asked last of all; when it says no, nothing is replaced and the answer is False.

    Raises:
        StoreError: the folder cannot be written.
    """
    path = (home / config.FILE).resolve()  # a link into a folder of settings stays a link
    unfinished = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, unfinished)
        if is_current():
            unfinished.replace(path)
            return True
    except OSError as error:
        why = error.strerror or str(error)
        raise StoreError(
            f"{path} cannot be written: {why}.",
            "Look at the rights and the space of its folder, or name another with --home.",
        ) from error
    finally:
        with suppress(OSError):  # where the folder is none, the failure above is the one to tell
            unfinished.unlink(missing_ok=True)
    return False


def tables(text: str, place: object = config.FILE) -> dict[str, Any]:
    """Return the tables of a TOML text.

    Raises:
        ConfigError: it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{place} cannot be read: {error}.", "Mend the line or restore the file.") from error


def added(text: str, sources: Sequence[Mapping[str, Any]]) -> str:
    """Return the text with more `[[source]]` tables at its end.

    Raises:
        ConfigError: the text is no TOML, or its sources are written in a way that cannot be added to.
    """
    import tomlkit

    if not sources:
        return text
    before, end = tables(text), "\r\n" if "\r\n" in text else "\n"
    written = [f"[[source]]\n{tomlkit.dumps(dict(source))}" for source in sources]
    written = [piece.rstrip().replace("\n", end) for piece in written]
    after = (end * 2).join([text.rstrip(), *written] if text.strip() else written) + end
    return _checked(after, before, [*_sources(before), *map(dict, sources)])


def removed(text: str, name: str) -> str:
    """Return the text without a source; comments around it stay.

    Raises:
        NotFoundError: no source has this name.
        ConfigError: the text is no TOML, or the table cannot be told from the rest.
    """
    before = tables(text)
    place = _place(before, name)
    pieces = _pieces(text)
    where = _piece_of(pieces, place)
    kept = _trailing_comments(pieces[where])
    pieces[where] = kept.lstrip("\r\n") if where and pieces[where - 1].endswith(("\n\n", "\r\n\r\n")) else kept
    known = _sources(before)
    return _checked("".join(pieces), before, known[:place] + known[place + 1 :])


def changed(text: str, name: str, values: Mapping[str, Any]) -> str:
    """Return the text with some values of a source replaced or added: a new `url`, `enabled = true`.

    Raises:
        NotFoundError: no source has this name.
        ConfigError: the text is no TOML, or the table cannot be told from the rest.
    """
    import tomlkit

    before = tables(text)
    place = _place(before, name)
    pieces = _pieces(text)
    where = _piece_of(pieces, place)
    document = tomlkit.parse(pieces[where])
    document["source"][0].update(values)
    pieces[where] = tomlkit.dumps(document)
    known = _sources(before)
    return _checked("".join(pieces), before, [*known[:place], {**known[place], **values}, *known[place + 1 :]])


def with_options(text: str, table: str, values: Mapping[str, Any]) -> str:
    """Return the text with some options of a plain table replaced or added; a table that is not there comes before all others.

    Raises:
        ConfigError: the text is no TOML, or the table cannot be told from the rest.
    """
    import tomlkit

    before = tables(text)
    pieces, header = _pieces(text), re.compile(rf"[ \t]*\[[ \t]*{re.escape(table)}[ \t]*\]")
    where = next((number for number, piece in enumerate(pieces) if header.match(piece)), None)
    if where is None:
        end = "\r\n" if "\r\n" in text else "\n"
        written = f"[{table}]\n{tomlkit.dumps(dict(values))}\n".replace("\n", end)
        pieces.insert(0 if _HEADER.match(pieces[0]) else 1, written)
    else:
        document = tomlkit.parse(pieces[where])
        document[table].update(values)
        pieces[where] = tomlkit.dumps(document)
    return _says_what("".join(pieces), {**before, table: {**before.get(table, {}), **values}})


def _sources(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = known.get("source", [])
    return list(found) if isinstance(found, list) else []


def _place(known: Mapping[str, Any], name: str) -> int:
    """Return which table, counted from 0, is the source of a name."""
    from pathlib import Path

    names = [source.name for source in config.parse(known, Path()).sources]
    if name not in names:
        raise NotFoundError(f"There is no source '{name}' in {config.FILE}.", "'tracker sources' lists them.")
    return names.index(name)


def _pieces(text: str) -> list[str]:
    """Cut a text before each table header; what looks like one within a value is none, since the cut would be no TOML."""
    cuts = [0, *(found.start() for found in _HEADER.finditer(text) if found.start()), len(text)]
    pieces: list[str] = []
    for start, end in pairwise(cuts):
        part = text[start:end]
        if pieces and (_PART_OF_SOURCE.match(part) or not _is_toml(pieces[-1])):
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


def _piece_of(pieces: Sequence[str], place: int) -> int:
    found = [number for number, piece in enumerate(pieces) if _SOURCE.match(piece)]
    if place >= len(found):
        raise ConfigError(f"{config.FILE}: its sources are not written as [[source]] tables.", _BY_HAND)
    return found[place]


def _trailing_comments(piece: str) -> str:
    """Return the comments and empty lines after the last value of a table: they speak of what comes next."""
    lines = piece.splitlines(keepends=True)
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    kept = "".join(lines[end:])
    return kept if kept.strip() else ""


def _checked(after: str, before: Mapping[str, Any], sources: Sequence[Mapping[str, Any]]) -> str:
    """Return the text if it says what it should: these sources, and all else as before."""
    return _says_what(after, {**before, "source": list(sources)})


def _says_what(after: str, wanted: Mapping[str, Any]) -> str:
    """Return the text if it says what is wanted."""
    try:
        found = {"source": [], **tomllib.loads(after)}
    except tomllib.TOMLDecodeError:
        found = {}
    if found != {"source": [], **wanted}:
        raise ConfigError(f"{config.FILE} is written in a way that cannot be changed from here.", _BY_HAND)
    return after

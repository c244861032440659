"""Whether the files of an index are those that were written: each ends with a checksum of itself, read here and compared.

Files never change once they are written, so each is read whole once, and again only when its size, times or inode are
others than those noted then (100 MB take 60 ms).
"""

import json
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final

from tracker.errors import DamagedError
from tracker.files import replace_file, stamp

MANIFEST: Final = "manifest.json"
META: Final = "meta.json"
VERIFIED: Final = "verified.json"
_MAGIC: Final = 1337
_TAIL: Final = struct.Struct("<II")
_PARTS: Final = ("idx", "term", "pos", "fast", "fieldnorm", "store")
_BLOCK: Final = 1 << 20


def verify(folder: Path, *, thorough: bool = False) -> None:
    """Refuse an index of which a file is missing or has changed.

    Args:
        thorough: read every file even when it looks untouched since it last was.

    Raises:
        DamagedError: which file, and why.
    """
    known = {} if thorough else _noted(folder)
    seen = {}
    for name in _files(folder):
        path = folder / name
        try:
            seen[name] = stamp(path)
            if known.get(name) != seen[name]:
                _check(path)
        except OSError as error:
            raise DamagedError(f"{name} cannot be read: {error.strerror or error}") from error
    if seen != known:
        with suppress(OSError):
            replace_file(folder / VERIFIED, json.dumps(seen))


def _files(folder: Path) -> list[str]:
    """Return the files that the index consists of by its own account."""
    try:
        segments = json.loads((folder / META).read_bytes())["segments"]
        names = []
        for segment in segments:
            name = segment["segment_id"].replace("-", "")
            names += [f"{name}.{part}" for part in _PARTS]
            if deletes := segment.get("deletes"):
                names.append(f"{name}.{deletes['opstamp']}.del")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedError(f"{META} cannot be read: {error}") from error
    return names


def _check(path: Path) -> None:
    """Compare what a file holds with the checksum at its end."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - _TAIL.size, 0))
        tail = file.read()
        length, magic = _TAIL.unpack(tail) if len(tail) == _TAIL.size else (0, 0)
        begin = size - _TAIL.size - length
        if magic != _MAGIC or begin < 0:
            raise DamagedError(f"{path.name} was cut off or overwritten")
        file.seek(begin)
        try:
            expected = json.loads(file.read(length))["crc"]
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"{path.name} was overwritten") from error
        file.seek(0)
        actual, left = 0, begin
        while left > 0 and (block := file.read(min(left, _BLOCK))):
            actual, left = zlib.crc32(block, actual), left - len(block)
    if actual != expected:
        raise DamagedError(f"{path.name} was changed")


def _noted(folder: Path) -> dict[str, object]:
    try:
        noted = json.loads((folder / VERIFIED).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return noted if isinstance(noted, dict) else {}

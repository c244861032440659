"""An index on disk: a data file under a new name each time, and the manifest that says which one counts.

The data is written and flushed first, then the manifest is replaced by rename, then the old data goes: whatever is cut off in
between, the manifest names a whole file. Knows nothing of what is inside the data.
"""

import hashlib
import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final, Self

from tracker.errors import DamagedError
from tracker.files import replace_file, stamp

FORMAT: Final = 2
MANIFEST: Final = "manifest.json"
VERIFIED: Final = "verified.json"
_DATA: Final = re.compile(r"vectors-[0-9a-f]{16}\.faiss")
_SAMPLES: Final = 16
_SAMPLE: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the data file is, and what of it was written down to recognise it.

    Attributes:
        kind: how the vectors are arranged; another kind is another reader.
        sequence: the last change of the store that the data contains.
        library: version of the library that wrote the data.
        bytes: size of the data.
        digest: BLAKE2b of the whole data.
        sample: BLAKE2b of 16 blocks spread over it.
        seconds: what building and writing it took.
    """

    format: int
    kind: str
    model: str
    dimension: int
    count: int
    sequence: int
    library: str
    file: str
    bytes: int
    digest: str
    sample: str
    seconds: float

    def write(self, folder: Path) -> None:
        """Make this the manifest of a folder."""
        table = asdict(self)
        replace_file(folder / MANIFEST, json.dumps({**table, "check": _seal(table)}, indent=1))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the manifest of a folder.

        Raises:
            FileNotFoundError: there is none.
            DamagedError: it cannot be read, is of another format, or a character of it changed.
        """
        try:
            table = json.loads((folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            raise
        except (OSError, ValueError, RecursionError) as error:
            raise DamagedError(f"its manifest cannot be read: {error}") from error
        if not isinstance(table, dict):
            raise DamagedError("its manifest is no table")
        if table.get("format") != FORMAT:
            raise DamagedError(f"its format is {table.get('format')!r}, this program reads {FORMAT}")
        check = table.pop("check", None)
        if check != _seal(table) or table.keys() != {field.name for field in fields(cls)}:
            raise DamagedError("its manifest was changed")
        manifest = cls(**table)
        if not _DATA.fullmatch(manifest.file):
            raise DamagedError("its manifest names a file that is none of its own")
        return manifest


def verify(folder: Path, manifest: Manifest, *, thorough: bool = False) -> None:
    """Refuse data that is not what the manifest describes.

    Hashing 77 MB (100,000 vectors of 384) at each start costs 80 ms, more than the search itself. So the whole is hashed when
    the file is not the one last verified: size, mtime, ctime, inode and device are compared with a note made then. A program
    that writes into the file changes its ctime, which cannot be set back; a copy or a restored backup has another inode.
    What can change bytes and none of these is the file system or the disk after a power cut; such damage is wide (pages or
    extents of zeros), and 16 blocks of 4 KiB, hashed each time for 0.1 ms, are there to meet it. `thorough` hashes all.

    Raises:
        DamagedError: the file is missing, cannot be read or is another one.
    """
    path = folder / manifest.file
    try:
        note = _note(path, manifest.digest)
        if path.stat().st_size != manifest.bytes:
            raise DamagedError(f"{path.name} has {path.stat().st_size} bytes instead of {manifest.bytes}")
        if sample(path) != manifest.sample:
            raise DamagedError(f"{path.name} was changed")
        if thorough or note != _verified(folder):
            if digest(path) != manifest.digest:
                raise DamagedError(f"{path.name} was changed")
            remember(path, manifest.digest)
    except OSError as error:
        raise DamagedError(f"{path.name} cannot be read: {error.strerror or error}") from error


def digest(path: Path) -> str:
    """Return the BLAKE2b digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def remember(path: Path, known: str) -> None:
    """Note that a data file is whole; where nothing can be written, the next start hashes it again."""
    with suppress(OSError):
        replace_file(path.with_name(VERIFIED), json.dumps(_note(path, known)))


def new_name() -> str:
    """Return a file name for the next generation."""
    return f"vectors-{secrets.token_hex(8)}.faiss"


def remove_others(folder: Path, keep: str) -> None:
    """Remove older generations and what killed writers left; what another process still holds open is left for the next time."""
    for path in folder.iterdir():
        if path.name != keep and (_DATA.fullmatch(path.name) or path.suffix == ".tmp"):
            with suppress(OSError):
                path.unlink()


def flush(path: Path) -> None:
    """Wait until a file that a library wrote is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sample(path: Path) -> str:
    """Return the digest of blocks spread evenly over a file, its first and last among them."""
    sampled = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        last = max(0, os.fstat(file.fileno()).st_size - _SAMPLE)
        for n in range(_SAMPLES):
            file.seek(last * n // (_SAMPLES - 1))
            sampled.update(file.read(_SAMPLE))
    return sampled.hexdigest()


def _seal(table: dict[str, object]) -> str:
    text = json.dumps({name: value for name, value in table.items() if name != "check"}, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _note(path: Path, known: str) -> list[int | str]:
    return [path.name, *stamp(path), known]


def _verified(folder: Path) -> object:
    try:
        return json.loads((folder / VERIFIED).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None

"""Opening the index of words. Loads tantivy (4 ms) only when there is an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import DamagedError
from tracker.fulltext.checking import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.fulltext.index import WordIndex


def index_folder(folder: Path) -> Path:
    """Return where the index of words is within the data folder of a home."""
    return folder / "words"


def open_index(folder: Path, *, thorough: bool = False) -> WordIndex | None:
    """Open an index, or return None when there is none.

    Args:
        folder: its own folder.
        thorough: read every file even when it looks untouched since it last was.

    Raises:
        DamagedError: it is not what was written; remove the folder and build it anew.
    """
    if not folder.is_dir():
        return None
    from tracker.fulltext import index

    try:
        sequence = index.noted(folder)
        try:
            return index.WordIndex.load(folder, sequence, thorough=thorough)
        except DamagedError:
            newer = index.noted(folder)  # a writer may have replaced files after they were named
            return index.WordIndex.load(folder, newer, thorough=thorough)
    except FileNotFoundError:
        return None


def new_index(folder: Path) -> WordIndex:
    """Return an empty index in place of whatever lies there.

    Raises:
        OSError: the folder cannot be made or emptied.
    """
    import shutil

    from tracker.fulltext.index import WordIndex

    shutil.rmtree(folder, ignore_errors=True)
    try:
        return WordIndex.empty(folder)
    except DamagedError as error:  # something could not be removed
        raise OSError(f"{folder} cannot be emptied: {error}") from error


def discard_newer(folder: Path, sequence: int) -> None:
    """Make an index that knows of later changes than the store be built anew: the store was restored from a backup.

    Must be done before anything is written, for the numbers of changes are used again.
    """
    if not (folder / MANIFEST).is_file():
        return
    from tracker.fulltext.index import noted

    try:
        if noted(folder) > sequence:
            (folder / MANIFEST).unlink(missing_ok=True)
    except (DamagedError, OSError):
        return  # whoever opens it finds that out

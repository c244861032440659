"""What the system refuses, in words a user can act on: a full disk, a database that is locked, damaged or gone."""

import errno
import sqlite3

_DATABASE = {
    "BUSY": "The database is busy: another program is writing to it. Wait a moment; r tries again.",
    "LOCKED": "The database is busy: another program is writing to it. Wait a moment; r tries again.",
    "FULL": "The disk is full: nothing more can be stored. Make room; what was stored is safe.",
    "CORRUPT": "The database is damaged. Restore a backup, or move the file away and sync again; 'tracker doctor' says more.",
    "NOTADB": "The file of the database is none. Restore a backup, or move the file away and sync again.",
    "READONLY": "The database cannot be written. Look at the rights of its folder.",
    "CANTOPEN": "The database cannot be opened. Look at its folder: is it there, and may you read it?",
    "IOERR": "The disk fails or is full: the database cannot be read or written. Look at its space and its health.",
}
_SYSTEM = {
    errno.ENOSPC: _DATABASE["FULL"],
    errno.EDQUOT: "Your share of the disk is full: nothing more can be stored. Make room; what was stored is safe.",
    errno.EACCES: "The system refuses access to {place}. Look at its rights.",
    errno.EPERM: "The system refuses access to {place}. Look at its rights.",
    errno.EROFS: "{place} lies on a disk that cannot be written.",
    errno.EMFILE: "Too many files are open. Close other programs.",
}


def system_words(error: BaseException) -> str:
    """Return what an error of the system or of the database says to a user; empty when it is neither, or an unknown one."""
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Close other programs."
    if isinstance(error, sqlite3.Error):
        name = (getattr(error, "sqlite_errorname", "") or "").removeprefix("SQLITE_")
        return next((words for known, words in _DATABASE.items() if name == known or name.startswith(f"{known}_")), "")
    if isinstance(error, OSError) and error.errno in _SYSTEM:
        return _SYSTEM[error.errno].format(place=error.filename or "a file")
    return ""

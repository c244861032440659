"""Reads the archive that X gives every account of its own posts and likes: the zip as it comes, or single files of it."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from tracker.fetch.options import mapping
from tracker.fetch.x.posts import archived, liked
from tracker.fetch.x.scripts import Script
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from zipfile import ZipFile, ZipInfo

    from tracker.models import Record

SOURCE = "x-archive"
MEMBERS = 1_000
_LARGEST = 10_000_000_000
_LEAST_DENSE, _DENSEST = 1_000_000, 200  # posts are packed to about a tenth of their size
_ZIP = b"PK\x03\x04"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MEMBER = re.compile(r"(?:tweets?|community-tweet|like)(?:-part\d+)?\.js")
_HOLDING_POSTS = frozenset({"tweets", "tweet", "community_tweet", "like"})
_ACCOUNT = "account.js"
_ACCOUNT_FILE = re.compile(r"account\.js")


def is_archive(head: bytes) -> bool:
    """Tell by its first bytes whether a file is a zip, or a file out of an archive."""
    return head.startswith(_ZIP) or head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"window.YTD.")


def read(path: Path, author: str = "") -> Iterator[tuple[int, str, Record | str, int]]:
    """Yield (number of the entry, source, record or what is wrong with it, characters); one bad entry spoils no other.

    Args:
        author: whose archive it is, where neither the zip nor the folder of the file holds an `account.js`.

    Raises:
        OSError: it cannot be read to its end.
    """
    with path.open("rb") as file:
        if file.read(len(_ZIP)) == _ZIP:
            yield from _of_zip(file, author)
            return
        file.seek(0)
        yield from _of_script(file, _beside(path) or author)


def _of_zip(file: IO[bytes], author: str) -> Iterator[tuple[int, str, Record | str, int]]:
    """Read the files that hold posts; nothing is unpacked onto the disk."""
    import lzma
    import struct
    import zlib
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(file) as archive:
            members = _members(archive, _MEMBER)
            author = next((_account(archive.open(member)) for member in _members(archive, _ACCOUNT_FILE)), "") or author
            if not members:
                yield 0, SOURCE, "the zip holds neither tweets.js nor like.js", 0
            for member in members:
                name = clean_line(member.filename, 100)
                for number, source, record, size in _of_script(archive.open(member), author):
                    yield number, source, f"{name}: {record}" if isinstance(record, str) else record, size
    except (BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, ValueError) as error:
        raise OSError(clean_line(str(error), 200) or "it is damaged") from error  # or encrypted, or oddly packed


def _members(archive: ZipFile, pattern: re.Pattern[str]) -> list[ZipInfo]:
    """Return the files of a kind, by name.

    Raises:
        OSError: no archive has so many or packs so much into so little; more than a file says it holds is never unpacked.
    """
    found = [member for member in archive.infolist() if pattern.fullmatch(PurePosixPath(member.filename).name)]
    size, packed = sum(member.file_size for member in found), sum(member.compress_size for member in found)
    if len(found) > MEMBERS or size > min(_LARGEST, _LEAST_DENSE + _DENSEST * packed):
        raise OSError(f"unpacked it would be {len(found):,} files of {size:,} bytes, which no archive of X is")
    return sorted(found, key=lambda member: member.filename)


def _of_script(file: IO[bytes], author: str) -> Iterator[tuple[int, str, Record | str, int]]:
    script = Script(file)
    if script.name not in _HOLDING_POSTS:
        yield 0, SOURCE, f"'{script.name}' holds no posts" if script.name else "it is no file of an archive of X", 0
        return
    for number, entry, size in script.entries():
        yield number, SOURCE, entry if isinstance(entry, str) else _record(entry, author), size


def _record(entry: object, author: str) -> Record | str:
    post, like = mapping(mapping(entry).get("tweet")), mapping(mapping(entry).get("like"))
    return (archived(post, author) if post else liked(like)) or "no post with an id and a text"


def _beside(path: Path) -> str:
    """Return the account that the `account.js` beside a file names; empty when there is none."""
    with suppress(OSError), path.with_name(_ACCOUNT).open("rb") as file:
        return _account(file)
    return ""


def _account(file: IO[bytes]) -> str:
    entry = next((entry for _, entry, _ in Script(file).entries()), None)
    name = clean_line(mapping(mapping(entry).get("account")).get("username"), 50)
    return name if re.fullmatch(r"\w{1,50}", name, re.ASCII) else ""

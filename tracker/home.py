"""Making a home: a commented `feeds.toml`, never over one that is there."""

from importlib.resources import files
from pathlib import Path

from tracker import config
from tracker.errors import StoreError


def create(home: Path) -> bool:
    """Write the default `feeds.toml` into a home that has none; return whether it did.

    Raises:
        StoreError: the folder cannot be written.
    """
    path = home / config.FILE
    if path.exists():
        return False
    try:
        home.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        partial.write_bytes((files("tracker") / config.FILE).read_bytes())
        partial.replace(path)
    except OSError as error:
        raise StoreError(f"{home} cannot be written: {error}.", "Name another folder with --home.") from error
    return True

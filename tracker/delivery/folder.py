"""A digest as a file in a folder, for notes and for what watches folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.delivery.naming import file_name
from tracker.files import replace_file
from tracker.summarize import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.destinations import Folder
    from tracker.errors import TrackerError
    from tracker.models import Digest


class FolderChannel:
    """Writes one Markdown file a digest; a file that is there is the reader's and is left as it is."""

    def __init__(self, settings: Folder) -> None:
        self._folder = settings.path

    @property
    def places(self) -> tuple[str, ...]:
        """Return the folder."""
        return (f"folder {self._folder}",)

    def send(self, digest: Digest, places: Sequence[str], at: str) -> Mapping[str, TrackerError]:  # noqa: ARG002 - the shape of a channel
        """Write the file.

        Raises:
            OSError: it cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{file_name(digest)}.md"
        if not path.exists():
            replace_file(path, render.to_markdown(digest))
        return {}

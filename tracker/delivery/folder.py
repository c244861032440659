"""A digest as a note in a folder, with a note for each paper that it names: for Obsidian, and for what watches folders."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tracker.delivery.naming import file_name
from tracker.files import replace_file
from tracker.forms.markdown import to_markdown
from tracker.forms.notes import note_name, note_prefix, to_note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tracker.destinations import Folder
    from tracker.errors import TrackerError
    from tracker.models import Item, Line
    from tracker.pages import Digest

PAPERS = "papers"


class FolderChannel:
    """Writes one Markdown file a digest and one a paper; a file that is there is the reader's and is left as it is.

    Args:
        settings: the folder, and whether papers get notes.
        item: returns an item by its id.
    """

    def __init__(self, settings: Folder, item: Callable[[str], Item]) -> None:
        self._folder, self._has_notes, self._item = settings.path, settings.notes, item

    @property
    def places(self) -> tuple[str, ...]:
        """Return the folder."""
        return (f"folder {self._folder}",)

    def send(self, digest: Digest, places: Sequence[str], at: str) -> Mapping[str, TrackerError]:  # noqa: ARG002 - the shape of a channel
        """Write the files, the digest last: where it stands, everything that it links to stands too.

        Raises:
            OSError: one cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{file_name(digest)}.md"
        if not path.exists():
            notes: dict[str, Path] = {}

            def note_of(line: Line) -> str:
                if line.kind != "paper" or not self._has_notes:
                    return ""
                note = notes.setdefault(line.id, self._note_of(line))
                return quote(f"{PAPERS}/{note.name}")

            text = to_markdown(digest, note_of)
            for name, note in notes.items():
                self._write(note, name, digest)
            replace_file(path, text)
        return {}

    def _note_of(self, line: Line) -> Path:
        """Return the note of a paper: the one that is there, whatever its title was then, or the one to be written."""
        folder, prefix = self._folder / PAPERS, note_prefix(line.id)
        known = (
            sorted(one for one in folder.glob("*.md") if one.stem.split(" ")[0] == prefix) if folder.is_dir() else []
        )
        return known[0] if known else folder / f"{note_name(line.id, line.title)}.md"

    def _write(self, path: Path, name: str, digest: Digest) -> None:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, to_note(self._item(name), digest.shared.get(name)))

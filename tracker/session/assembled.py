"""Everything a face needs of one home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.session.filling import Filling
from tracker.session.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.models import Item


class Session(Filling, Telling):
    """Everything a face needs of one home. Cheap to make: nothing is opened or imported before it is asked for."""

    def mark(
        self,
        rows: Sequence[int],
        *,
        read: bool | None = None,
        starred: bool | None = None,
        hidden: bool | None = None,
        rating: int | None = None,
        note: str | None = None,
    ) -> None:
        """Set marks of items.

        Raises:
            StoreError: the database refuses.
        """
        from tracker.store import marks

        marks.mark(self.writer, rows, self.now(), read=read, starred=starred, hidden=hidden, rating=rating, note=note)

    def tag(self, row: int, tags: Sequence[str]) -> None:
        """Replace the tags of an item.

        Raises:
            StoreError: the database refuses.
        """
        from tracker.store import marks

        marks.tag(self.writer, row, tags)

    def bibtex(self, item: Item) -> str:
        """Return a BibTeX entry of a paper."""
        from tracker.bibtex import entry

        return entry(item)

"""Gathers what the reading pane shows, in a worker thread."""

from collections.abc import Callable

from tracker.tui.desk import Desk
from tracker.tui.documents import Document, item_document, items_document, source_document
from tracker.tui.messages import ItemsTarget, ItemTarget, SourceTarget, Target
from tracker.tui.reads import Reader
from tracker.tui.views.trends import lines_named


def gather_document(target: Target, desk: Desk) -> Callable[[Reader], Document] | None:
    """Return what gathers the document of a target, or None when there is nothing to read."""
    if isinstance(target, ItemTarget):
        return lambda reader: _item(reader, target.name, desk)
    if isinstance(target, ItemsTarget):
        return lambda reader: items_document(target.heading, lines_named(reader, target.names))
    if isinstance(target, SourceTarget):
        return lambda _: source_document(target.state, "")
    return None


def _item(reader: Reader, name: str | int, desk: Desk) -> Document:
    item = reader.item(name)
    related = reader.posts_about(item.row) if item.kind == "paper" else reader.papers_of(item.row)
    lines = desk.lines(reader, [item.row])
    return item_document(item, lines[0] if lines else None, related)

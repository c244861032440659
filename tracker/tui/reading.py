"""Gathers what the reading pane shows, in a worker thread."""

from collections.abc import Callable

from tracker import times
from tracker.tui.desk import Desk
from tracker.tui.documents import Document, item_document, items_document, source_document
from tracker.tui.messages import ItemsTarget, ItemTarget, SourceTarget, Target, TextTarget
from tracker.tui.reads import Reader
from tracker.tui.views.trends import lines_named


def gather_document(target: Target, desk: Desk) -> Callable[[Reader], Document] | None:
    """Return what gathers the document of a target, or None when there is nothing to read."""
    if isinstance(target, ItemTarget):
        return lambda reader: _item(reader, target.name, desk)
    if isinstance(target, ItemsTarget):
        return lambda reader: items_document(target.heading, lines_named(reader, target.names))
    if isinstance(target, TextTarget):
        from tracker.tui.transcript import text_document  # only commands of the command line need it

        return lambda _: text_document(target.heading, target.text)
    if isinstance(target, SourceTarget):
        return lambda _: source_document(target.state, "")
    return None


def _item(reader: Reader, name: str | int, desk: Desk) -> Document:
    item = reader.item(name)
    lines = desk.lines(reader, [item.row])
    line = lines[0] if lines else None
    if item.kind == "paper":
        talk = reader.talk_about([item.row], times.now().date()).get(item.row)
        return item_document(item, line, reader.posts_about(item.row), talk=talk)
    return item_document(item, line, reader.papers_of(item.row), elsewhere=reader.told_elsewhere(item.row))

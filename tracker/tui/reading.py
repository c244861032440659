"""Gathers what the reading pane shows, in a worker thread: at once what is near at hand, then what takes a second or two."""

from collections.abc import Callable, Iterable, Sequence
from operator import methodcaller

from tracker import times
from tracker.errors import NotFoundError, TrackerError
from tracker.models import Line
from tracker.tui.blocks import Document, cited_document, items_document
from tracker.tui.desk import Desk
from tracker.tui.messages import (
    ChoiceTarget,
    CitedTarget,
    EditionTarget,
    ItemsTarget,
    ItemTarget,
    Readable,
    ReadyTarget,
    SourceTarget,
    Target,
    TextTarget,
    TopicTarget,
    UrlTarget,
    ViewTarget,
)
from tracker.tui.reads import Reader

QUOTED = 12
"""So many posts about a paper, or of a thread, are quoted."""
NEAR = 5
"""So many items that are near in meaning are listed."""
REST_SECONDS = 0.2
"""How long a cursor must rest on a topic before its page is gathered: one costs a second of a million rows."""


def gather_document(target: Target, desk: Desk) -> Callable[[Reader], Document] | None:
    """Return what gathers the document of a target, or None when there is nothing to read."""
    if isinstance(target, UrlTarget | ViewTarget | ChoiceTarget | EditionTarget):
        return None
    return lambda reader: _document(reader, target, desk)


def _document(reader: Reader, target: Readable, desk: Desk) -> Document:
    match target:
        case ItemTarget(name):
            document = _item(reader, name, desk)
        case ItemsTarget(heading, names):
            document = items_document(heading, lines_named(reader, names))
        case ReadyTarget(ready):
            document = ready
        case CitedTarget():
            document = _cited(reader, target)
        case SourceTarget(state):
            from tracker.tui.sources import source_document

            document = source_document(state, "")
        case TextTarget(heading, text):
            from tracker.tui.transcript import text_document  # only commands of the command line need it

            document = text_document(heading, text)
        case TopicTarget():
            document = _evidence(reader, target, desk.weeks)
    return document


def gather_page(target: Target, desk: Desk) -> Callable[[Reader], Document] | None:
    """Return what gathers the fuller document of a target, for the lane of `lane_of`; None where the first one is all there is."""
    if isinstance(target, TopicTarget):
        return lambda _: _page(target, desk)
    if isinstance(target, ItemTarget) and desk.is_warm:
        return lambda reader: _nearest(reader, target.name, desk)
    return None


def lane_of(target: Target) -> str:
    """Return the lane in which the fuller document of a target is gathered."""
    return "pages" if isinstance(target, TopicTarget) else "meaning"


def _page(target: TopicTarget, desk: Desk) -> Document:
    """Return the page of a topic, or of the shorter phrase that its trend counts where nothing holds its whole name."""
    from tracker.tui.topics import page_document

    try:
        return page_document(desk.pages.run(methodcaller("topic", target.name)), target.topic)
    except NotFoundError:
        if target.topic is None or not target.topic.counted:
            raise
        return page_document(desk.pages.run(methodcaller("topic", target.topic.counted)), target.topic)


def lines_named(reader: Reader, names: Iterable[str]) -> list[Line]:
    """Return the lines of items by id; those that are gone are left out."""
    return reader.lines(list(reader.rows_named(list(names)).values()))


def _evidence(reader: Reader, target: TopicTarget, weeks: Sequence[str]) -> Document:
    from tracker.tui.topics import (  # with the shapes of pages, which the first frame need not pay
        awaited,
        topic_document,
    )

    topic = target.topic
    if topic is None:
        return awaited(target.name)
    return topic_document(topic, weeks, lines_named(reader, topic.items[:20]), lines_named(reader, topic.posts[:20]))


def _cited(reader: Reader, target: CitedTarget) -> Document:
    told = []
    for words, names, numbers in target.said:
        given = dict(zip(names, numbers, strict=False))
        lines = lines_named(reader, names)
        told.append((words, [(given.get(line.id, 0), line) for line in lines]))
    return cited_document(told)


def _nearest(reader: Reader, name: str | int, desk: Desk) -> Document:
    """Return an item with what is near to it in meaning: the index is in memory already."""
    own = reader.item(name)
    try:
        hits = desk.by_meaning(f"like:{own.id}", NEAR + 1, "semantic")
    except TrackerError:  # nothing is embedded, or this item is not yet
        hits = []
    return _item(reader, name, desk, [hit.line for hit in hits if hit.line.row != own.row][:NEAR])


def _item(reader: Reader, name: str | int, desk: Desk, near: Sequence[Line] = ()) -> Document:
    from tracker.tui.documents import item_document  # nothing is read in the first frame

    item = reader.item(name)
    lines = desk.lines(reader, [item.row])
    line = lines[0] if lines else None
    if item.kind == "paper":
        talk = reader.talk_about([item.row], times.now().date()).get(item.row)
        posts = reader.posts_about(item.row)
        said = _said(reader, [post.row for post in posts[:QUOTED]])
        return item_document(item, line, posts, talk=talk, said=said, near=near)
    thread = reader.thread_of(item.row)
    return item_document(
        item,
        line,
        reader.papers_of(item.row),
        said=_said(reader, [post.row for _, post in thread.posts[:QUOTED]]),
        thread=thread,
        elsewhere=reader.told_elsewhere(item.row),
        near=near,
    )


def _said(reader: Reader, rows: Sequence[int]) -> dict[int, str]:
    return {row: text for row, (_, text) in reader.texts(rows).items()}

"""What the reading pane shows of a source."""

from tracker.identity import is_web_address
from tracker.models import SourceState
from tracker.tui.blocks import Block, Document
from tracker.tui.cells import fit, steady
from tracker.tui.messages import UrlTarget
from tracker.tui.rows import state_words


def _moment(words: str) -> str:
    """Return an ISO moment as it is read; other words as they are."""
    return words.replace("T", " ").removesuffix("Z") if words[:4].isdigit() else words


def _due(source: SourceState) -> str | None:
    """Return when a source is asked next, in words where no moment is set."""
    if source.state in {"off", "left"}:
        return None
    return source.next_due or "with the next sync: r now, or when tracker is opened an hour after the last one"


def source_document(source: SourceState, where: str, per_week: float = 0.0) -> Document:
    """Return how a source is doing and how much it brings a week, with what helps when it is not well."""
    is_bad = bool(source.message)
    blocks = [
        Block([(steady(source.name), "heading")]),
        Block([(f"{steady(source.kind)} · {state_words(source.state)}", "bad" if is_bad else "accent")], gap=True),
    ]
    if source.message:
        blocks.append(Block([(steady(source.message), "bad")], gap=True))
    if source.remedy:
        blocks.append(Block([("What helps: ", "dim"), (steady(source.remedy), "")]))
    facts = (
        ("last good", source.last_ok),
        ("last tried", source.last_tried),
        ("next due", _due(source)),
        ("newest item", source.newest),
        ("items", f"{source.items:,}"),
        ("a week, of late", f"{per_week:,.1f}" if per_week else None),
        ("failures in a row", str(source.failures) if source.failures else None),
    )
    shown = [(name, value) for name, value in facts if value]
    blocks += [
        Block([(fit(name, 19), "dim"), (_moment(steady(value)), "")], gap=number == 0, hanging=19)
        for number, (name, value) in enumerate(shown)
    ]
    if where and is_web_address(where):
        blocks.append(Block([(steady(where), "link")], UrlTarget(where), gap=True, hanging=2))
    return Document(tuple(blocks))

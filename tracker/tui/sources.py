"""What the reading pane shows of a source."""

from tracker.identity import is_web_address
from tracker.models import SourceState
from tracker.tui.blocks import Block, Document
from tracker.tui.cells import fit, steady
from tracker.tui.messages import UrlTarget
from tracker.tui.rows import state_words


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
        ("next due", source.next_due),
        ("newest item", source.newest),
        ("items", f"{source.items:,}"),
        ("a week, of late", f"{per_week:,.1f}" if per_week else None),
        ("failures in a row", str(source.failures) if source.failures else None),
    )
    shown = [(name, value) for name, value in facts if value]
    blocks += [
        Block([(fit(name, 19), "dim"), (steady(value).replace("T", " ").removesuffix("Z"), "")], gap=number == 0)
        for number, (name, value) in enumerate(shown)
    ]
    if where and is_web_address(where):
        blocks.append(Block([(steady(where), "link")], UrlTarget(where), gap=True, hanging=2))
    return Document(tuple(blocks))

"""Sources: as rows of their list, as the document of one, and when they are asked next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tracker import times
from tracker.identity import is_web_address
from tracker.models import SourceState
from tracker.tui.blocks import Block, Document
from tracker.tui.cells import Row, fit, fit_right, steady, width_of, wrap
from tracker.tui.messages import UrlTarget
from tracker.tui.rows import TROUBLED, Draw, state_words

WIDE = 76
"""So many cells have room for all columns."""
OPENING = timedelta(hours=1)
"""Opening the screen fetches when the last sync is longer ago."""
_UNASKED = frozenset({"off", "left"})


@dataclass(frozen=True, slots=True)
class Coming:
    """What is known of all sources together, in the time of the machine.

    Attributes:
        per_week: entries a week by source, of late.
        opens: whether opening the screen fetches.
        opening: the moment from which it does; None when it does at once.
        scheduled: when the system fetches by itself; None when it does not.
    """

    per_week: Mapping[str, float] = field(default_factory=dict)
    opens: bool = True
    opening: datetime | None = None
    scheduled: datetime | None = None

    @classmethod
    def of(
        cls, last: str, now: datetime, *, opens: bool, scheduled: datetime | None, per_week: Mapping[str, float]
    ) -> "Coming":
        """Return what is known.

        Args:
            last: ISO time at which any source was asked last; empty when none ever was.
            now: in the zone of the machine.
            opens: whether opening the screen fetches.
            scheduled: when the system fetches by itself.
            per_week: entries a week by source.
        """
        moment = datetime.fromisoformat(last).astimezone(now.tzinfo) + OPENING if last else now
        return cls(per_week, opens, moment if moment > now else None, scheduled)

    def short(self, now: datetime) -> str:
        """Return when sources are asked next, for a column of ten cells."""
        if self.scheduled is not None:
            return _clock(self.scheduled, now)
        if self.opens:
            return f"from {self.opening:%H:%M}" if self.opening else "opening"
        return "r or R"

    def in_words(self, now: datetime) -> str:
        """Return when sources are asked next."""
        words = []
        if self.opens:
            words.append(f"on opening after {self.opening:%H:%M}" if self.opening else "when tracker is opened")
        if self.scheduled is not None:
            words.append(f"{_clock(self.scheduled, now)} by itself")
        return ", ".join(words) or "only with r or R"


def _clock(moment: datetime, now: datetime) -> str:
    """Return a moment of the next seven days, as `07:00` or `Tue 07:00`."""
    return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%a %H:%M}"


def local_now() -> datetime:
    """Return the present in the zone of the machine."""
    return times.now().astimezone()


def heading_draw(width: int) -> list[Row]:
    """Draw what the columns of sources are."""
    return [
        [
            ("   ", ""),
            (
                fit(
                    "source",
                    max(width - 3 - width_of(end := _cells("state", "good", "next", "a week", "items", width)), 6),
                ),
                "dim",
            ),
            *end,
        ]
    ]


def _cells(state: str, good: str, due: str, rhythm: str, items: str, width: int, role: str = "dim") -> Row:
    """Return the columns after the name, as many as there is room for."""
    cells: Row = [(" ", ""), (fit(state, 18 if width >= 46 else 13), role)]
    if width >= 56:
        cells.append((fit_right(good, 6), "dim"))
    if width >= WIDE:
        cells += [(fit_right(due, 11), "dim"), (fit_right(rhythm, 8), "dim")]
    return [*cells, (fit_right(items, 8), "dim"), (" ", "")]


def source_draw(source: SourceState, progress: str = "", coming: Coming | None = None) -> Draw:
    """Return what draws a source: name, state, last good, next, rhythm, items; below it the error and what helps, when there is one."""

    def draw(width: int) -> list[Row]:
        is_bad = source.state in TROUBLED
        mark = ("▲", "bad") if is_bad else ("·", "dim") if source.state in {"off", "new", "left"} else ("✓", "good")
        is_asked = coming is not None and source.state not in _UNASKED
        per_week = coming.per_week.get(source.name, 0.0) if coming else 0.0
        end = _cells(
            progress or state_words(source.state),
            times.ago(source.last_ok, times.now()) or "never",
            coming.short(local_now()) if coming and is_asked else "",
            f"{per_week:,.0f}" if per_week >= 1 else f"{per_week:.1f}" if per_week else "",
            f"{source.items:,}",
            width,
            "accent" if progress else "bad" if is_bad else "dim",
        )
        name = fit(source.name, max(width - 3 - width_of(end), 6))
        rows: list[Row] = [[(" ", ""), mark, (" ", ""), (name, "strong" if is_bad else ""), *end]]
        if is_bad and (source.message or source.remedy):
            told = wrap([(steady(source.message), "bad"), (" ", ""), (steady(source.remedy), "dim")], width - 4)
            rows += [[("   ", ""), *row] for row in told][:3]
        return rows

    return draw


def _moment(words: str) -> str:
    """Return an ISO moment as it is read; other words as they are."""
    return words.replace("T", " ").removesuffix("Z") if words[:4].isdigit() else words


def source_document(source: SourceState, where: str, coming: Coming | None = None) -> Document:
    """Return how a source is doing and how much it brings a week, with what helps when it is not well."""
    is_bad = bool(source.message)
    per_week = coming.per_week.get(source.name, 0.0) if coming else 0.0
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
        ("next due", coming.in_words(local_now()) if coming and source.state not in _UNASKED else None),
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

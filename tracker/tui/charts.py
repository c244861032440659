"""Charts in terminal cells: a curve with its 95 % intervals, and the places of topics among each other."""

from collections.abc import Sequence
from itertools import zip_longest

from tracker.tui.cells import Part, Row, fit, fit_right, is_plain, sign, width_of, wrap

Bar = tuple[float, float, float]
"""A value with the ends of its interval."""
HEIGHT = 7
_AXIS = 7
_WIDEST_STEP = 4
_ABOVE = 2.0
"""The top stands at most so far above the highest value: an interval that is wider is cut there and says so."""
_Z = 1.96


def counted(count: int) -> Bar:
    """Return a count with the 95 % interval of the mean that it was drawn from, by the score test of a Poisson mean."""
    middle, reach = count + _Z**2 / 2, _Z * (count + _Z**2 / 4) ** 0.5
    return float(count), middle - reach, middle + reach


def curve(title: Row, bars: Sequence[Bar | None], weeks: Sequence[str], width: int, role: str) -> list[Row]:
    """Return a curve as rows of at most `width` cells: a dot a week, its interval as a line, the weeks below.

    Args:
        title: stands above.
        bars: one a week; None where nothing was fetched.
        weeks: ISO weeks, as many as bars.
        width: cells.
        role: the colour of the dots.
    """
    if is_plain():
        return [title, *wrap([(_told(bars, weeks), "")], width)]
    bars, weeks = bars[-max(width - _AXIS, 1) :], weeks[-max(width - _AXIS, 1) :]
    step = min(max((width - _AXIS) // max(len(bars), 1), 1), _WIDEST_STEP)
    top = _top([bar for bar in bars if bar])
    columns = [_column(bar, top, role) for bar in bars]
    rows: list[Row] = [title]
    for y in range(HEIGHT):
        said = _number(top) if y == 0 else "0" if y == HEIGHT - 1 else ""
        row: Row = [(fit_right(said, _AXIS - 1), "dim"), ("┤" if said else "│", "dim")]
        for column in columns:
            row += [(" " * (step - 1), ""), column[y]]
        rows.append(row)
    rows.append([(" " * _AXIS + _ticks(weeks, step), "dim")])
    return rows


def _told(bars: Sequence[Bar | None], weeks: Sequence[str]) -> str:
    """Return a curve in words, where everything is said in words: each week with its value and interval."""
    return "; ".join(
        f"week {week[-2:]}: {_number(bar[0])} ({_number(max(bar[1], 0.0))} to {_number(bar[2])})"
        if bar
        else f"week {week[-2:]}: not fetched"
        for week, bar in zip(weeks, bars, strict=False)
    )


def least_width(weeks: int) -> int:
    """Return in how many cells a curve of so many weeks reads well."""
    return _AXIS + 2 * weeks


def _top(bars: Sequence[Bar]) -> float:
    highest = max((value for value, _, _ in bars), default=0.0)
    widest = max((high for _, _, high in bars), default=0.0)
    return (min(widest, _ABOVE * highest) if highest else widest) or 1.0


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _column(bar: Bar | None, top: float, role: str) -> list[Part]:
    """Return the cells of a week from the top down."""
    cells: list[Part] = [(" ", "")] * HEIGHT
    if bar is None:
        return [*cells[:-1], ("?", "dim")]
    value, low, high = (HEIGHT - 1 - round(min(max(at, 0.0), top) / top * (HEIGHT - 1)) for at in bar)
    for y in range(high, low + 1):
        cells[y] = ("│", "dim")
    if low != value:
        cells[low] = ("┴", "dim")
    if high != value:
        cells[high] = ("┆" if bar[2] > top else "┬", "dim")
    cells[value] = ("●", role)
    return cells


def _ticks(weeks: Sequence[str], step: int) -> str:
    """Return the numbers of the weeks below their columns; where these are narrow, of the first and the last."""
    numbers = [week[-2:] for week in weeks]
    if step >= 3:
        return "".join(fit_right(number, step) for number in numbers)
    wide = step * len(numbers)
    return f"{numbers[0]}{numbers[-1]:>{wide - 2}}" if wide >= 5 else ""


def beside(left: Sequence[Row], right: Sequence[Row], width: int) -> list[Row]:
    """Return two charts side by side where both fit into `width` cells, else one below the other."""
    widest = max(map(width_of, left), default=0)
    if not right:
        return [*left]
    if widest + 3 + max(map(width_of, right)) > width:
        return [*left, [], *right]
    return [
        [*one, (" " * (widest - width_of(one) + 3), ""), *other]
        for one, other in zip_longest(left, right, fillvalue=list[Part]())
    ]


_CELL, _MOVE, _LEAST_LABEL = 3, 4, 22
_NEAR = 4
"""So many weeks back a rise or fall in place is told against: the places are means of four weeks."""


def weeks_shown(width: int, weeks: int) -> int:
    """Return how many weeks of places find room beside the names."""
    return max(min((width - 3 - _LEAST_LABEL - _MOVE - 1) // _CELL, weeks), 1)


def place_head(weeks: Sequence[str], width: int) -> Row:
    """Return the row of week numbers above places."""
    shown = weeks[-weeks_shown(width, len(weeks)) :]
    label = width - 3 - _MOVE - 1 - _CELL * len(shown)
    cells = "".join(fit_right(week[-2:], _CELL) for week in shown)
    moved = f"{sign('▲▼', 'moved')} in four weeks, week"
    words = moved if len(moved) <= label + _MOVE else "week"
    return [("   ", ""), (fit_right(words, label + _MOVE), "dim"), (cells, "dim"), (" ", "")]


def place_row(label: str, places: Sequence[int | None], width: int) -> Row:
    """Return one topic of a bump chart: its name, how its place moved in four weeks, its place in each week, the first ones strong."""
    shown = places[-weeks_shown(width, len(places)) :]
    room = width - 3 - _MOVE - 1 - _CELL * len(shown)
    row: Row = [("   ", ""), (fit(label, room), "strong"), _moved(places)]
    for place in shown:
        role = "dim" if place is None or place > 6 else "here" if place <= 3 else ""
        row.append((fit_right("·" if place is None else str(place), _CELL), role))
    return [*row, (" ", "")]


def _moved(places: Sequence[int | None]) -> Part:
    now = places[-1] if places else None
    before = places[-1 - _NEAR] if len(places) > _NEAR else None
    if now is None:
        return " " * _MOVE, ""
    if before is None:
        return fit_right("new", _MOVE), "accent"
    if now == before:
        return fit_right("=", _MOVE), "dim"
    return (
        (fit_right(sign("▲", "+") + str(before - now), _MOVE), "good")
        if now < before
        else (
            fit_right(sign("▼", "-") + str(now - before), _MOVE),
            "bad",
        )
    )

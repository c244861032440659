"""How an item, a hit, a topic or a source looks as a row of a list."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from tracker import times
from tracker.findings import Topic
from tracker.models import Hit, Line, SourceState
from tracker.text import plural
from tracker.tui.cells import Part, Row, fit, fit_right, is_plain, marked, sparkline, steady, wrap

Draw = Callable[[int], list[Row]]
STATED = 60
"""From so many cells on a topic names its state, which stands in the heading of its part of the list."""
BESIDE = 52
"""Narrower than this is a list with the reading pane beside it on a screen of 100 columns."""
ROOMY = 110
"""So wide must a list be for all that is known of why a hit is there; else the sentence that matches counts more."""
TROUBLED = frozenset({"failing", "unreachable", "slowed", "gone", "login", "silent"})
_STATE_WORDS = {
    "new": "not asked yet",
    "ok": "well",
    "unchanged": "well, nothing new",
    "failing": "failing",
    "unreachable": "cannot be reached",
    "slowed": "asked us to wait",
    "gone": "gone",
    "login": "wants a login",
    "silent": "gone silent",
    "off": "switched off",
    "left": "not followed",
}


def spelled(title: str) -> str:
    """Return an outside title with its LaTeX made readable."""
    if "\\" not in title and "$" not in title:
        return title
    from tracker.latex import readable  # few titles have any

    return readable(title)


def title_of(line: Line) -> str:
    """Return the title as it is read."""
    return spelled(line.title)


def line_row(
    line: Line, width: int, first: str = "", first_width: int = 5, where: str = "", words: Sequence[str] = ()
) -> Row:
    """Return an item as one row: marks, age (or `first`), title with `words` marked, who or where, and the posts about it."""
    if is_plain():
        return _told_row(line, width, first)
    marks: Row = [("•" if not line.is_read else " ", "accent"), ("★" if line.is_starred else " ", "warm"), (" ", "")]
    age = fit_right(first or times.ago(line.date, times.now()), first_width)
    posts = fit_right(f"»{line.mentions}" if line.mentions else "", 4)
    is_tight = width < 44 or (
        width < BESIDE and line.kind == "paper" and not where
    )  # the pane beside it tells the venue
    where_width = 0 if is_tight else 11 if width < 70 else 15
    by_width = min((width - 76) // 2 + 12, 30) if width >= 88 and line.kind == "paper" else 0
    title_width = max(width - 3 - first_width - 2 - where_width - (where_width > 0) - by_width - (by_width > 0) - 5, 8)
    title = marked(fit(title_of(line), title_width), "" if line.is_read else "strong", words)
    row: Row = [*marks, (age, "dim"), ("  ", ""), *title]
    if by_width:
        row += [(" ", ""), (fit(line.byline, by_width), "dim")]
    if where_width:
        row += [(" ", ""), (fit(where or place_of(line), where_width), "dim")]
    return [*row, (posts, "accent"), (" ", "")]


def _told_row(line: Line, width: int, first: str) -> Row:
    """Return an item as one row of words: its title, then its state, who or where, when."""
    state = [word for word, is_so in (("unread", not line.is_read), ("starred", line.is_starred)) if is_so]
    posts = plural(line.mentions, "post") if line.mentions else ""
    age = first or times.ago(line.date, times.now())
    rest = ", ".join(part for part in (*state, posts, steady(place_of(line)), age) if part)
    room = max(width - 6 - len(rest), width // 3)  # 6: what stands around it, and an ellipsis that becomes three dots
    return [(" ", ""), (fit(title_of(line), room).rstrip(), ""), (f", {rest}", "")]


def place_of(line: Line) -> str:
    """Return where a paper appeared, or who wrote a post."""
    if line.kind == "post":
        return line.byline or line.origin
    year = f" {line.year % 100:02d}" if line.year and line.venue and line.venue != "arXiv" else ""
    return f"{line.venue or line.origin}{year}"


def line_draw(line: Line, first: str = "", first_width: int = 5, where: str = "") -> Draw:
    """Return what draws an item as one row."""
    return lambda width: [line_row(line, width, first, first_width, where)]


def hit_draw(hit: Hit) -> Draw:
    """Return what draws a hit: the item, and below it why it is there, the words of the query marked in both."""

    def draw(width: int) -> list[Row]:
        kind = "paper" if hit.line.kind == "paper" else "post"
        reason = hit.why if width >= ROOMY else _briefly(hit.why)
        why = steady(f"{kind} · {reason}" if reason else kind) + (" · " if hit.snippet else "")
        room = width - 11 - cell_len(why)
        told: Row = [(fit(why, width - 11), "dim")]
        if hit.snippet and room > 0:
            told = [(why, "dim"), *marked(fit(hit.snippet, room), "dim", hit.words)]
        return [line_row(hit.line, width, words=hit.words), [(" " * 10, ""), *told]]

    return draw


def _briefly(why: str) -> str:
    """Return why a hit is there without the words that match: they stand in the line that was typed."""
    return " · ".join(part.partition(":")[0] for part in why.split(" · "))


def heading_draw(words: str, note: str = "", gap: bool = True) -> Draw:
    """Return what draws the heading of a part of a list."""

    def draw(width: int) -> list[Row]:
        room = max(width - cell_len(words) - 3, 0)
        row: Row = [(" ", ""), (words, "heading"), ("  ", ""), (fit(note, room).rstrip(), "dim")]
        return [[], row] if gap else [row]

    return draw


def text_draw(parts: Sequence[Part], indent: int = 1, gap: bool = False, hanging: int = 0) -> Draw:
    """Return what draws wrapped words."""

    def draw(width: int) -> list[Row]:
        rows = [[(" " * indent, ""), *row] for row in wrap(parts, width - indent - 1, hanging)]
        return [[], *rows] if gap else rows

    return draw


def ratio_words(topic: Topic) -> str:
    """Return how much more often a topic stands in papers than before."""
    return "new" if topic.state == "new" or not topic.before else f"×{topic.ratio:.1f}"


def interval_words(topic: Topic) -> str:
    """Return the range in which the ratio lies with 95 % certainty."""
    low, high = topic.interval
    return f"{low:.1f} to {high:.1f}" if high and high < 1_000 else ""


_STATE_ROLES = {"rising": "good", "new": "accent", "fading": "bad", "watch": "dim", "steady": "dim"}


def topic_draw(topic: Topic) -> Draw:
    """Return what draws a topic in two rows: label, ratio, bars; then why."""

    def draw(width: int) -> list[Row]:
        bars = "" if is_plain() else sparkline(topic.weekly, 12)
        ratio = fit_right(ratio_words(topic), 6)
        state = fit(topic.state, 7) if width >= STATED else ""  # narrower, the heading above says it
        label = fit(topic.label, max(width - 3 - len(bars) - 6 - len(state) - 5, 8))
        role = _STATE_ROLES.get(topic.state, "dim")
        first: Row = [("   ", ""), (label, "strong"), (" ", ""), (state, role), (ratio, role), ("  ", ""), (bars, role)]
        return [first, [("   ", ""), (fit(why_rising(topic), width - 4), "dim")]]

    return draw


def spoken_draw(topic: Topic) -> Draw:
    """Return what draws a topic that people post about in two rows: label and people a week; then who and where."""

    def draw(width: int) -> list[Row]:
        bars = sparkline(topic.voices_weekly, 12)
        people = topic.voices_weekly[-1] if topic.voices_weekly else 0
        count = fit_right(plural(people, "person", "people"), 11)
        label = fit(topic.label, max(width - 3 - len(bars) - 11 - 4, 8))
        first: Row = [("   ", ""), (label, "strong"), (" ", ""), (count, "accent"), ("  ", ""), (bars, "accent")]
        return [first, [("   ", ""), (fit(spoken_words(topic), width - 4), "dim")]]

    return draw


def spoken_words(topic: Topic) -> str:
    """Return where people post about a topic, and how many papers name it."""
    where = ", ".join(f"{plural(people, 'person', 'people')} on {name}" for name, people in topic.networks[:3])
    papers = f"{plural(topic.after, 'paper')} with it" if topic.after else "no paper with it"
    return " · ".join(part for part in (where, papers) if part)


def why_rising(topic: Topic) -> str:
    """Return the counts behind a topic in words."""
    holding = f" with “{steady(topic.counted)}”" if topic.counted else ""
    words = [f"{plural(topic.after, 'paper')}{holding}, {f'{topic.before:,}' if topic.before else 'none'} before"]
    if topic.before and interval_words(topic):
        words.append(f"{interval_words(topic)} times as often")
    if topic.voices_weekly and topic.voices_weekly[-1]:
        words.append(f"{plural(topic.voices_weekly[-1], 'person', 'people')} posting")
    return " · ".join(words)


def trouble_draw(source: SourceState) -> Draw:
    """Return what draws a source in trouble in one row: its name, its state, what helps, and what it said."""

    def draw(width: int) -> list[Row]:
        name = fit(source.name, min(max(width // 3, 8), 24))
        why = " · ".join(part for part in (state_words(source.state), source.remedy, source.message) if part)
        return [[(" ▲ ", "bad"), (name, "strong"), (" ", ""), (fit(why, max(width - 5 - len(name), 4)), "dim")]]

    return draw


def state_words(state: str) -> str:
    """Return the state of a source in words."""
    return _STATE_WORDS.get(state, state)

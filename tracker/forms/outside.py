"""Outside text and figures as all forms write them: readable, on one line, leading only to the web."""

from collections.abc import Sequence
from urllib.parse import quote

from tracker.findings import Topic
from tracker.identity import is_web_address
from tracker.latex import readable
from tracker.models import Line
from tracker.pages import Digest, Sentence, Shared
from tracker.text import clean_line, plural

BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
_SHARERS = 3


def sparkline(values: Sequence[int | None]) -> str:
    """Return values as blocks of rising height; what was not fetched is a dot, not a zero."""
    most = max((value for value in values if value is not None), default=0)
    return "".join(
        GAP if value is None else BARS[round(value / most * (len(BARS) - 1))] if most else BARS[0] for value in values
    )


def plain(text: str) -> str:
    """Return outside text as one readable line without control characters."""
    return clean_line(readable(clean_line(text)))


def address(item: str, url: str = "") -> str:
    """Return the web address of an item; empty when none is known that may be opened."""
    if not url and item.startswith("arxiv:"):
        url = f"https://arxiv.org/abs/{quote(item.removeprefix('arxiv:'), safe='/.')}"
    if not url and item.startswith("openreview:"):
        url = f"https://openreview.net/forum?id={quote(item.removeprefix('openreview:'), safe='')}"
    if not url and item.startswith("doi:"):
        url = f"https://doi.org/{quote(item.removeprefix('doi:'), safe='/.')}"
    if not url and item.startswith("url:"):
        url = item.removeprefix("url:")
    return quote(url, safe="/:?#@!$&'*+,;=%~.-_") if is_web_address(url) else ""


def where(line: Line, digest: Digest) -> str:
    """Return the web address of a reference."""
    return address(line.id, digest.addresses.get(line.id, ""))


def figures(topic: Topic) -> str:
    """Return the change of a topic as `×1.8 (1.3–2.4)`, or its state in a word."""
    if topic.state not in ("rising", "fading", "watch"):
        return "" if topic.state == "steady" else topic.state
    return f"×{topic.ratio:.1f} ({topic.interval[0]:.1f}–{topic.interval[1]:.1f})"


def detail(line: Line, shared: Shared | None = None) -> str:
    """Return what stands in brackets after a title: authors, where and when it came out, who shared it."""
    edition = " ".join(part for part in (line.venue, str(line.year or "")) if part)
    day = line.date[:10] if len(line.date) >= 10 else ""
    place = day if day and line.venue in ("", "arXiv") else ", ".join(part for part in (edition, day) if part)
    return ", ".join(part for part in (plain(line.byline), plain(place), sharers(shared)) if part)


def sharers(shared: Shared | None) -> str:
    """Return who shared a paper: `shared by ann and bob`, or how many and the first of them."""
    if not shared or not shared.people:
        return ""
    names = list(dict.fromkeys(plain(voice.author) for voice in shared.voices if voice.author))
    if not names:
        return f"shared by {plural(shared.people, 'person', 'people')}"
    if shared.people <= _SHARERS and len(names) == shared.people:
        return f"shared by {names[0] if len(names) == 1 else ', '.join(names[:-1]) + ' and ' + names[-1]}"
    return f"shared by {plural(shared.people, 'person', 'people')}, among them {names[0]}"


def paragraphs(sentences: Sequence[Sentence]) -> list[tuple[Sentence, ...]]:
    """Return sentences in paragraphs: each that is quoted stands alone, the others together."""
    found: list[tuple[Sentence, ...]] = []
    for sentence in sentences:
        if found and "quoted" not in (sentence.kind, found[-1][-1].kind):
            found[-1] = (*found[-1], sentence)
        else:
            found.append((sentence,))
    return found


def series(topic: Topic) -> list[tuple[str, tuple[int | None, ...]]]:
    """Return the two weekly curves of a topic by name; one week is no curve, and people have one only where somebody posted."""
    curves: list[tuple[str, tuple[int | None, ...]]] = []
    if any(topic.weekly) and sum(count is not None for count in topic.weekly) > 1:
        curves.append(("papers", topic.weekly))
    if any(topic.voices_weekly):
        curves.append(("people", topic.voices_weekly))
    return curves

"""The forms of a digest: Markdown, plain text, HTML and JSON, all from the one object, with outside text made harmless for each."""

import html
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from urllib.parse import quote

from tracker.identity import is_web_address
from tracker.latex import readable
from tracker.models import Digest, DigestEntry, DigestSection, Line, Sentence, Topic
from tracker.roles import lens
from tracker.text import clean_line, plural, shorten

BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
_MOST_MARKS = 3
"""A sentence that rests on more items counts them; their numbers after it would be noise."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~&$^@#]|:(?=//))")
_PARAGRAPH_START = re.compile(r"^(\s*\d*)([.)#+=-])")


def sparkline(values: Sequence[int | None]) -> str:
    """Return values as blocks of rising height; what was not fetched is a dot, not a zero."""
    most = max((value for value in values if value is not None), default=0)
    return "".join(
        GAP if value is None else BARS[round(value / most * (len(BARS) - 1))] if most else BARS[0] for value in values
    )


def plain(text: str) -> str:
    """Return outside text as one readable line without control characters."""
    return clean_line(readable(clean_line(text)))


def markdown(text: str) -> str:
    """Return outside text so that Markdown shows it as it is: what could mean something where it stands is escaped."""
    return _PARAGRAPH_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", plain(text)))


def address(item: str, url: str = "") -> str:
    """Return the web address of an item; empty when none is known that may be opened."""
    if not url and item.startswith("arxiv:"):
        url = f"https://arxiv.org/abs/{quote(item.removeprefix('arxiv:'), safe='/.')}"
    if not url and item.startswith("openreview:"):
        url = f"https://openreview.net/forum?id={quote(item.removeprefix('openreview:'), safe='')}"
    if not url and item.startswith("doi:"):
        url = f"https://doi.org/{quote(item.removeprefix('doi:'), safe='/.')}"
    return quote(url, safe="/:?#@!$&'*+,;=%~.-_") if is_web_address(url) else ""


def figures(topic: Topic) -> str:
    """Return the change of a topic as `×1.8 (1.3–2.4)`, or its state in a word."""
    if topic.state not in ("rising", "fading", "watch"):
        return "" if topic.state == "steady" else topic.state
    return f"×{topic.ratio:.1f} ({topic.interval[0]:.1f}–{topic.interval[1]:.1f})"


class _Numbers:
    """Gives the cited items their numbers, in order of first citation."""

    def __init__(self, digest: Digest) -> None:
        self._known = digest.references
        self.given: dict[str, int] = {}

    def of(self, sentence: Sentence) -> list[int]:
        if len(sentence.items) > _MOST_MARKS:
            return []
        return [self.given.setdefault(name, len(self.given) + 1) for name in sentence.items if name in self._known]


def _detail(line: Line) -> str:
    place = (
        " ".join(part for part in (line.venue, str(line.year or "")) if part) if len(line.date) < 10 else line.date[:10]
    )
    shared = plural(line.mentions, "post") if line.mentions else ""
    return ", ".join(part for part in (plain(line.byline), plain(place), shared) if part)


def _series(topic: Topic) -> Iterator[tuple[str, str]]:
    if topic.weekly:
        yield "papers", sparkline(topic.weekly)
    if any(topic.voices_weekly):
        yield "people", sparkline(topic.voices_weekly)


def _title(digest: Digest) -> str:
    return f"Week {digest.week}" + (f" for {lens(digest.role).title}s" if digest.role else "")


def to_markdown(digest: Digest) -> str:
    """Return a digest as Markdown (CommonMark), with numbered references at the end."""
    numbers = _Numbers(digest)

    def say(sentence: Sentence) -> str:
        return markdown(sentence.text) + "".join(f" [{number}]" for number in numbers.of(sentence))

    parts = [f"# {markdown(_title(digest))}"]
    for section in digest.sections:
        parts.append(f"## {markdown(section.heading)}")
        parts.extend(_paragraph(section.lead, say))
        parts.extend(block for entry in section.entries for block in _markdown_entry(entry, say))
    if digest.how:
        parts += ["## How this was made", " ".join(say(sentence) for sentence in digest.how)]
    if numbers.given:
        parts.append("## References")
        parts.append("\n".join(f"{number}. {_link(digest.references[name])}" for name, number in numbers.given.items()))
    return "\n\n".join(parts) + "\n"


def _paragraph(sentences: Sequence[Sentence], say: Callable[[Sentence], str]) -> list[str]:
    return [" ".join(say(sentence) for sentence in sentences)] if sentences else []


def _markdown_entry(entry: DigestEntry, say: Callable[[Sentence], str]) -> Iterator[str]:
    where = address(entry.item, entry.url) if entry.item else ""
    yield f"### {_anchor(entry.title, where)}" + (
        f" {markdown(figures(entry.topic))}" if entry.topic and figures(entry.topic) else ""
    )
    if entry.topic:
        series = "  ".join(f"{name} `{bars}`" for name, bars in _series(entry.topic))
        if series:
            yield series
    yield from _paragraph(entry.sentences, say)
    if entry.papers:
        yield "\n".join(f"- {_link(line)}" for line in entry.papers)


def _anchor(text: str, where: str) -> str:
    return f"[{markdown(text)}](<{where}>)" if where else markdown(text)


def _link(line: Line) -> str:
    detail = markdown(_detail(line))
    return _anchor(line.title, address(line.id)) + (f" ({detail})" if detail else "")


def to_text(digest: Digest, width: int = 80) -> str:
    """Return a digest as plain text, wrapped, with numbered references at the end."""
    numbers = _Numbers(digest)
    blocks = [_title(digest).upper()]

    def say(sentences: Sequence[Sentence], indent: str) -> str:
        words = " ".join(plain(one.text) + "".join(f" [{number}]" for number in numbers.of(one)) for one in sentences)
        return textwrap.fill(
            words,
            width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )

    for section in digest.sections:
        blocks.append(section.heading + "\n" + "-" * len(section.heading))
        blocks.extend([say(section.lead, "")] if section.lead else [])
        for entry in section.entries:
            head = [part for part in (plain(entry.title), figures(entry.topic) if entry.topic else "") if part]
            series = (
                ["  " + "   ".join(f"{name} {bars}" for name, bars in _series(entry.topic))]
                if entry.topic and entry.topic.weekly
                else []
            )
            papers = [shorten(f"  - {plain(line.title)}", width) for line in entry.papers]
            blocks.append("\n".join(["  ".join(head), *series, say(entry.sentences, "  "), *papers]))
    if digest.how:
        blocks.append(say(digest.how, ""))
    if numbers.given:
        blocks.append(
            "\n".join(
                f"[{number}] {plain(digest.references[name].title)}  {address(name)}".rstrip()
                for name, number in numbers.given.items()
            )
        )
    return "\n\n".join(block for block in blocks if block.strip()) + "\n"


def to_html(digest: Digest) -> str:
    """Return a digest as one HTML page for a browser or a mail: one column, inline style, no script, no outside resource."""
    numbers = _Numbers(digest)

    def say(sentences: Sequence[Sentence]) -> str:
        told = [
            _safe(one.text) + "".join(f' <a href="#r{number}">[{number}]</a>' for number in numbers.of(one))
            for one in sentences
        ]
        return f"<p>{' '.join(told)}</p>" if told else ""

    body = [f"<h1>{_safe(_title(digest))}</h1>"]
    body.extend(_html_section(section, say) for section in digest.sections)
    if digest.how:
        body.append(f'<div style="color:#555">{say(digest.how)}</div>')
    if numbers.given:
        listed = "".join(
            f'<li id="r{number}">{_html_line(digest.references[name])}</li>' for name, number in numbers.given.items()
        )
        body.append(f"<h2>References</h2><ol>{listed}</ol>")
    style = "max-width:42em;margin:1em auto;padding:0 1em;font-family:sans-serif;line-height:1.45"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{_safe(_title(digest))}</title>'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body style="{style}">\n'
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _html_section(section: DigestSection, say: Callable[[Sequence[Sentence]], str]) -> str:
    parts = [f"<h2>{_safe(section.heading)}</h2>", say(section.lead)]
    for entry in section.entries:
        parts.append(
            f"<h3>{_html_anchor(entry.title, address(entry.item, entry.url) if entry.item else '')} {_safe(figures(entry.topic)) if entry.topic else ''}</h3>"
        )
        if entry.topic:
            parts.extend(
                f'<p style="margin:0">{name} <span style="font-family:monospace">{bars}</span></p>'
                for name, bars in _series(entry.topic)
            )
        parts.append(say(entry.sentences))
        if entry.papers:
            parts.append("<ul>" + "".join(f"<li>{_html_line(line)}</li>" for line in entry.papers) + "</ul>")
    return "".join(parts)


def _safe(text: str) -> str:
    return html.escape(plain(text))


def _html_anchor(text: str, where: str) -> str:
    return f'<a href="{html.escape(where)}">{_safe(text)}</a>' if where else _safe(text)


def _html_line(line: Line) -> str:
    detail = _safe(_detail(line))
    return _html_anchor(line.title, address(line.id)) + (f" ({detail})" if detail else "")


def to_dict(digest: Digest) -> dict[str, object]:
    """Return a digest for JSON; every sentence carries the ids of its items."""
    made: dict[str, object] = _clean(asdict(digest))  # type: ignore[assignment]
    return made


def _clean(value: object) -> object:
    """Return a value fit for JSON, its texts without control characters."""
    if isinstance(value, str):
        return clean_line(value, 4_000)
    if isinstance(value, dict):
        return {str(key): _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value

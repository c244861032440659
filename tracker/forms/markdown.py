"""A digest as Markdown (CommonMark), with numbered references at the end."""

import re
from collections.abc import Callable, Iterator

from tracker.forms.numbering import Numbers
from tracker.forms.outside import address, detail, figures, paragraphs, plain, series, sparkline, where
from tracker.models import Line
from tracker.pages import Digest, DigestEntry, Sentence

_SIGNS = re.compile(r"([\\`*_{}\[\]<>|~&$^@#]|:(?=//))")
_PARAGRAPH_START = re.compile(r"^(\s*\d*)([.)#+=-])")

Say = Callable[[Sentence], str]
Link = Callable[[Line], str]


def markdown(text: str) -> str:
    """Return outside text so that Markdown shows it as it is: what could mean something where it stands is escaped."""
    return _PARAGRAPH_START.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", plain(text)))


def anchor(text: str, leads: str) -> str:
    """Return a text as a link, or as it is where it leads nowhere."""
    return f"[{markdown(text)}](<{leads}>)" if leads else markdown(text)


def to_markdown(digest: Digest, note_of: Callable[[Line], str] | None = None) -> str:
    """Return a digest as Markdown.

    Args:
        digest: what is written.
        note_of: returns the address of the note of an item, empty where it has none; titles then lead there, not to the web.
    """
    numbers = Numbers(digest)

    def say(sentence: Sentence) -> str:
        return markdown(sentence.text) + numbers.marks(sentence)

    def link(line: Line) -> str:
        words = markdown(detail(line, digest.shared.get(line.id)))
        leads = (note_of(line) if note_of else "") or where(line, digest)
        return anchor(line.title, leads) + (f" ({words})" if words else "")

    parts = [f"# {markdown(digest.title)}"]
    for section in digest.sections:
        parts.append(f"## {markdown(section.heading)}")
        parts.extend(_paragraph(section.lead, say))
        parts.extend(block for entry in section.entries for block in _entry(entry, say, link))
    if digest.how:
        parts += ["## How this was made", " ".join(map(say, digest.how))]
    if cited := list(numbers.cited()):
        parts += ["## References", "\n".join(f"{number}. {link(line)}" for number, line in cited)]
    return "\n\n".join(parts) + "\n"


def _paragraph(sentences: tuple[Sentence, ...], say: Say) -> list[str]:
    return [" ".join(map(say, sentences))] if sentences else []


def _entry(entry: DigestEntry, say: Say, link: Link) -> Iterator[str]:
    leads = address(entry.item, entry.url) if entry.item else ""
    change = markdown(figures(entry.topic)) if entry.topic else ""
    yield " ".join(part for part in ("###", anchor(entry.title, leads), change) if part)
    if entry.topic and (curves := series(entry.topic)):
        yield "  ".join(f"{name} `{sparkline(values)}`" for name, values in curves)
    yield from (" ".join(map(say, paragraph)) for paragraph in paragraphs(entry.sentences))
    if entry.papers:
        yield "\n".join(f"- {link(line)}" for line in entry.papers)

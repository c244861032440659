"""A digest as Markdown (CommonMark), with numbered references at the end."""

import re
from collections.abc import Callable, Iterator

from tracker.forms.numbering import Numbers
from tracker.forms.outside import address, detail, figures, plain, series, sparkline
from tracker.models import Digest, DigestEntry, Line, Sentence

_SIGNS = re.compile(r"([\\`*_{}\[\]<>|~&$^@#]|:(?=//))")
_PARAGRAPH_START = re.compile(r"^(\s*\d*)([.)#+=-])")

Say = Callable[[Sentence], str]
Link = Callable[[Line], str]


def markdown(text: str) -> str:
    """Return outside text so that Markdown shows it as it is: what could mean something where it stands is escaped."""
    return _PARAGRAPH_START.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", plain(text)))


def anchor(text: str, where: str) -> str:
    """Return a text as a link, or as it is where it leads nowhere."""
    return f"[{markdown(text)}](<{where}>)" if where else markdown(text)


def web(line: Line) -> str:
    """Return where an item is on the web."""
    return address(line.id)


def to_markdown(digest: Digest, where: Callable[[Line], str] = web) -> str:
    """Return a digest as Markdown.

    Args:
        digest: what is written.
        where: the address that the title of an item leads to.
    """
    numbers = Numbers(digest)

    def say(sentence: Sentence) -> str:
        return markdown(sentence.text) + numbers.marks(sentence)

    def link(line: Line) -> str:
        words = markdown(detail(line, digest.shared.get(line.id)))
        return anchor(line.title, where(line)) + (f" ({words})" if words else "")

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
    where = address(entry.item, entry.url) if entry.item else ""
    change = markdown(figures(entry.topic)) if entry.topic else ""
    yield " ".join(part for part in ("###", anchor(entry.title, where), change) if part)
    if entry.topic and (curves := series(entry.topic)):
        yield "  ".join(f"{name} `{sparkline(values)}`" for name, values in curves)
    yield from _paragraph(entry.sentences, say)
    if entry.papers:
        yield "\n".join(f"- {link(line)}" for line in entry.papers)

"""BibTeX entries: facts of a stored paper, escaped so that LaTeX prints them as they are."""

import re

from tracker.models import Item
from tracker.text import clean_line, fold

_SPECIAL = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _escape(text: str) -> str:
    """Escape what LaTeX would take as a command; text that already holds LaTeX mathematics is left as the authors wrote it."""
    text = clean_line(text)
    if "$" in text or "\\" in text:
        return text.replace("{", "").replace("}", "") if text.count("{") != text.count("}") else text
    return "".join(_SPECIAL.get(character, character) for character in text).replace("{", "").replace("}", "")


def key(item: Item) -> str:
    """Return a citation key: last name, year, first long word of the title."""
    name = (
        re.sub(r"[^a-z]", "", fold(item.authors[0].split()[-1]))
        if item.authors and item.authors[0].split()
        else "anonymous"
    )
    word = next((word for word in re.findall(r"[a-z]+", fold(item.title)) if len(word) > 3), "paper")
    return f"{name}{item.year or item.date[:4]}{word}"


def entry(item: Item) -> str:
    """Return the entry: `@inproceedings` where a venue is known, else `@misc` with the arXiv id."""
    arxiv = next((name.removeprefix("arxiv:") for name in item.identifiers if name.startswith("arxiv:")), "")
    doi = next((name.removeprefix("doi:") for name in item.identifiers if name.startswith("doi:")), "")
    published = item.venue not in {"", "arXiv"}
    fields = {
        "title": f"{{{_escape(item.title)}}}",
        "author": " and ".join(map(_escape, item.authors)),
        "year": str(item.year or item.date[:4]),
        "booktitle": _escape(item.venue) if published else "",
        "eprint": arxiv,
        "archivePrefix": "arXiv" if arxiv else "",
        "doi": doi,
        "url": item.url,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{'inproceedings' if published else 'misc'}{{{key(item)},", *lines, "}"])

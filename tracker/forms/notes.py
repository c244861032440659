"""A paper as a note of its own, for a folder of notes such as an Obsidian vault; a digest there links to it."""

import json
import re

from tracker.forms.markdown import anchor, markdown
from tracker.forms.outside import address, plain
from tracker.models import Item
from tracker.pages import Shared
from tracker.text import shorten

_TITLE = 80
_NOT_IN_NAMES = re.compile(r"[^\w ,.'()+-]+")
_NOT_IN_PREFIXES = re.compile(r"[^\w.+-]+")
_SPACES = re.compile(r"[ _]+")


def note_prefix(item: str) -> str:
    """Return what the file name of a paper's note begins with: its id, so that a new title makes no second note."""
    return _NOT_IN_PREFIXES.sub("-", item)[:80].strip("-.")


def note_name(item: str, title: str) -> str:
    """Return the file name of a paper's note without its ending, such as `arxiv-2605.01234 A Title`; safe on every system."""
    words = _SPACES.sub(" ", _NOT_IN_NAMES.sub(" ", plain(title))).strip(" .")
    return f"{note_prefix(item)} {shorten(words, _TITLE).rstrip('… .')}".strip()


def to_note(item: Item, shared: Shared | None = None) -> str:
    """Return a paper as Markdown: its data as YAML in front, then the abstract and what people said."""
    where = address(item.id, item.url)
    facts: dict[str, object] = {
        "title": plain(item.title),
        "authors": [plain(name) for name in item.authors],
        "id": plain(item.id),
        "url": where,
        "venue": plain(item.venue),
        "date": plain(item.date[:10]),
        "tags": ["paper"],
    }
    # a text in JSON is one in YAML too
    front = "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items() if value)
    parts = [f"---\n{front}\n---", f"# {anchor(item.title, where)}"]
    parts += [markdown(", ".join(item.authors))] if item.authors else []
    parts += [f"**In short:** {markdown(item.tldr)}"] if item.tldr else []
    parts += [markdown(part) for part in item.text.split("\n\n") if part.strip()]
    if shared and shared.voices:
        told = [
            f"- {anchor(voice.author or voice.network, address(voice.id, voice.url))}: {markdown(shorten(plain(voice.text), 300))}"
            for voice in shared.voices[:20]
        ]
        parts += ["## Who shared it", "\n".join(told)]
    return "\n\n".join(parts) + "\n"

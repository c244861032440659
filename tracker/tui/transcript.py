"""What a command said, as a document to read."""

import re

from tracker.tui.blocks import Block, Document
from tracker.tui.cells import steady
from tracker.tui.messages import UrlTarget

TEXT_LINES = 2_000
"""How many lines of what a command said are shown: the last ones."""
_DEEPEST_INDENT = 16
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def text_document(heading: str, text: str) -> Document:
    """Return lines as they are under a heading; links to the web in them can be opened."""
    blocks = []
    for line in text.expandtabs(4).splitlines()[-TEXT_LINES:]:
        words = steady(line)
        found = _ADDRESS.search(words)
        indent = min(len(line) - len(line.lstrip(" ")), _DEEPEST_INDENT)
        target = UrlTarget(found[0]) if found else None
        blocks.append(Block([(" " * indent + words, "")], target, hanging=indent + 2))
    return Document((Block([(steady(heading), "heading")]), Block([]), *blocks))

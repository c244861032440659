"""The keys at the bottom of the screen: those that matter to whoever types, reads an item, a source, a page, or walks in a list."""

from tracker.tui.messages import ItemTarget, SourceTarget, Target

Hints = tuple[tuple[str, str], ...]
"""Ids of commands, or keys where no command has them, each with a word."""
TYPING: Hints = (("enter", "done"), ("back", "leave it"))
QUERY: Hints = (("enter", "done"), ("tab", "complete"), ("back", "leave the line"))
ITEM: Hints = (
    ("next-link", "links"),
    ("star", "star"),
    ("browser", "browser"),
    ("like", "more like this"),
    ("next-unread", "next"),
    ("back", "back"),
)
SOURCE: Hints = (("next-link", "links"), ("sync", "sync it"), ("help", "keys"), ("back", "back"))
PAGE: Hints = (("next-link", "links"), ("open", "open"), ("jump", "letters"), ("help", "keys"), ("back", "back"))


def of_typing(line: object) -> Hints:
    """Return the keys that matter in a line that is typed in: one that suggests how it goes on completes."""
    return QUERY if getattr(line, "suggester", None) else TYPING


def of_reading(target: Target) -> Hints:
    """Return the keys that matter while something is read."""
    return ITEM if isinstance(target, ItemTarget) else SOURCE if isinstance(target, SourceTarget) else PAGE

"""The keys that matter now: to whoever types, reads an item, a source or a page, or looks at an empty list."""

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


_ONLY = {"is:unread": "unread", "is:starred": "starred", "is:hidden": "hidden"}


def nothing_of(noun: str, filter_line: str, advice: str) -> str:
    """Return what an empty list of papers or posts says: why it is empty, and the key that fills it.

    Args:
        noun: what would be listed, in the singular.
        filter_line: what the list is narrowed to.
        advice: how else the list is filled, where nothing narrows it.
    """
    if only := _ONLY.get(filter_line):
        return f"No {only} {noun}.\nesc shows all again."
    if filter_line:
        return f"No {noun} passes {filter_line}\nf changes the filter, esc takes it away."
    return f"No {noun}s yet.\nR fetches what you follow; {advice}"

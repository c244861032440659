"""Every key with its id: the one table from which bindings, the page of keys and the palette are made.

Ids can be given other keys in `feeds.toml`, for instance `[keys]` `star = "asterisk"`.
"""

import re
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Key:
    """One command: `keys` in Textual's names, comma between alternatives; `where` is the part of the screen it belongs to."""

    id: str
    keys: str
    action: str
    words: str
    where: str


VIEWS = ("Today", "Papers", "Posts", "Search", "Trends", "Digest", "Sources")

LIST_KEYS = (
    Key("down", "j,down", "step(1)", "next line", "move"),
    Key("up", "k,up", "step(-1)", "previous line", "move"),
    Key("half-down", "ctrl+d", "half(1)", "half a screen down", "move"),
    Key("half-up", "ctrl+u", "half(-1)", "half a screen up", "move"),
    Key("page-down", "pagedown,space", "screenful(1)", "a screen down", "move"),
    Key("page-up", "pageup", "screenful(-1)", "a screen up", "move"),
    Key("top", "g,home", "edge(-1)", "first line", "move"),
    Key("bottom", "G,end", "edge(1)", "last line", "move"),
    Key("open", "enter", "open", "open", "move"),
)
PANE_KEYS = (
    Key("next-link", "tab", "link(1)", "next link of the item", "read"),
    Key("previous-link", "shift+tab", "link(-1)", "previous link of the item", "read"),
)
MAIN_KEYS = (
    *(Key(f"view-{number}", str(number), f"view({number})", name, "views") for number, name in enumerate(VIEWS, 1)),
    Key("search", "slash", "search", "search as you type", "views"),
    Key("next-unread", "n", "unread(1)", "next unread", "move"),
    Key("previous-unread", "p", "unread(-1)", "previous unread", "move"),
    Key("count", "0", "count", "begin a count: 05j, 012G", "move"),
    Key("jump", "semicolon", "jump", "letters beside lines or links; typing them opens", "move"),
    Key("pane", "tab", "pane", "to the reading pane", "move"),
    Key("quit", "q", "back(True)", "back; at the top: quit", "move"),
    Key("back", "escape", "back(False)", "back", "move"),
    Key("read", "N", "switch('read')", "read / unread", "marks"),
    Key("read-all", "A", "read_all", "all of this list read", "marks"),
    Key("star", "s", "switch('starred')", "star", "marks"),
    Key("hide", "u", "hide", "hide", "marks"),
    Key("tag", "t", "tag", "tags", "marks"),
    Key("note", "e", "note", "note", "marks"),
    Key("visual", "v", "visual", "select lines; marks and copies then act on all", "marks"),
    Key("undo", "z", "undo", "undo the last mark", "marks"),
    Key("redo", "Z", "redo", "redo what was undone", "marks"),
    Key("browser", "o", "browser(False)", "open in the browser", "item"),
    Key("pdf", "O", "browser(True)", "open the PDF in the browser", "item"),
    Key("copy", "y", "copy('link')", "copy the link", "item"),
    Key("markdown", "Y", "copy('markdown')", "copy as Markdown", "item"),
    Key("bibtex", "b", "copy('bibtex')", "copy BibTeX", "item"),
    Key("pipe", "vertical_line", "pipe", "give it to a command, as JSON lines", "item"),
    Key("like", "m", "like", "more like this", "item"),
    Key("filter", "f", "filter", "filter this list", "views"),
    Key("save", "ctrl+s", "save", "save this search", "views"),
    Key("sync", "r", "sync(False)", "sync this source", "sync"),
    Key("sync-all", "R", "sync(True)", "sync all sources", "sync"),
    Key("palette", "colon,ctrl+p", "app.command_palette", "all commands", "app"),
    Key("help", "question_mark", "help", "keys of this screen", "app"),
)
LINES_KEYS = (
    Key("group", "B", "group", "group by source, topic, day, not at all", "lines"),
    Key("next-group", "right_curly_bracket", "leap(1)", "next group", "lines"),
    Key("previous-group", "left_curly_bracket", "leap(-1)", "previous group", "lines"),
    Key("only-unread", "U", "only('unread')", "only unread, or all again", "lines"),
    Key("only-starred", "S", "only('starred')", "only starred, or all again", "lines"),
    Key("only-hidden", "H", "only('hidden')", "only hidden, or all again", "lines"),
)
TRENDS_KEYS = (Key("topic", "T", "topic", "the page of any topic", "trends"),)
DIGEST_KEYS = (
    Key("earlier", "left_square_bracket,left", "edition(-1)", "the week or day before", "digest"),
    Key("later", "right_square_bracket,right", "edition(1)", "the week or day after", "digest"),
    Key("weeks", "w", "weeks", "list of all weeks", "digest"),
    Key("day", "d", "day", "digest of the week / brief of the day", "digest"),
    Key("role", "c", "role", "for the next role", "digest"),
)
SOURCES_KEYS = (
    Key("follow", "a", "follow", "follow something new", "sources"),
    Key("unfollow", "x", "unfollow", "unfollow this source", "sources"),
)
ALL_KEYS = (*MAIN_KEYS, *LIST_KEYS, *PANE_KEYS, *LINES_KEYS, *TRENDS_KEYS, *DIGEST_KEYS, *SOURCES_KEYS)
GROUPS = {
    "views": "Views",
    "move": "Move",
    "marks": "Marks",
    "item": "This item",
    "read": "Reading pane",
    "sync": "Sync",
    "app": "And",
    "lines": "Papers and Posts",
    "trends": "Trends",
    "digest": "Digest",
    "sources": "Sources",
}
_SHOWN = {
    "slash": "/",
    "colon": ":",
    "semicolon": ";",
    "vertical_line": "|",
    "question_mark": "?",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "shift+tab": "S-tab",
    "ctrl+d": "^d",
    "ctrl+u": "^u",
    "ctrl+p": "^p",
    "ctrl+s": "^s",
    "asterisk": "*",
    "down": "↓",
    "up": "↑",
    "full_stop": ".",
    "comma": ",",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "left": "←",
    "right": "→",
}


def bindings(keys: tuple[Key, ...]) -> list[Binding]:
    """Return Textual's bindings for a part of the table."""
    return [Binding(key.keys, key.action, key.words, show=False, id=key.id) for key in keys]


def shown(name: str, remapped: dict[str, str], first: bool = True) -> str:
    """Return the keys of a command as they stand on a keyboard, the first one only or all."""
    known = next((key for key in ALL_KEYS if key.id == name), None)
    keys = (remapped.get(name) or (known.keys if known else name)).split(",")
    words = [_SHOWN.get(key.strip(), key.strip()) for key in keys if key]
    return words[0] if first and words else " ".join(words)


_COUNTED = re.compile(r"(step|half|screenful|unread|link)\((-?\d+)\)")


def counted(action: str, count: int) -> str | None:
    """Return the action that does a motion so many times; None where the action is no motion.

    The first and the last line become a line by its number, as in vi.
    """
    if found := _COUNTED.fullmatch(action):
        return f"{found[1]}({int(found[2]) * count})"
    return f"line({count})" if action.startswith("edge(") else None


_HOME_ROW_FIRST = "asdfghjklqwertyuiopzxcvbnm"


def labels(count: int) -> list[str]:
    """Return letters for so many places, short ones first; none is the beginning of another. At most 676."""
    letters = _HOME_ROW_FIRST
    begun = next(begun for begun in range(len(letters) + 1) if len(letters) * (begun + 1) - begun >= min(count, 676))
    single, doubled = letters[: len(letters) - begun], letters[len(letters) - begun :]
    return [*single, *(first + second for first in doubled for second in letters)][:count]


def unknown(remapped: dict[str, str]) -> list[str]:
    """Return the ids of a key table that name no command."""
    known = {key.id for key in ALL_KEYS}
    return sorted(set(remapped) - known)

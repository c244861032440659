"""The thread of a post in the reading pane: what it answers above it, what answers it below, each a step further in."""

from collections.abc import Mapping

from tracker import times
from tracker.hub.threads import post_address
from tracker.models import Item, Line, Thread
from tracker.text import clean_line, plural, shorten
from tracker.tui.blocks import SAID, Block
from tracker.tui.cells import Part, sign, steady
from tracker.tui.messages import ItemTarget, UrlTarget
from tracker.tui.rows import place_of, title_of

STEP = 2
DEEPEST = 6
"""So many steps are drawn; deeper answers stand below each other, so that 80 columns keep room for words."""


def thread_blocks(item: Item, thread: Thread, said: Mapping[int, str]) -> list[Block]:
    """Return the thread of a post as links with what each says; the post itself is marked and leads nowhere."""
    if not thread.posts and not thread.missing:
        return []
    heading = f"Thread of {plural(len(thread.posts), 'post')}" if thread.posts else "Thread"
    blocks = [Block([(heading, "heading")], gap=True)]
    if thread.missing:
        blocks.append(_missing(thread.missing))
    return blocks + [_told(depth, line, item, said.get(line.row, "")) for depth, line in thread.posts]


def _missing(name: str) -> Block:
    """Return what is answered and not stored, as a link where its address can be told from its name."""
    url = post_address(name)
    words: list[Part] = [("It answers a post that is not stored", "link" if url else "dim")]
    return Block([*words, (f"  {steady(url)}", "dim")] if url else words, UrlTarget(url) if url else None, hanging=2)


def _told(depth: int, line: Line, item: Item, text: str) -> Block:
    is_here = line.row == item.row
    is_own = bool(item.author) and line.byline == item.author
    age = times.ago(line.date, times.now())
    words: list[Part] = [
        (f"{sign('▸ ', 'here: ')}" if is_here else sign("└ ", "") if depth else "", "accent" if is_here else "dim"),
        (f"{steady(place_of(line))}  ", "strong" if is_own else "dim"),
        (
            steady(title_of(line) if is_here or not text.strip() else shorten(clean_line(text), SAID)),
            "" if is_here else "link",
        ),
        (f"  {age}", "dim"),
    ]
    return Block(words, None if is_here else ItemTarget(line.row), indent=STEP * min(depth, DEEPEST), hanging=2)

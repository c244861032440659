"""What the reading pane shows, put together from items, topics and sources: plain data, no screen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracker.hub.talk import in_words
from tracker.identity import canonical_url, is_web_address
from tracker.latex import readable
from tracker.models import Item, Line, Talk, Thread
from tracker.text import plural
from tracker.tui.blocks import Block, Document, line_blocks, paragraphs
from tracker.tui.cells import Part, sign, steady
from tracker.tui.messages import UrlTarget, ViewTarget
from tracker.tui.threads import thread_blocks

_CODE_HOSTS = frozenset({"github.com", "gitlab.com", "huggingface.co", "codeberg.org", "bitbucket.org"})


def item_document(
    item: Item,
    line: Line | None,
    related: Sequence[Line],
    *,
    talk: Talk | None = None,
    said: Mapping[int, str] | None = None,
    thread: Thread | None = None,
    elsewhere: Sequence[Line] = (),
    near: Sequence[Line] = (),
) -> Document:
    """Return an item: what it is, what it says, where it leads, and its other half: posts of a paper, papers of a post.

    Args:
        talk: what the posts about a paper amount to.
        said: what these posts, or those of its thread, say, by row.
        thread: of a post, what it answers and what answers it.
        elsewhere: other posts that tell the story of a post.
        near: items near to it in meaning.
    """
    blocks = _paper_head(item) if item.kind == "paper" else _post_head(item)
    blocks += _marks(item)
    text = readable(item.text) if item.kind == "paper" else item.text
    found = paragraphs(text)
    if not found:
        blocks.append(Block([("No abstract." if item.kind == "paper" else "No text.", "dim")], gap=True))
    for number, words in enumerate(found):
        blocks.append(Block([(words, "")], gap=number == 0 or len(words) > 60))
    if item.tldr:
        blocks.append(Block([("In short: ", "dim"), (steady(item.tldr), "")], gap=True))
    if item.comment:
        blocks.append(Block([("Comment: ", "dim"), (steady(item.comment), "dim")], gap=True))
    blocks += thread_blocks(item, thread, said or {}) if thread else []
    blocks += _related(item, related, talk, said or {})
    blocks += _elsewhere(elsewhere)
    blocks += _links(item)
    blocks += _near(item, near)
    blocks += _seen(item)
    return Document(tuple(blocks), item, line)


def _paper_head(item: Item) -> list[Block]:
    where = " · ".join(
        steady(part)
        for part in (f"{item.venue} {item.year or ''}".strip(), item.track, _status(item), times_of(item))
        if part and part != str(item.year or "")
    )
    names = ", ".join(steady(name) for name in item.authors[:30]) + (
        f" and {len(item.authors) - 30} more" if len(item.authors) > 30 else ""
    )
    blocks = [Block([(steady(readable(item.title)), "heading")])]
    if names:
        blocks.append(Block([(names, "")], gap=True))
    if where:
        blocks.append(Block([(where, "accent")], gap=not names))
    if item.categories or item.keywords:
        blocks.append(Block([(steady(", ".join((*item.categories, *item.keywords))), "dim")]))
    names_of = [name for name in item.identifiers if not name.startswith("url:")] or [item.id]
    blocks.append(Block([(steady("  ".join(names_of[:6])), "dim")]))
    return blocks + _editions(item)


def _editions(item: Item) -> list[Block]:
    """Return where else a paper appeared and what was decided there, and which version of the preprint is shown."""
    main = (item.venue, item.year, _status(item))
    found = dict.fromkeys((seen.venue, seen.year, seen.status) for seen in item.sightings if seen.venue)
    others = [
        " ".join(str(part) for part in (venue, year, "" if status == "preprint" else status) if part)
        for venue, year, status in found
        if (venue, year, "" if status == "preprint" else status) != main
    ]
    words = [f"version {item.version}" if item.version else "", f"also {', '.join(others[:4])}" if others else ""]
    told = "  ·  ".join(steady(part) for part in words if part)
    return [Block([(told, "dim")])] if told else []


def _status(item: Item) -> str:
    return "" if item.status in {"preprint", item.track} else item.status


def times_of(item: Item) -> str:
    """Return the day an item came out, and the day it was announced where that is another one."""
    day = (item.published or item.date or "")[:10]
    announced = (item.announced or "")[:10]
    return f"{day}, announced {announced}" if announced and day and announced != day else day or announced


def _post_head(item: Item) -> list[Block]:
    who = steady(item.author or ", ".join(item.authors) or "someone")
    when = (item.published or item.date or "").replace("T", " ").removesuffix("Z")[:16]
    where = steady(item.network or item.origin)
    head = Block([(who, "strong"), (f"  {where}  " if where else "  ", "accent"), (when, "dim")])
    title = steady(item.title)
    if steady(item.text).startswith(
        title.rstrip("…. ")
    ):  # a post without a title of its own is named by its first words
        return [head]
    return [head, Block([(title, "heading")], gap=True)]


def _marks(item: Item) -> list[Block]:
    marks = item.marks
    words: list[Part] = []
    if marks.is_starred:
        words.append((sign("★ starred  ", "starred  "), "warm"))
    if marks.rating is not None:
        words.append((f"rated {marks.rating}  ", "warm"))
    if marks.is_hidden:
        words.append(("hidden  ", "bad"))
    if marks.tags:
        words.append((" ".join(f"#{steady(tag)}" for tag in marks.tags), "good"))
    blocks = [Block(words, gap=True)] if words else []
    blocks += [
        Block([("Note: " if number == 0 else "", "dim"), (words_of, "quote")], gap=number == 0)
        for number, words_of in enumerate(paragraphs(marks.note))
    ]
    return blocks


def _related(item: Item, related: Sequence[Line], talk: Talk | None, said: Mapping[int, str]) -> list[Block]:
    if item.kind == "paper":
        heading, none = plural(len(related), "post") + " about it", "No post about it yet."
    else:
        heading, none = (
            plural(len(related), "paper") + " it mentions",
            "" if not item.mentions else "It mentions papers that are not stored.",
        )
    if not related:
        return [Block([(none, "dim")], gap=True)] if none else []
    counted = [Block([(steady(in_words(talk)), "accent")])] if talk and in_words(talk) else []
    return [Block([(heading, "heading")], gap=True), *counted, *line_blocks(related, said)]


def _near(item: Item, near: Sequence[Line]) -> list[Block]:
    """Return what is near in meaning, and where there is more of it."""
    more = Block([("More like this", "link"), ("  by meaning, in Search", "dim")], ViewTarget(4, f"like:{item.id}"))
    if not near:
        return [replace(more, gap=True)]
    return [Block([("Near to it", "heading")], gap=True), *line_blocks(near), more]


def _elsewhere(lines: Sequence[Line]) -> list[Block]:
    if not lines:
        return []
    return [Block([(f"Also told in {plural(len(lines), 'place')}", "heading")], gap=True), *line_blocks(lines)]


def _links(item: Item) -> list[Block]:
    links: dict[str, str] = {}
    for url in (item.url, item.pdf_url, *item.links):
        if url and is_web_address(url):
            links.setdefault(canonical_url(url) or url, url)
    blocks = [
        Block([(steady(url), "link"), (f"  {_link_name(item, url)}", "dim")], UrlTarget(url), hanging=2)
        for url in list(links.values())[:30]
    ]
    return [Block([("Links", "heading")], gap=True), *blocks] if blocks else []


def _link_name(item: Item, url: str) -> str:
    """Return what a link leads to, where that can be told."""
    host = url.partition("://")[2].partition("/")[0].lower().removeprefix("www.")
    if url == item.pdf_url or url.lower().endswith(".pdf"):
        return "PDF"
    return "code" if host in _CODE_HOSTS else "page" if url == item.url else ""


def _seen(item: Item) -> list[Block]:
    if not item.sightings:
        return []
    words = [
        f"{steady(seen.source)} since {seen.first_seen[:10]}{_engagement(seen.engagement)}"
        for seen in item.sightings[:8]
    ]
    return [Block([("Seen at " + "; ".join(words), "dim")], gap=True)]


def _engagement(counts: object) -> str:
    found = (
        ", ".join(f"{value:g} {steady(str(name))}" for name, value in counts.items() if value)
        if isinstance(counts, dict)
        else ""
    )
    return f" ({found})" if found else ""

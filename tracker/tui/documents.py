"""What the reading pane shows, put together from items, topics and sources: plain data, no screen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker import times
from tracker.hub.talk import in_words
from tracker.identity import canonical_url, is_web_address
from tracker.latex import readable
from tracker.models import Item, Line, Talk
from tracker.text import plural
from tracker.tui.cells import Part, Row, fit, steady, wrap
from tracker.tui.messages import ItemTarget, Target, UrlTarget
from tracker.tui.rows import place_of, title_of


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or line. `gap` leaves an empty line above; `hanging` indents the rows after the first."""

    parts: Sequence[Part]
    target: Target | None = None
    gap: bool = False
    indent: int = 0
    hanging: int = 0
    draw: Callable[[int], list[Row]] | None = None
    """Makes the rows for a width, in place of wrapped parts: charts."""

    def rows(self, width: int) -> list[Row]:
        """Return it as rows of at most `width` cells."""
        return self.draw(width) if self.draw else wrap(self.parts, width - self.indent, self.hanging)


@dataclass(frozen=True, slots=True)
class Document:
    """What is read; `item` is there when it is about one item, so that marks know what they act on."""

    blocks: tuple[Block, ...]
    item: Item | None = None
    line: Line | None = None


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text as clean lines."""
    return [clean for part in text.split("\n") if (clean := steady(part, 60_000))]


def item_document(
    item: Item, line: Line | None, related: Sequence[Line], *, talk: Talk | None = None, elsewhere: Sequence[Line] = ()
) -> Document:
    """Return an item: what it is, what it says, where it leads, and its other half: posts of a paper, papers of a post.

    Args:
        talk: what the posts about a paper amount to.
        elsewhere: other posts that tell the story of a post.
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
    blocks += _related(item, related, talk)
    blocks += _elsewhere(elsewhere)
    blocks += _links(item)
    blocks += _seen(item)
    return Document(tuple(blocks), item, line)


def title_words(title: str) -> str:
    """Return an outside title as it is read."""
    return steady(readable(title) if "\\" in title or "$" in title else title)


def _paper_head(item: Item) -> list[Block]:
    where = " · ".join(
        steady(part)
        for part in (f"{item.venue} {item.year or ''}".strip(), item.track, _status(item), times_of(item))
        if part
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
    blocks.append(Block([(steady("  ".join(names_of[:6])) + (f" v{item.version}" if item.version else ""), "dim")]))
    return blocks


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
        words.append(("★ starred  ", "warm"))
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


def line_blocks(lines: Sequence[Line]) -> list[Block]:
    """Return items as links."""
    blocks = []
    for line in lines:
        age = times.ago(line.date, times.now())
        words: list[Part] = [
            (f"{fit(place_of(line), 16)} ", "dim"),
            (steady(title_of(line)), "link"),
            (f"  {age}", "dim"),
        ]
        blocks.append(Block(words, ItemTarget(line.row), hanging=17))
    return blocks


def _related(item: Item, related: Sequence[Line], talk: Talk | None) -> list[Block]:
    if item.kind == "paper":
        heading, none = plural(len(related), "post") + " about it", "No post about it yet."
    else:
        heading, none = (
            plural(len(related), "paper") + " it mentions",
            "" if not item.mentions else "It mentions papers that are not stored.",
        )
    if not related:
        return [Block([(none, "dim")], gap=True)] if none else []
    said = [Block([(steady(in_words(talk)), "accent")])] if talk and in_words(talk) else []
    return [Block([(heading, "heading")], gap=True), *said, *line_blocks(related)]


def _elsewhere(lines: Sequence[Line]) -> list[Block]:
    if not lines:
        return []
    return [Block([(f"Also told in {plural(len(lines), 'place')}", "heading")], gap=True), *line_blocks(lines)]


def _links(item: Item) -> list[Block]:
    links: dict[str, str] = {}
    for url in (item.url, item.pdf_url, *item.links):
        if url and is_web_address(url):
            links.setdefault(canonical_url(url) or url, url)
    blocks = [Block([(steady(url), "link")], UrlTarget(url), hanging=2) for url in list(links.values())[:30]]
    return [Block([("Links", "heading")], gap=True), *blocks] if blocks else []


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


def cited_document(said: Sequence[tuple[str, Sequence[tuple[int, Line]]]]) -> Document:
    """Return sentences, each followed by the items it rests on as links, with their numbers."""
    blocks: list[Block] = []
    for words, found in said:
        blocks += [Block([(words, "")], gap=bool(blocks)), *(_numbered(line, number) for number, line in found)]
    return Document(tuple(blocks))


def _numbered(line: Line, number: int) -> Block:
    mark = fit(f"[{number}]" if number else "", 5)
    words: list[Part] = [(mark, "dim"), (steady(title_of(line)), "link"), (f"  {place_of(line)}", "dim")]
    return Block(words, ItemTarget(line.row), hanging=5)


def items_document(heading: str, lines: Sequence[Line]) -> Document:
    """Return several items as links under a heading."""
    return Document((Block([(steady(heading), "heading")]), Block([]), *line_blocks(lines)))

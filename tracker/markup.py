"""Text out of HTML: its visible words, its links, its character references."""

import html
from html.parser import HTMLParser

from tracker.text import TEXT_LIMIT, clean_text


class _Stripper(HTMLParser):
    """Collects the visible text and the link targets of a piece of HTML; never fails on bad markup."""

    SKIPPED = frozenset({"script", "style", "head", "template", "noscript", "svg"})
    BLOCKS = frozenset(
        {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article"}
    )

    def __init__(self, unwanted: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self._unwanted = unwanted
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SKIPPED:
            self._skipping += 1
        elif tag == "a" and self._unwanted.isdisjoint((dict(attrs).get("class") or "").split()):
            self.links.extend(value for name, value in attrs if name == "href" and value)
        if tag in self.BLOCKS:
            self.parts.append("\n\n" if tag == "p" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SKIPPED and self._skipping:
            self._skipping -= 1
        if tag == "p":
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.parts.append(data)

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002 - lines are not counted
        return j

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # noqa: ARG002 - the base class asserts that it knows the keyword
        return self.parse_bogus_comment(i)


def html_to_text(
    markup: str, limit: int = TEXT_LIMIT, *, unwanted: frozenset[str] = frozenset()
) -> tuple[str, tuple[str, ...]]:
    """Return the visible text of HTML and its link targets (at most 200), both bounded.

    Links of the `unwanted` classes are left out, as those of names that a service makes links itself.
    """
    if "<" not in markup and "&" not in markup:
        return clean_text(markup, limit), ()
    stripper = _Stripper(unwanted)
    stripper.feed(_ended(markup[: limit * 8]))
    stripper.close()
    return clean_text("".join(stripper.parts), limit), tuple(stripper.links[:200])


def _ended(markup: str) -> str:
    """Return HTML without beginnings that nothing ends: at each of them the parser would look for the end once more."""
    for begin, end in (("<!--", "-->"), ("<", ">")):
        last = markup.rfind(end) + 1
        markup = markup[:last] + markup[last:].replace(begin, f"&lt;{begin[1:]}")
    return markup


def unescape(text: str) -> str:
    """Return text with HTML character references resolved."""
    return html.unescape(text) if "&" in text else text

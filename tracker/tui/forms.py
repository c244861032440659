"""An item in the forms in which it leaves the program: an address, a line of Markdown, a line of JSON."""

import dataclasses
import json

from tracker.identity import is_web_address
from tracker.models import Item
from tracker.tui.cells import steady

NAMES = 3
"""How many authors are named before "et al."."""
_ARXIV_PDF = "https://arxiv.org/pdf/"


def address_of(item: Item) -> str:
    """Return the web address of an item, or nothing."""
    return next((url for url in (item.url, item.pdf_url, *item.links) if url and is_web_address(url)), "")


def pdf_of(item: Item) -> str:
    """Return the address of the PDF of a paper, made from its arXiv id where no source gave one; or nothing."""
    if item.pdf_url and is_web_address(item.pdf_url):
        return item.pdf_url
    number = next((name.removeprefix("arxiv:") for name in item.identifiers if name.startswith("arxiv:")), "")
    return f"{_ARXIV_PDF}{number}" if number else ""


def markdown_of(item: Item) -> str:
    """Return `[Title](address), authors, venue year`, without what is not known."""
    from tracker.forms.markdown import markdown  # brings the forms of a digest, which nothing else here needs

    url = address_of(item)
    title = markdown(steady(item.title))
    names = item.authors or ((item.author,) if item.author else ())
    who = ", ".join(names[:NAMES]) + (" et al." if len(names) > NAMES else "")
    where = " ".join(str(part) for part in (item.venue or item.network, item.year or item.date[:4]) if part)
    rest = [markdown(steady(part)) for part in (who, where) if part]
    return ", ".join([f"[{title}]({_target(url)})" if url else title, *rest])


def _target(url: str) -> str:
    """Return an address as Markdown takes it: one with brackets or spaces stands between < and >."""
    return f"<{url}>" if set("() ") & set(url) else url


def json_of(item: Item) -> str:
    """Return an item as one line of JSON, with the names of its fields; its row in the store is left out."""
    fields = {name: value for name, value in dataclasses.asdict(item).items() if name != "row"}
    return json.dumps(fields, ensure_ascii=False, default=dict)

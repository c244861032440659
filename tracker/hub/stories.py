"""One story told in several places: the key that a page, its submissions and its bare shares have in common. Pure."""

import re

from tracker.identity import canonical_url, paper_of_link
from tracker.models import Record
from tracker.text import digest, title_key

LEAST_LETTERS = 80
"""So many letters two posts must share whole to be the same words posted twice."""
_ADDRESS = re.compile(r"https?://\S+|\S+\.\S+/\S*…?")


def story_of(record: Record) -> int | None:
    """Return the key of the story that a post tells, None where nothing else can tell it.

    A submission tells the story of the page that it submits; a note of some length, that of its words, which people
    post to several networks; any other post, that of its own page.
    """
    if record.kind != "post":
        return None
    if record.subject:
        return _of_page(record.subject)
    own = next((name for name in record.identifiers if name.startswith("url:")), "")
    is_note = record.text.startswith(record.title.rstrip("…"))
    if is_note and len(words := title_key(_ADDRESS.sub(" ", record.text))) >= LEAST_LETTERS:
        return digest("words", words)
    return _of_page("https://" + own.removeprefix("url:")) if own else None


def _of_page(url: str) -> int | None:
    page = paper_of_link(url) or canonical_url(url)
    return digest("page", page) if page else None

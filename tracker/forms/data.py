"""A digest for programs: every sentence with the ids of its items, every figure by its name."""

from dataclasses import asdict

from tracker.pages import Digest
from tracker.text import clean_line


def to_dict(digest: Digest) -> dict[str, object]:
    """Return a digest for JSON; the edition stands under `week` or `day`."""
    made = asdict(digest)
    span = "week" if "W" in digest.edition else "day"
    return {span: digest.edition, **{str(key): _clean(value) for key, value in made.items()}}


_OF_THE_READER = frozenset({"row", "is_read", "is_starred", "mentions"})
"""What changes about an item while its digest stays: left out, so that the same week is the same bytes."""


def _clean(value: object) -> object:
    """Return a value fit for JSON, its texts without control characters."""
    if isinstance(value, str):
        return clean_line(value, 4_000)
    if isinstance(value, dict):
        left_out = _OF_THE_READER if "byline" in value else frozenset()
        return {str(key): _clean(one) for key, one in value.items() if key not in left_out}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value

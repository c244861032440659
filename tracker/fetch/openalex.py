"""Asks OpenAlex how often papers are cited, by their DOIs; arXiv papers have one each."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from tracker.credentials import credential, refused, variable_of
from tracker.errors import FetchError
from tracker.fetch.options import items, mapping
from tracker.fetch.semanticscholar import counts
from tracker.http.refusals import StatusError, span
from tracker.identity import doi
from tracker.markup import html_to_text
from tracker.models import Record
from tracker.ports import Batch, Request
from tracker.text import clean_line, clean_text, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.ports import Client

BASE = "https://api.openalex.org"
KEY = "openalex_key"
AT_ONCE = 50
FIELDS = "id,doi,title,authorships,cited_by_count,abstract_inverted_index"
_WORK = re.compile(r"https?://openalex\.org/(W\d{1,15})")
_LONGEST_ABSTRACT = 10_000
_SEPARATORS = frozenset("|,\"' ")


class OpenAlex:
    """A `tracker.ports.Enricher`; each 50 papers cost one of the credits of the day, of which a free key has more."""

    kind: ClassVar[str] = "openalex"

    def __init__(self, base: str = BASE) -> None:
        self._base = base

    def lookup(self, names: Sequence[str], client: Client) -> Iterator[Batch]:
        """Yield a batch for each 50 names that are a DOI or an arXiv id."""
        asked = [name for name in dict.fromkeys(names) if doi_of(name)]
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            try:
                answer = client.get(request(some, self._base))
            except StatusError as error:
                raise _explained(error) from error
            records, problems = parse(answer.body, some)
            yield Batch(records=records, cursor={}, problems=problems)


def doi_of(name: str) -> str:
    """Return the DOI of an identifier, empty when it has none or none that can stand in a filter."""
    scheme, _, rest = name.partition(":")
    found = f"10.48550/arxiv.{rest}" if scheme == "arxiv" and rest else rest if scheme == "doi" else ""
    return "" if _SEPARATORS & set(found) else found


def request(names: Sequence[str], base: str) -> Request:
    """Return the request for the works of some identifiers; an empty key would be refused, so none is sent."""
    key = credential(KEY)
    asked = {"filter": f"doi:{'|'.join(map(doi_of, names))}", "per-page": AT_ONCE, "select": FIELDS}
    return Request(
        url=f"{base}/works?{urlencode(asked)}", private={"api_key": key} if key else None, accept="application/json"
    )


def parse(body: bytes, names: Sequence[str]) -> tuple[list[Record], list[str]]:
    """Return (records, problems) of an answer: works in any order, none for names that are not known."""
    try:
        works = mapping(json.loads(body)).get("results")
    except (ValueError, RecursionError) as error:
        raise FetchError("OpenAlex's answer is not JSON.", "Try again later.") from error
    if not isinstance(works, list):
        raise FetchError("OpenAlex's answer has another shape than known.", "A newer tracker may read it.")
    records = [record for work in works if (record := record_of(mapping(work), names))]
    lost = len(works) - len(records)
    return records, [
        f"{plural(lost, 'work')} of OpenAlex left out: no title, no id, or a DOI that was not asked for."
    ] if lost else []


def record_of(work: Mapping[str, Any], names: Sequence[str]) -> Record | None:
    """Return what changes in a known paper, None when the work is not one of those."""
    number, title = _WORK.fullmatch(_text(work.get("id"))), clean_line(html_to_text(_text(work.get("title")))[0])
    name = doi(_text(work.get("doi")))
    if not number or not title or not name or name not in names:
        return None
    people = (
        clean_line(mapping(mapping(author).get("author")).get("display_name"), 200)
        for author in items(work.get("authorships"))
    )
    return Record(
        kind="paper",
        key=f"openalex:{number[1]}",
        identifiers=(name, f"openalex:{number[1]}"),
        title=title,
        text=abstract_of(work.get("abstract_inverted_index")),
        authors=tuple(filter(None, people)),
        engagement=counts(work, {"citations": "cited_by_count"}),
        updates_only=True,
    )


def abstract_of(index: object) -> str:
    """Return the abstract of an inverted index: word → places."""
    placed = {
        place: word
        for word, places in mapping(index).items()
        for place in items(places)
        if isinstance(place, int) and 0 <= place < _LONGEST_ABSTRACT
    }
    return clean_text(" ".join(placed[place] for place in sorted(placed)))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _explained(error: StatusError) -> FetchError:
    """Return what a refusal of the service means."""
    key = credential(KEY)
    if error.status == 429:
        wait = f", for {span(error.retry_after)}" if error.retry_after else ""
        remedy = (
            "It is given anew every day."
            if key
            else f"A free key has ten times as much: put it into {variable_of(KEY)}."
        )
        return FetchError(
            f"OpenAlex answers no more: what it gives for a day is used up (429){wait}.",
            remedy,
            state="slowed",
            retry_after=error.retry_after,
        )
    if error.status in {401, 403}:
        return refused("OpenAlex", error.status, KEY)
    return error

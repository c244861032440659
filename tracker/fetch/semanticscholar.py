"""Asks Semantic Scholar how often papers are cited, and by which other names it knows them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from tracker.credentials import credential, refused, variable_of
from tracker.errors import FetchError
from tracker.fetch.options import items, mapping
from tracker.http.refusals import StatusError, span
from tracker.identity import paper_identifiers
from tracker.models import Record
from tracker.ports import Batch, Request
from tracker.text import clean_line, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.ports import Client

BASE = "https://api.semanticscholar.org"
KEY = "semanticscholar_key"
AT_ONCE = 500
FIELDS = "paperId,corpusId,externalIds,title,authors.name,citationCount,influentialCitationCount"
_PREFIXES = {"arxiv": "ARXIV", "doi": "DOI", "acl": "ACL"}
_COUNTS = {"citations": "citationCount", "influential citations": "influentialCitationCount"}
_PAPER = re.compile(r"[0-9a-f]{40}")


class SemanticScholar:
    """A `tracker.ports.Enricher`; without a key it shares a pool with everybody else who has none."""

    kind: ClassVar[str] = "semanticscholar"

    def __init__(self, base: str = BASE) -> None:
        self._base = base

    def lookup(self, names: Sequence[str], client: Client) -> Iterator[Batch]:
        """Yield a batch for each 500 names that the service can be asked for: arXiv, DOI, ACL and its own."""
        asked = [(name, spelling) for name in dict.fromkeys(names) if (spelling := spelling_of(name))]
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            try:
                answer = client.post(request(self._base), {"ids": [spelling for _, spelling in some]})
            except StatusError as error:
                if error.status == 400 and b"No valid paper ids" in error.body:
                    continue
                raise _explained(error) from error
            records, problems = parse(answer.body, [name for name, _ in some])
            yield Batch(records=records, cursor={}, problems=problems)


def spelling_of(name: str) -> str:
    """Return an identifier as the service spells it, empty when it knows no such kind."""
    scheme, _, rest = name.partition(":")
    if scheme == "s2":
        return rest if _PAPER.fullmatch(rest) else f"CorpusId:{rest}" if rest.isdecimal() else ""
    return f"{_PREFIXES[scheme]}:{rest}" if scheme in _PREFIXES and rest else ""


def request(base: str) -> Request:
    """Return the request for many papers at once; an empty key would be refused, so none is sent."""
    key = credential(KEY)
    return Request(
        url=f"{base}/graph/v1/paper/batch?fields={FIELDS}",
        headers={"x-api-key": key} if key else None,
        accept="application/json",
    )


def parse(body: bytes, names: Sequence[str]) -> tuple[list[Record], list[str]]:
    """Return (records, problems) of an answer: one entry a name in their order, null where it is not known."""
    try:
        papers = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchError("Semantic Scholar's answer is not JSON.", "Try again later.") from error
    if not isinstance(papers, list) or len(papers) != len(names):
        raise FetchError("Semantic Scholar's answer has another shape than known.", "A newer tracker may read it.")
    found = [record_of(mapping(paper), name) for paper, name in zip(papers, names, strict=True) if paper is not None]
    records = [record for record in found if record]
    lost = len(found) - len(records)
    return records, [f"{plural(lost, 'paper')} of Semantic Scholar left out: no title or no id."] if lost else []


def record_of(paper: Mapping[str, Any], asked: str) -> Record | None:
    """Return what changes in a known paper, None when the entry has no title or no id.

    Its summary (`tldr`) is written by a machine and its venue spelt in its own way; neither is taken.
    """
    number, title = paper.get("paperId"), clean_line(paper.get("title"))
    if not isinstance(number, str) or not _PAPER.fullmatch(number) or not title:
        return None
    others = mapping(paper.get("externalIds"))
    corpus = paper.get("corpusId") or others.get("CorpusId")
    names = paper_identifiers(arxiv=_text(others.get("ArXiv")), doi_name=_text(others.get("DOI")))
    own = [f"s2:{number}", *([f"s2:{corpus}"] if isinstance(corpus, int) and not isinstance(corpus, bool) else [])]
    people = (clean_line(mapping(author).get("name"), 200) for author in items(paper.get("authors")))
    return Record(
        kind="paper",
        key=f"s2:{number}",
        identifiers=tuple(dict.fromkeys([asked, *names, *own])),
        title=title,
        authors=tuple(filter(None, people)),
        engagement=counts(paper, _COUNTS),
        updates_only=True,
    )


def counts(entry: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, float]:
    """Return the counts of an entry by our names for its fields; what is no count is left out."""
    found = {name: entry.get(field) for name, field in fields.items()}
    return {name: float(n) for name, n in found.items() if isinstance(n, int) and not isinstance(n, bool) and n >= 0}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _explained(error: StatusError) -> FetchError:
    """Return what a refusal of the service means."""
    key = credential(KEY)
    if error.status == 429:
        wait = f" for {span(error.retry_after)}" if error.retry_after else ""
        own = "the key" if key else "the pool that everybody without a key shares"
        remedy = "Try again later." if key else f"Try again later, or put a free key into {variable_of(KEY)}."
        return FetchError(
            f"Semantic Scholar allows no more questions for now{wait}: {own} is used up (429).",
            remedy,
            state="slowed",
            retry_after=error.retry_after,
        )
    if error.status in {401, 403}:
        return refused("Semantic Scholar", error.status, KEY)
    return error

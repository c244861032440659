"""What all of arXiv's interfaces have in common: how a paper becomes a record, and how safely its XML is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tracker.identity import paper_identifiers
from tracker.models import Record
from tracker.text import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

PREPRINT, WITHDRAWN = "preprint", "withdrawn"
_NAME_LIMIT, _CATEGORY_LIMIT = 200, 60
_WORK = r"(?:paper|article|manuscript|submission|preprint|work|note|version|draft|document|thesis)"
_GONE = r"withdrawn\b(?!\s+(?:from|before|after)\b)"
_SAYS_IT_IS = rf"(?:this|the|our)\s+(?:\w+\s+)?{_WORK}\s+(?:has\s+been|is|was)\s+(?:\w+\s+)?{_GONE}"
_IN_COMMENT = re.compile(
    rf"\b{_SAYS_IT_IS}|^\W*(?:{_WORK}\s+)?{_GONE}|(?:^|[.;,(]\s*)withdrawn\s+(?:by|due|because)\b",
    re.IGNORECASE,
)
_IN_ABSTRACT = re.compile(
    rf"\W*(?:{_SAYS_IT_IS}|(?:{_WORK}\s+)?withdrawn\s+by\s+(?:the\s+)?(?:author|arxiv))", re.IGNORECASE
)


def paper(
    name: str,
    *,
    title: str,
    abstract: str,
    authors: Iterable[str],
    categories: Iterable[str],
    comment: str = "",
    doi: str = "",
    status: str = PREPRINT,
    published: str | None = None,
    announced: str | None = None,
    version: int | None = None,
    updates_only: bool = False,
) -> Record:
    """Return the record of a paper; `name` is its id without version, all other texts come as the service sent them."""
    fields = tuple(dict.fromkeys(filter(None, (clean_line(one, _CATEGORY_LIMIT) for one in categories))))
    text, remark = clean_text(abstract), clean_line(comment)
    return Record(
        kind="paper",
        key=f"arxiv:{name}",
        identifiers=paper_identifiers(arxiv=name, doi_name=doi),
        title=clean_line(title),
        text=text,
        authors=tuple(dict.fromkeys(filter(None, (clean_line(one, _NAME_LIMIT) for one in authors)))),
        url=f"https://arxiv.org/abs/{name}",
        pdf_url=f"https://arxiv.org/pdf/{name}",
        venue="arXiv",
        year=int(published[:4]) if published else year_of(name),
        status=WITHDRAWN if is_withdrawn(remark, text) else status,
        track=fields[0] if fields else "",
        categories=fields,
        comment=remark,
        published=published,
        announced=announced,
        version=version,
        updates_only=updates_only,
    )


def is_withdrawn(comment: str, abstract: str) -> bool:
    """Tell whether a paper says of itself that it was withdrawn: anywhere in a comment, or as an abstract's first words.

    Papers about withdrawn papers are not meant, so an abstract that only speaks of them does not count.
    """
    return _IN_COMMENT.search(comment) is not None or _IN_ABSTRACT.match(abstract) is not None


def year_of(name: str) -> int:
    """Return the year of submission, which an id begins with (`2401.01234`, `cs/0701001`)."""
    short = int(name.rpartition("/")[2][:2])
    return 1900 + short if short > 90 else 2000 + short


def xml_root(body: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """Return the root element of a document, read as far as it can be; None where there is none."""
    from lxml import etree  # type: ignore[import-untyped, unused-ignore]  # 0.2 s

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        return etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        return None

"""The names of arXiv's categories, and what a person may write for something to follow there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tracker.identity import arxiv_id

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBJECTS = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO SC SD"
    " SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "gr-qc": "",
    "hep-ex": "",
    "hep-lat": "",
    "hep-ph": "",
    "hep-th": "",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "",
    "nucl-th": "",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph geo-ph"
    " hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}
_OWN_GROUP = frozenset({"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"})
_CATEGORIES = {
    name.lower(): name
    for archive, subjects in _SUBJECTS.items()
    for name in (archive, *(f"{archive}.{subject}" for subject in subjects.split()))
}
_PREFIX = re.compile(r"\(?\s*(?:ti|au|abs|co|jr|cat|rn|all):", re.IGNORECASE)
_AUTHOR = re.compile(r"au:\s*(\"[^\"]+\"|[^\s\"()]+)", re.IGNORECASE)
_LISTS = frozenset({"list", "rss", "atom"})
_HOSTS = frozenset({"arxiv.org", "export.arxiv.org", "rss.arxiv.org"})


def set_of(category: str) -> str:
    """Return the set of arXiv's archive that holds a category: `cs:cs:LG`, `physics:hep-th`, `physics:cond-mat:soft`."""
    archive, _, subject = category.partition(".")
    group = archive if archive in _OWN_GROUP else "physics"
    return ":".join(filter(None, (group, archive, subject)))


def is_within(category: str, wanted: tuple[str, ...]) -> bool:
    """Tell whether a category is one of those wanted, or belongs to an archive that is wanted whole."""
    return category in wanted or category.partition(".")[0] in wanted


def recognised(text: str) -> Mapping[str, Any] | None:
    """Return the options of a source for `cs.LG`, `arxiv:…` or the address of a list or search, or None.

    A bare name must be spelt as arXiv spells it and hold a subject, for `cs.ai` is also a web address.
    """
    text = text.strip()
    if re.match(r"https?://", text, re.IGNORECASE):
        return _of_address(text)
    if text.lower().startswith("arxiv:"):
        return _of_words(text[len("arxiv:") :].strip())
    return {"categories": [text]} if "." in text and text in _CATEGORIES.values() else None


def _of_words(text: str) -> Mapping[str, Any] | None:
    """Read what stands behind `arxiv:`; the id of a paper is nothing to follow."""
    if found := _categories(text):
        return {"categories": found}
    if author := _AUTHOR.fullmatch(text):
        return {"authors": [author[1].strip('"').replace("_", " ").strip()]}
    if _PREFIX.match(text):
        return {"query": text}
    inner = text[1:-1].strip() if len(text) > 2 and text[0] == text[-1] == '"' else ""
    if not inner or arxiv_id(inner):
        return None
    return {"query": inner if _PREFIX.match(inner) else f'all:"{inner}"'.replace('""', '"')}


def _categories(text: str) -> list[str]:
    """Return the categories joined by `+` in arXiv's own spelling; none when one of them is unknown."""
    found = [_CATEGORIES.get(name.strip().lower(), "") for name in re.split(r"[+,\s]+", text) if name.strip()]
    return list(dict.fromkeys(found)) if all(found) else []


def _of_address(text: str) -> Mapping[str, Any] | None:
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    if host not in _HOSTS or len(segments) < 2:
        return None
    if segments[0] in _LISTS and (found := _categories(segments[1])):
        return {"categories": found}
    query = parse_qs(parts.query).get("search_query", [""])[0].strip()
    return {"query": query} if segments[:2] == ["api", "query"] and query else None

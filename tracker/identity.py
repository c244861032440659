"""Names that lead to one item: arXiv ids in every spelling, DOIs, OpenReview forums, proceedings addresses, canonical URLs.

An identifier is `scheme:rest`. The schemes of papers are in `PAPER_SCHEMES`; `url:` is a canonical web address.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from tracker.text import fold

PAPER_SCHEMES = frozenset({"arxiv", "doi", "openreview", "neurips-hash", "pmlr", "acl", "s2"})

_NEW = r"\d{4}\.\d{4,5}"
_OLD = r"[a-z][a-z-]+(?:\.[a-z]{2})?/\d{7}"
_ARXIV = re.compile(rf"^(?:arxiv:|oai:arxiv\.org:)?\s*({_NEW}|{_OLD})(?:v\d+)?(?:\.pdf)?$", re.IGNORECASE)
_ARXIV_IN_TEXT = re.compile(rf"(?<![\w.])arxiv(?:\s+id)?\s*:\s?({_NEW}|{_OLD})(?!\d)", re.IGNORECASE)
_DOI_IN_TEXT = re.compile(r"10\.48550/arxiv\.(" + _NEW + "|" + _OLD + r")(?!\d)", re.IGNORECASE)
_PAPER_LINK_IN_TEXT = re.compile(
    rf"(?:arxiv\.org/(?:abs|pdf|html|src|e-print|format|ps)/|alphaxiv\.org/(?:abs|overview|pdf)/|huggingface\.co/papers/|hf\.co/papers/"
    rf"|papers\.cool/arxiv/|ar5iv\.(?:labs\.arxiv\.org|org)/(?:html|abs)/|scholar\.archive\.org/arxiv/)({_NEW}|{_OLD})(?!\d)",
    re.IGNORECASE,
)
_IN_TEXT = (
    (_PAPER_LINK_IN_TEXT, "link", ("xiv", "5iv", "papers")),
    (_DOI_IN_TEXT, "id", ("arxiv",)),
    (_ARXIV_IN_TEXT, "id", ("arxiv",)),
)
"""What names a paper in words, how, and signs of which one must be there: looking for those is twenty times as quick."""
_URL_IN_TEXT = re.compile(r"https?://[^\s<>\"'\u201c\u201d]+", re.IGNORECASE)
_UNENCODABLE = re.compile("[\ud800-\udfff]")
_WEB_ADDRESS = re.compile(r"^https?://[^\s/?#]+[^\s]*$", re.IGNORECASE)
_ARXIV_HOSTS = frozenset(
    {
        "arxiv.org",
        "export.arxiv.org",
        "www.arxiv.org",
        "browse.arxiv.org",
        "xxx.lanl.gov",
        "de.arxiv.org",
        "cn.arxiv.org",
        "lanl.arxiv.org",
    }
)
_ARXIV_MIRRORS = frozenset(
    {"alphaxiv.org", "huggingface.co", "hf.co", "papers.cool", "ar5iv.org", "ar5iv.labs.arxiv.org"}
)
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|igshid|ref|ref_src|ref_url|source|s|si|spm|cmpid|_hsenc|_hsmi)$",
    re.IGNORECASE,
)
_PROCEEDINGS = re.compile(r"/paper/(\d{4})/(?:hash|file)/([0-9a-f]{20,64})")


def arxiv_id(text: str) -> str | None:
    """Return the arXiv id without version in canonical spelling (`2401.01234`, `cs/0701001`), or None."""
    found = _ARXIV.match(text.strip())
    if not found:
        return None
    name = found[1].lower()
    if "/" in name:
        archive, number = name.split("/")
        return f"{archive.split('.')[0]}/{number}"
    month = int(name[2:4])
    return name if 1 <= month <= 12 else None


def _arxiv(text: str) -> str | None:
    name = arxiv_id(text)
    return f"arxiv:{name}" if name else None


def doi(text: str) -> str | None:
    """Return `doi:…` in lower case, or `arxiv:…` where the DOI is one of arXiv's own, or None."""
    found = re.search(r"10\.\d{4,9}/[^\s\"<>]+", text)
    if not found:
        return None
    name = unquote(found[0]).lower().rstrip(".,;)")
    if name.startswith("10.48550/arxiv."):
        return _arxiv(name.removeprefix("10.48550/arxiv."))
    return f"doi:{name}"


@lru_cache(maxsize=4_096)  # each link of a post is looked at some six times
def paper_of_link(url: str) -> str | None:
    """Return the identifier of the paper that a web address leads to, or None when it leads to no paper."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower().removeprefix("www.")
        path = unquote(parts.path)
    except ValueError:
        return None
    if host in _ARXIV_HOSTS or host in _ARXIV_MIRRORS:
        return _arxiv_of_path(host, [segment for segment in path.split("/") if segment])
    reads = _READERS.get(host)
    return reads(path, parts.query) if reads else None


def _openreview(_path: str, query: str) -> str | None:
    forum = dict(parse_qsl(query)).get("id", "")
    return f"openreview:{forum}" if re.fullmatch(r"[\w-]{6,20}", forum) else None


def _proceedings(path: str, _query: str) -> str | None:
    found = _PROCEEDINGS.search(path)  # the hash is that of a number, which every year gives anew
    return f"neurips-hash:{found[1]}/{found[2]}" if found else None


def _volume(path: str, _query: str) -> str | None:
    found = re.match(r"/([vr]\d+)/([a-z-]+\d\d[a-z]{1,3})(?:\.html|/|$)", path)
    return f"pmlr:{found[1]}/{found[2]}" if found else None


def _anthology(path: str, _query: str) -> str | None:
    found = re.match(r"/([\w.]+-[\w.]*?\d+)(?:\.pdf|/|$)", path)
    return f"acl:{found[1]}" if found else None


def _doi_path(path: str, _query: str) -> str | None:
    return doi(path)


_READERS: dict[str, Callable[[str, str], str | None]] = {
    "doi.org": _doi_path,
    "dx.doi.org": _doi_path,
    "dl.acm.org": _doi_path,
    "openreview.net": _openreview,
    "proceedings.neurips.cc": _proceedings,
    "papers.nips.cc": _proceedings,
    "papers.neurips.cc": _proceedings,
    "proceedings.nips.cc": _proceedings,
    "proceedings.mlr.press": _volume,
    "aclanthology.org": _anthology,
}


def _arxiv_of_path(host: str, segments: Sequence[str]) -> str | None:
    """Find the id in the path of arXiv's own pages or of those that mirror them."""
    wanted = {
        "huggingface.co": {"papers"},
        "hf.co": {"papers"},
        "papers.cool": {"arxiv"},
        "alphaxiv.org": {"abs", "overview", "pdf", "html"},
    }.get(host, {"abs", "pdf", "html", "src", "e-print", "format", "ps", "list", "tb"})
    if len(segments) < 2 or segments[0] not in wanted:
        return None
    return _arxiv("/".join(segments[1:3])) or _arxiv(segments[1])


@lru_cache(maxsize=4_096)
def canonical_url(url: str) -> str | None:
    """Return a web address in the form used for comparison, or None when it is not http(s).

    Scheme, `www.`, trailing slash, fragment, default port and tracking parameters do not tell two addresses apart.
    """
    try:
        parts = urlsplit(url.strip()[:2_000])
        host, port = (parts.hostname or "").lower().removeprefix("www."), parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    place = host if port in {None, 80, 443} else f"{host}:{port}"
    query = urlencode(
        sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k))
    )
    return urlunsplit(("https", place, parts.path.rstrip("/"), query, "")).removeprefix("https://")


def is_web_address(url: str) -> bool:
    """Tell whether an address is one that may be opened: http or https with a host."""
    if not url.isascii() and _UNENCODABLE.search(url):
        return False
    return _WEB_ADDRESS.match(url) is not None and ("[" not in url or canonical_url(url) is not None)


def identifier(name: str) -> str:
    """Return the canonical identifier of whatever a person writes for an item: id, arXiv id, DOI, address or stored id."""
    name = name.strip()
    if found := _arxiv(name):
        return found
    if re.match(r"^https?://", name, re.IGNORECASE):
        return paper_of_link(name) or f"url:{canonical_url(name)}"
    if name.lower().startswith(("doi:", "10.")) and (found := doi(name)):
        return found
    return name


def paper_identifiers(
    *, arxiv: str | None = None, doi_name: str | None = None, openreview: str | None = None, urls: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return every identifier of a paper that its fields hold, in canonical form, without repeats."""
    found: list[str | None] = [
        _arxiv(arxiv) if arxiv else None,
        doi(doi_name) if doi_name else None,
        f"openreview:{openreview}" if openreview and re.fullmatch(r"[\w-]{6,20}", openreview) else None,
        *(paper_of_link(url) for url in urls if url),
    ]
    return tuple(dict.fromkeys(name for name in found if name))


def papers_in_links(links: Iterable[str]) -> tuple[str, ...]:
    """Return the identifiers of the papers that links lead to, in order."""
    return tuple(dict.fromkeys(name for name in map(paper_of_link, links) if name))


def papers_in_text(text: str) -> tuple[tuple[str, str], ...]:
    """Return (identifier, how) of the papers that words name: how is `link` or `id`."""
    found: dict[str, str] = {}
    for url in _URL_IN_TEXT.findall(text):
        if name := paper_of_link(url.rstrip(".,;:!?)]}…")):
            found.setdefault(name, "link")
    lower = text.lower()
    for pattern, how, signs in _IN_TEXT:
        for match in pattern.findall(text) if any(sign in lower for sign in signs) else ():
            if name := _arxiv(match):
                found.setdefault(name, how)
    return tuple(found.items())


_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd"})


def last_names(authors: Iterable[str]) -> frozenset[str]:
    """Return the folded last names of authors given as `Given Family` or `Family, Given`."""
    names = set()
    for author in authors:
        whole = author.split(",")[0] if "," in author else author
        words = [w for w in re.split(r"[\s.]+", fold(whole).replace("-", "")) if w and w not in _SUFFIXES]
        if words:
            names.add(words[-1])
    return frozenset(names)


def same_people(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether at least half of the last names of the shorter author list stand in the other; no list, no agreement.

    A last name that stands anywhere among the words of the other list counts: `Isai Chacón Silva` is `Isai Chacón`.
    """
    first, second = last_names(one), last_names(other)
    if not first or not second:
        return False
    if len(first) > len(second):
        first, second, one, other = second, first, other, one
    words = second | {w for author in other for w in re.split(r"[\s.,-]+", fold(author)) if len(w) > 2}
    return 2 * sum(name in words for name in first) >= len(first)

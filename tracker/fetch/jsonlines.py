"""Files of JSON lines, plain or gzip: papers and posts in the shape that `docs/import.md` describes. Pure: bytes to records."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from tracker import identity, times
from tracker.models import Record
from tracker.text import LINE_LIMIT, clean_line, clean_text, shorten

LINE_BYTES = 2_000_000
_LISTS_OF_LINKS = 200


def open_lines(path: Path) -> IO[bytes]:
    """Open a file of lines, unpacking gzip by its first bytes rather than by its name."""
    with path.open("rb") as probe:
        packed = probe.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def read(path: Path) -> Iterator[tuple[int, str, Record | str, int]]:
    """Yield (line number, source, record or what is wrong with the line, bytes) of a file; one bad line spoils no other."""
    with open_lines(path) as file:
        number = 0
        while line := file.readline(LINE_BYTES):
            number += 1
            if len(line) == LINE_BYTES and not line.endswith(b"\n"):
                while (rest := file.readline(LINE_BYTES)) and not rest.endswith(b"\n"):
                    pass
                yield number, "", f"longer than {LINE_BYTES:,} bytes", len(line)
            elif line.strip():
                source, record = _parse(line)
                yield number, source, record, len(line)


def _parse(line: bytes) -> tuple[str, Record | str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return "", f"no JSON ({clean_line(str(error), 100)})"
    if not isinstance(row, dict):
        return "", "no JSON object"
    name = clean_line(row.get("id"), 300)
    if not name:
        return "", "no id"
    source = clean_line(row.get("source"), 60) or "import"
    if clean_line(row.get("title")):
        return source, paper(row, name)
    return source, post(row, name) if "text" in row else "neither title nor text"


def paper(row: Mapping[str, Any], name: str) -> Record:
    """Return the record of a paper; an arXiv id names the item, where there is one."""
    url, pdf_url = _address(row.get("url")), _address(row.get("pdf_url"))
    arxiv = identity.arxiv_id(str(row.get("arxiv_id") or "")) or identity.arxiv_id(name)
    identifiers = identity.paper_identifiers(
        arxiv=arxiv, doi_name=_text(row.get("doi")), openreview=_text(row.get("openreview_id")), urls=(url, pdf_url)
    )
    engagement = {key: float(row[key]) for key in ("upvotes", "rank") if isinstance(row.get(key), int | float)}
    venue = clean_line(row.get("venue"), 80)
    day = times.parse(_text(row.get("date")))
    categories = _lines(row.get("categories"), 20)
    track = clean_line(row.get("track"), 80)
    is_preprint = bool(arxiv) and (venue in {"", "arXiv"} or bool(engagement))
    if is_preprint and track and "." in track:
        categories = tuple(dict.fromkeys((track, *categories)))
    year = row.get("year")
    return Record(
        kind="paper",
        key=name,
        identifiers=tuple(dict.fromkeys((*(i for i in identifiers if i.startswith("arxiv:")), name, *identifiers))),
        title=clean_line(row.get("title")),
        text=clean_text(row.get("abstract")),
        authors=_lines(row.get("authors"), 500),
        url=url,
        pdf_url=pdf_url,
        venue="arXiv" if is_preprint else venue,
        year=year if isinstance(year, int) and 1800 < year < 2200 else None,
        track="" if is_preprint else track,
        status=clean_line(row.get("status"), 40),
        categories=categories,
        keywords=_lines(row.get("keywords"), 50),
        tldr=clean_line(row.get("tldr"), LINE_LIMIT),
        comment=clean_line(row.get("comment"), LINE_LIMIT),
        announced=day,
        engagement=engagement,
    )


def post(row: Mapping[str, Any], name: str) -> Record:
    """Return the record of a post; an address that stands among its links leads elsewhere and is no name of the post."""
    text = clean_text(row.get("text"))
    url = _address(row.get("url"))
    links = tuple(link for link in map(_address, _list(row.get("links"))[:_LISTS_OF_LINKS]) if link)
    summary = clean_text(row.get("summary"))
    is_permalink = url and url not in links and not identity.paper_of_link(url)
    author = clean_line(row.get("author"), 200)
    engagement = row.get("engagement")
    return Record(
        kind="post",
        key=name,
        identifiers=(name, f"url:{identity.canonical_url(url)}") if is_permalink else (name,),
        title=headline(text) or url or name,
        text=f"{text}\n\n{summary}" if summary else text,
        authors=(author,) if author else (),
        url=url,
        links=links,
        subject=url if url in links else "",
        published=times.parse(_text(row.get("created_at"))),
        network=clean_line(row.get("network") or row.get("source"), 40),
        author=author,
        keywords=_lines(row.get("topics"), 50),
        engagement={clean_line(k, 40): float(v) for k, v in engagement.items() if isinstance(v, int | float)}
        if isinstance(engagement, dict)
        else {},
        answers=clean_line(row.get("answers"), 300),
        thread=clean_line(row.get("thread"), 300),
    )


def headline(text: str) -> str:
    """Return the title of a post that has none: its first line, cut at a word."""
    return shorten(clean_line(text.split("\n", 1)[0]) or clean_line(text), 160)


def _text(value: object) -> str | None:
    return value.strip()[:500] if isinstance(value, str) and value.strip() else None


def _address(value: object) -> str:
    text = clean_line(value, 2_000)
    return text if text and identity.is_web_address(text) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) and value else []


def _lines(value: object, most: int) -> tuple[str, ...]:
    return tuple(line for line in (clean_line(one, 200) for one in _list(value)[:most]) if line)

"""Reads blogs, newsletters and anything else that has an RSS, Atom or JSON Feed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from tracker import times
from tracker.errors import ConfigError
from tracker.fetch import options
from tracker.fetch.feed.addresses import recognised, repository_of, site_of
from tracker.fetch.feed.discovery import ACCEPT, find, pages
from tracker.fetch.feed.documents import Document, Entry, join, require_whole
from tracker.fetch.feed.reader import read
from tracker.identity import canonical_url, is_web_address, paper_of_link
from tracker.markup import html_to_text
from tracker.models import Record
from tracker.ports import Batch, Request
from tracker.text import clean_line, clean_text, digest, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Client, Response

OPTIONS = frozenset({"url", "network", "author"})
LINK_LIMIT = 200
_TITLE_WIDTH = 100
_EARLIEST = "1990"


class FeedFetcher:
    """Options: `url` of a feed or of a page that has one, `network` and `author` (unless the feed tells them)."""

    kind: ClassVar[str] = "feed"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        if not is_web_address(options.text(source, "url", None)):
            raise ConfigError(
                f"Source '{source.name}': its url is no http or https address.", 'Write url = "https://…".'
            )
        options.text(source, "network")
        options.text(source, "author")

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return options for any web address, also without its scheme: ask the other kinds first."""
        url = recognised(text)
        return {"url": url} if url else None

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield the entries, of a JSON Feed in pages also older ones not yet known; nothing when it has not changed."""
        wanted = request(source)
        found = find(wanted, _remembered(cursor, wanted.url), client)
        after = {"page": wanted.url, "feed": found.address} if found.address else {}
        known = newest = str(cursor.get("newest", ""))
        is_paged = False
        for url, document in pages(found, known, client):
            records = records_of(document, url, source)
            newest = max([newest, *(record.published for record in records if record.published)])
            is_paged = is_paged or bool(document.next_page or known)
            yield Batch(
                records=records, cursor={**after, "newest": known} if known else after, problems=document.problems
            )
            require_whole(document.problems)
        if is_paged:  # moved on when all pages are in: what a run that broke off did not see is asked for again
            yield Batch(records=(), cursor={**after, "newest": newest})


def _remembered(cursor: Mapping[str, Any], url: str) -> str:
    """Return where the feed of a page was found the last time, if it is still that page."""
    address = cursor.get("feed") if cursor.get("page") == url else ""
    return address if isinstance(address, str) and is_web_address(address) else ""


def request(source: Source) -> Request:
    """Return the request for the feed; `base` takes the place of the host of its address."""
    url = options.text(source, "url", None)
    if source.base:
        parts = urlsplit(url)
        url = f"{source.base}{parts.path}{f'?{parts.query}' if parts.query else ''}"
    return Request(url=url, accept=ACCEPT, conditional=True)


@dataclass(frozen=True, slots=True)
class _Voice:
    """What all entries of one feed share.

    Attributes:
        place: the address as configured, canonical: it names entries whose guid is not unique in the world.
        pages: canonical addresses of the feed and of the site, which are no entry's own.
        sites: the sites whose pages are the entries' own.
        latest: later dates are mistakes.
        product: what the entries are releases of, for titles that say no more than `v1.2`.
    """

    url: str
    place: str
    pages: frozenset[str | None]
    sites: frozenset[str]
    network: str
    author: str
    latest: str
    product: str


def parse(answer: Response, source: Source) -> tuple[list[Record], list[str]]:
    """Return (records, problems) of an answer."""
    document = read(answer.body, answer.url, answer.headers.get("content-type", ""))
    return records_of(document, answer.url, source), list(document.problems)


def records_of(document: Document, url: str, source: Source) -> list[Record]:
    """Return the records of a feed that was read from an address."""
    return _records(document, _voice(document, url, source))


def _voice(document: Document, url: str, source: Source) -> _Voice:
    home = join(url, document.home)
    repository = repository_of(url) or repository_of(options.text(source, "url"))
    told = repository or _line(document.title, plain=False) or urlsplit(url).hostname
    name = options.text(source, "author") or told or source.name
    return _Voice(
        url=url,
        place=canonical_url(request(source).url) or source.name,
        pages=frozenset({canonical_url(url), canonical_url(home)}),
        sites=frozenset({site_of(url), site_of(home)}),
        network=options.text(source, "network") or ("github" if repository else "blog"),
        author=clean_line(name, 200),
        latest=times.stamp(times.now() + timedelta(days=1)),
        product=repository.partition("/")[2],
    )


def _records(document: Document, voice: _Voice) -> list[Record]:
    """Return a record an entry; where a guid or a link stands for several entries, it names none of them."""
    pages = [canonical_url(entry.link) if is_web_address(entry.link) else None for entry in document.entries]
    distinct = {
        (entry.guid, page, entry.title) for entry, page in zip(document.entries, pages, strict=True)
    }  # some are listed twice
    guids, links = Counter(guid for guid, _, _ in distinct), Counter(page for _, page, _ in distinct)
    records: dict[str, Record] = {}
    for entry, page in zip(document.entries, pages, strict=True):
        record = _record(
            entry, voice, page, own_guid=guids[entry.guid] == 1, own_link=page is not None and links[page] == 1
        )
        if record:
            records.setdefault(record.key, record)
    return list(records.values())


def _record(entry: Entry, voice: _Voice, page: str | None, *, own_guid: bool, own_link: bool) -> Record | None:
    link = entry.link.strip() if page else ""
    text, hrefs = (clean_text(entry.content), ()) if entry.content_is_plain else html_to_text(entry.content)
    title = _line(entry.title, plain=entry.title_is_plain) or shorten(clean_line(text), _TITLE_WIDTH)
    if not title and not link:
        return None
    if title and voice.product.lower() not in title.lower():
        title = f"{voice.product} {title}"
    key = _key(entry, voice, title, own_guid=own_guid, own_link=own_link)
    permalink = own_link and is_permalink(entry, page, voice)
    leads = [join(entry.base or link or voice.url, href) for href in hrefs] + list(entry.links)
    if link and not permalink:
        leads.insert(0, link)
    return Record(
        kind="post",
        key=key,
        identifiers=(key, f"url:{page}") if permalink else (key,),
        title=title or shorten(link, _TITLE_WIDTH),
        text=text,
        url=link,
        authors=_lines(entry.authors, 50),
        links=tuple(lead for lead in dict.fromkeys(leads) if is_web_address(lead))[:LINK_LIMIT],
        published=_plausible(entry.published, voice.latest),
        keywords=_lines(entry.keywords, 50),
        comment=spoken(entry.duration),
        network=voice.network,
        author=voice.author,
    )


def _key(entry: Entry, voice: _Voice, title: str, *, own_guid: bool, own_link: bool) -> str:
    """Return a name that is unique among all feeds: a guid such as `17` is so only within its own."""
    guid = clean_line(entry.guid, 500)
    if guid and own_guid:
        worldwide = "://" in guid or guid.lower().startswith(("tag:", "urn:"))
        return f"feed:{guid}" if worldwide else f"feed:{voice.place}#{guid}"
    if own_link:
        return f"feed:{clean_line(entry.link, 500)}"
    return (
        f"feed:{voice.place}#{digest(title, entry.published or '', entry.content[:1_000]) & 0xFFFF_FFFF_FFFF_FFFF:016x}"
    )


def is_permalink(entry: Entry, page: str | None, voice: _Voice) -> bool:
    """Tell whether the link of an entry is its own page: that of a link blog leads to what it is about."""
    if page in voice.pages or paper_of_link(entry.link):
        return False
    return entry.guid == entry.link or site_of(entry.link) in voice.sites or canonical_url(entry.guid) == page


def spoken(duration: str) -> str:
    """Return how long a recording is, given in seconds or as `h:mm:ss`; empty where it does not say."""
    parts = duration.strip().partition(".")[0].split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdecimal() and len(part) < 7 for part in parts):
        return ""
    seconds = sum(int(part) * 60**power for power, part in enumerate(reversed(parts)))
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"Recording of {f'{hours} h {minutes} min' if hours else f'{max(minutes, 1)} min'}" if seconds else ""


def _plausible(moment: str | None, latest: str) -> str | None:
    return moment if moment and _EARLIEST <= moment <= latest else None


def _line(text: str, *, plain: bool) -> str:
    return clean_line(text if plain else html_to_text(text)[0])


def _lines(values: tuple[str, ...], count: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (clean_line(value, 200) for value in values))))[:count]

"""Reads the papers that Hugging Face lists each day, with the votes they have now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from tracker import times
from tracker.errors import FetchError
from tracker.fetch import options, pasted
from tracker.fetch.answers import counts, decoded
from tracker.fetch.options import items, mapping
from tracker.http.refusals import StatusError
from tracker.identity import arxiv_id, is_web_address
from tracker.models import Record
from tracker.ports import Batch, Request
from tracker.text import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Source
    from tracker.ports import Client

BASE = "https://huggingface.co"
OPTIONS = frozenset({"days"})
PAGE_SIZE, PAGES = 50, 5
DAYS, DAYS_BACK = 4, 30
_LISTS = frozenset({"date", "week", "month"})


class DailyPapersFetcher:
    """Options: `days`, the daily lists that each sync reads."""

    kind: ClassVar[str] = "hf_daily"

    def check(self, source: Source) -> None:
        """Raise `tracker.errors.ConfigError` when options are missing or wrong."""
        options.known_only(source, OPTIONS)
        options.number(source, "days", DAYS, 1, DAYS_BACK)

    def recognise(self, text: str) -> Mapping[str, Any] | None:
        """Return options, of which it needs none, for the address of the daily papers."""
        found = pasted.address(text)
        if found is None or found.host not in {"huggingface.co", "hf.co"}:
            return None
        page, *rest = found.segments or ("",)
        is_list = (page == "papers" and (not rest or rest[0] in _LISTS)) or (page, *rest) == ("api", "daily_papers")
        return {} if is_list else None

    def fetch(self, source: Source, cursor: Mapping[str, Any], client: Client) -> Iterator[Batch]:
        """Yield the lists of the last days and of those missed since the last sync, oldest first."""
        today = times.now().date()
        for day in days_to_read(cursor.get("day"), today, options.number(source, "days", DAYS, 1, DAYS_BACK)):
            try:
                records, problems = _list(source, day, client)
            except StatusError as error:
                if error.status == 400 and day == today:
                    return  # the list of today is not open yet
                raise
            yield Batch(records=records, cursor={"day": day.isoformat()}, problems=problems)


def days_to_read(known: object, today: date, count: int) -> list[date]:
    """Return the last `count` days, and those since the last one known, at most 30, oldest first."""
    first = today - timedelta(days=count - 1)
    if isinstance(known, str) and (day := times.parse(known)):
        first = min(first, date.fromisoformat(day[:10]))
    first = max(first, today - timedelta(days=DAYS_BACK - 1))
    return [first + timedelta(days=number) for number in range((today - first).days + 1)]


def request(source: Source, day: date, page: int = 0) -> Request:
    """Return the request for a page of the list of a day."""
    query = f"date={day.isoformat()}&limit={PAGE_SIZE}{f'&p={page}' if page else ''}"
    return Request(url=f"{source.base or BASE}/api/daily_papers?{query}", accept="application/json")


def _list(source: Source, day: date, client: Client) -> tuple[list[Record], list[str]]:
    records: dict[str, Record] = {}
    problems: list[str] = []
    for number in range(PAGES):
        found, unread, listed = parse(client.get(request(source, day, number)).body)
        problems += unread
        known = len(records)
        records |= {record.key: record for record in found}
        if listed < PAGE_SIZE or len(records) == known:
            break
    return list(records.values()), problems


def parse(body: bytes) -> tuple[list[Record], list[str], int]:
    """Return (records, problems, papers listed) of a list; an empty one is what weekends look like.

    Raises:
        FetchError: it is no list.
    """
    listed = decoded(body, "Hugging Face")
    if not isinstance(listed, list):
        raise FetchError("Hugging Face sent JSON that is no list.", "It will be tried again with the next sync.")
    found = [record_of(mapping(entry)) for entry in listed]
    records = {record.key: record for record in found if record}
    unread = found.count(None)
    problems = [f"{unread} of the entries have no arXiv id or title."] if unread else []
    return list(records.values()), problems, len(listed)


def record_of(entry: Mapping[str, Any]) -> Record | None:
    """Return the record of a paper, or None without id or title. Its machine-made summary is no author's and left out."""
    paper = mapping(entry.get("paper"))
    name = arxiv_id(clean_line(paper.get("id"), 40))
    title = clean_line(paper.get("title")) or clean_line(entry.get("title"))
    if not name or not title:
        return None
    submitted, listed = _day(paper.get("publishedAt")), _day(paper.get("submittedOnDailyAt"))
    pages = (clean_line(paper.get(field), 2_000) for field in ("projectPage", "githubRepo"))
    people = (clean_line(mapping(one).get("name"), 200) for one in items(paper.get("authors"))[:500])
    return Record(
        kind="paper",
        key=f"hf:{name}",
        identifiers=(f"arxiv:{name}", f"hf:{name}"),
        title=title,
        text=clean_text(paper.get("summary")) or clean_text(entry.get("summary")),
        authors=tuple(dict.fromkeys(filter(None, people))),
        url=f"https://arxiv.org/abs/{name}",
        pdf_url=f"https://arxiv.org/pdf/{name}",
        links=(f"https://huggingface.co/papers/{name}", *dict.fromkeys(page for page in pages if is_web_address(page))),
        venue="arXiv",
        year=int(submitted[:4]) if submitted else None,
        status="preprint",
        keywords=tuple(
            dict.fromkeys(filter(None, (clean_line(word, 80) for word in items(paper.get("ai_keywords"))[:50])))
        ),
        published=submitted,
        announced=listed,
        engagement=counts({**entry, **paper}, {"upvotes": "upvotes", "comments": "numComments"}),
    )


def _day(moment: object) -> str | None:
    """Return the day of a moment, which the service gives as midnight."""
    found = times.parse(moment) if isinstance(moment, str) else None
    return found[:10] if found else None

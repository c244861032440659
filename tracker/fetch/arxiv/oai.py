"""Asks arXiv's archive (OAI-PMH) for records by the day on which they last changed, and for single ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tracker import times
from tracker.errors import FetchError
from tracker.fetch.arxiv.paper import WITHDRAWN, paper, xml_root
from tracker.http.refusals import StatusError
from tracker.identity import arxiv_id
from tracker.markup import unescape
from tracker.models import Record
from tracker.ports import Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.ports import Client

BASE = "https://oaipmh.arxiv.org"
EARLIEST = date(2005, 9, 16)
"""The first day that arXiv knows changes of; asking for an earlier one is refused."""
BYTE_LIMIT = 30_000_000
"""A page holds up to 1,300 records, some 4 MB, and may take its time: what is allowed grows with the limit."""
PATIENCE = 3
_NS = {"oai": "http://www.openarchives.org/OAI/2.0/"}
_END = re.compile(rb"</(?:\w+:)?OAI-PMH\s*>\s*$")
_OPENING = re.compile(rb"<(?:\w+:)?record[\s>/]")
_WHOLE = re.compile(rb"<record[\s>](?:(?!<record[\s>]).)*?</record\s*>", re.DOTALL)
_TOKEN = re.compile(rb"<(?:\w+:)?resumptionToken[^<>]*>([^<]+)<")
_NOTHING = frozenset({"noRecordsMatch", "idDoesNotExist"})


class ExpiredTokenError(FetchError):
    """The place in a list is known no longer, so that the list must be asked for anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer.

    Attributes:
        token: what to ask for the next page with; empty where this is the last one.
        answered: the day of the answer by the clock of the service, where it says one.
        is_cut: whether the answer breaks off; it has no token then.
    """

    records: list[Record]
    problems: list[str]
    token: str = ""
    answered: date | None = None
    is_cut: bool = False


def records_request(within: str, first: date, last: date | None = None, base: str = "") -> Request:
    """Return the request for the records of a set that changed from one day to another, or to the present."""
    query = {"verb": "ListRecords", "metadataPrefix": "arXiv", "set": within, "from": first.isoformat()}
    return _request(query | ({"until": last.isoformat()} if last else {}), base)


def next_request(token: str, base: str = "") -> Request:
    """Return the request for the page that a token leads to."""
    return _request({"verb": "ListRecords", "resumptionToken": token}, base)


def record_request(name: str, base: str = "") -> Request:
    """Return the request for one paper by its id without version."""
    return _request({"verb": "GetRecord", "metadataPrefix": "arXiv", "identifier": f"oai:arXiv.org:{name}"}, base)


def _request(query: Mapping[str, str], base: str) -> Request:
    return Request(url=f"{base or BASE}/oai?{urlencode(query)}", accept="text/xml", byte_limit=BYTE_LIMIT)


def ask(request: Request, client: Client) -> Page:
    """Return the answer to a request. To be sent away with a time to wait (503) is this service's way of keeping order.

    Raises:
        ExpiredTokenError: the token is too old.
        FetchError: the archive cannot be reached, refuses the request, or wants to be left alone for long.
    """
    for _ in range(PATIENCE):
        try:
            return parse(client.get(request).body)
        except StatusError as error:
            if error.status != HTTPStatus.SERVICE_UNAVAILABLE or error.retry_after is None:
                raise
    return parse(client.get(request).body)  # the client waits as long as was asked for, unless that is too long


def parse(body: bytes) -> Page:
    """Read an answer; that nothing matches, or that there is no such paper, is a page without records.

    Raises:
        ExpiredTokenError: the token is too old.
        FetchError: the archive refuses the request, or this is no answer of one.
    """
    root = xml_root(body)
    if root is None or not str(root.tag).endswith("}OAI-PMH"):
        raise _foreign()
    error = root.find("oai:error", _NS)
    if error is not None and error.get("code") not in _NOTHING:
        raise _refusal(clean_line(error.get("code"), 60), clean_line(error.text, 200))
    is_cut = _END.search(body[-200:]) is None
    if error is None and not is_cut and root.find("oai:ListRecords", _NS) is root.find("oai:GetRecord", _NS):
        raise _foreign()  # it has neither
    found = [_record(entry) if entry is not None else None for entry in _entries(root, body, is_cut=is_cut)]
    unread = found.count(None)
    return Page(
        records=[record for record in found if record],
        problems=[f"{unread} of the records have no arXiv id, title or category."] if unread else [],
        token="" if is_cut else unescape(b"".join(_TOKEN.findall(body)[-1:]).decode("utf-8", "replace")).strip(),
        answered=_day(root.findtext("oai:responseDate", "", _NS)),
        is_cut=is_cut,
    )


def _entries(root: Any, body: bytes, *, is_cut: bool) -> list[Any]:  # noqa: ANN401 - lxml has no types
    """Return the records as elements, None for one that is none: damage in one record must not swallow those after it."""
    entries: list[Any] = root.findall("*/oai:record", _NS)
    if len(entries) != len(_OPENING.findall(body)):
        wrapped = (b'<x xmlns="%s">%s</x>' % (_NS["oai"].encode(), part) for part in _WHOLE.findall(body))
        return [part if part is None else part.find("oai:record", _NS) for part in map(xml_root, wrapped)]
    return entries[:-1] if is_cut else entries


def _foreign() -> FetchError:
    return FetchError("arXiv's archive sent something that is no list of records.", "It will be tried again.")


def _refusal(code: str, said: str) -> FetchError:
    if code == "badResumptionToken":
        return ExpiredTokenError("arXiv's archive has forgotten the place in its list.", "It will be read anew.")
    return FetchError(
        f"arXiv's archive refuses the request: {said or code or 'it does not say why'}.", "Check the categories."
    )


def _record(entry: Any) -> Record | None:  # noqa: ANN401 - lxml has no types
    header, told = entry.find("oai:header", _NS), entry.find("oai:metadata/{*}arXiv", _NS)
    if told is None:
        return _deleted(header) if header is not None and header.get("status") == "deleted" else None
    name, title, categories = arxiv_id(_text(told, "id")), _text(told, "title"), _text(told, "categories").split()
    if not name or not clean_line(title) or not categories:
        return None
    created = _day(_text(told, "created"))
    return paper(
        name,
        title=title,
        abstract=" ".join(_text(told, "abstract").split()),
        authors=[_name(author) for author in told.iterfind("{*}authors/{*}author")],
        categories=categories,
        comment="; ".join(filter(None, (_text(told, "comments").strip(), _text(told, "journal-ref").strip()))),
        doi=re.split(r"[\s,;]+(?=10\.)", _text(told, "doi").strip())[0],
        published=created.isoformat() if created else None,
    )


def _deleted(header: Any) -> Record | None:  # noqa: ANN401
    """Return what a record without content says: that a paper which may be known is no longer there."""
    name = arxiv_id(clean_line(header.findtext("oai:identifier", "", _NS)))
    if not name:
        return None
    key = f"arxiv:{name}"
    return Record(
        kind="paper", key=key, identifiers=(key,), title="", venue="arXiv", status=WITHDRAWN, updates_only=True
    )


def _name(author: Any) -> str:  # noqa: ANN401
    return " ".join(filter(None, (_text(author, part).strip() for part in ("forenames", "keyname", "suffix"))))


def _text(element: Any, name: str) -> str:  # noqa: ANN401
    return element.findtext(f"{{*}}{name}") or ""


def _day(text: str) -> date | None:
    """Return the day of a date or time, in UTC."""
    known = times.parse(text)
    return date.fromisoformat(known[:10]) if known and len(known) >= 10 else None

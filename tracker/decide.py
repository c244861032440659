"""What to write for a record, given what is stored: pure, no clock, no database, no network."""

from collections.abc import Iterable, Sequence
from typing import Any

from tracker import identity
from tracker.hub.stories import story_of
from tracker.models import Known, Mention, Plan, Record
from tracker.text import digest, title_key

_TEXT_FIELDS = frozenset({"title", "text", "authors", "keywords", "tldr"})
_EDITION = ("venue", "year", "track", "status")
_UNPUBLISHED = frozenset({"", "arXiv"})
_FORBIDDEN_PAIR = "arxiv:"


def text_hash(title: str, text: str) -> int:
    """Return the hash under which the vector of an item is kept: that of the words that are embedded."""
    return digest(title, text)


def mentions(record: Record) -> tuple[Mention, ...]:
    """Return the papers that a post names, by its links and by ids in its words."""
    if record.kind == "paper":
        return ()
    found: dict[str, Mention] = {}
    for name in identity.papers_in_links((*record.links, record.url)):
        found[name] = Mention(identifier=name, how="link", confidence=1.0)
    # links are read as words too: what stands before and after an address often sticks to it
    for name, how in identity.papers_in_text("\n".join((record.title, record.text, *record.links))):
        found.setdefault(
            name,
            Mention(identifier=name, how="link" if how == "link" else "id", confidence=1.0 if how == "link" else 0.99),
        )
    return tuple(found.values())


def decide(record: Record, by_identifier: Sequence[Known], by_title: Sequence[Known]) -> Plan | None:
    """Return what to write for a record; None when it may only update an item and there is none.

    Args:
        by_identifier: stored items that share an identifier or the key, in the order of the record's identifiers.
        by_title: stored papers whose title has the same letters and digits.
    """
    names = tuple(dict.fromkeys((record.key, *record.identifiers)))
    same = [known for known in by_identifier if known.kind == record.kind and not _contradicts(record, known)]
    if record.kind == "paper":
        same += [known for known in by_title if known not in same and _is_same_paper(record, known)]
    if not same:
        if record.updates_only:
            return None
        taken = {name for known in by_identifier for name in known.identifiers}
        free = [name for name in sorted((*record.identifiers, record.key), key=_is_unreadable) if name not in taken]
        item_id = free[0] if free else f"{record.key}~{digest(repr(record)):x}"
        return Plan(
            record=record,
            row=None,
            id=item_id,
            fields=_fields(record),
            identifiers=tuple(dict.fromkeys((item_id, *names))),
            mentions=mentions(record),
            text_changed=True,
        )
    target = min(same, key=lambda known: known.row)
    absorbed = _mergeable(target, [known for known in same if known.row != target.row])
    fields = _changes(record, target)
    return Plan(
        record=record,
        row=target.row,
        id=target.id,
        absorbed=tuple(known.row for known in absorbed),
        fields=fields,
        identifiers=tuple(name for name in names if name not in target.identifiers),
        mentions=mentions(record),
        text_changed=bool(_TEXT_FIELDS & fields.keys()),
    )


def _is_unreadable(name: str) -> bool:
    """Tell names that say nothing to a reader, so that an item is called by another one where it has one."""
    return name.startswith("neurips-hash:")


def _contradicts(record: Record, known: Known) -> bool:
    """Tell whether an identifier must be wrong at its source: neither the title nor the people of the two papers agree."""
    if record.kind == "post" or record.key in known.identifiers or not record.authors or not known.authors:
        return False
    return title_key(record.title) != known.title_key and not identity.same_people(record.authors, known.authors)


def _is_same_paper(record: Record, known: Known) -> bool:
    """Same title is not enough: half of the last names must agree, and two different arXiv ids are two papers."""
    mine = {name for name in record.identifiers if name.startswith(_FORBIDDEN_PAIR)}
    theirs = {name for name in known.identifiers if name.startswith(_FORBIDDEN_PAIR)}
    if mine and theirs and not mine & theirs:
        return False
    return identity.same_people(record.authors, known.authors)


def _mergeable(target: Known, others: Iterable[Known]) -> list[Known]:
    """Leave alone what holds another arXiv id: a wrong identifier at a source must not glue two papers together."""
    mine = {name for name in target.identifiers if name.startswith(_FORBIDDEN_PAIR)}
    kept = []
    for known in others:
        theirs = {name for name in known.identifiers if name.startswith(_FORBIDDEN_PAIR)}
        if not mine or not theirs or mine & theirs:
            kept.append(known)
    return kept


def inherited(keep: Known, gone: Known) -> dict[str, Any]:
    """Return the columns that an item takes over from one that is merged into it: what it lacks, and a venue for a preprint."""
    taken = {name: value for name, value in gone.fields.items() if value and not keep.fields[name]}
    if keep.fields["venue"] in _UNPUBLISHED and gone.fields["venue"] not in _UNPUBLISHED:
        taken |= {name: gone.fields[name] for name in _EDITION}
    if "text" in taken:
        taken["text_hash"] = text_hash(str(keep.fields["title"]), str(taken["text"]))
    return taken


def _date(record: Record) -> str:
    """Return the date to sort by: the announcement, else the submission, else the year."""
    return record.announced or record.published or (str(record.year) if record.year else "")


def _fields(record: Record) -> dict[str, Any]:
    """Return the columns of a record, as Python values (lists as tuples)."""
    return {
        "title": record.title,
        "text": record.text,
        "authors": record.authors or ((record.author,) if record.author else ()),
        "author": record.author,
        "network": record.network,
        "venue": record.venue,
        "year": record.year,
        "track": record.track,
        "status": record.status,
        "category": record.categories[0] if record.categories else "",
        "categories": record.categories,
        "keywords": record.keywords,
        "published": record.published,
        "announced": record.announced,
        "date": _date(record),
        "lead": record.key,
        "version": record.version,
        "url": record.url,
        "pdf_url": record.pdf_url,
        "comment": record.comment,
        "tldr": record.tldr,
        "links": record.links,
        "story": story_of(record),
        "title_key": title_key(record.title),
        "text_hash": text_hash(record.title, record.text),
    }


def _changes(record: Record, known: Known) -> dict[str, Any]:
    """Return the columns that a record changes in a stored item.

    The record that leads an item (the first one) may edit it; others fill what is empty. A venue replaces `arXiv`, a day
    replaces a year, and of versions the newest counts.
    """
    new, old = _fields(record), known.fields
    leads = record.key == old["lead"]
    changes = {name: value for name, value in new.items() if value and value != old[name] and (leads or not old[name])}
    changes.pop("lead", None)
    if old["venue"] in _UNPUBLISHED and record.venue not in _UNPUBLISHED:
        changes |= {name: new[name] for name in _EDITION if new[name] != old[name]}
    elif record.venue != old["venue"]:
        for name in _EDITION:
            changes.pop(name, None)
    changes.pop("date", None)
    if old["announced"] and not record.announced:
        new["date"] = ""  # the day it was announced stands
    date = str(old["date"])
    if (
        new["date"]
        and (len(date) < 10 <= len(new["date"]) or (leads and len(new["date"]) >= len(date)))
        and new["date"] != date
    ):
        changes["date"] = new["date"]
    if record.version and old["version"] and record.version <= int(str(old["version"])):
        changes.pop("version", None)
    _settle_text(changes, old)
    return changes


def _settle_text(changes: dict[str, Any], old: Any) -> None:  # noqa: ANN401 - a mapping of columns
    """Make the derived columns agree with the title and text that result."""
    for name in ("title_key", "text_hash"):
        changes.pop(name, None)
    if "title" in changes:
        changes["title_key"] = title_key(changes["title"])
    if "title" in changes or "text" in changes:
        changes["text_hash"] = text_hash(changes.get("title", old["title"]), changes.get("text", old["text"]))

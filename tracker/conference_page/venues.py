"""From what a user types to a stored edition: `nips 2025`, `NeurIPS`, `neurips:2025`, the full name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import NotFoundError, QueryError
from tracker.text import clean_line, plural, shorten, title_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WRITTEN = re.compile(r"^(.*?)[\s:'\u2019/-]*((?:19|20)\d{2})?$")
_WORDS_AROUND = re.compile(
    r"^(?:proceedingsof)?(?:the)?(?:advancesin)?(?:ieeecvf|ieee|ieeecvfconferenceon)?(?:international|european|annual)?(?:conference|symposium)?(?:on)?"
)
_NAMES = {
    "nips": "neurips",
    "neuralinformationprocessingsystems": "neurips",
    "machinelearning": "icml",
    "learningrepresentations": "iclr",
    "artificialintelligenceandstatistics": "aistats",
    "machinelearningandsystems": "mlsys",
    "computervisionandpatternrecognition": "cvpr",
    "languagemodeling": "colm",
    "robotlearning": "corl",
    "learningtheory": "colt",
    "uncertaintyinartificialintelligence": "uai",
}
"""Older and full names, by their letters without the words that stand around all of them, with the name in use."""
_SHOWN_YEARS = 12
_SHOWN_VENUES = 20


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as it is stored: the venue in the spelling that most of its papers have."""

    venue: str
    year: int
    papers: int


def split(asked: str) -> tuple[str, int | None]:
    """Return the venue and the year of `neurips 2025`, `neurips:2025`, `NeurIPS2025` or `neurips`.

    Raises:
        QueryError: no venue is named.
    """
    found = _WRITTEN.match(clean_line(asked, 200))
    venue = found[1].strip() if found else ""
    if not found or not title_key(venue):
        raise QueryError("No conference is named.", "Write for instance: tracker conference neurips 2025.")
    return venue, int(found[2]) if found[2] else None


def find(
    stored: Sequence[tuple[str, int, int]], venue: str, year: int | None, against: int | None
) -> tuple[Edition, Edition | None]:
    """Return an edition and the one to compare it with.

    Args:
        stored: (venue, year, papers) of all editions.
        venue: by any of its names, in any case.
        year: the newest one if None.
        against: the newest earlier one if None.

    Raises:
        NotFoundError: nothing is stored of it; the message names what is.
        QueryError: an edition was to be compared with itself.
    """
    own = _editions(stored, venue)
    if not own:
        raise _no_venue(stored, venue)
    edition = own[max(own)] if year is None else own.get(year)
    if edition is None:
        raise _no_year(own, venue, year)
    if against == edition.year:
        raise QueryError(f"{edition.venue} {against} cannot be compared with itself.", "Name an earlier year.")
    if against is not None and against not in own:
        raise _no_year(own, venue, against)
    earlier = [one for one in own if one < edition.year]
    compared = against if against is not None else max(earlier, default=None)
    return edition, own[compared] if compared is not None else None


def _key(name: str) -> str:
    """Return what all names of a venue have in common."""
    letters = title_key(name)
    core = _WORDS_AROUND.sub("", letters, count=1) or letters
    return _NAMES.get(letters) or _NAMES.get(core) or letters


def _editions(stored: Sequence[tuple[str, int, int]], venue: str) -> dict[int, Edition]:
    """Return the editions of a venue by year; where several spellings are stored, the one with most papers."""
    wanted, found = _key(venue), dict[int, Edition]()
    for name, year, papers in stored:
        if _key(name) == wanted and (year not in found or papers > found[year].papers):
            found[year] = Edition(name, year, papers)
    return found


def _no_venue(stored: Sequence[tuple[str, int, int]], venue: str) -> NotFoundError:
    name = shorten(clean_line(venue), 60)
    if not stored:
        return NotFoundError(
            f"Nothing is stored of '{name}', nor of any other conference.",
            "Follow one, as 'tracker follow neurips:2025' does, and sync, or import a file of its papers.",
        )
    return NotFoundError(f"Nothing is stored of '{name}'.", f"Stored: {'; '.join(_summaries(stored))}.")


def _summaries(stored: Sequence[tuple[str, int, int]]) -> Iterator[str]:
    """Yield each venue with its years and papers, those with most papers first."""
    groups = {_key(name): _editions(stored, name) for name, _, _ in stored}
    ordered = sorted(groups.values(), key=lambda own: (-sum(one.papers for one in own.values()), own[max(own)].venue))
    for own in ordered[:_SHOWN_VENUES]:
        years = f"{min(own)} to {max(own)}" if len(own) > 1 else f"{max(own)}"
        papers = plural(sum(one.papers for one in own.values()), "paper")
        yield f"{clean_line(own[max(own)].venue)} {years} ({papers})"
    if len(ordered) > _SHOWN_VENUES:
        yield f"and {plural(len(ordered) - _SHOWN_VENUES, 'more venue')}"


def _no_year(own: dict[int, Edition], venue: str, year: int | None) -> NotFoundError:
    newest = sorted(own, reverse=True)
    told = [f"{one} ({plural(own[one].papers, 'paper')})" for one in newest[:_SHOWN_YEARS]]
    if len(newest) > _SHOWN_YEARS:
        told.append(f"and {plural(len(newest) - _SHOWN_YEARS, 'earlier year')}")
    name = clean_line(own[newest[0]].venue) or venue
    return NotFoundError(f"Nothing is stored of {name} {year}.", f"Stored of {name}: {', '.join(told)}.")

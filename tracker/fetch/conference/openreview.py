"""Reads a conference from OpenReview, where it has no list of its own yet and the user has a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.credentials import credential
from tracker.fetch.openreview import fetcher as openreview
from tracker.fetch.options import mapping
from tracker.http.refusals import StatusError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.fetch.conference.venues import Edition
    from tracker.models import Record
    from tracker.ports import Client


def serves(edition: Edition) -> bool:
    """Tell whether the conference is on OpenReview and there is a login."""
    return bool(edition.venue.openreview and credential("openreview_username"))


def read(edition: Edition, mark: object, client: Client) -> Iterator[tuple[list[Record], object, list[str]]]:
    """Yield (records, mark, problems) a page.

    Raises:
        StatusError: with status 404, OpenReview has no papers of that edition.
    """
    venue = edition.venue.openreview.format(year=edition.year)
    found = False
    for part in openreview.read(venue, openreview.APIS, edition.base, mapping(mark), client):
        found = True
        yield part
    if not found:
        raise StatusError(f"OpenReview has no papers of {edition}.", status=404)

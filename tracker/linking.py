"""Posts find their papers: by title where they name no id, and by asking for the record of an id that is not stored yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker import times
from tracker.hub import bots
from tracker.hub.titles import candidates, chosen, judge, keys_of_post, openings, post_of, title_of
from tracker.models import SyncEvent
from tracker.store import hub
from tracker.store import titles as store
from tracker.store.connect import transaction
from tracker.store.writer import Writer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from tracker.hub.titles import Rarity, Words
    from tracker.ports import Client, Enricher

PAPERS, POSTS = 2_000, 500
"""Papers and posts a transaction: what a kill loses at most."""
EARLIER_DAYS = 7
"""A paper is named at most so many days before its record has a date."""
AHEAD_DAYS = 45
"""So many days before the date of its record a paper may be spoken of."""
FEW = 300
"""So many new papers are looked for among all posts by full text; more of them, by going through posts again."""


LOOKUPS = 1_000
"""So many unknown papers are asked for in one run: ten requests to arXiv."""
LOOKUP_PART = 100
_CAN_BE = re.compile(r"arxiv:(?:(?:0[7-9]|1[0-4])\d\d\.\d{4}|(?:1[5-9]|[2-8]\d)\d\d\.\d{5}|[a-z-]+/\d{7})$")
"""Ids had four digits until 2014, five since; others that posts hold are misprints that the service would refuse."""
SOURCE = "mentioned"
"""Under this name papers are kept that came because posts name them."""


def link(connection: sqlite3.Connection) -> Iterator[int]:
    """Bring mentions by title level with the store; yield how many items are done after each step, which is then stored.

    Raises:
        StoreError: the database refuses.
    """
    done = 0
    while papers := store.pending_papers(connection, PAPERS):
        with transaction(connection):
            store.put_titles(connection, papers)
            if len(papers) > FEW:
                store.reopen_posts(connection, _earlier(min(date for *_, date in papers)))
            else:
                store.reopen_posts_with(connection, {p for _, title, *_ in papers for p in openings(title)})
        done += len(papers)
        yield done
    rarity: Rarity | None = None
    while posts := store.pending_posts(connection, POSTS):
        rarity = rarity or store.rarity(connection)
        words = ((row, day, post_of(title, text)) for row, title, text, _, day in posts)
        named = _named(connection, list(words), rarity) if rarity.counts else {}
        with transaction(connection):
            for row, mentions in named.items():
                store.put_mentions(connection, row, mentions)
            store.done(connection, [(row, text_hash) for row, _, _, text_hash, _ in posts])
        done += len(posts)
        yield done


def look_up(
    connection: sqlite3.Connection, enricher: Enricher, client: Client, now: Callable[[], str]
) -> Iterator[SyncEvent]:
    """Ask for the papers that posts name by arXiv id and of which there is no record, those named last first.

    An id that nobody knows is asked for again on later days, three times in all.

    Raises:
        FetchError: the service cannot be asked; what came before is stored.
        StoreError: the database refuses.
    """
    wanted = [name for name in hub.unknown(connection, "arxiv:", now()[:10], LOOKUPS) if _CAN_BE.match(name)]
    writer = Writer(connection)
    for start in range(0, len(wanted), LOOKUP_PART):
        part = wanted[start : start + LOOKUP_PART]
        for batch in enricher.lookup(part, client):
            outcome = writer.apply(SOURCE, batch.records, now())
            yield SyncEvent(step="stored", source=SOURCE, new=outcome.new, changed=outcome.changed, total=len(wanted))
        hub.asked(connection, part, now()[:10])


def know_voices(connection: sqlite3.Connection) -> None:
    """Judge anew which accounts are machines, of those that posted since they were judged.

    Raises:
        StoreError: the database refuses.
    """
    with transaction(connection):
        for network, author, count in hub.voices_to_judge(connection, bots.NETWORKS):
            moments, with_papers = hub.posts_of(connection, network, author)
            hub.put_voice(connection, network, author, count, bots.reason(author, moments, with_papers))


def _earlier(date: str) -> str:
    """Return the ISO day from which posts may name a paper of a date (a day, or a year alone)."""
    return times.shifted(date[:10], -EARLIER_DAYS) if len(date) >= 10 else date


def _is_out(paper: str, post: str) -> bool:
    """Tell whether a paper of an ISO date may be named by a post of another: preprints come before their edition's year."""
    if not paper or not post:
        return True
    if len(paper) < 10 or len(post) < 10:
        return int(paper[:4]) <= int(post[:4]) + 1
    return times.shifted(paper[:10], -AHEAD_DAYS) <= post[:10]


def _named(
    connection: sqlite3.Connection, posts: list[tuple[int, str, Words]], rarity: Rarity
) -> dict[int, list[tuple[str, float]]]:
    """Return (id, confidence) of the papers that each post names by title."""
    keys = {row: keys_of_post(post, rarity.counts) for row, _, post in posts}
    under = store.found(
        connection, (key for names, pairs in keys.values() for key in (*names, *pairs) if key is not None)
    )
    wanted = {
        row: candidates(
            [under[n] for n in names if n in under], [under.get(p, []) if p is not None else [] for p in pairs]
        )
        for row, (names, pairs) in keys.items()
    }
    papers = store.titles(connection, (paper for found in wanted.values() for paper in found))

    def same(one: int, other: int) -> bool:
        return title_of(papers[one][1]).words == title_of(papers[other][1]).words

    named = {}
    for row, day, post in posts:
        there = [paper for paper in wanted[row] if _is_out(papers[paper][2], day)]
        judged = ((paper, judge(title_of(papers[paper][1]), post, rarity)) for paper in there)
        matches = [(paper, match) for paper, match in judged if match]
        named[row] = [(papers[paper][0], match.confidence) for paper, match in chosen(matches, same)]
    return named

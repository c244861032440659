"""Reading who talks about what: papers by the posts about them, stories by the places that tell them."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from tracker.hub.talk import Voice, by_people, points_of, talk_of
from tracker.models import Talk

_COLUMNS = (
    "SELECT papers.row, posts.row, posts.network, posts.author, posts.date, substr(posts.title_key, 1, 80), COALESCE(voices.is_bot, 0),"
    " (SELECT json_group_array(json(engagement)) FROM sightings WHERE sightings.item = posts.row), MIN(mentions.how = 'title')"
)
# CROSS JOIN keeps the order written: from the posts of some days, or from some papers
_OF_DAYS = (
    " FROM items posts CROSS JOIN mentions ON mentions.post = posts.row CROSS JOIN identifiers USING (identifier)"
    " CROSS JOIN items papers ON papers.row = identifiers.item LEFT JOIN voices ON voices.network = posts.network AND voices.author = posts.author"
    " WHERE posts.kind = 'post' AND +papers.kind = 'paper' AND posts.date >= ? AND posts.date < ?"
    " AND papers.row NOT IN (SELECT item FROM marks WHERE hidden_at IS NOT NULL)"
)
_OF_PAPERS = (
    " FROM json_each(?) CROSS JOIN items papers ON papers.row = json_each.value CROSS JOIN identifiers ON identifiers.item = papers.row"
    " CROSS JOIN mentions ON mentions.identifier = identifiers.identifier CROSS JOIN items posts ON posts.row = mentions.post"
    " LEFT JOIN voices ON voices.network = posts.network AND voices.author = posts.author WHERE +papers.kind = 'paper' AND +posts.kind = 'post'"
)
_EACH = " GROUP BY papers.row, posts.row"


def discussed(connection: sqlite3.Connection, since: str, before: str, limit: int) -> list[tuple[int, Talk]]:
    """Return (row, talk) of the papers most talked about between two ISO days, in the order of `by_people`."""
    until = date.fromisoformat(before[:10]) - timedelta(days=1)
    found = sorted(
        _talks(connection, _COLUMNS + _OF_DAYS + _EACH, [since, before], until).items(),
        key=lambda pair: (*by_people(pair[1]), -pair[0]),
    )
    return found[:limit]


def talk_about(connection: sqlite3.Connection, rows: Sequence[int], until: date) -> dict[int, Talk]:
    """Return the talk about papers, of all time; papers that nobody names are left out."""
    return _talks(connection, _COLUMNS + _OF_PAPERS + _EACH, [json.dumps(list(rows))], until)


def told_elsewhere(connection: sqlite3.Connection, row: int) -> list[int]:
    """Return the other posts that tell the story of a post, the earliest first."""
    sql = (
        "SELECT other.row FROM items JOIN items AS other ON other.story = items.story AND other.row != items.row"
        " WHERE items.row = ? AND items.story IS NOT NULL"
        " AND other.row NOT IN (SELECT item FROM marks WHERE hidden_at IS NOT NULL) ORDER BY other.date, other.row LIMIT 100"
    )
    return [other for (other,) in connection.execute(sql, [row])]


def _talks(connection: sqlite3.Connection, sql: str, values: Sequence[object], until: date) -> dict[int, Talk]:
    posts: dict[int, list[Voice]] = defaultdict(list)
    for paper, row, network, author, day, words, is_bot, engagement, by_title in connection.execute(sql, values):
        points = max((points_of(one) for one in json.loads(engagement)), default=0.0)
        posts[paper].append(
            Voice(
                network=network,
                author=author,
                date=day,
                words=words,
                is_bot=bool(is_bot),
                points=points,
                told=row,
                by_title=bool(by_title),
            )
        )
    return {paper: talk_of(voices, until) for paper, voices in posts.items()}

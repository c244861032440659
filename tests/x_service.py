"""A made-up X on loopback that adds up what it would charge, and how the tests read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loopback import Asked, Reply, Serving, reply_json

from tracker.config import Source
from tracker.fetch.x.fetcher import XFetcher
from tracker.fetch.x.pages import POST_COST, USER_COST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.http import HttpClient
    from tracker.ports import Batch

FIRST = 2_055_000_000_000_000_000
NAMES = {"ada": "1001", "bo": "1002"}


@dataclass
class Service:
    """Timelines by the path that they are asked by, oldest first, served as X does; what that costs is added up."""

    posts: dict[str, list[int]] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=lambda: NAMES)
    bill: float = 0.0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/2/users/by":
            found = [name for name in asked.query["usernames"].split(",") if name in self.users]
            self.bill += len(found) * USER_COST
            return reply_json({"data": [{"id": self.users[name], "username": name} for name in found]})
        since, size = int(asked.query.get("since_id", 0)), int(asked.query["max_results"])
        mark = asked.query.get("pagination_token") or asked.query.get("next_token") or "0"
        wanted = [number for number in reversed(self.posts.get(asked.path, [])) if number > since]
        page, rest = wanted[int(mark) :][:size], wanted[int(mark) + size :]
        self.bill += len(page) * POST_COST
        meta = {"result_count": len(page)} | ({"next_token": str(int(mark) + size)} if rest else {})
        return reply_json(({"data": [one(number) for number in page]} if page else {}) | {"meta": meta})


def one(number: int) -> dict[str, Any]:
    return {"id": str(number), "author_id": "1001", "text": f"Post {number}"}


def numbers(count: int, start: int = FIRST) -> list[int]:
    return list(range(start, start + count))


def timeline(name: str) -> str:
    return f"/2/users/{NAMES[name]}/tweets"


def source_of(server: Serving | str, **chosen: Any) -> Source:
    base = server if isinstance(server, str) else server.base
    return Source(kind="x", name="voices", base=base, options={"users": ["ada"]} | chosen)


def read(source: Source, client: HttpClient, cursor: Mapping[str, Any] | None = None) -> list[Batch]:
    return list(XFetcher().fetch(source, cursor or {}, client))


def keys(batches: list[Batch]) -> list[int]:
    return [int(record.key[2:]) for batch in batches for record in batch.records]

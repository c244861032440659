"""Asks arXiv for papers by id, so that a paper that is spoken of has a title, people and an abstract."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from tracker.errors import FetchError
from tracker.fetch.arxiv import api as arxiv_api
from tracker.fetch.arxiv import oai as arxiv_oai
from tracker.identity import arxiv_id
from tracker.ports import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.ports import Client

BATCH_SIZE = 100
HALVINGS = 20
"""How often ids that are refused together are asked for in two parts; one bad id among 100 takes seven."""
FEW = 5
_PREFIX = "arxiv:"


class ArxivLookup:
    """Knows every paper on arXiv; other names are passed over. `base` replaces the address of the service."""

    kind: ClassVar[str] = "arxiv"

    def __init__(self, base: str = "") -> None:
        self._base = base

    def lookup(self, names: Sequence[str], client: Client) -> Iterator[Batch]:
        """Yield the records of papers named `arxiv:2401.01234`, a hundred with one request; unknown ones are missing.

        The query API is asked. Where it does not answer, the archive is, when it is only for a few.

        Raises:
            FetchError: neither can be asked.
        """
        ids = list(dict.fromkeys(filter(None, map(_id, names))))
        waiting = deque(ids[start : start + BATCH_SIZE] for start in range(0, len(ids), BATCH_SIZE))
        halvings = HALVINGS
        while waiting:
            part = waiting.popleft()
            try:
                yield Batch(records=arxiv_api.papers(part, client, self._base), cursor={})
            except arxiv_api.RefusedError:
                if len(part) > 1 and not halvings:
                    told = f"{len(part)} ids were refused together with bad ones."
                    yield Batch(records=(), cursor={}, problems=[told])
                elif len(part) > 1:
                    halvings -= 1
                    waiting.extendleft((part[len(part) // 2 :], part[: len(part) // 2]))
            except FetchError:
                rest = [name for some in (part, *waiting) for name in some]
                if len(rest) > FEW:
                    raise
                yield self._from_archive(rest, client)
                return

    def _from_archive(self, ids: Sequence[str], client: Client) -> Batch:
        pages = [arxiv_oai.ask(arxiv_oai.record_request(name, self._base), client) for name in ids]
        return Batch(
            records=[record for page in pages for record in page.records if record.title],
            cursor={},
            problems=[problem for page in pages for problem in page.problems],
        )


def _id(name: str) -> str | None:
    return arxiv_id(name[len(_PREFIX) :]) if name.startswith(_PREFIX) else None

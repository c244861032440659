"""The service: changes what a home follows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache, cached_property, reduce
from typing import TYPE_CHECKING, Any

from tracker import config
from tracker.config import Source
from tracker.errors import ConfigError, NotFoundError, TrackerError
from tracker.following import feedsfile, opml, subscriptions, trying
from tracker.following.recognising import Recogniser
from tracker.ports import Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tracker.config import Config
    from tracker.following.opml import Outline
    from tracker.following.trying import Trial
    from tracker.ports import Client, Fetcher

_NAMED_FEED = re.compile(r'kind = "feed", url = "(https?://[^"\s]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """What somebody wants to follow, recognised.

    Attributes:
        existing: the source that covers it already.
        trial: None when it was not tried.
        price: US dollars that a sync of it may cost; None where reading costs nothing.
        refused: why other ways to read it did not work.
    """

    kind: str
    options: Mapping[str, Any]
    existing: Source | None = None
    trial: Trial | None = None
    price: float | None = None
    refused: tuple[str, ...] = ()


@dataclass(slots=True)
class ListReport:
    """What came of a list of subscriptions: names that are new, how many were followed before, what could not be taken."""

    added: list[str] = field(default_factory=list)
    known: int = 0
    problems: list[str] = field(default_factory=list)


def _named_feeds(error: TrackerError) -> list[tuple[str, dict[str, Any]]]:
    """Return the feeds that the remedy of a failure says to try instead."""
    return [(subscriptions.PLAIN, {"url": url}) for url in _NAMED_FEED.findall(error.remedy)]


class Following:
    """Changes what a home follows.

    Args:
        kinds: names of all kinds that can be fetched.
        fetcher_of: returns the fetcher of a kind, or raises ConfigError.
        client: opens a way out that knows no earlier answers and may spend nothing.
    """

    def __init__(
        self,
        home: Path,
        kinds: Iterable[str],
        fetcher_of: Callable[[str], Fetcher],
        client: Callable[[], AbstractContextManager[Client]],
    ) -> None:
        self._home, self._kinds, self._client = home, kinds, client
        self._new_fetcher, self._fetcher_of = fetcher_of, cache(fetcher_of)

    def config(self) -> Config:
        """Return what is followed, the default of a new home included."""
        return config.parse(feedsfile.tables(feedsfile.read(self._home), self._home / config.FILE), self._home)

    # finding

    def find(self, text: str, *, attempt: bool = True) -> Find:
        """Recognise what somebody wants to follow and try it: the ways to read it one after the other until one works.

        A way that fails and names a feed in its remedy adds that feed to the ways.

        Raises:
            NotFoundError: nothing recognises it, or no way works; with the reason of each try on a line of its own.
            ConfigError: `feeds.toml` is wrong.
        """
        found = self._recogniser.candidates(text)
        if not found:
            raise NotFoundError(
                f"'{clean_line(text, 200)}' is nothing that can be followed.",
                "Name an address, a handle, @name@host, arxiv:cs.LG, neurips:2025 or an OPML file.",
            )
        for kind, options in found:
            if existing := self._covering(kind, options):
                return Find(kind=kind, options=options, existing=existing)
        refused: list[str] = []
        for kind, options in found:  # it grows
            try:
                trial, price = self._tried(kind, options, attempt=attempt)
            except TrackerError as error:
                refused.append(f"{kind}: {clean_line(str(error), 500)}")
                found += [way for way in _named_feeds(error) if way not in found]
                continue
            existing = self._covering(kind, {"url": trial.address}) if trial and trial.address else None
            return Find(kind=kind, options=options, existing=existing, trial=trial, price=price, refused=tuple(refused))
        raise NotFoundError("\n  ".join([f"'{clean_line(text, 200)}' cannot be followed.", *refused]))

    def _covering(self, kind: str, options: Mapping[str, Any]) -> Source | None:
        sources = self.config().sources
        return next((source for source in sources if subscriptions.covers(source, kind, options)), None)

    def _tried(self, kind: str, options: Mapping[str, Any], *, attempt: bool) -> tuple[Trial | None, float | None]:
        """Return (trial, price) of a new source; what costs money is not tried."""
        source = Source(kind=kind, name=config.default_name(kind, options), options=options)
        fetcher = self._fetcher_of(kind)
        fetcher.check(source)
        price = trying.price(source, fetcher)
        if not attempt or price is not None:
            return None, price
        with self._client() as client:
            return trying.attempt(source, fetcher, client), None

    @cached_property
    def _recogniser(self) -> Recogniser:
        return Recogniser(self._kinds, self._fetcher_of)

    def attempts(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Trial | TrackerError]]:
        """Try sources and yield what came of each, see `tracker.following.trying.attempts`."""
        with self._client() as client:
            yield from trying.attempts(sources, self._new_fetcher, client)

    # changing

    def table(self, find: Find, *, name: str = "", group: str = "") -> dict[str, Any]:
        """Return the `[[source]]` table for what was found, under a name that is free unless one is given.

        Raises:
            ConfigError: the given name is taken.
        """
        taken = {source.name for source in self.config().sources}
        if name in taken:
            raise ConfigError(f"There is a source '{name}' already.", "Say another --name.")
        title = find.trial.title if find.trial else ""
        return subscriptions.table(find.kind, find.options, taken, name=name, title=title, group=group)

    def add(self, tables: Sequence[Mapping[str, Any]]) -> None:
        """Write `[[source]]` tables at the end of `feeds.toml`.

        Raises:
            ConfigError: it is wrong, or would be.
            StoreError: it cannot be written.
        """
        feedsfile.edit(self._home, lambda text: feedsfile.added(text, tables))

    def switch_on(self, name: str) -> None:
        """Follow a source again that was switched off; raises as `add` does."""
        feedsfile.edit(self._home, lambda text: feedsfile.changed(text, name, {"enabled": True}))

    def remove(self, names: Sequence[str]) -> None:
        """Take sources out of `feeds.toml`, all or none; what is stored of them stays.

        Raises:
            NotFoundError: a name is no source; with the nearest one.
            ConfigError, StoreError: as `add`.
        """
        known = [source.name for source in self.config().sources]
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"Did you mean {near[0]}?" if near else "'tracker sources' lists them."
                raise NotFoundError(f"No source is called '{name}'.", hint)
        feedsfile.edit(self._home, lambda text: reduce(feedsfile.removed, dict.fromkeys(names), text))

    # lists

    def download(self, address: str) -> bytes:
        """Return a list of subscriptions that lies on the web.

        Raises:
            FetchError: it cannot be read.
        """
        with self._client() as client:
            return client.get(Request(url=address, byte_limit=opml.BYTE_LIMIT)).body

    def add_list(self, body: bytes, *, group: str = "", write: bool = True) -> ListReport:
        """Follow everything in an OPML file without trying it; folders become groups, what is followed stays as it is.

        Args:
            group: takes the place of the folders.
            write: with False, only the report is made.

        Raises:
            ConfigError: it is no OPML, or `feeds.toml` is wrong.
            StoreError: it cannot be written.
        """
        outlines, problems = opml.parse(body)
        report = ListReport()

        def change(text: str) -> str:
            nonlocal report
            report = ListReport(problems=list(problems))
            known = config.parse(feedsfile.tables(text), self._home).sources
            tables = list(self._new_tables(outlines, known, group, report))
            return feedsfile.added(text, tables) if write else text

        if write:
            feedsfile.edit(self._home, change)
        else:
            change(feedsfile.read(self._home))
        return report

    def _new_tables(
        self, outlines: Iterable[Outline], known: Iterable[Source], group: str, report: ListReport
    ) -> Iterator[dict[str, Any]]:
        """Yield the tables of outlines that no source covers yet, and note in the report what becomes of each."""
        followed = list(known)
        taken = {source.name for source in followed}
        for outline in outlines:
            table = subscriptions.table_of(self._recognised_outline(outline), taken)
            table |= {"group": group} if group else {}
            try:
                source = config.parse({"source": [table]}, self._home).sources[0]
                if any(subscriptions.covers(one, source.kind, source.options) for one in followed):
                    report.known += 1
                    continue
                fetcher = self._fetcher_of(source.kind)
                fetcher.check(source)
                if trying.price(source, fetcher) is not None:
                    table["enabled"] = False
            except TrackerError as error:
                report.problems.append(f"'{outline.title}': {error}")
                continue
            followed.append(source)
            taken.add(source.name)
            report.added.append(source.name)
            yield table

    def _recognised_outline(self, outline: Outline) -> Outline:
        """Return an outline of another program as the kind that reads its address best: a channel as `youtube`."""
        if outline.kind:
            return outline
        for kind, options in self._recogniser.candidates(outline.address):
            if kind != subscriptions.PLAIN:
                return replace(outline, kind=kind, options=options, title=subscriptions.slug(outline.title))
        return outline

    def outlines(self) -> list[Outline]:
        """Return everything that is followed, as an OPML file lists it."""
        return [subscriptions.outline_of(source) for source in self.config().sources]

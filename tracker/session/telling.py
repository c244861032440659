"""What a home tells: trends, topics, conferences, digests, and their delivery."""

from __future__ import annotations

import logging
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from tracker import config, times
from tracker.errors import ConfigError
from tracker.session.asking import Asking
from tracker.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.conference_page import Wish
    from tracker.delivery import Outcome
    from tracker.findings import Trends
    from tracker.pages import ConferencePage, Digest, TopicPage
    from tracker.roles import Role
    from tracker.store.reader import Reader
    from tracker.weekly import Counted

log = logging.getLogger("tracker")


class Telling(Asking):
    """What a home tells: trends, topics, conferences, digests, and their delivery."""

    progress: Callable[[str], None] = staticmethod(lambda _: None)
    """Is told what is being done where something takes long. What it raises ends that; what was stored by then is whole."""

    def latest_week(self, reader: Reader | None = None) -> str:
        """Return the ISO week of the newest paper, since papers are what is counted; of the newest post, or this one, without any."""
        return times.week_of(date.fromisoformat(self.latest_day(reader)))

    def latest_day(self, reader: Reader | None = None) -> str:
        """Return the ISO day of the newest paper; of the newest post, or this one, without any."""
        chosen = reader or self.reader
        newest = chosen.latest_day("paper") or chosen.latest_day()
        return newest or self.clock().date().isoformat()

    def trends(self, week: str | None = None, limit: int = 20, reader: Reader | None = None, as_of: str = "") -> Trends:
        """Return what is rising in a week, by default the newest one with anything stored.

        Args:
            week: ISO week.
            limit: how many topics in each list.
            reader: of another thread.
            as_of: an ISO day instead of a week: that of the day, and nothing later than the day.

        Raises:
            QueryError: the text is no ISO week.
        """
        from tracker.weekly import window_of

        chosen = times.week_of_text(as_of) or week or self.latest_week()
        self._extract_phrases(*window_of(chosen, as_of))
        return self._counted.of_week(reader or self.reader, chosen, limit, as_of)

    def editions(self, venue: str, before: Sequence[int], after: Sequence[int], limit: int = 20) -> Trends:
        """Return what rose from some editions of a venue to others.

        Raises:
            NotFoundError: nothing is stored of one of them.
        """
        from tracker.weekly import trends_of_editions

        self._extract_phrases()
        return trends_of_editions(self.reader, venue, before, after, limit)

    def conference(self, venue: str, year: int | None, wish: Wish) -> ConferencePage:
        """Return the page of an edition of a conference for the user, by default the newest one that is stored.

        Raises:
            QueryError: the topic has no word of its own, or an edition is to be compared with itself.
            NotFoundError: nothing is stored of the edition, or no paper of it holds the topic.
        """
        from tracker.conference_page import conference_page

        self._extract_phrases()
        return conference_page(self.reader.connection, venue, year, self.config.sources, wish)

    def topic(self, name: str, week: str | None = None, as_of: str | None = None, limit: int = 10) -> TopicPage:
        """Return what was known of a topic on an ISO day or at the end of a week, by default the newest one.

        Raises:
            QueryError: the text is no ISO week, or the name has no word that can be a part of a topic.
            NotFoundError: nothing holds it.
        """
        from tracker.topic_page import topic_page

        self._extract_phrases()
        return topic_page(self.reader, name, as_of or times.last_day(week or self.latest_week()), limit)

    @cached_property
    def _counted(self) -> Counted:
        from tracker.weekly import Counted

        return Counted()

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """The roles shipped, changed and added to by `roles.toml` of the home."""
        from tracker import roles

        return roles.load(self.home)

    def role(self, name: str | None = None) -> Role:
        """Return a role by name, by default the configured one.

        Raises:
            ConfigError: there is no such role.
        """
        from tracker import roles

        return roles.named(self.roles, self.config.role if name is None else name)

    def digest(
        self, week: str | None = None, role: str | None = None, minutes: int = 0, reader: Reader | None = None
    ) -> Digest:
        """Return the digest of a week (by default the newest with papers) for a role (by default the configured one).

        Raises:
            QueryError: the text is no ISO week.
            ConfigError: there is no such role.
        """
        from tracker.digesting import digest_of_week
        from tracker.weekly import window_of

        chosen, asked, newest = reader or self.reader, self.role(role), self.latest_week()
        self._extract_phrases(*window_of(week or newest))
        failing = self._failing(chosen) if (week or newest) >= newest else []
        self.progress("counting twelve weeks of papers and posts")
        return digest_of_week(
            chosen,
            week or newest,
            asked,
            minutes=minutes,
            failing=failing,
            embedder=lambda: self.embedder,
            counted=self._counted,
        )

    def brief(
        self, day: str | None = None, role: str | None = None, minutes: int = 0, reader: Reader | None = None
    ) -> Digest:
        """Return the brief of an ISO day (by default the newest with papers) for a role (by default the configured one).

        Raises:
            ConfigError: there is no such role.
        """
        from tracker.digesting import brief_of_day
        from tracker.weekly import window_of

        chosen, asked, newest = reader or self.reader, self.role(role), self.latest_day()
        self._extract_phrases(*window_of(times.week_of_text(day or newest) or ""))
        failing = self._failing(chosen) if (day or newest) >= newest else []
        self.progress("counting twelve weeks of papers and posts")
        return brief_of_day(
            chosen,
            day or newest,
            asked,
            minutes=minutes,
            failing=failing,
            embedder=lambda: self.embedder,
            counted=self._counted,
        )

    def _failing(self, reader: Reader) -> list[str]:
        """Return the followed sources that cannot be read at present."""
        followed = {source.name for source in self.config.sources if source.enabled}
        return [state.name for state in reader.source_states() if state.failures and state.name in followed]

    def rewritten(self, made: Digest, model: str | None = None) -> Digest:
        """Return a digest with the paragraphs of its topics written by a language model and checked.

        Args:
            made: a digest of this home.
            model: as `llm models` lists it; by default the configured one. With an empty one nothing changes.

        Raises:
            ModelError: `llm` is not installed, or does not know the model.
        """
        name = self.config.llm if model is None else model
        if not name:
            return made
        from tracker.summarize.models import writer
        from tracker.summarize.rewriting import rewrite

        return rewrite(made, writer(name), self.reader.item, self.config.llm_check)

    def deliver(
        self, edition: str | None = None, role: str | None = None, *, brief: bool = False, dry_run: bool = False
    ) -> Iterator[Outcome]:
        """Deliver a digest where it has not arrived yet, and earlier ones that failed.

        Args:
            edition: ISO week, or ISO day of a brief; by default the one that ended last.
            role: by default the configured one.
            brief: deliver the brief of a day, not the digest of a week.
            dry_run: say what is due and send nothing.

        Raises:
            ConfigError: `feeds.toml` names no place, or there is no such role.
            QueryError: the text is no ISO week.
            BusyError: another process is delivering.
        """
        from tracker import delivery

        where = self.config.delivery
        channels = delivery.channels_of(where, self.home, self.reader.item) if where else ()
        if not channels:
            raise ConfigError(
                f"{self.home / config.FILE} names no place for digests.",
                "Add [delivery.mail], [delivery.command] or [delivery.folder].",
            )
        chosen, today = self.role(role).name, self.clock().date()
        if brief:
            wanted = edition or delivery.day_to_deliver(today, self.latest_day())
        else:
            week = edition or delivery.week_to_deliver(today, self.latest_week())
            wanted = times.week_of(times.week_start(week))
        compose = self.brief if brief else self.digest
        with delivery.alone(self.folder):
            yield from delivery.deliver(
                self.writer,
                channels,
                lambda one: self.rewritten(compose(one, chosen)),
                wanted,
                chosen,
                self.clock,
                dry_run=dry_run,
            )

    def _extract_phrases(self, since: str = "", before: str = "") -> None:
        """Extract the phrases of what came in without being indexed, of a span of time or of all; most often there are none."""
        from tracker.store import phrases

        for done in phrases.extract_pending(self.writer, since, before):
            log.info("phrases of %d items extracted", done)
            self.progress(f"phrases of {plural(done, 'new item')} read")

"""What the server needs of the papers and posts that it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime


class PaperLike(Protocol):
    """What the server needs of a paper, see `tracker.demo.stream.DemoPaper`."""

    @property
    def arxiv_id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def abstract(self) -> str: ...  # noqa: D102
    @property
    def authors(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def category(self) -> str: ...  # noqa: D102
    @property
    def categories(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def announced(self) -> date: ...  # noqa: D102


class PostLike(Protocol):
    """What the server needs of a post, see `tracker.demo.stream.DemoPost`."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def author(self) -> str: ...  # noqa: D102
    @property
    def display_name(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def links(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def created(self) -> datetime: ...  # noqa: D102

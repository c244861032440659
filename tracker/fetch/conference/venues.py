"""The conferences that can be read, and where: their site, their proceedings, their place on OpenReview."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """A conference.

    Attributes:
        name: in its own spelling; in lower case it begins the names of the files of its site.
        site: address of the site; empty when only an option can say it.
        proceedings: address of proceedings made with the software of NeurIPS.
        volumes: year → volume of the Proceedings of Machine Learning Research.
        openreview: id on OpenReview, with `{year}` in it.
    """

    name: str
    site: str = ""
    proceedings: str = ""
    volumes: Mapping[int, int] = field(default_factory=dict)
    openreview: str = ""

    @property
    def slug(self) -> str:
        """The name as files of the site begin."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A conference of one year, and the address that takes the place of every service's own (may be empty)."""

    venue: Venue
    year: int
    base: str = ""

    def __str__(self) -> str:
        return f"{self.venue.name} {self.year}"


_ICML = {
    2013: 28, 2014: 32, 2015: 37, 2016: 48, 2017: 70, 2018: 80, 2019: 97, 2020: 119,
    2021: 139, 2022: 162, 2023: 202, 2024: 235, 2025: 267, 2026: 306,
}  # fmt: skip
_AISTATS = {2018: 84, 2019: 89, 2020: 108, 2021: 130, 2022: 151, 2023: 206, 2024: 238, 2025: 258}

VENUES = {
    venue.slug: venue
    for venue in (
        Venue(
            name="NeurIPS",
            site="https://neurips.cc",
            proceedings="https://proceedings.neurips.cc",
            openreview="NeurIPS.cc/{year}/Conference",
        ),
        Venue(name="ICML", site="https://icml.cc", volumes=_ICML, openreview="ICML.cc/{year}/Conference"),
        Venue(
            name="ICLR",
            site="https://iclr.cc",
            proceedings="https://proceedings.iclr.cc",
            openreview="ICLR.cc/{year}/Conference",
        ),
        Venue(
            name="AISTATS",
            site="https://virtual.aistats.org",
            volumes=_AISTATS,
            openreview="aistats.org/AISTATS/{year}/Conference",
        ),
        Venue(name="MLSys", site="https://mlsys.org", proceedings="https://proceedings.mlsys.org"),
        Venue(name="CVPR", site="https://cvpr.thecvf.com"),
        Venue(name="ICCV", site="https://iccv.thecvf.com"),
        Venue(name="ECCV", site="https://eccv.ecva.net"),
    )
}
"""By name in lower case."""

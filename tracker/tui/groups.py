"""Lists in groups: by source, by topic, by day."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from tracker.findings import Topic
from tracker.query import Filter
from tracker.tui.reads import Reader

WAYS = ("", "source", "topic", "day")
"""In the order in which a key goes through them; the first one is no groups at all."""
OTHER = "in no topic of this week"
Group = tuple[str, "array[int]"]


def gathered(keyed: Iterable[tuple[int, str]]) -> list[Group]:
    """Return (name, rows) of each group, in the order in which they first come; rows keep theirs."""
    found: dict[str, array[int]] = {}
    for row, name in keyed:
        found.setdefault(name, array("q")).append(row)
    return list(found.items())


def by_field(reader: Reader, state: Filter, rows: Sequence[int] | None, by: str) -> list[Group]:
    """Return all items that pass by source or by day; only these rows in their order, when they are given."""
    if rows is None:
        return gathered(reader.keyed(state, by))
    lines = reader.lines(rows)
    if by == "day":  # searched rows stand in the order of their worth: days still follow each other
        return sorted(gathered((line.row, line.date[:10]) for line in lines), reverse=True)
    return gathered((line.row, line.origin) for line in lines)


def by_topic(reader: Reader, state: Filter, rows: Sequence[int] | None, topics: Sequence[Topic]) -> list[Group]:
    """Return items by the first topic that has them, the topics in their order, then all that are in none."""
    names = {name: topic.label for topic in reversed(topics) for name in (*topic.items, *topic.posts)}
    label_of = {row: names[name] for name, row in reader.rows_named(list(names)).items()}
    order = reader.order(state) if rows is None else rows
    groups = dict(gathered((row, label_of.get(row, OTHER)) for row in order))
    return list(_in_order(groups, [topic.label for topic in topics]))


def _in_order(groups: dict[str, "array[int]"], labels: Iterable[str]) -> Iterator[Group]:
    for label in dict.fromkeys((*labels, OTHER)):
        if label in groups:
            yield label, groups[label]

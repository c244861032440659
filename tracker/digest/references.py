"""The items that the sentences of a digest rest on."""

from collections.abc import Mapping, Sequence

from tracker.digest.telling import Library
from tracker.models import Line
from tracker.pages import DigestSection, Sentence


def references(library: Library, sections: Sequence[DigestSection], how: Sequence[Sentence]) -> Mapping[str, Line]:
    """Return the items cited, those that a sentence rests on alone first, in reading order."""
    sentences = [
        sentence
        for section in sections
        for sentence in (*section.lead, *(one for entry in section.entries for one in entry.sentences))
    ]
    ordered = sorted((*sentences, *how), key=lambda one: len(one.items) > 1)
    ids = dict.fromkeys(name for sentence in ordered for name in sentence.items)
    return {line.id: line for line in library.lines(list(ids))}


def shown(sections: Sequence[DigestSection]) -> list[str]:
    """Return the ids of the papers that are listed or have an entry of their own."""
    ids = [
        name
        for section in sections
        for entry in section.entries
        for name in (entry.item, *(line.id for line in entry.papers))
        if name
    ]
    return list(dict.fromkeys(ids))

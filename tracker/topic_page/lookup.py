"""From what a user types to a topic: by its id, its label in any spelling, or, when that is not stored, what comes near it."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tracker.errors import NotFoundError, QueryError
from tracker.store import holding
from tracker.text import clean_line, fold, plural, shorten
from tracker.topics import phrase_key, singular, unit_key, units
from tracker.words import ACRONYMS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

LONGEST = 200
_LOOKED_AT = 2_000
_OFFERED = 3
_RARE = 5
"""A word of fewer titles may be a misspelling that somebody published."""
_SIMILAR = 0.75
_LONGEST_OFFERED = 4


def keys(asked: str) -> list[int]:
    """Return the keys of phrases that may be meant, the likeliest first; none when no word of it can be a part of a topic.

    `chain of thought` has a word that ends a phrase, so it is looked for as `chain-of-thought`; `llm agents` also as `LLM agents`.
    """
    words = clean_line(asked, LONGEST).split()
    spoken = " ".join(words)
    forms = [spoken] if len(units(spoken)) == len(words) else []
    known = " ".join(word.upper() if singular(word.lower()) in ACRONYMS else word for word in words)
    forms += [known] if len(units(known)) == len(words) else []
    forms += ["-".join(words)] if len(words) > 1 else []
    forms += [spoken.upper()] if len(words) == 1 else []
    return list(dict.fromkeys(key for form in forms if (key := phrase_key(form))))


def nothing(connection: sqlite3.Connection, asked: str, as_of: str) -> NotFoundError:
    """Return the error that says what is stored under a name near to one that nothing held on an ISO day."""
    name = shorten(clean_line(asked, LONGEST), 60)
    near = [f"'{label}' ({plural(papers, 'paper')})" for label, papers in _near(connection, asked)]
    remedy = f"Near to it: {', '.join(near)}." if near else "Look for it with 'tracker search'."
    return NotFoundError(f"No stored paper up to {as_of} holds the phrase '{name}'.", remedy)


def refuse_empty(asked: str) -> QueryError:
    """Return the error for a name without a single word that means something."""
    return QueryError(
        f"'{shorten(clean_line(asked, LONGEST), 60)}' names no topic: it has no word of its own.",
        "Write a phrase of one to four words, such as 'world models'.",
    )


def _near(connection: sqlite3.Connection, asked: str) -> list[tuple[str, int]]:
    """Return (name, papers) of what is stored: the same with its words spelt as titles spell them, else phrases with its rarest word."""
    words = [word for word in fold(clean_line(asked, LONGEST)).replace("-", " ").split() if unit_key(word)]
    known = holding.title_words(connection)
    spelt = [word if known.get(word, 0) >= _RARE else _spelt(word, known) or word * (word in known) for word in words]
    if words and all(spelt) and spelt != words:
        respelt = " ".join(spelt)
        if papers := max((holding.is_held(connection, key) for key in keys(respelt)), default=0):
            return [(respelt, papers)]
    able = [word for word in spelt if word]
    return _with_word(connection, min(able, key=lambda word: (known.get(word, 0), word)), able) if able else []


def _spelt(word: str, known: dict[str, int]) -> str:
    """Return the word of titles nearest to one that none has; empty when none is near."""
    alike = sorted(
        other
        for other, papers in known.items()
        if papers >= _RARE and other[:1] == word[:1] and abs(len(other) - len(word)) <= 2
    )
    return next(iter(get_close_matches(word, alike, 1, _SIMILAR)), "")


def _with_word(connection: sqlite3.Connection, rarest: str, words: list[str]) -> list[tuple[str, int]]:
    """Return the commonest phrases with a word, those with more of the words first."""
    found = Counter(map(str.lower, _short(holding.written(connection, rarest, _LOOKED_AT), rarest)))
    ordered = sorted(found, key=lambda form: (-sum(word in _words(form) for word in words), -found[form], form))
    offered: dict[str, str] = {}
    for form in ordered:
        offered.setdefault("".join(units(form)), form)
    return [(form, holding.is_held(connection, phrase_key(form))) for form in list(offered.values())[:_OFFERED]]


def _short(forms: Iterator[str], word: str) -> Iterator[str]:
    """Return the forms that a user would type, with a word in them that is not a mere part of another one."""
    return (form for form in forms if word in _words(form) and len(form.split()) <= _LONGEST_OFFERED)


def _words(form: str) -> list[str]:
    return form.lower().replace("-", " ").split()

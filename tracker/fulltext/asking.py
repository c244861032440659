"""A query line as a tantivy query: words are alternatives, quoted phrases are required, `-words` are left out."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import tantivy

from tracker.fulltext.analysis import ALL, AUTHORS, ROW, TITLE, schema, terms
from tracker.query import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.query import Query

_FIELDS: Final = {ALL: 1.0, TITLE: 0.15, AUTHORS: 0.5}
"""What a word found there counts; the title is in `ALL` twice already."""
_PHRASE_TERMS: Final = 6
"""Up to so many terms a query is also looked for as it stands."""
_LIKELY: Final = 6.0
"""What a word of another spelling counts: about as much as one that few items have."""
_SHORTEST_TYPO: Final = 4
_TWO_TYPOS: Final = 8
_RARE: Final = 10_000
"""A term that fewer than one in so many items holds may be a misspelling."""
_MISTAKEN: Final = 0.3
"""What a term counts that may be one, beside the one that is meant."""
_FAR_COMMONER: Final = 50
_LIKENESS: Final = 0.85
_ALIKE: Final = 300
_Clause = tuple[Any, Any]
_SHOULD, _MUST, _NOT = tantivy.Occur.Should, tantivy.Occur.Must, tantivy.Occur.MustNot


def tantivy_query(query: Query, searcher: Any) -> Any:  # noqa: ANN401 - tantivy's types do not reach mypy
    """Return the query for a searcher, whose vocabulary decides which words are taken for misspelt."""
    clauses = list(_words(query, searcher))
    if len(query.words) > 1 and len(spoken := as_spoken(query)) > 1:
        clauses.append((_SHOULD, _phrase(ALL, spoken)))
    required = [(_MUST, _anywhere(terms(phrase))) for phrase in query.phrases]
    if not clauses and not required:
        return tantivy.Query.empty_query()
    excluded = [(_NOT, _anywhere(found)) for word in query.excluded if (found := terms(word))]
    if clauses and not query.phrases:  # of alternatives beside something required none need hold
        clauses = [(_MUST, tantivy.Query.boolean_query(clauses))] if excluded else clauses
    return tantivy.Query.boolean_query([*clauses, *required, *excluded])


def among(asked: Any, rows: Sequence[int]) -> Any:  # noqa: ANN401
    """Return a query that keeps to some rows and scores as before."""
    only = tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema(), ROW, list(rows)), 0.0)
    return tantivy.Query.boolean_query([(_MUST, only), (_MUST, asked)])


def phrase(text: str) -> Any:  # noqa: ANN401
    """Return a query for a phrase wherever it stands."""
    return _anywhere(terms(text))


def _words(query: Query, searcher: Any) -> Iterator[_Clause]:  # noqa: ANN401
    for word in content_words(query):
        found = terms(word)
        for term in found:
            if any(searcher.doc_freq(field, term) for field in _FIELDS):
                meant = _commoner(term, searcher)
                yield from _weighed(term, _MISTAKEN if meant else 1.0)
                yield from (clause for other in meant for clause in _weighed(other, 1.0))
            elif len(term) >= _SHORTEST_TYPO:
                yield _SHOULD, _respelt(term)
        if len(found) > 1:  # GPT-4
            yield _SHOULD, _phrase(ALL, found)


def as_spoken(query: Query) -> list[str]:
    """Return the terms of a query that is short enough to be looked for as it stands, else nothing."""
    spoken = [term for word in query.words for term in terms(word)]
    return spoken if len(spoken) <= _PHRASE_TERMS else []


def _commoner(term: str, searcher: Any) -> list[str]:  # noqa: ANN401
    """Return the common term that a rare one is likely to be a misspelling of: many items make each usual mistake once."""
    held = searcher.doc_freq(ALL, term)
    if len(term) < _SHORTEST_TYPO or not 0 < held <= max(searcher.num_docs // _RARE, 1):
        return []
    common = [
        other
        for other, count in searcher.terms_with_prefix(ALL, term[:2], limit=_ALIKE)
        if count >= _FAR_COMMONER * held
    ]
    close = get_close_matches(term, common, n=3, cutoff=_LIKENESS)
    return sorted(close, key=common.index)[:1]  # the commonest


def _respelt(term: str) -> Any:  # noqa: ANN401
    """Return a query for terms a letter or two away, or that begin so: a word may be misspelt or not typed to its end."""
    near = tantivy.Query.fuzzy_term_query(schema(), ALL, term, distance=1 + (len(term) >= _TWO_TYPOS))
    begun = tantivy.Query.fuzzy_term_query(schema(), ALL, term, distance=0, prefix=True)
    either = tantivy.Query.disjunction_max_query([near, begun])
    return tantivy.Query.const_score_query(either, _LIKELY)


def _anywhere(found: Sequence[str]) -> Any:  # noqa: ANN401
    if not found:
        return tantivy.Query.empty_query()
    return tantivy.Query.boolean_query([(_SHOULD, _phrase(field, found)) for field in (ALL, AUTHORS)])


def _phrase(field: str, found: Sequence[str]) -> Any:  # noqa: ANN401
    return _term(field, found[0]) if len(found) == 1 else tantivy.Query.phrase_query(schema(), field, list(found))


def _term(field: str, term: str) -> Any:  # noqa: ANN401
    return tantivy.Query.term_query(schema(), field, term, "freq")


def _weighed(term: str, weight: float) -> Iterator[_Clause]:
    """Yield a term in each field."""
    for field, share in _FIELDS.items():
        yield _SHOULD, tantivy.Query.boost_query(_term(field, term), weight * share)

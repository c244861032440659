"""How text becomes terms, the same for what is stored and what is asked.

`C++` and `C#` are terms, `GPT-4` is two that stand side by side, scripts without spaces are cut into single characters,
accents and LaTeX commands are folded, English endings are cut off.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import tantivy

from tracker.text import fold

ROW: Final = "row"
TITLE: Final = "title"
AUTHORS: Final = "authors"
ALL: Final = "all"
"""Title, text, keywords and summary as one field: bm25 over the parts apart loses 0.04 to 0.1 MRR (docs/search-quality.md)."""
VERSION: Final = 1
"""Of the fields and of the way to terms; an index of another version is built anew."""
_ANALYZER: Final = "tracker"
_UNSPACED: Final = re.compile(r"([\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff])")
"""Thai, Japanese, Chinese and Korean letters."""
_LANGUAGE: Final = re.compile(r"(?<![^\W_])([A-Za-z])(\+\+|#)(?!\w)")
_SIGNS: Final = {"++": "plusplus", "#": "sharp"}
_LONGEST: Final = 60
TEXT_LIMIT: Final = 100_000
"""Characters of a text that are indexed."""


@cache
def analyzer() -> Any:  # noqa: ANN401 - tantivy's types do not reach mypy
    """Return what cuts a text into terms."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(_LONGEST),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


@cache
def schema() -> Any:  # noqa: ANN401
    """Return the fields of an item."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(ROW, stored=False, indexed=True, fast=True)
    for field in (TITLE, AUTHORS, ALL):
        builder.add_text_field(field, tokenizer_name=_ANALYZER, index_option="position")
    return builder.build()


def register(index: Any) -> None:  # noqa: ANN401
    """Tell an index how its text becomes terms: that is not kept on disk."""
    index.register_tokenizer(_ANALYZER, analyzer())


def searchable(text: str) -> str:
    """Return text as it is cut into terms: LaTeX and letters beyond ASCII folded, `C++` a word, bounded.

    A regular expression as tokenizer would do that too and takes three times as long (0.15 ms an abstract).
    """
    text = text[:TEXT_LIMIT]
    if "++" in text or "#" in text:
        text = _LANGUAGE.sub(lambda found: found[1] + _SIGNS[found[2]], text)
    if text.isascii() and "\\" not in text:
        return text
    return _UNSPACED.sub(r" \1 ", fold(text))


def terms(text: str) -> list[str]:
    """Return the terms of a text in order."""
    found: list[str] = analyzer().analyze(searchable(text))
    return found

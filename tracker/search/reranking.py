"""Putting the first hits of a search into the order of a reranker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.text import embedding_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.models import Hit
    from tracker.ports import Reranker


def rerank(hits: Sequence[Hit], texts: Mapping[int, tuple[str, str]], question: str, reranker: Reranker) -> list[Hit]:
    """Return hits with the first ones, as many as the reranker reads, in its order; the rest follows as it was.

    Args:
        texts: title and text by row, of those first hits at least.
    """
    first, rest = hits[: reranker.depth], hits[reranker.depth :]
    scores = reranker.score(question, [embedding_text(*texts[hit.line.row]) for hit in first]).tolist()
    judged = sorted(zip(scores, first, strict=True), key=lambda pair: -pair[0])  # stable: ties keep their order
    told = [replace(hit, score=round(score, 6), why=f"reranked {score:.2f} · {hit.why}") for score, hit in judged]
    return [*told, *rest]

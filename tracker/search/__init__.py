"""Search: `searcher` answers a query, by word (`by_word`, `wording`), by meaning, or both; the rest narrows, reranks, explains."""

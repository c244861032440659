"""Search on test sets, beside plain bm25."""

"""Nearest vectors: a FAISS index on disk, which is a cache of what the store holds.

Importing this package loads neither numpy nor faiss.
"""

from tracker.vectors.opening import IndexState, Opened, discard_newer, new_index, open_index

__all__ = ["IndexState", "Opened", "discard_newer", "new_index", "open_index"]

"""The FAISS index: a cache of the vectors in the store, replaced by rename, never trusted when anything about it is odd."""

from tracker.vectors.flat import FlatIndex
from tracker.vectors.files import Opened, new_index, open_index

__all__ = ["FlatIndex", "Opened", "new_index", "open_index"]

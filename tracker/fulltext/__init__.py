"""Words: a tantivy index on disk, which is a cache of what the store holds. Importing this package loads nothing."""

from tracker.fulltext.checking import MANIFEST
from tracker.fulltext.opening import discard_newer, index_folder, open_index

__all__ = ["MANIFEST", "discard_newer", "index_folder", "open_index"]

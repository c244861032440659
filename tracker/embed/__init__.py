"""Texts to vectors: a light path in numpy for one question, sentence-transformers for many texts and other models.

Importing this package loads neither numpy nor torch. A face calls `pin_threads` first.
"""

from tracker.embed.factory import open_embedder
from tracker.threads import pin_threads

__all__ = ["open_embedder", "pin_threads"]

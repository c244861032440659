"""Texts to vectors: numpy for one question, OpenVINO for many texts, sentence-transformers for other models and machines.

Importing this package loads neither numpy nor torch. A face calls `pin_threads` first.
"""

from tracker.embed.factory import open_embedder
from tracker.threads import pin_threads

__all__ = ["open_embedder", "pin_threads"]

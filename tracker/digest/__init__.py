"""The summary of a week or a day: what rose, what is new, what people discuss, each sentence with the items it rests on.

Chosen and counted, never written: figures come from the trends and the store, sentences from the papers' authors, the words
between from templates.
"""

from tracker.digest.day import compose_day
from tracker.digest.shelf import Counts, Near, Shelf
from tracker.digest.week import compose_week

__all__ = ["Counts", "Near", "Shelf", "compose_day", "compose_week"]

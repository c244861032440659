"""The phrases of a title and its abstract: what a topic is made of.

A phrase is a run of one to four units (three in abstracts) between punctuation and stop words; a hyphenated compound is
one unit. Phrases compare by key: a 62-bit hash of their letters after plural, hyphen, accent, spelling and acronym are
folded, so `GANs`, `Generative Adversarial Network` and `generative-adversarial networks` have one key.
"""

from tracker.topics.documents import ENDS, FLAGS, SEPARATOR, STARTS, Document, Keys, Phrases, bare, keys_of
from tracker.topics.extraction import TEXT_UNITS, TITLE_UNITS, extract, extract_all, phrase_key
from tracker.topics.folding import key_of, singular, unit_key, units

__all__ = [
    "ENDS",
    "FLAGS",
    "SEPARATOR",
    "STARTS",
    "TEXT_UNITS",
    "TITLE_UNITS",
    "Document",
    "Keys",
    "Phrases",
    "bare",
    "extract",
    "extract_all",
    "key_of",
    "keys_of",
    "phrase_key",
    "singular",
    "unit_key",
    "units",
]

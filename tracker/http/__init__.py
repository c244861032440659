"""The one way out: bounded, polite, conditional. httpx is imported when the first request is made."""

from tracker.http.client import GAPS, HttpClient
from tracker.http.remembering import MemoryPoliteness, MemoryValidators

__all__ = ["GAPS", "HttpClient", "MemoryPoliteness", "MemoryValidators"]

"""Fetchers: one file a service, each two pure functions (which request next; bytes to records) and a small class."""

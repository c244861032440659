"""Bluesky: accounts, lists, custom feeds, everyone one follows, search."""

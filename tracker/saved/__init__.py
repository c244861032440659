"""Saved searches: `service` keeps them and says what is new, `matching` decides what matches."""

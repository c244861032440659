"""Lemmy: communities."""

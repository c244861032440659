"""Sentences chosen from papers, and the forms of a digest."""

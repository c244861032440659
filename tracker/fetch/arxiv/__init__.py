"""arXiv: lists of the day, searches, history from the archive, papers by id."""

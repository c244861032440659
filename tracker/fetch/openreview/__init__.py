"""OpenReview: the papers of a venue, with a login."""

"""Conferences: the site, else the proceedings, else OpenReview."""

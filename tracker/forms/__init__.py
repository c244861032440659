"""The forms in which pages and digests are shown, all from one object each, with outside text made harmless for each."""

"""YouTube: channels and playlists."""

"""A loopback server for everything that can go wrong on the way to a feed, and what is expected of each."""

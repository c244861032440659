"""Mastodon: accounts, hashtags, what a server finds trending."""

"""Following and unfollowing: what a person names is recognised, tried once, and becomes a table of `feeds.toml`."""

from tracker.following.service import Find, Following, ListReport
from tracker.following.trying import Trial, price

__all__ = ["Find", "Following", "ListReport", "Trial", "price"]

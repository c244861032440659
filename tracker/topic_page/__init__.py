"""The page of a topic, put together from the store: looked up by a name, counted by week, set beside its neighbours."""

from tracker.topic_page.page import topic_page

__all__ = ["topic_page"]

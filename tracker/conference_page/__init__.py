"""The page of a conference for one reader, put together from the store: what moved, who is there, what to see and why."""

from tracker.conference_page.page import Wish, conference_page

__all__ = ["Wish", "conference_page"]

"""What is rising: phrases counted, compared within strata, named, merged, and told with their evidence."""

from tracker.trends.comparison import RECENT, WEEKS
from tracker.trends.identity import follow
from tracker.trends.rising import editions, weekly

__all__ = ["RECENT", "WEEKS", "editions", "follow", "weekly"]

"""Everything that can go wrong in words a user can act on."""


class TrackerError(Exception):
    """A failure that is told in one line: what failed and where, why, and what to do next.

    Attributes:
        message: what failed, where and why.
        remedy: the next step for the user; may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ConfigError(TrackerError):
    """`feeds.toml` is missing, cannot be read or says something impossible."""


class QueryError(TrackerError):
    """A query line holds a filter or value that is not known."""


class StoreError(TrackerError):
    """The database cannot be opened, is newer than this program, or refuses a write."""


class BusyError(StoreError):
    """Another process is writing to the same home."""


class ModelError(TrackerError):
    """An embedding model is missing, is not the one that was promised, or cannot be loaded."""


class NotFoundError(TrackerError):
    """Nothing is stored under the name that was asked for."""


class DeliveryError(TrackerError):
    """A digest could not be delivered to a place."""


class ScheduleError(TrackerError):
    """What the system has for fixed times is not there or refuses."""


class FetchError(TrackerError):
    """A source could not be read.

    Attributes:
        state: one word for the state of the source, see `tracker.models.SourceState`.
        retry_after: seconds the service asked to be left alone, or None.
    """

    def __init__(
        self, message: str, remedy: str = "", *, state: str = "failing", retry_after: float | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.state = state
        self.retry_after = retry_after


class DamagedError(Exception):
    """A derived index on disk is not to be trusted; says why in half a sentence. It is built again from the store."""

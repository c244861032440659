"""The assembly: the only place where adapters are built from the configuration, each on first use."""

from tracker.session.assembled import Session

__all__ = ["Session"]

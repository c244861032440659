"""Logins and keys: from the environment or the system's keyring, never from `feeds.toml`, never into a log or the database."""

import logging
import os

from tracker.errors import FetchError

SERVICE = "tracker"
log = logging.getLogger("tracker.credentials")


def credential(name: str) -> str:
    """Return a login or key, empty when there is none: the environment's `TRACKER_<NAME>`, else the keyring's `tracker` / name.

    The keyring is asked only where its package is installed; one that is locked counts as empty.
    """
    variable = variable_of(name)
    if value := os.environ.get(variable, "").strip():
        return value
    try:
        import keyring  # type: ignore[import-not-found, unused-ignore]  # an extra
    except ImportError:
        return ""
    try:
        return (keyring.get_password(SERVICE, name) or "").strip()
    except Exception as error:  # noqa: BLE001 - each system's keyring fails in its own way, and without it there is no login
        log.warning("the keyring does not give %s: %s", name, type(error).__name__)
        return ""


def refused(service: str, status: int, name: str) -> FetchError:
    """Return the error for a service that answers 401 or 403: it wants a key, or not this one."""
    what = "refuses the key" if credential(name) else "wants a key"
    return FetchError(f"{service} {what} ({status}).", f"Put a valid key into {variable_of(name)}.", state="login")


def required(name: str, what: str) -> str:
    """Return a login or key.

    Args:
        what: the sentence that says what cannot be done without it.

    Raises:
        FetchError: there is none; the state of the source is `login`.
    """
    if value := credential(name):
        return value
    raise FetchError(
        what, f"Set {variable_of(name)} in the environment, or run 'keyring set {SERVICE} {name}'.", state="login"
    )


def variable_of(name: str) -> str:
    """Return the environment variable of a login or key."""
    return f"TRACKER_{name.upper()}"

"""How a run ends: a failure is one line on stderr and an exit status that is not 0."""

import os
import sys
import threading
from collections.abc import Callable

from tracker.errors import TrackerError


def status_of(call: Callable[[], object]) -> int:
    """Return the exit status of a call: what it returns where that is a number, 1 where it fails in a way that can be told."""
    try:
        found = call()
    except TrackerError as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left: no words about that
        return 0
    except OSError as error:
        return _failed(f"{error.filename or 'the system'}: {error.strerror or error}.")
    return found if isinstance(found, int) else 0


def _failed(words: str) -> int:
    sys.stderr.write(f"tracker: {words}\n")
    return 1


def leave(status: int) -> None:
    """End the process at once where threads still wait for servers that hang: what came is stored, nothing else is lost."""
    if any(thread.name.startswith("fetch") for thread in threading.enumerate()):
        sys.stdout.flush()
        os._exit(status)

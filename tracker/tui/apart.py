"""Long work on a home, in a process of its own: what counts for seconds holds up no key, and what it loads does not stay in memory.

A work is a function of a session that can be pickled: one of a module, a `partial` of it, or a `methodcaller`. Both ends are
this program, on pipes that nobody else has.
"""

import os
import pickle
import select
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar, cast

from tracker.errors import TrackerError
from tracker.session import Session
from tracker.threads import give_way

Result = TypeVar("Result")
Told = Callable[[str], None]
"""Hears in words what is being done."""
IDLE_SECONDS = 5.0
"""So long a process waits for more work before it ends: walking from week to week should not begin anew each time."""
_BEGUN, _TOLD, _STEP, _DONE, _FAILED = "begun", "told", "step", "done", "failed"


def silent(_: str) -> None:
    """Hear nothing."""


class ApartError(TrackerError):
    """The process that worked has ended without an answer."""


class Room(Protocol):
    """Where work on a home is done, one after the other; the thread that asks waits."""

    def run(self, work: Callable[[Session], Result], *, told: Told = silent) -> Result:
        """Return what a work returns; what it raises is raised here. `told` hears what is being done; what it raises ends the work."""
        ...

    def follow(self, work: Callable[[Session], Iterable[Result]]) -> Iterator[Result]:
        """Yield what a work yields, as it comes."""
        ...

    def forget_config(self) -> None:
        """Read `feeds.toml` anew for the next work."""
        ...

    def close(self) -> None:
        """Leave, whatever is being done: the store bears it."""
        ...


class Here:
    """Work in this process, on a session that nothing else uses: for sessions that are not what their home says, as those of tests.

    Args:
        session: what is worked on.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, work: Callable[[Session], Result], *, told: Told = silent) -> Result:
        """Return what a work returns."""
        self._session.progress = told
        try:
            return work(self._session)
        finally:
            self._session.progress = silent

    def follow(self, work: Callable[[Session], Iterable[Result]]) -> Iterator[Result]:
        """Yield what a work yields."""
        yield from work(self._session)

    def forget_config(self) -> None:
        """Read `feeds.toml` anew for the next work."""
        self._session.forget_config()

    def close(self) -> None:
        """Leave the session to the end of the program: its thread may be working still."""


class Apart:
    """Work in a process that is started when it is wanted and ends when it is not.

    Args:
        session: names the home and its log.
        idle: seconds that the process waits for more work.
    """

    def __init__(self, session: Session, idle: float = IDLE_SECONDS) -> None:
        self._command = [sys.executable, "-P", "-c", _SERVE, str(session.home), str(session.gap_scale), str(idle)]
        self._log = session.log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._is_closed = False

    def run(self, work: Callable[[Session], Result], *, told: Told = silent) -> Result:
        """Return what a work returns. Where `told` raises, the process is ended.

        Raises:
            ApartError: the process ended before it was done.
        """
        with closing(self._talk(work)) as answers:
            found: Any = None
            for kind, value in answers:
                if kind == _TOLD:
                    told(value)
                found = value
            result: Result = found
            return result

    def follow(self, work: Callable[[Session], Iterable[Result]]) -> Iterator[Result]:
        """Yield what a work yields.

        Raises:
            ApartError: the process ended before it was done.
        """
        for kind, value in self._talk(work):
            if kind == _STEP:
                yield value

    def forget_config(self) -> None:
        """Do nothing: each work begins with what `feeds.toml` says then."""

    def close(self) -> None:
        """End the process, and start none any more."""
        self._is_closed = True
        self._end()

    def _talk(self, work: Callable[[Session], Any]) -> Generator[tuple[str, Any], None, None]:
        with self._turn:
            answers = self._begun(pickle.dumps(work))
            try:
                while True:
                    kind, value = _heard(answers)
                    if kind == _FAILED:
                        raise value
                    yield kind, value
                    if kind == _DONE:
                        return
            except (ApartError, GeneratorExit):
                self._end()  # what it might say from now on would answer the next work
                raise

    def _begun(self, work: bytes) -> IO[bytes]:
        """Give a work to the process; to a new one where there is none, or the last one was just leaving. Return what it answers on."""
        for _ in range(2):
            process = self._process = self._running() or self._started()
            given, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
            with suppress(OSError, ApartError):
                given.write(work)
                given.flush()
                _heard(answers)  # that it has begun
                return answers
            self._end()
        raise _ended()

    def _running(self) -> "subprocess.Popen[bytes] | None":
        return self._process if self._process is not None and self._process.poll() is None else None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._is_closed:
            raise _ended()
        log = _opened(self._log)
        try:
            return subprocess.Popen(  # noqa: S603 - this program itself
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log or subprocess.DEVNULL,
                # what this process imports, and nothing from the folder where it happens to be
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        finally:
            if log is not None:
                log.close()


def _heard(answers: IO[bytes]) -> tuple[str, Any]:
    try:
        kind, value = pickle.load(answers)  # noqa: S301 - our own process wrote it
    except (EOFError, pickle.UnpicklingError, OSError, ValueError) as error:
        raise _ended() from error
    return kind, value


def _ended() -> ApartError:
    return ApartError("The process that did this has ended.", "tracker.log may say why; ask again.")


def _opened(path: Path) -> IO[bytes] | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab")
    except OSError:
        return None


_SERVE = "import sys; from tracker.tui.apart import serve; serve(*sys.argv[1:])"


def serve(home: str, gap_scale: str, idle: str) -> None:
    """Do the works that come on standard input, one after the other, until it ends or none comes for some seconds."""
    give_way()
    asked, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # whatever a library prints is no answer
    session = Session(Path(home), gap_scale=float(gap_scale))
    session.log_to_file()
    while select.select([asked], [], [], float(idle))[0]:
        try:
            work = pickle.load(asked)  # noqa: S301 - the process that started this one wrote it
        except EOFError:
            break
        session.forget_config()
        session.progress = lambda doing: _answer(answers, (_TOLD, doing))
        try:
            for answer in _done(work, session):
                _answer(answers, answer)
        except BrokenPipeError:  # nobody waits any more
            break
    os._exit(0)  # at once: who asks meanwhile sees it


def _answer(answers: IO[bytes], answer: tuple[str, Any]) -> None:
    pickle.dump(answer, answers)
    answers.flush()


def _done(work: Callable[[Session], Any], session: Session) -> Iterator[tuple[str, Any]]:
    yield _BEGUN, None
    try:
        result = work(session)
        if isinstance(result, Iterator):
            for step in result:
                yield _STEP, step
            result = None
    except Exception as error:  # noqa: BLE001 - handed on to who asked
        yield _FAILED, _portable(error)
    else:
        yield _DONE, result


def _portable(error: Exception) -> Exception:
    """Return an error that can be sent, with the lines that led to it."""
    if not isinstance(error, TrackerError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - whatever a library makes of its errors
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.add_note("".join(traceback.format_exception(error)))
        return told
    return error

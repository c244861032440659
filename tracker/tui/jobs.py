"""Work in the background of a widget: the newest job of a group counts, errors become one line, results come back as a call."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar, cast

from textual.widget import Widget

from tracker.tui.desk import Desk
from tracker.tui.messages import Said
from tracker.tui.reads import Reader

Result = TypeVar("Result")


class Furnished(Protocol):
    """An app with a desk."""

    desk: Desk


def desk_of(node: Widget) -> Desk:
    """Return the desk of the app that a widget is part of."""
    return cast("Furnished", node.app).desk


def settler(
    loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Any]"
) -> Callable[[Any, BaseException | None], None]:
    """Return what a lane calls at the end of a job: it hands the outcome to the loop, or to nobody when that is gone."""

    def give(result: Any, error: BaseException | None) -> None:  # noqa: ANN401
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def settle(result: Any, error: BaseException | None) -> None:  # noqa: ANN401
        with suppress(RuntimeError):  # the loop is closed: the user has left
            loop.call_soon_threadsafe(give, result, error)

    return settle


def start(
    node: Widget,
    lane: str,
    work: Callable[[Reader], Result],
    done: Callable[[Result], None],
    *,
    group: str = "",
    failed: Callable[[str], None] | None = None,
) -> None:
    """Run `work` in a lane and then `done` in the widget; a newer job of the same group makes this one stale.

    Args:
        node: the widget that wants the result; when it goes, so does the job.
        lane: jobs of one lane run one after another.
        work: runs in the thread of the lane, with its reader.
        done: runs in the widget with the result.
        group: the name under which a newer job replaces this one; that of the lane when empty.
        failed: is told the error in one line; without it the line is shown at the bottom.
    """
    desk = desk_of(node)
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def wait() -> None:
        try:
            result = await future
        except Exception as error:  # noqa: BLE001 - whatever it was, the rest of the program goes on
            words = desk.words_for(error)
            if failed is not None:
                failed(words)
            else:
                node.post_message(Said(words, "bad"))
        else:
            done(result)

    name = (id(node), group or lane)
    desk.newest[name] = future
    node.run_worker(cast("Any", wait), group=group or lane, exclusive=True, exit_on_error=False)
    desk.lane(lane).submit(work, settler(asyncio.get_running_loop(), future), lambda: desk.newest[name] is not future)


def cancel(node: Widget, group: str) -> None:
    """Wait no longer for the job of a group: one that has not begun never does, of one that has the result is dropped."""
    desk_of(node).newest[(id(node), group)] = None
    node.workers.cancel_group(node, group)


def is_wanted(node: Widget, group: str) -> "Callable[[], bool]":
    """Return what tells a job of this group, in its lane, whether anybody still waits for the one that was started last."""
    newest, name = desk_of(node).newest, (id(node), group)
    mine = newest.get(name)
    return lambda: mine is not None and newest.get(name) is mine


def completer(node: Widget) -> Callable[[str, str], Awaitable[str]]:
    """Return what completes the value of a filter from the store; only the newest question is answered."""
    desk, newest = desk_of(node), [0]

    async def complete(field: str, begun: str) -> str:
        newest[0] += 1
        asked, loop = newest[0], asyncio.get_running_loop()
        future: asyncio.Future[list[str] | None] = loop.create_future()

        def work(reader: Reader) -> list[str]:
            return reader.values(field, begun)

        desk.lane("complete").submit(work, settler(loop, future), lambda: newest[0] != asked)
        try:
            found = await future
        except Exception as error:  # noqa: BLE001 - a line that is not completed can be typed all the same
            node.post_message(Said(desk.words_for(error), "bad"))
            return ""
        return found[0] if found else ""

    return complete

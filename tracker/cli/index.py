"""`tracker index`."""

import sys
import time

import click

from tracker.cli.common import print_matched, session_of
from tracker.models import SyncEvent
from tracker.session import Session
from tracker.threads import give_way


@click.command(
    "index", help="Embed what is pending (it goes on where it stopped) and bring the vector index up to date."
)
@click.option("--rebuild", is_flag=True, help="Build the indexes of words and vectors anew from the store first.")
@click.option("--prune", is_flag=True, help="Then drop the vectors of models that feeds.toml does not name any more.")
@click.pass_context
def index_command(context: click.Context, rebuild: bool, prune: bool) -> None:
    """Embed, extract phrases, index."""
    session = session_of(context)
    session.log_to_file()
    give_way()
    if rebuild:
        click.echo(f"Rebuilt: {session.rebuild_index():,} vectors.", err=True)
    run_index(session)
    if prune:
        click.echo(f"Dropped {session.prune_models():,} vectors of other models.", err=True)


def run_index(session: Session, *, quiet: bool = False) -> None:
    """Bring everything derived level with the store, saying how far it is."""
    meter = Meter(quiet=quiet)
    matched: list[SyncEvent] = []
    for event in session.bring_level():
        meter.show(event)
        if event.step == "warned":
            click.echo(f"! {event.source}: {event.message} {event.remedy}".rstrip(), err=True)
        matched += [event] if event.step == "matched" else []
    meter.close()
    print_matched(matched, err=quiet)


class Meter:
    """Says how far indexing is: a line that is overwritten on a terminal, a line every half minute elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._terminal = sys.stderr.isatty()
        self._quiet = quiet
        self._started = self._said = time.monotonic()
        self._begun = False

    def show(self, event: SyncEvent) -> None:
        """Show one event of embedding or indexing."""
        if self._quiet:
            return
        if event.step == "embedding":
            self._embedding(event)
        elif event.step == "model":
            self._line(event.message, last=True)
        elif event.step == "indexed":
            self._line(f"{event.total:,} vectors in the index.", last=True)

    def _embedding(self, event: SyncEvent) -> None:
        if not self._begun:
            self._begun, self._first_done, self._started = True, event.done, time.monotonic()
        seconds = time.monotonic() - self._started
        rate = (event.done - self._first_done) / seconds if seconds > 0.5 else 0.0
        left = f", {rate:.0f} a second, {_duration((event.total - event.done) / rate)} left" if rate else ""
        self._line(f"embedding {event.done:,} of {event.total:,}{left}")

    def _line(self, text: str, *, last: bool = False) -> None:
        if self._terminal:
            click.echo(f"\r{text}\x1b[K", nl=last, err=True)
        elif last or time.monotonic() - self._said > 30:
            self._said = time.monotonic()
            click.echo(text, err=True)

    def close(self) -> None:
        """End the overwritten line."""
        if self._terminal and not self._quiet:
            click.echo("\r\x1b[K", nl=False, err=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return (
        f"{minutes // 60} h {minutes % 60} min"
        if minutes >= 60
        else f"{minutes} min {rest} s"
        if minutes
        else f"{rest} s"
    )

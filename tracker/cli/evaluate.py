"""`tracker eval`."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import print_json, session_of
from tracker.cli.index import Meter
from tracker.session import Session
from tracker.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.evaluation import TestSet
    from tracker.evaluation.metrics import Estimate
    from tracker.evaluation.run import Report


@click.command(
    "eval",
    help="Measure search on a test set in BEIR's form: DIR holds corpus.jsonl, queries.jsonl and qrels/test.tsv (or qrels.tsv)."
    " Each query is asked by word, by meaning and by both, with the models of your home, in a home of its own.",
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option("--split", default="test", show_default=True, help="Which qrels/SPLIT.tsv to judge by.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="HOME",
    help="Keep the corpus in this folder, so that the next run embeds nothing again.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def eval_command(context: click.Context, folder: Path, split: str, keep: Path | None, as_json: bool) -> None:
    """Read the set, fill a home with its corpus, ask, and print the figures."""
    from tracker.evaluation import TestSet, evaluate

    test_set = TestSet.read(folder, split)
    with filled_home(session_of(context), test_set, keep, quiet=as_json) as session:
        report = evaluate(session, test_set)
    if as_json:
        print_json(report)
    else:
        print_report(report)


@contextmanager
def filled_home(own: Session, test_set: TestSet, keep: Path | None, *, quiet: bool = False) -> Iterator[Session]:
    """Open a home that holds the corpus, embedded, with the models of another home; without `keep` it is gone afterwards."""
    from tracker.evaluation import fill

    with tempfile.TemporaryDirectory(prefix="tracker-eval-", ignore_cleanup_errors=True) as temporary:
        home = keep.absolute() if keep else Path(temporary)
        session = Session(home)
        session.config = replace(own.config, home=home, sources=())
        meter = Meter(quiet=quiet)
        try:
            for event in fill(session, test_set):
                meter.show(event)
            meter.close()
            yield session
        finally:
            session.close()


def print_report(report: Report) -> None:
    """Print a table: a line a mode, then a line a difference."""
    click.echo(
        f"{plural(report.queries, 'query', 'queries')}, {plural(report.documents, 'document')},"
        f" {plural(report.judgements, 'judgement')}; {report.model}"
    )
    if report.missing:
        click.echo(f"{plural(report.missing, 'judged document')} not in the corpus: counted as not found.")
    if report.bad_lines:
        click.echo(f"{plural(report.bad_lines, 'line')} could not be read and were left out.")
    print_table(report.modes, "{:.3f}")
    print_table(report.differences, "{:+.3f}")
    click.echo("In brackets: 95 % intervals by bootstrap over the queries, paired for differences.")


def print_table(rows: Mapping[str, Mapping[str, Estimate]], form: str) -> None:
    """Print a line for each row, with an interval in each cell."""
    names = list(next(iter(rows.values())))
    click.echo("\n" + " " * 20 + "".join(f"{name:26}" for name in names).rstrip())
    for row, cells in rows.items():
        told = (f"{form} [{form}, {form}]".format(one.mean, one.low, one.high) for one in cells.values())
        click.echo(f"{row:20}" + "".join(f"{text:26}" for text in told).rstrip())

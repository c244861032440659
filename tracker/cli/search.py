"""`tracker search`."""

from typing import TextIO, cast

import click

from tracker.cli.common import hit_json, print_hit, print_json, session_of
from tracker.models import Mode
from tracker.session import Session

HELP = """Search papers and posts.

\b
QUERY may hold words, "quoted phrases", -not, and filters:
  kind:paper venue:NeurIPS year:2023..2025 author:hinton source:NAME
  category:cs.LG since:7d before:2026-05 is:unread is:starred is:hidden
  tag:x topic:x like:ID has:code has:mentions has:abstract has:pdf
  sort:newest sort:discussed
"""


@click.command("search", help=HELP)
@click.argument("words", nargs=-1)
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "semantic", "lexical"]),
    default="hybrid",
    show_default=True,
    help="By word and meaning, by meaning, by word.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many hits.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a query.")
@click.option(
    "--queries", type=click.File("r", encoding="utf-8"), help="A file with one query a line, '-' for standard input."
)
@click.pass_context
def search_command(
    context: click.Context, words: tuple[str, ...], mode: str, limit: int, as_json: bool, queries: TextIO | None
) -> None:
    """Answer one query, or a file of them."""
    session = session_of(context)
    chosen = cast("Mode", mode)
    if queries is not None:
        for line in queries:
            _answer(session, line.strip(), chosen, limit, as_json)
    elif words:
        _answer(session, " ".join(words), chosen, limit, as_json)
    else:
        raise click.UsageError("Say what to search for, or give --queries FILE.")


def _answer(session: Session, line: str, mode: Mode, limit: int, as_json: bool) -> None:
    hits = session.search(line, limit=limit, mode=mode)
    if as_json:
        print_json({"query": line, "hits": [hit_json(hit) for hit in hits]})
        return
    if mode == "hybrid" and hits and session.parse(line).has_words and not session.is_warm:
        click.echo("Nothing is embedded yet: found by words only. 'tracker index' adds meaning.", err=True)
    for number, hit in enumerate(hits, 1):
        print_hit(number, hit)
    if not hits:
        click.echo(f"Nothing found for: {line}", err=True)
    for hint in session.hints(line):
        click.echo(hint, err=True)

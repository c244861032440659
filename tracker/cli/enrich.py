"""`tracker enrich`."""

import click

from tracker.cli.common import session_of
from tracker.errors import NotFoundError
from tracker.text import plural

MOST = 500


@click.command(
    "enrich",
    help="Ask a citation service what it knows of papers: those named, or those that a query line finds, 500 at most.",
)
@click.argument("words", nargs=-1, required=True, metavar="ID|QUERY...")
@click.option(
    "--from",
    "service",
    type=click.Choice(["openalex", "semanticscholar"]),
    default="openalex",
    show_default=True,
    help="The service to ask.",
)
@click.pass_context
def enrich_command(context: click.Context, words: tuple[str, ...], service: str) -> None:
    """Look papers up, store what is new about them, and say for how many something came."""
    session = session_of(context)
    session.log_to_file()
    try:
        names = [session.reader.item(word).id for word in words]
    except NotFoundError:
        hits = session.search(f"{' '.join(words)} kind:paper", limit=MOST, mode="lexical")
        names = [hit.line.id for hit in hits]
    if not names:
        raise NotFoundError("No stored paper is meant by that.", "Name one by its id, or try 'tracker search'.")
    known = sum(event.done for event in session.enrich(service, names))
    click.echo(f"{service} knows {known} of {plural(len(names), 'paper')}.")

"""`tracker digest`."""

import click

from tracker.cli.common import print_json, session_of
from tracker.config import ROLES
from tracker.summarize import render


@click.command(
    "digest",
    help="Write the summary of a week: what rose, what is new, what people discuss, each sentence with its items.",
)
@click.option("--week", help="An ISO week such as 2026-W20; the newest one if left out.")
@click.option("--role", type=click.Choice(ROLES), help="Whose questions come first; from feeds.toml if left out.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "html", "json"]),
    default="text",
    show_default=True,
    help="The form.",
)
@click.option("--llm", help="A model of the package llm that tells topics in its own words, checked; '' for none.")
@click.pass_context
def digest_command(context: click.Context, week: str | None, role: str | None, form: str, llm: str | None) -> None:
    """Print the digest in one form."""
    session = session_of(context)
    made = session.rewritten(session.digest(week, role), llm)
    if form == "json":
        print_json(render.to_dict(made))
    else:
        click.echo({"text": render.to_text, "md": render.to_markdown, "html": render.to_html}[form](made))

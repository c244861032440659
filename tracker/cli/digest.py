"""`tracker digest` and `tracker brief`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tracker.cli.common import checked_day, print_json, session_of, width
from tracker.roles import MOST_MINUTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.pages import Digest

WIDTH = 80
FORMS = ("text", "md", "html", "json", "atom")
_ROLE = click.option("--role", help="Whose questions come first, by its name in the file of roles; '' for nobody's.")
_MINUTES = click.option("--minutes", type=click.IntRange(1, MOST_MINUTES), help="For how long you want to read.")
_FORM = click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True, help="The form.")
_LLM = click.option(
    "--llm", help="A model of the package llm that tells topics in its own words, checked; '' for none."
)


@click.command(
    "digest",
    help="Write the summary of a week: what rose, what is new, what people discuss, each sentence with its items.",
)
@click.option("--week", help="An ISO week such as 2026-W20; the newest one if left out.")
@_ROLE
@_MINUTES
@_FORM
@_LLM
@click.pass_context
def digest_command(
    context: click.Context, week: str | None, role: str | None, minutes: int | None, form: str, llm: str | None
) -> None:
    """Print the digest of a week in one form."""
    session = session_of(context)
    _print(session.rewritten(session.digest(week, role, minutes or 0), llm), form)


@click.command("brief", help="Write the summary of a day: what came in, what people discuss, what is for your role.")
@click.option("--day", help="An ISO day such as 2026-05-12; the newest one with papers if left out.")
@_ROLE
@_MINUTES
@_FORM
@_LLM
@click.pass_context
def brief_command(
    context: click.Context, day: str | None, role: str | None, minutes: int | None, form: str, llm: str | None
) -> None:
    """Print the brief of a day in one form."""
    session = session_of(context)
    _print(session.rewritten(session.brief(checked_day(day), role, minutes or 0), llm), form)


def _print(made: Digest, form: str) -> None:
    writers: dict[str, Callable[[Digest], str]] = {"text": _text, "md": _markdown, "html": _html, "atom": _atom}
    if form == "json":
        from tracker.forms.data import to_dict

        print_json(to_dict(made))
    else:
        click.echo(writers[form](made), nl=False)


def _text(made: Digest) -> str:
    from tracker.forms.text import to_text

    if not sys.stdout.isatty():
        return to_text(made, WIDTH)
    return to_text(made, width(), lambda words: click.style(words, bold=True))


def _markdown(made: Digest) -> str:
    from tracker.forms.markdown import to_markdown

    return to_markdown(made)


def _html(made: Digest) -> str:
    from tracker.forms.page import to_html

    return to_html(made)


def _atom(made: Digest) -> str:
    from tracker.forms.atom import digests_to_atom
    from tracker.forms.page import to_html

    return digests_to_atom([(made, to_html(made, drawn=False))])

"""`tracker watch`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli.common import line_json, origin, print_json, session_of, width
from tracker.text import clean_line, plural, shorten

if TYPE_CHECKING:
    from tracker.models import Match, SavedSearch

HELP = """Save searches, and hear once of what newly matches them.

\b
  tracker watch 'QUERY'          save a search (as does: watch add 'QUERY')
  tracker watch                  list the saved searches
  tracker watch show NAME        what matches, the newest first
  tracker watch remove NAME      forget it

New matches are announced by 'tracker sync', in Today of the terminal UI and in the digest of their week. What is stored
when you save a search is not new. A QUERY that is exactly list, show, remove or add needs 'watch add' in front.
"""


class Watch(click.Group):
    """A group in which what is no verb of its own is a query to be saved, and nothing at all lists."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put the verb in front that was left out."""
        if not args:
            args = ["list"]
        elif args[0] not in {*self.commands, *context.help_option_names}:
            args = ["add", *args]
        return super().parse_args(context, args)


@click.group("watch", cls=Watch, help=HELP)
def watch_command() -> None:
    """Save, list, show and forget searches."""


@watch_command.command(
    "add", help="Save a search: words, \"phrases\", -not and filters, as 'tracker search' takes them."
)
@click.argument("words", nargs=-1, required=True, metavar="QUERY")
@click.option("--name", default="", help="Its name, instead of the query itself.")
@click.option("--json", "as_json", is_flag=True, help="The saved search as one JSON object.")
@click.pass_context
def add_command(context: click.Context, words: tuple[str, ...], name: str, as_json: bool) -> None:
    """Save a search and say what matches it so far, so that its reach can be judged."""
    session = session_of(context)
    made = session.saved.save(" ".join(words), name)
    if as_json:
        print_json(_search_json(made))
        return
    click.echo(
        f"Saved as '{clean_line(made.name)}'. {plural(made.matches, 'stored item')} so far, such as:"
        if made.matches
        else f"Saved as '{clean_line(made.name)}'. Nothing stored matches so far."
    )
    from tracker.saved.service import matches

    for match in matches(session.reader, made.name, 3):
        click.echo(f"  {shorten(clean_line(match.line.title), width() - 2)}")
    click.echo("New matches are announced by 'tracker sync', in Today and in the digest.")
    if not session.reader.totals().vectors:
        click.echo("Nothing is embedded yet: found by words only. 'tracker index' adds meaning.", err=True)


@watch_command.command(
    "list", help="List the saved searches: new and all matches, and when something was last announced."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a saved search.")
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> None:
    """Print the saved searches."""
    from tracker.saved.service import listed

    found = listed(session_of(context).reader)
    if as_json:
        for one in found:
            print_json(_search_json(one))
        return
    if not found:
        click.echo("No search is saved. 'tracker watch QUERY' saves one.", err=True)
    for one in found:
        told = f"last announced {one.announced_at[:10]}" if one.announced_at else "nothing announced yet"
        click.echo(click.style(shorten(clean_line(one.name), width()), bold=True))
        click.echo(
            f"  {one.new:,} new of {plural(one.matches, 'match', 'matches')} · {told} · since {one.saved_at[:10]}"
        )
        if one.query != one.name:
            click.echo(click.style(f"  {shorten(clean_line(one.query, 4_000), width() - 2)}", dim=True))


@watch_command.command(
    "show", help="Show what matches a saved search, those found last first. What is shown counts as seen."
)
@click.argument("name")
@click.option("--new", "only_new", is_flag=True, help="Only what was neither seen nor read.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many matches.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a match.")
@click.pass_context
def show_command(context: click.Context, name: str, only_new: bool, limit: int, as_json: bool) -> None:
    """Print matches, then take them as seen."""
    from tracker.saved.service import matches, named

    session = session_of(context)
    search = named(session.reader, name)
    found = matches(session.reader, search.name, limit, only_new=only_new)
    for match in found:
        if as_json:
            print_json({"search": search.name, "found": match.found_at, "new": match.is_new, **line_json(match.line)})
        else:
            _print_match(match)
    if not found and not as_json:
        click.echo(f"Nothing{' new' if only_new else ''} matches '{clean_line(search.name)}' so far.", err=True)
    if any(match.is_new for match in found):
        session.saved.see(search.name, [match.line.row for match in found])


def _print_match(match: Match) -> None:
    mark = "•" if match.is_new else " "
    click.echo(f"{mark} " + click.style(shorten(clean_line(match.line.title), width() - 2), bold=match.is_new))
    click.echo(click.style(f"  {shorten(f'{match.line.id} · {origin(match.line)}', width() - 2)}", dim=True))


@watch_command.command("remove", help="Forget saved searches, by name. The items stay.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_context
def remove_command(context: click.Context, names: tuple[str, ...]) -> None:
    """Forget saved searches."""
    session = session_of(context)
    for name in names:
        gone = session.saved.remove(name)
        click.echo(f"Removed '{clean_line(gone.name)}': {clean_line(gone.query, 4_000)}")


def _search_json(one: SavedSearch) -> dict[str, Any]:
    return {
        "name": one.name,
        "query": one.query,
        "saved": one.saved_at,
        "matches": one.matches,
        "new": one.new,
        "announced": one.announced_at,
    }

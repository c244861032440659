"""`tracker init`."""

import click

from tracker import config, home
from tracker.cli.common import session_of
from tracker.errors import ConfigError


@click.command("init", help="Write a commented feeds.toml into the home, never over one that is there. No network.")
@click.option(
    "--role", type=click.Choice(config.ROLES), help="Whose groups of sources are on; ml-engineer if left out."
)
@click.pass_context
def init_command(context: click.Context, role: str | None) -> None:
    """Make a home."""
    session = session_of(context)
    path = session.home / config.FILE
    if not home.create(session.home, role or ""):
        raise ConfigError(f"{path} is there already.", "Change it, or name another folder with --home.")
    sources = session.config.sources
    groups = dict.fromkeys(source.group for source in sources if source.group)
    click.echo(f"Made {path} for the role {session.config.role}: {len(sources)} sources in {', '.join(groups)}.")
    click.echo("'tracker' opens and fetches them; 'tracker follow' adds your own.")

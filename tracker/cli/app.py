"""The group of verbs. Listing them imports none, so that `tracker --help` costs little more than Python itself."""

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from tracker import __version__
from tracker.cli.ending import status_of
from tracker.cli.verbs import VERBS, help_text
from tracker.threads import pin_threads


class Verbs(click.Group):
    """A group that knows its verbs by name and imports one only when it runs."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the verbs in the order of their use."""
        return list(VERBS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Import the file of one verb."""
        if name not in VERBS:
            return None
        module = import_module(f"tracker.cli.{VERBS[name][0]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def get_help(self, _context: click.Context) -> str:
        """Return the page that is also shown without click."""
        return help_text().rstrip()


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The folder with feeds.toml and index/.")
@click.option("--plain", is_flag=True, help="The terminal UI in words, a line each, for screen readers.")
@click.version_option(__version__, prog_name="tracker")
@click.pass_context
def tracker(context: click.Context, home: Path | None, plain: bool) -> None:
    """Papers and what the field says about them: without a command, the terminal UI opens."""
    context.obj = home
    if context.invoked_subcommand is None:
        from tracker.cli.ui import open_ui

        context.exit(open_ui(home, plain=plain))


def run() -> None:
    """Run the command line; a failure is one line on stderr and an exit status that is not 0."""
    pin_threads()
    sys.exit(status_of(_run))


def _run() -> object:
    try:
        return tracker.main(standalone_mode=False, color=False if os.environ.get("NO_COLOR") else None)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code

"""The command line: one file a verb, imported when the verb is used; results on stdout, talk on stderr."""

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] in (["--help"], ["-h"]):  # click costs more than all the rest of this page
        from tracker.cli.verbs import help_text

        sys.stdout.write(help_text())
        return
    if not sys.argv[1:]:  # and than all that the terminal UI needs of this package
        sys.exit(_open())
    from tracker.cli.app import run

    run()


def _open() -> int:
    from tracker.cli.ending import status_of
    from tracker.cli.ui import open_ui
    from tracker.threads import pin_threads

    pin_threads()
    return status_of(lambda: open_ui(None))

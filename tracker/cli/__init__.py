"""The command line: one file a verb, imported when the verb is used; results on stdout, talk on stderr."""

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] in (["--help"], ["-h"]):  # click costs more than all the rest of this page
        from tracker.cli.verbs import help_text

        sys.stdout.write(help_text())
        return
    from tracker.cli.app import run

    run()

"""One view a file: what a number key shows."""

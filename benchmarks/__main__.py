"""`python -m benchmarks`: the costs of commands on a generated home."""

from benchmarks.commands import main

main()

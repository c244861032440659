"""Figures of this machine, run by hand: `python -m benchmarks`, or one file of this folder."""

"""Measuring search on questions whose answers are known: files of judgements, figures of ranking, intervals by bootstrap."""

from tracker.evaluation.beir import TestSet
from tracker.evaluation.run import Report, evaluate, fill

__all__ = ["Report", "TestSet", "evaluate", "fill"]

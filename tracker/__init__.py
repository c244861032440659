"""Papers and what the field says about them: one store, one search, one weekly summary."""

__version__ = "0.1.0"

"""Screens: the main one with its views, and the page of keys."""

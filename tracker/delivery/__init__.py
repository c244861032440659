"""Digests brought to people: by mail, to a program, into a folder; each digest once to each place."""

from tracker.delivery.service import Channel, Outcome, alone, channels_of, day_to_deliver, deliver, week_to_deliver

__all__ = ["Channel", "Outcome", "alone", "channels_of", "day_to_deliver", "deliver", "week_to_deliver"]

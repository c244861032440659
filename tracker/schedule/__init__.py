"""Runs at fixed times, by what the system has for that: systemd, launchd or cron."""

from tracker.schedule.choosing import Scheduler, everyone, scheduler
from tracker.schedule.coming import next_fetch
from tracker.schedule.plans import DAILY, DAYS, FETCH, WEEKLY, Plan, fetching, name_of, plan, program

__all__ = [
    "DAILY",
    "DAYS",
    "FETCH",
    "WEEKLY",
    "Plan",
    "Scheduler",
    "everyone",
    "fetching",
    "name_of",
    "next_fetch",
    "plan",
    "program",
    "scheduler",
]

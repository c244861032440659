"""Runs at fixed times, by what the system has for that: systemd, launchd or cron."""

from tracker.schedule.choosing import Scheduler, everyone, scheduler
from tracker.schedule.plans import DAILY, DAYS, WEEKLY, Plan, name_of, plan

__all__ = ["DAILY", "DAYS", "WEEKLY", "Plan", "Scheduler", "everyone", "name_of", "plan", "scheduler"]

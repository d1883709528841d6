"""Reminders: how long before an appointment whoever booked is reminded of it, and when that is."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

MOST = 3
# Five minutes: what is sent later arrives when one is there. Four weeks: who is reminded earlier forgets again.
LEAST_MINUTES, MOST_MINUTES = 5, 40_320


def clean_reminders(minutes: Sequence[int]) -> list[int]:
    """Minutes before the start, the earliest reminder first. Raises ValueError for too many, or one out of range."""
    if len(minutes) > MOST:
        raise ValueError(f"At most {MOST} reminders, not {len(minutes)}: more are read as noise.")
    for one in minutes:
        if not LEAST_MINUTES <= one <= MOST_MINUTES:
            raise ValueError(f"A reminder is sent {LEAST_MINUTES} to {MOST_MINUTES} minutes before, not {one}.")
    if len(set(minutes)) < len(minutes):
        raise ValueError("Two reminders are at the same moment. Leave one of them out.")
    return sorted(minutes, reverse=True)


def reminders_to_come(starts_at: datetime, minutes: Iterable[int], now: datetime) -> dict[int, datetime]:
    """When each reminder is due (elapsed time before the start), without those whose moment has passed."""
    due = {one: starts_at - timedelta(minutes=one) for one in minutes}
    return {one: at for one, at in due.items() if at > now}

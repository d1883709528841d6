"""Hours: stored schedules as the rules take them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from rules.intervals import Window, coalesce
from rules.opening import Override, Schedule, WeeklyRule
from rules.wall_time import minute_of
from rules.zones import zone


@lru_cache(maxsize=1024)
def hours_of(zone_name: str, weekly: str, overrides: str) -> Schedule:
    """Keyed by the stored text itself, so that those who share a schedule share its expansion, and none is stale."""
    return Schedule(zone(zone_name), tuple(_rules(orjson.loads(weekly))), tuple(_days(orjson.loads(overrides))))


@lru_cache(maxsize=1024)
def closed_of(zone_name: str, dates: str) -> tuple[Window, ...]:
    """When a place is closed: on each of the dates between two minutes of its clocks."""
    there = zone(zone_name)
    days = ((date.fromisoformat(day), start, end) for day, start, end in orjson.loads(dates))
    return tuple(coalesce((minute_of(day, start, there), minute_of(day, end, there)) for day, start, end in days))


def _rules(weekly: list[dict[str, Any]]) -> Iterable[WeeklyRule]:
    for rule in weekly:
        begins, ends = rule.get("valid_from"), rule.get("valid_until")
        yield WeeklyRule(
            rule["weekday"], rule["start_minute"], rule["end_minute"],
            date.fromisoformat(begins) if begins else None, date.fromisoformat(ends) if ends else None,
        )  # fmt: skip


def _days(overrides: list[tuple[str, list[tuple[int, int]]]]) -> Iterable[Override]:
    for on_date, windows in overrides:
        yield Override(date.fromisoformat(on_date), tuple((start, end) for start, end in windows))

"""Occupancy share: how much of its open time a business has booked. Three statements, however many appointments.

Every calendar counts by itself: what two serve together takes the time of both, as both are open for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from models.calendar_hours import CalendarHours, away_of, calendar_hours
from models.calendar_hours import Narrowed as Whose
from models.insights import Narrowed, counted, moments_of, sums
from models.leases import uuid_of
from rules.figures import added, share
from rules.intervals import Window, coalesce, lengths_within, remaining
from rules.wall_time import epoch


@dataclass(frozen=True, slots=True)
class Share:
    """Booked minutes of open minutes. `open_minutes` None: when it is open is not said anywhere."""

    booked_minutes: int
    open_minutes: int | None

    @property
    def share(self) -> float | None:
        """From 0 up; None of nothing."""
        return None if self.open_minutes is None else share(self.booked_minutes, self.open_minutes)


@dataclass(slots=True)
class OccupancyShare:
    """Of all people together, in each bucket and each of them; and of each resource, all its units together."""

    total: Share
    buckets: Sequence[Share]
    by_staff: Mapping[UUID, Share] = field(default_factory=dict)
    by_resource: Mapping[UUID, Share] = field(default_factory=dict)


async def occupancy_share(
    account_id: UUID, ranges: Sequence[tuple[date, date]], zone: ZoneInfo, narrowed: Narrowed
) -> OccupancyShare:
    """Of the calendars in use. The dates in `ranges`, as `zone` counts them, follow one another without a gap."""
    bounds = moments_of(ranges, zone)
    edges = [(epoch(begin), epoch(end)) for begin, end in bounds]
    whose = Whose(staff_id=narrowed.staff_id)
    calendars = await calendar_hours(account_id, ranges[0][0], ranges[-1][1], zone.key, whose)
    away = await away_of(account_id, [one.calendar_id for one in calendars], (edges[0][0], edges[-1][1]))
    opens: defaultdict[UUID, Counter[int]] = defaultdict(Counter)
    for one in calendars:
        opens[_key(one)].update(await _open_minutes(one, away, edges))
    booked: defaultdict[UUID, Counter[int]] = defaultdict(Counter)
    for row in await sums(account_id, ["n", "staff_id", "resource_id"], bounds, narrowed):
        key = row["resource_id"] if row["staff_id"] is None else row["staff_id"]
        booked[uuid_of(key)][row["n"]] += added([counted(row)]).booked_minutes
    return _told(calendars, opens, booked, len(bounds))


def _key(one: CalendarHours) -> UUID:
    return cast("UUID", one.staff_id or one.resource_id)  # a calendar is somebody's or something's


async def _open_minutes(
    one: CalendarHours, away: Mapping[UUID | None, Sequence[Window]], edges: Sequence[Window]
) -> Mapping[int, int]:
    """In each bucket: hours less closed days and time off, each minute once."""
    if not one.open_hours:
        return {}
    await asyncio.sleep(0)  # a year of somebody's hours takes a few milliseconds; others are answered between
    present = remaining(one.open_hours, coalesce([*away.get(one.calendar_id, ()), *away.get(None, ())]))
    return {number: seconds // 60 for number, seconds in enumerate(lengths_within(present, edges))}


def _told(
    calendars: Sequence[CalendarHours], opens: Mapping[UUID, Counter[int]], booked: Mapping[UUID, Counter[int]],
    buckets: int,
) -> OccupancyShare:  # fmt: skip
    people = list(dict.fromkeys(one.staff_id for one in calendars if one.staff_id is not None))
    things = {one.resource_id: one.open_hours is not None for one in calendars if one.resource_id is not None}

    def shared(keys: Sequence[UUID], numbers: Sequence[int]) -> Share:
        minutes = [(booked[key][n], opens[key][n]) for key in keys for n in numbers]
        return Share(sum(one for one, _ in minutes), sum(other for _, other in minutes))

    def of(key: UUID) -> Share:
        return Share(booked[key].total(), opens[key].total())

    return OccupancyShare(
        shared(people, range(buckets)),
        [shared(people, [number]) for number in range(buckets)],
        {key: of(key) for key in people},
        {key: of(key) if known else Share(booked[key].total(), None) for key, known in things.items()},
    )

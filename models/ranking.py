"""Ranking: in which order those who could serve a wish are asked whether they are free."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from models.offer import Offer, key_or_none
from models.service import Assignment
from models.storage.client import Row
from models.storage.database import fetch
from models.storage.instant import from_database
from models.teams import Provider, Team
from rules.limits import Period, period_bounds
from rules.staff_choice import StaffLoad, in_order
from rules.wall_time import day_start, epoch, instant, local_date

# Who has had nothing for this long counts as never busy; it bounds how many bookings are looked at.
_IDLE = timedelta(days=31)
_LOADS = """
    SELECT e.staff_id,
      SUM(CASE WHEN b.starts_at >= $3 AND b.starts_at < $4 THEN 1 ELSE 0 END) AS bookings,
      MAX(CASE WHEN b.ends_at <= $5 THEN b.ends_at END) AS busy_until
    FROM booking b
    JOIN engagement e ON e.account_id = b.account_id AND e.booking_id = b.id
    JOIN offering x ON x.account_id = e.account_id AND x.service_id = $2 AND x.staff_id = e.staff_id
    WHERE b.account_id = $1 AND b.starts_at >= $6 AND b.starts_at < $4
      AND b.status IN ('REQUESTED', 'CONFIRMED', 'COMPLETED', 'NO_SHOW')
    GROUP BY e.staff_id
"""


async def ranked(account_id: UUID, offer: Offer, teams: list[Team], starts_at: datetime) -> list[Team]:
    """The teams as the service assigns its bookings: by name, or who has had least for their weight first."""
    if len(teams) < 2 or offer.assignment is not Assignment.ROUND_ROBIN:
        return teams
    loads = await _loads(account_id, offer, starts_at)
    places = {load.staff_id: place for place, load in enumerate(in_order(loads))}
    return sorted(teams, key=lambda team: places[team.lead.staff_id])


async def _loads(account_id: UUID, offer: Offer, starts_at: datetime) -> list[StaffLoad]:
    """Bookings of the local week of the wish count: even enough to be fair, short enough to notice a new colleague."""
    monday, sunday = period_bounds(local_date(epoch(starts_at), offer.zone), Period.WEEK)
    begin, end = _moment(monday, offer.zone), _moment(sunday + timedelta(days=1), offer.zone)
    rows = await fetch(_LOADS, account_id, offer.service_id, begin, end, starts_at, begin - _IDLE)
    found = {key_or_none(row["staff_id"]): row for row in rows}
    return [_load(person, found.get(person.staff_id)) for person in offer.providers]


def _load(person: Provider, row: Row | None) -> StaffLoad:
    if row is None:
        return StaffLoad(person.staff_id, 0, person.weight)
    until = None if row["busy_until"] is None else epoch(from_database(row["busy_until"]))
    return StaffLoad(person.staff_id, int(row["bookings"]), person.weight, until)


def _moment(day: date, zone: ZoneInfo) -> datetime:
    return instant(day_start(day, zone))

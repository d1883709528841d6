"""Zone change: a business, or one of its locations, that moves to other clocks. Bookings keep the instant that was
promised; the opening hours that follow it move."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from models.account import Account
from models.act import Act
from models.location import Location
from models.schedule import Schedule
from models.staff import Staff
from models.storage.database import transaction


async def change_account(act: Act, account: Account, expected_version: int, values: dict[str, Any]) -> int:
    """Change the business; how many schedules moved with it. Those follow its zone that are in the zone it had, and
    whose people work at no location of their own. VersionConflict, AlreadyTaken."""
    async with transaction():
        before = account.zone
        await account.change(act, expected_version, **values)
        return await _follow(act, before, values.get("zone", before), None)


async def change_location(act: Act, place: Location, expected_version: int, values: dict[str, Any]) -> int:
    """Change a location; how many schedules moved with it: those in the zone that it had, whose people all work there.
    VersionConflict."""
    async with transaction():
        before = place.zone
        await place.change(act, expected_version, **values)
        return await _follow(act, before, values.get("zone", before), place.id)


async def _follow(act: Act, before: str, after: str, location_id: UUID | None) -> int:
    if before == after:
        return 0
    places: dict[UUID, set[UUID | None]] = {}
    for person in await Staff.of(act.account_id).filter(archived_at=None).exclude(schedule_id=None):
        places.setdefault(person.schedule_id, set()).add(person.location_id)
    moved = 0
    for schedule in await Schedule.of(act.account_id).filter(zone=before, archived_at=None):
        where = places.get(schedule.id, {None})
        if where == {location_id}:
            await schedule.change(act, schedule.version, zone=after)
            moved += 1
    return moved

"""Resource: a bookable room or thing with its units. ResourceNeed: what a service needs of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self, cast
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.columns import moment_if_any, setting
from models.event import record
from models.named import Named
from models.occupancy import Occupancy, clear_ended, lock_calendars
from models.personal import Why, plain, ref
from models.service import Service
from models.staff import Calendar
from models.storage.database import fetch, lock, transaction
from models.teams import Place
from models.tenancy import Owned
from rules.errors import FieldProblem, ValidationFailed
from rules.unit_errors import UnitsInUse
from rules.wall_time import epoch, instant

_FAR = 10 * 366 * 86_400  # beyond every horizon
_NEEDING_MORE = """
    SELECT s.name, n.units
    FROM resource_need n
    JOIN service s ON s.account_id = n.account_id AND s.id = n.service_id AND s.archived_at IS NULL
    JOIN needed_resource x ON x.account_id = n.account_id AND x.resource_need_id = n.id
    JOIN resource r ON r.account_id = x.account_id AND r.id = x.resource_id AND r.archived_at IS NULL
    WHERE n.account_id = $1 AND n.units IS NOT NULL AND n.id IN (
      SELECT y.resource_need_id FROM needed_resource y WHERE y.account_id = $1 AND y.resource_id = $2)
    GROUP BY s.name, n.id, n.units
    HAVING SUM(CASE WHEN r.id = $2 THEN $3 ELSE r.quantity END) < n.units
    ORDER BY s.name
"""


class Resource(Named):
    """`quantity` units, each with its calendar. `schedule_id` None: always there."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    search_name = plain(fields.TextField(), Why.BUSINESS)
    quantity = setting(1)
    location_id = ref("location", null=True)
    schedule_id = ref("schedule", null=True)
    archived_at = moment_if_any()

    class Meta:
        table = "resource"

    @classmethod
    async def begin(cls, act: Act, **values: Any) -> Self:
        """Create a resource, with the calendars that bookings lock."""
        async with transaction():
            made = await super().begin(act, **values)
            await made._furnish(act)
        return made

    async def change(self, act: Act, expected_version: int, **values: Any) -> None:
        """Set columns. UnitsInUse or ValidationFailed for fewer units than are booked to come or needed at once."""
        quantity = values.get("quantity", self.quantity)
        async with transaction():
            await lock([f"{act.account_id}/resources"])
            if quantity < self.quantity:
                await self._refuse_fewer(act, quantity)
            await super().change(act, expected_version, **values)
            await self._furnish(act)

    async def archive(self, act: Act, expected_version: int) -> None:
        """Take it out of use. ValidationFailed while a service in use needs it: that could be booked no more."""
        async with transaction():
            await super().archive(act, expected_version)
            needing = await NeededResource.of(act.account_id).filter(resource_id=self.id)
            services = Service.of(act.account_id).filter(id__in=[one.service_id for one in needing], archived_at=None)
            if count := await services.count():
                raise ValidationFailed(FieldProblem("id", f"{count} services need it; change what they need first."))

    async def _refuse_fewer(self, act: Act, quantity: int) -> None:
        for name, needed in await _needing_more(act, self.id, quantity):
            message = f"{name} needs {needed} of these at once. Change what it needs first, or keep enough."
            raise ValidationFailed(FieldProblem("quantity", message))
        calendars = Calendar.of(act.account_id).filter(resource_id=self.id, unit__gt=quantity)
        units = {row.id: cast("int", row.unit) for row in await calendars}
        await lock_calendars(act.account_id, *units)
        now = epoch(act.at)
        await clear_ended(act, units, (now, now + _FAR))
        rows = await Occupancy.of(act.account_id).filter(calendar_id__in=list(units), ends__gt=now)
        if rows:
            booked = {row.booking_id or row.group_session_id or row.hold_id for row in rows}
            least, until = max(units[row.calendar_id] for row in rows), instant(max(row.ends for row in rows))
            raise UnitsInUse(len(booked), least, until)

    async def _furnish(self, act: Act) -> None:
        """A calendar for each unit that has none yet. Those of units that were given up stay, for what is booked."""
        there = await Calendar.of(act.account_id).filter(resource_id=self.id).count()
        for number in range(there + 1, self.quantity + 1):
            await Calendar.add(act.account_id, created_at=act.at, resource_id=self.id, unit=number)


class ResourceNeed(Owned):
    """A group of resources that a service needs: `units` of any of them, or one of each where it is None.

    `place` is its number among the service's groups, from 0.
    """

    service_id = ref("service")
    place = plain(fields.IntField(), Why.STATE)
    units = plain(fields.IntField(null=True), Why.SETTING)

    class Meta:
        table = "resource_need"


class NeededResource(Owned):
    """A resource in such a group; in one of each service at most."""

    service_id = ref("service")
    resource_need_id = ref("resource_need")
    resource_id = ref("resource")

    class Meta:
        table = "needed_resource"


async def _needing_more(act: Act, resource_id: UUID, quantity: int) -> list[tuple[str, int]]:
    """The services in use that need more at once than there would be, and how many."""
    rows = await fetch(_NEEDING_MORE, act.account_id, resource_id, quantity)
    return [(row["name"], row["units"]) for row in rows]


async def units_there(account_id: UUID, places: Iterable[Place]) -> bool:
    """Whether there are these units still. For whoever has locked their calendars, and read of them before."""
    wanted = {place.resource_id: place for place in sorted(places, key=lambda one: one.unit or 0) if place.resource_id}
    rows = Resource.of(account_id).filter(id__in=list(wanted), archived_at=None)
    found = {row.id: row.quantity for row in await rows} if wanted else {}
    return all(found.get(key, 0) >= (place.unit or 0) for key, place in wanted.items())


async def set_needs(
    act: Act, service: Service, expected_version: int, needs: Sequence[tuple[int | None, Sequence[UUID]]]
) -> None:  # fmt: skip
    """Replace what a service needs: groups of resources, with how many units of any of them (None: one of each).
    VersionConflict when somebody else was first."""
    async with transaction():
        await lock([f"{act.account_id}/resources"])
        await service.change(act, expected_version)
        await ResourceNeed.of(act.account_id).filter(service_id=service.id).delete()
        for place, (units, resources) in enumerate(needs):
            need = await ResourceNeed.add(
                act.account_id, created_at=act.at, service_id=service.id, place=place, units=units
            )  # fmt: skip
            for resource_id in resources:
                await NeededResource.add(
                    act.account_id, created_at=act.at, service_id=service.id, resource_need_id=need.id,
                    resource_id=resource_id,
                )  # fmt: skip
        await record(act, "service_needs_set", "service", service.id, groups=len(needs))

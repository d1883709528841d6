"""Resource: a bookable room or thing with its units. ResourceNeed: what a service needs of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.columns import moment_if_any, setting
from models.event import record
from models.named import Named
from models.personal import Why, plain, ref
from models.service import Service
from models.staff import Calendar
from models.storage.database import transaction
from models.tenancy import Owned
from rules.errors import FieldProblem, ValidationFailed


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
        """Set columns. Units that are too many are given to nobody any more; bookings that have them keep them."""
        async with transaction():
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


async def set_needs(
    act: Act, service: Service, expected_version: int, needs: Sequence[tuple[int | None, Sequence[UUID]]]
) -> None:  # fmt: skip
    """Replace what a service needs: groups of resources, with how many units of any of them (None: one of each).
    VersionConflict when somebody else was first."""
    async with transaction():
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

"""Offerings: which staff member offers which service."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from models.service import Offering, Service
from models.staff import Staff
from permissions.roles import Permission
from resolvers.archiving import find_in_use
from resolvers.checking import Checks, between
from resolvers.context import Info

P = Permission
HEAVIEST = 100


@strawberry.input(description="Who offers what.")
class OfferServiceInput:
    service_id: strawberry.ID = strawberry.field(description="Which service; one in use.")
    staff_id: strawberry.ID = strawberry.field(description="Who offers it; somebody in use.")
    weight: int = strawberry.field(
        description="Share of the bookings that ask for anyone, compared with the others who offer it; "
        f"1 to {HEAVIEST}. 1 where left out.",
        default=1,
    )


async def offer_service(info: Info, input: OfferServiceInput) -> Offering:
    """Let a staff member offer a service. Where they do already, their weight is set."""
    checks = Checks()
    weight = checks("weight", between(1, HEAVIEST, "parts"), input.weight)
    checks.done()
    service = await find_in_use(info, Service, input.service_id, P.CATALOGUE_MANAGE)
    staff = await find_in_use(info, Staff, input.staff_id, P.CATALOGUE_MANAGE)
    return await service.offer(info.context.act, staff.id, weight)


@strawberry.input(description="Who no longer offers what.")
class StopOfferingInput:
    service_id: strawberry.ID = strawberry.field(description="Which service.")
    staff_id: strawberry.ID = strawberry.field(description="Who offered it.")


@dataclass(frozen=True, slots=True)
class Stopped:
    """The two that were parted."""

    service: Service
    staff: Staff


async def stop_offering(info: Info, input: StopOfferingInput) -> Stopped:
    """Take a service from a staff member. Their bookings of it stay; where they did not offer it, nothing changes."""
    service = await info.context.find(Service, input.service_id, P.CATALOGUE_MANAGE)
    staff = await info.context.find(Staff, input.staff_id, P.CATALOGUE_MANAGE)
    await service.stop_offering(info.context.act, staff.id)
    return Stopped(service, staff)

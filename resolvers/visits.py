"""Visits: several services one after the other, in one booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from models.offer import Offer
from models.segment import Step
from models.service import Service, Visibility
from models.staff import Staff
from models.visit import MOST_SERVICES, read_steps, visit_of
from permissions.viewer import Viewer
from resolvers.context import Context, Info
from resolvers.durations import CHOICE_WORDS
from resolvers.searching import key_in
from resolvers.services import sees_private
from rules.errors import BadInput, ValidationFailed

FOLLOWED_WORDS = (
    f"The services that follow in the same visit and at the same place, in order; at most {MOST_SERVICES - 1}. Each "
    "begins as early as it can: after the `gapAfterMinutes` of the one before it, and up to its `maximumWaitMinutes` "
    "later. Limits, notice and horizon of each count. Null: none."
)
_WITH = (
    "With this person; null: preferably with whoever does the service before it, if they can at the same moment, or "
    "else as the service assigns its bookings. To be named where that is CUSTOMER_CHOICE."
)


@strawberry.input(description="A service that follows another one in the same visit.")
class FollowingServiceInput:
    service_id: strawberry.ID = strawberry.field(description="Which service; none of the others of the visit.")
    duration_minutes: int | None = strawberry.field(description=CHOICE_WORDS, default=None)
    staff_id: strawberry.ID | None = strawberry.field(description=_WITH, default=None)


FollowingArgument = Annotated[list[FollowingServiceInput] | None, strawberry.argument(description=FOLLOWED_WORDS)]
Following: TypeAlias = Sequence[FollowingServiceInput] | None


def steps_of(context: Context, given: Following) -> tuple[Step, ...]:
    """The services of an input that follow the first. NotFound for a malformed id."""
    return tuple(
        Step(context.key(Service, one.service_id), one.duration_minutes, _whom(context, one.staff_id))
        for one in given or ()
    )


def _whom(context: Context, staff_id: str | None) -> UUID | None:
    """Whose time is asked for; `Viewer.with_whom` says who may ask for whose."""
    return context.viewer.with_whom(None if staff_id is None else context.key(Staff, staff_id))


async def offer_of(
    info: Info, service_id: str, minutes: int | None, given: Following, first: date, last: date
) -> Offer | None:  # fmt: skip
    """What a query asks for on these dates, if this viewer may book it; None otherwise. BadInput for a duration that a
    service does not take, and for services that cannot be booked together."""
    steps = [Step(key_in(Service, service_id), minutes)]
    for one in given or ():
        person = info.context.viewer.with_whom(None if one.staff_id is None else key_in(Staff, one.staff_id))
        steps.append(Step(key_in(Service, one.service_id), one.duration_minutes, person))
    try:
        offers = await read_steps(info.context.account_id, steps, first, last)
        if offers is None or not all(_bookable(offer, info.context.viewer) for offer in offers):
            return None
        return visit_of(offers, steps)
    except ValidationFailed as refusal:
        raise BadInput("; ".join(f"`{one.path}`: {one.message}" for one in refusal.fields)) from None


def _bookable(offer: Offer, viewer: Viewer) -> bool:
    return not offer.archived and (offer.visibility is not Visibility.PRIVATE or sees_private(viewer))

"""Availability: when a service can be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry

from models.availability import Slot, free_slots
from models.busy import Ignoring
from models.offer import Offer, read_offer
from models.service import Service, Visibility
from models.staff import Staff
from permissions.roles import Permission
from permissions.viewer import Viewer
from resolvers.context import Info
from resolvers.searching import key_in
from resolvers.services import sees_private
from rules.errors import BadInput
from rules.seats import clean_party
from rules.tokens import token_hash
from rules.wall_time import epoch, local_date

P = Permission
LONGEST_DAYS = 62
LONGEST_TOKEN = 200
PARTY_WORDS = "How many come together, who all need a seat: from 1 to the capacity of the service."


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A slot with the seconds that its appointment lasts."""

    slot: Slot
    duration: int


@dataclass(frozen=True, slots=True)
class Availability:
    """What is free in a range of dates that `zone` counts."""

    zone: ZoneInfo
    slots: list[FreeSlot]


async def availability(
    info: Info,
    service_id: Annotated[strawberry.ID, strawberry.argument(description="Which service.")],
    from_: Annotated[
        date, strawberry.argument(name="from", description="First date, as the place of the appointment counts dates.")
    ],
    to: Annotated[
        date, strawberry.argument(description=f"Last date, inclusive; at most {LONGEST_DAYS} dates, not all past.")
    ],
    staff_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="With this person alone; null: with anyone.")
    ] = None,
    hold_token: Annotated[
        str | None, strawberry.argument(description="The caller's own hold, whose slot is then shown as free.")
    ] = None,
    party_size: Annotated[int, strawberry.argument(description=PARTY_WORDS)] = 1,
) -> Availability | None:
    """The free starts of a service; null where there is no such service that this viewer may book.

    Of a shared service also those of sessions that have seats left for the party. Advice, not a promise: only
    `holdSlot` and `book` decide.
    """
    _refuse_range(from_, to)
    _refuse_party(party_size)
    offer = await read_offer(info.context.account_id, key_in(Service, service_id), from_, to)
    if offer is None or not _bookable(offer, info.context.viewer):
        return None
    if to < _today(offer, info.context.now):
        raise BadInput("All of these dates have passed. Ask from today on.")
    slots = await free_slots(
        info.context.account_id, offer, from_, to, info.context.now,
        staff_id=key_in(Staff, staff_id) if staff_id is not None else None,
        ignoring=Ignoring(hold_hash=token_hash(hold_token[:LONGEST_TOKEN]) if hold_token else None), party=party_size,
    )  # fmt: skip
    return Availability(offer.zone, [FreeSlot(slot, offer.terms.duration) for slot in slots])


def _refuse_range(first: date, last: date) -> None:
    if last < first:
        raise BadInput("`to` lies before `from`. Give the first date and the last one.")
    if last - first >= timedelta(days=LONGEST_DAYS):
        raise BadInput(f"At most {LONGEST_DAYS} dates can be asked for at once. Ask again for the rest.")


def _refuse_party(size: int) -> None:
    try:
        clean_party(size)
    except ValueError as error:
        raise BadInput(f"`partySize` {error}") from None


def _today(offer: Offer, now: datetime) -> date:
    """The earliest date that any of its places still has: where its people serve in several zones, not the first."""
    return min(local_date(epoch(now), zone) for zone in {offer.zone, *(person.zone for person in offer.providers)})


def _bookable(offer: Offer, viewer: Viewer) -> bool:
    return not offer.archived and (offer.visibility is not Visibility.PRIVATE or sees_private(viewer))

"""History: what happened, as far as whoever asks may know it."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from tortoise.queryset import QuerySet

from models.act import ActorKind
from models.booking import Booking
from models.booking_snapshot import BookingSnapshot
from models.customer import Customer
from models.event import Event
from models.location import Location
from models.membership import Membership
from models.resource import Resource
from models.service import Service
from models.staff import Staff
from models.tenancy import Owned
from permissions.roles import Access, Permission
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.searching import Direction, DirectionArgument, key_in
from rules.booking_history import (
    HistoryChange,
    HistoryField,
    HistoryValue,
    Standing,
    differences,
    known_from,
    written,
)
from rules.masking import Mask, mask

P, F = Permission, HistoryField
M = TypeVar("M", bound=Owned)

# What concerns nobody but the business: that it wrote itself a note, that an old link ended, what it has to do by hand.
_INTERNAL = ("booking_noted", "booking_link_ended", "refund_failed")
# What it takes to be told of a change, as of what is there now.
_NEEDS: Mapping[HistoryField, Permission] = MappingProxyType(
    {
        F.STATUS: P.BOOKINGS_READ,
        F.STARTS_AT: P.BOOKINGS_READ,
        F.DURATION: P.BOOKINGS_READ,
        F.PROMISED_START: P.BOOKINGS_READ,
        F.SERVICE: P.CATALOGUE_READ,
        F.STAFF: P.CATALOGUE_READ,
        F.LOCATION: P.CATALOGUE_READ,
        F.RESOURCES: P.CATALOGUE_INTERNALS_READ,
        F.CUSTOMER: P.CUSTOMERS_READ,
        F.PARTY_SIZE: P.BOOKINGS_READ,
        F.PRICE: P.BOOKINGS_READ,
        F.PAID: P.PAYMENTS_READ,
        F.ATTENDEES: P.CUSTOMERS_READ,
        F.INTERNAL_NOTE: P.BOOKING_NOTES_MANAGE,
        F.ANSWERS: P.ANSWERS_READ,
    }
)
_NAMED: Mapping[str, type[Owned]] = MappingProxyType(
    {"service": Service, "staff": Staff, "location": Location, "resource": Resource, "customer": Customer}
)


def events(context: Context) -> QuerySet[Event]:
    """The events that this viewer may be told of. A customer's are those of their bookings that concern them."""
    rows = context.rows(Event, P.HISTORY_READ)
    return rows if context.viewer.access(P.HISTORY_INTERNALS_READ) else rows.exclude(name__in=_INTERNAL)


def events_confined(context: Context) -> QuerySet[Event] | None:
    """The same where the rows are named already; None: all of them. It is asked for before the field's permission is:
    whoever lacks that is refused there."""
    reach, internals = [context.viewer.access(one) for one in (P.HISTORY_READ, P.HISTORY_INTERNALS_READ)]
    return None if reach is None or (reach, internals) == (Access.READ, Access.READ) else events(context)


async def booking_history(
    info: Info,
    booking_id: Annotated[strawberry.ID, strawberry.argument(description="Of which booking.")],
    direction: DirectionArgument = Direction.DESCENDING,
) -> Listing:
    """What happened to a booking, the latest first unless asked otherwise. Empty for a booking that this credential
    does not reach. Customers are told what concerns them, and not who of the business did it."""
    rows = events(info.context).filter(subject="booking", subject_id=key_in(Booking, booking_id))
    return Listing(rows, order="created_at", descending=direction is Direction.DESCENDING)


async def changes_of(info: Info, event: Any) -> list[HistoryChange]:
    """What an event of a booking changed, as far as the viewer may know it."""
    if event.subject != "booking":
        return []
    viewer = info.context.viewer
    # Who reaches own rows only may hold a link that does not prove whose booking it is.
    shown = [
        change
        for change in await _changes(info, event)
        if (reach := viewer.access(_NEEDS[change.field])) and (change.field is not F.CUSTOMER or reach is Access.READ)
    ]
    return list(await gather(*(_named(info, change) for change in shown)))


async def _named(info: Info, change: HistoryChange) -> HistoryChange:
    before, after = [await gather(*(_with_name(info, one) for one in side)) for side in (change.before, change.after)]
    return replace(change, before=before, after=after)


async def _with_name(info: Info, value: HistoryValue) -> HistoryValue:
    return value if value.table is None else replace(value, name=await _name_of(info, value.table, value))


async def _changes(info: Info, event: Any) -> list[HistoryChange]:
    snapshots = _loader(info, BookingSnapshot)
    after = await snapshots.load(event.id)
    before = None
    if after is not None and after.previous_id is not None:
        before = await snapshots.load(after.previous_id)
    said = known_from(event.name, event.data)
    if after is None or (before is None and event.name != "booking_made"):  # from before snapshots were kept
        return said + written(event.name, event.data)
    found: dict[HistoryField, HistoryChange] = {one.field: one for one in said if one.field is F.STATUS}
    for change in differences(Standing.of(before) if before else None, Standing.of(after)):
        found.setdefault(change.field, change)
    return [*found.values(), *written(event.name, event.data)]


async def _name_of(info: Info, table: str, value: HistoryValue) -> str | None:
    """What the thing is called now that a value names; a customer as far as their name may be seen."""
    row: Any = await _loader(info, _NAMED[table]).load(value.key) if value.key else None
    if row is None:
        return None
    name = str(row.name)
    if table != "customer":
        return name if value.unit is None or row.quantity == 1 else f"{name} {value.unit}"
    reach = info.context.viewer.access(P.CUSTOMER_NAME_READ)
    return mask(Mask.NAME, name) if reach is Access.MASKED else name if reach is Access.READ else None


async def has_left(info: Info, kind: ActorKind, actor_id: UUID | None) -> bool:
    """Whether a member who did something is one no more."""
    if kind is not ActorKind.MEMBER or actor_id is None:
        return False
    return await _loader(info, Membership, "user_id").load(actor_id) is None


def _loader(info: Info, model: type[M], column: str = "id") -> DataLoader[UUID, M | None]:
    """Rows by a column, all that one operation asks about together."""
    account_id = info.context.account_id

    async def load(keys: list[UUID]) -> list[M | None]:
        rows = {getattr(row, column): row for row in await model.of(account_id).filter(**{f"{column}__in": keys})}
        return [rows.get(key) for key in keys]

    loader: DataLoader[UUID, M | None] = info.context.loaders.setdefault(
        f"history_{model._meta.db_table}", DataLoader(load_fn=load)
    )
    return loader
